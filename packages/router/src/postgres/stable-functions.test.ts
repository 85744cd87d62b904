import {
  type DebianServer,
  startDebianPostgres,
  startPostgres,
  type TestDatabase,
} from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HARMLESS_FUNCTIONS, STABLE_FUNCTIONS } from "./stable-functions.ts";

/** Functions that people may call: not what operators, types, indexes and planners are made of. */
const CATALOG = `
  select proname as name, bool_and(provolatile in ('i', 's')) as stable, bool_and(
      coalesce(obj_description(oid, 'pg_proc'), '') ~ '^(implementation of |I/O|internal|aggregate transition|aggregate final|btree|hash|GiST|GIN|SP-GiST|BRIN|join selectivity|restriction selectivity|less-equal|sort support|equal image|skip support|planner support)'
      or proargtypes::oid[] && array['internal'::regtype::oid, 'cstring'::regtype::oid]
      or prorettype in ('internal'::regtype, 'cstring'::regtype, 'trigger'::regtype, 'event_trigger'::regtype,
        'fdw_handler'::regtype, 'table_am_handler'::regtype, 'index_am_handler'::regtype, 'tsm_handler'::regtype,
        'language_handler'::regtype)
    ) as inner
  from pg_proc where pronamespace = 'pg_catalog'::regnamespace and prokind <> 'p' group by proname`;

/** Nobody calls them by name, or they tell of statistics that each server has of its own. */
const LEFT_OUT =
  /^(?:pg_stat_get_|pg_event_trigger_|pg_timezone_abbrevs_|fmgr_)|(?:larger|smaller|_subdiff|_canonical|_combine|_transfn|_validator)$/;

/** They tell of the session or the transaction, of one server's slots, or are refused by a standby. */
const OWN_AFFAIRS = [
  "pg_backend_pid pg_cursor pg_get_replication_slots pg_is_other_temp_schema pg_listening_channels",
  "pg_current_xact_id pg_current_xact_id_if_assigned pg_my_temp_schema pg_prepared_statement pg_trigger_depth",
  "pg_walfile_name pg_walfile_name_offset txid_current txid_current_if_assigned",
].flatMap((names) => names.split(" "));

interface Known {
  readonly name: string;
  readonly stable: boolean;
  readonly inner: boolean;
}

async function readCatalog(url: string): Promise<readonly Known[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<Known>(CATALOG);
  await client.end();
  return rows;
}

let database: TestDatabase;
let debian: DebianServer | null;
const catalogs: (readonly Known[])[] = [];

beforeAll(async () => {
  database = await startPostgres();
  // Debian's is an older one; where there is none, the newest alone is asked.
  debian = await startDebianPostgres("plpgsql");
  for (const server of [database, debian])
    if (server !== null) catalogs.push(await readCatalog(server.url));
});
afterAll(async () => {
  await database?.close();
  await debian?.close();
});

describe("functions that are known", () => {
  test("are stable or immutable in the catalog of each server", () => {
    const volatile = catalogs.flat().filter(({ stable }) => !stable);
    expect(volatile.filter(({ name }) => STABLE_FUNCTIONS.has(name))).toEqual([]);
  });

  test("are all that the newest catalog has of them", () => {
    const [newest] = catalogs;
    const volatile = new Set(catalogs.flat().flatMap(({ name, stable }) => (stable ? [] : [name])));
    const names = newest!
      .filter(({ name, inner }) => !volatile.has(name) && !inner && !LEFT_OUT.test(name))
      .map(({ name }) => name)
      .filter((name) => !OWN_AFFAIRS.includes(name));
    expect(names.filter((name) => !STABLE_FUNCTIONS.has(name))).toEqual([]);
  });

  test("exist", () => {
    const known = new Set(catalogs[0]!.map(({ name }) => name));
    expect([...STABLE_FUNCTIONS, ...HARMLESS_FUNCTIONS].filter((name) => !known.has(name))).toEqual(
      [],
    );
  });

  test("or volatile ones that are listed as harmless", () => {
    const volatile = new Set(catalogs.flat().flatMap(({ name, stable }) => (stable ? [] : [name])));
    expect([...HARMLESS_FUNCTIONS].filter((name) => !volatile.has(name))).toEqual([]);
  });
});
