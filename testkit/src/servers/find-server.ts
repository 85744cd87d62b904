import { dockerAnswers } from "./docker-answers.ts";
import { type ServerProgram, startKeeper } from "./start-keeper.ts";
import type { Engine, TestServer } from "./test-server.ts";

/** A way to a server or program. Finds the reason where this machine does not offer it; throws where it should work. */
export interface Way<T extends object> {
  readonly name: string;
  find(): Promise<T | string>;
}

/** What the first way that works finds, and how those before it failed. Throws what was tried where none works. */
export async function findFirst<T extends object>(
  engine: Engine,
  ways: readonly Way<T>[],
): Promise<{ readonly found: T; readonly failures: readonly string[] }> {
  const failures: string[] = [];
  const tried: string[] = [];
  for (const { name, find } of ways) {
    try {
      const found = await find();
      if (typeof found !== "string") return { found, failures };
      tried.push(`${name}: ${found}`);
    } catch (error) {
      const failure = `${name} failed: ${String(error)}`;
      failures.push(failure);
      tried.push(failure);
    }
  }
  throw new Error(
    [
      `No ${engine} server for tests.`,
      ...tried,
      `Set ${urlVariable(engine)} to the URL of an account with all privileges, start Docker, or install the server.`,
    ].join("\n- "),
  );
}

/** The server of the first way that works. A way that should have worked before it is told in the server's name. */
export async function findServer(
  engine: Engine,
  ways: readonly Way<TestServer>[],
): Promise<TestServer> {
  const { found, failures } = await findFirst(engine, ways);
  return { ...found, name: [found.name, ...failures].join("; ") };
}

/** The server that the user names. */
export function namedServer(engine: Engine): Way<TestServer> {
  const name = urlVariable(engine);
  return {
    name,
    find: () => {
      const url = process.env[name];
      return Promise.resolve(
        url === undefined || url === ""
          ? "not set"
          : { name: `the server of ${name}`, url, stop: () => Promise.resolve() },
      );
    },
  };
}

/** A container where a Docker engine answers. */
export function dockerServer(start: () => Promise<TestServer>): Way<TestServer> {
  return {
    name: "Docker",
    find: async () => ((await dockerAnswers()) ? start() : "no engine answers"),
  };
}

/** A server of its own of a program on this machine. */
export function keptServer(way: Way<ServerProgram>): Way<TestServer> {
  return {
    name: way.name,
    find: async () => {
      const program = await way.find();
      return typeof program === "string" ? program : startKeeper(program);
    },
  };
}

function urlVariable(engine: Engine): string {
  return `DBADVISE_TEST_${engine.toUpperCase()}_URL`;
}
