import { openSandboxDatabase } from "../../sandbox/sandbox-database.ts";
import type { TrialServer } from "./trial-server.ts";

/** Extensions that PGlite ships, by the names of their modules; to have them all at hand takes a quarter of a second. */
export const SHIPPED_EXTENSIONS: readonly string[] =
  `amcheck auto_explain bloom btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance file_fdw fuzzystrmatch
  hstore intarray isn lo ltree moddatetime pageinspect pg_buffercache pg_freespacemap pg_stat_statements pg_surgery
  pg_trgm pg_visibility pg_walinspect pgcrypto seg tablefunc tcn tsm_system_rows tsm_system_time unaccent
  uuid_ossp`.split(/\s+/);

/** The embedded PostgreSQL, in memory: nothing outside of this process sees it. */
export async function openEmbeddedServer(): Promise<TrialServer> {
  const database = await openSandboxDatabase("language", SHIPPED_EXTENSIONS);
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
