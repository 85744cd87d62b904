import { randomBytes } from "node:crypto";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { dockerAnswers } from "./docker-answers.ts";
import { startEmbeddedServer } from "./embedded-server.ts";
import { LOCALE_FLAGS, SERVER_SETTINGS } from "./server-settings.ts";

/** A PostgreSQL server for tests. */
export interface PostgresServer {
  /** Which server answers, for people: `PostgreSQL 18 in Docker`. */
  readonly name: string;
  /** Connection string of a superuser. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The server of `DBADVISE_TEST_POSTGRES_URL` if set, else one in Docker where an engine answers and can run it,
 * else the PostgreSQL binaries from npm.
 */
export async function startServer(): Promise<PostgresServer> {
  const url = process.env["DBADVISE_TEST_POSTGRES_URL"];
  if (url !== undefined && url !== "") {
    return { name: "the server of DBADVISE_TEST_POSTGRES_URL", url, stop: () => Promise.resolve() };
  }
  if (!(await dockerAnswers())) return startEmbeddedServer();
  try {
    return await startContainer();
  } catch (error) {
    const server = await startEmbeddedServer();
    return { ...server, name: `${server.name}; Docker answers but failed: ${String(error)}` };
  }
}

async function startContainer(): Promise<PostgresServer> {
  const settings = Object.entries(SERVER_SETTINGS).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const image = "postgres:18-alpine";
  const container = await new PostgreSqlContainer(image)
    .withPassword(randomBytes(12).toString("hex"))
    .withEnvironment({ POSTGRES_INITDB_ARGS: LOCALE_FLAGS.join(" ") })
    .withCommand(["postgres", ...settings])
    .start();
  return {
    name: `Docker image ${image}`,
    url: container.getConnectionUri(),
    stop: async () => {
      await container.stop();
    },
  };
}
