/**
 * Keeps one database server, of the program that is its argument in JSON. Prints where it listens as a line of JSON, then
 * obeys the commands on standard input, one a line, and answers each with such a line. Stops the server and removes its
 * files when standard input ends, which also happens when the parent process is killed.
 */
import { createInterface } from "node:readline";
import type { Instance } from "./instance.ts";
import { makeMariadbInstance, makeMysqlInstance } from "./mysql-instance.ts";
import { makePlace, type Place } from "./place.ts";
import { makePostgresInstance } from "./postgres-instance.ts";
import { makeRunner, type ServerRunner } from "./run-server.ts";
import type { KeeperAnswer, KeeperCommand, ServerProgram } from "./start-keeper.ts";
import type { Engine } from "./test-server.ts";

const makers: Readonly<Record<Engine, (program: ServerProgram, place: Place) => Instance>> = {
  postgres: makePostgresInstance,
  mysql: makeMysqlInstance,
  mariadb: makeMariadbInstance,
};

const program = JSON.parse(process.argv[2] ?? "") as ServerProgram;
const place = makePlace(`dbadvise-${program.engine}-`, program.root);
let stop = (): Promise<void> => Promise.resolve();

const lines = createInterface({ input: process.stdin });
lines.on("close", () => void end(0));
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
  process.on(signal, () => void end(0));

try {
  const instance = makers[program.engine](program, place);
  const server = makeRunner(instance, place);
  stop = () => server.end(instance.stop);
  await server.start();
  const say = (answer: Partial<KeeperAnswer>): void => {
    const name = `${instance.version}, ${program.origin}`;
    const whole: KeeperAnswer = {
      name,
      url: instance.url(server.port()),
      pid: server.pid(),
      directory: place.directory,
      ...answer,
    };
    process.stdout.write(`${JSON.stringify(whole)}\n`);
  };
  const commands = commandsOf(server, instance);
  // Each command waits for the one before it.
  let work = Promise.resolve();
  lines.on("line", (line) => {
    work = work
      .then(commands[line as KeeperCommand])
      .then(() => say({}))
      .catch((error: unknown) => say({ error: String(error) }));
  });
  say({});
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  await end(1);
}

function commandsOf(
  server: ServerRunner,
  instance: Instance,
): Readonly<Record<KeeperCommand, () => void | Promise<void>>> {
  return {
    pause: server.pause,
    resume: server.resume,
    kill: () => server.end(instance.crash),
    start: server.start,
  };
}

async function end(code: number): Promise<void> {
  await stop();
  place.remove();
  process.exit(code);
}
