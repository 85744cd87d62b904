import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { startKeeper } from "./servers/start-keeper.ts";

/** Where Debian's packages install their servers and extensions, by major version. */
const SERVERS = "/usr/lib/postgresql";
const EXTENSIONS = "/usr/share/postgresql";

/** A PostgreSQL server of its own, for extensions that the other test servers don't have. */
export interface DebianServer {
  /** Connection string of a superuser. */
  readonly url: string;
  /** Stops the server and removes its files. */
  close(): Promise<void>;
}

/**
 * Starts the newest server of Debian's packages that has an extension; `null` where none is installed: a test that needs
 * one is then skipped. `.ci/run` installs the packages where it may.
 */
export async function startDebianPostgres(extension: string): Promise<DebianServer | null> {
  const version = (existsSync(SERVERS) ? readdirSync(SERVERS) : [])
    .toSorted((a, b) => Number(b) - Number(a))
    .find(
      (one) =>
        existsSync(join(SERVERS, one, "bin/postgres")) &&
        existsSync(join(EXTENSIONS, one, `extension/${extension}.control`)),
    );
  if (version === undefined) return null;
  const server = await startKeeper({
    engine: "postgres",
    binaries: join(SERVERS, version, "bin"),
    origin: "binaries of Debian's packages",
  });
  return { url: server.url, close: server.stop };
}
