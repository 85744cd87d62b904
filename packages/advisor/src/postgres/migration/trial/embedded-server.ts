import { DbadviseError } from "../../../dbadvise-error.ts";
import { openSandboxDatabase, type SandboxDatabase } from "../../sandbox/sandbox-database.ts";
import type { TrialServer } from "./trial-server.ts";

/** Extensions that PGlite ships, by the names of their modules; to have them all at hand takes a quarter of a second. */
export const SHIPPED_EXTENSIONS: readonly string[] =
  `amcheck auto_explain bloom btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance file_fdw fuzzystrmatch
  hstore intarray isn lo ltree moddatetime pageinspect pg_buffercache pg_freespacemap pg_stat_statements pg_surgery
  pg_trgm pg_visibility pg_walinspect pgcrypto seg tablefunc tcn tsm_system_rows tsm_system_time unaccent
  uuid_ossp`.split(/\s+/);

/**
 * The embedded PostgreSQL, in memory: nothing outside of this process sees it. Throws `DbadviseError` `trial-failed` where it
 * can't be started.
 */
export async function openEmbeddedServer(): Promise<TrialServer> {
  const database = await start();
  const [row] = await database.run("show server_version_num");
  return {
    name: `embedded PostgreSQL ${database.version}`,
    versionNumber: Number(row?.["server_version_num"]),
    shared: false,
    async query(sql, parameters = []) {
      try {
        return await (parameters.length === 0
          ? database.run(sql)
          : database.query(sql, parameters));
      } catch (error) {
        throw lacksExtension(error) ?? error;
      }
    },
    close: () => database.close(),
  };
}

async function start(): Promise<SandboxDatabase> {
  try {
    return await openSandboxDatabase("language", SHIPPED_EXTENSIONS);
  } catch (error) {
    throw new DbadviseError(
      "trial-failed",
      `The embedded PostgreSQL could not be started: ${error instanceof Error ? error.message : String(error)}.`,
      "Give a server with --trial-url, or check by the statements' texts alone with --trial none.",
      { cause: error },
    );
  }
}

function lacksExtension(error: unknown): Error | null {
  const name = /^extension "(.+)" is not available$/.exec(
    error instanceof Error ? error.message : "",
  )?.[1];
  if (name === undefined) return null;
  return new Error(
    `it has no extension ${name}; a server that has it can be given with --trial-url`,
    { cause: error },
  );
}
