import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, get } from "node:http";
import { text } from "node:stream/consumers";
import { ENGINES, startServer } from "./start-server.ts";
import type { Engine, TestServer } from "./test-server.ts";

/** Where the workers of a run find the broker. */
const VARIABLE = "DBADVISE_TEST_BROKER";

const started = new Map<Engine, Promise<TestServer>>();

/**
 * URL of the server that databases are made on. In a run with a broker all processes share the broker's servers. Anywhere
 * else this process starts one, which stops when the process ends.
 */
export async function sharedServerUrl(engine: Engine): Promise<string> {
  const broker = process.env[VARIABLE];
  if (broker === undefined) return (await startOnce(engine)).url;
  const [response] = await once(get(`${broker}/${engine}`), "response");
  const answer = await text(response);
  if (response.statusCode !== 200) throw new Error(answer);
  return answer;
}

/**
 * Lets the processes that this one starts from now on share servers: one per engine, started when it is first asked for,
 * and announced by its name. Resolves to what stops the servers.
 */
export async function startBroker(announce: (name: string) => void): Promise<() => Promise<void>> {
  // Other users of this machine can reach the port, but don't know the path.
  const secret = randomBytes(12).toString("hex");
  const broker = createServer((request, response) => {
    const engine = ENGINES.find((name) => request.url === `/${secret}/${name}`);
    if (engine === undefined) {
      response.writeHead(404).end();
      return;
    }
    startOnce(engine, announce).then(
      (server) => response.end(server.url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  broker.listen(0, "127.0.0.1");
  await once(broker, "listening");
  const address = broker.address();
  if (address === null || typeof address === "string") throw new Error("The broker has no port");
  process.env[VARIABLE] = `http://127.0.0.1:${address.port}/${secret}`;
  return async () => {
    delete process.env[VARIABLE];
    broker.close();
    await Promise.allSettled([...started.values()].map(async (server) => (await server).stop()));
    started.clear();
  };
}

function startOnce(engine: Engine, announce?: (name: string) => void): Promise<TestServer> {
  const running = started.get(engine);
  if (running !== undefined) return running;
  const starting = startServer(engine);
  started.set(engine, starting);
  if (announce !== undefined)
    starting.then(
      ({ name }) => announce(name),
      () => {},
    );
  return starting;
}
