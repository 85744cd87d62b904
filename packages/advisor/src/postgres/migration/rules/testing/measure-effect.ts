import pg from "pg";

/** What a statement did to a real server's tables, which have rows. */
export interface MeasuredEffect {
  /** The server's words where it refused the statement. */
  readonly refused: string | null;
  /** Tables, partitions and views that another session could not read, or write, until the statement's transaction was done. */
  readonly unreadable: ReadonlySet<string>;
  readonly unwritable: ReadonlySet<string>;
  /** Those that are stored in another file now. */
  readonly rewritten: ReadonlySet<string>;
  /** Those that were read from end to end. */
  readonly scanned: ReadonlySet<string>;
}

export interface MeasuredCase {
  /** Committed before. */
  readonly setup: readonly string[];
  /** Of the statement's own transaction, before it. */
  readonly before: readonly string[];
  readonly sql: string;
  /** Whether it is run outside of a transaction. */
  readonly alone: boolean;
}

/** Measures statements on a server, each in a schema of its own making. */
export interface EffectMeter {
  readonly versionNumber: number;
  measure(measured: MeasuredCase): Promise<MeasuredEffect>;
  /** Runs a query in the schema that the last measured statement left; rejects with the server's words. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Empties the database. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const RELATIONS = `select c.oid, c.relname::text as name, pg_relation_filenode(c.oid) as file, c.relkind::text as kind,
    case when c.relkind = 'p' then 0 else pg_relation_size(c.oid) end::int as bytes
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm')`;
const SCANS = "select relid, seq_tup_read::int as rows from pg_stat_xact_user_tables";
const ALL_SCANS = "select relid, seq_tup_read::int as rows from pg_stat_user_tables";

interface Relation {
  readonly oid: number;
  readonly name: string;
  readonly file: number | null;
  readonly kind: string;
  readonly bytes: number;
}

/** By OID. */
type Relations = ReadonlyMap<number, Relation>;

/** Rows that were read in order, by the table's OID. */
type Scans = ReadonlyMap<number, number>;

export async function openEffectMeter(url: string): Promise<EffectMeter> {
  const [subject, probe, holder] = await Promise.all([connect(url), connect(url), connect(url)]);
  const relations = async (client: pg.Client): Promise<Relations> =>
    new Map((await client.query<Relation>(RELATIONS)).rows.map((row) => [row.oid, row]));
  const pid = (await subject.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;
  const version = await probe.query<{ v: string }>(
    "select current_setting('server_version_num') as v",
  );
  await probe.query("set lock_timeout = '10ms'");

  async function clear(): Promise<void> {
    await subject.query("rollback; drop schema public cascade; create schema public");
  }

  /** Which of the tables the statement keeps another session from. */
  async function blocked(
    tables: Relations,
  ): Promise<Pick<MeasuredEffect, "unreadable" | "unwritable">> {
    const unreadable = new Set<string>();
    const unwritable = new Set<string>();
    for (const { name, kind } of tables.values()) {
      if (await waits(probe, `select from "${name}" limit 0`)) unreadable.add(name);
      if (kind !== "m" && (await waits(probe, `delete from "${name}" where false`))) {
        unwritable.add(name);
      }
    }
    return { unreadable, unwritable };
  }

  async function inTransaction({ before, sql }: MeasuredCase): Promise<MeasuredEffect> {
    const tables = await relations(probe);
    await subject.query("begin");
    for (const earlier of before) await subject.query(earlier);
    const files = await relations(subject);
    const scans = await scansOf(subject, SCANS);
    try {
      await subject.query(sql);
    } catch (error) {
      await subject.query("rollback");
      return refusedWith(error);
    }
    const after = await relations(subject);
    const read = await scansOf(subject, SCANS);
    const kept = await blocked(tables);
    await subject.query("commit");
    return {
      refused: null,
      ...kept,
      rewritten: moved(files, after),
      scanned: scanned(tables, scans, read),
    };
  }

  /** The statement is held up by a writer of every table, so that there is time to look. */
  async function alone({ sql }: MeasuredCase): Promise<MeasuredEffect> {
    const tables = await relations(probe);
    const names = [...tables.values()].filter(({ kind }) => kind !== "m").map(({ name }) => name);
    const scans = await flushedScans(subject);
    await holder.query("begin");
    for (const name of names) await holder.query(`lock table "${name}" in row exclusive mode`);
    const outcome = subject.query(sql).then(
      () => null,
      (error: unknown) => error,
    );
    const done = outcome.then(() => true);
    while (!(await Promise.race([done, isWaiting(probe, pid)]))) {
      // Asked again at once: the answer takes a moment.
    }
    const kept = await blocked(tables);
    await holder.query("rollback");
    const error = await outcome;
    if (error !== null) return refusedWith(error);
    const read = await flushedScans(subject);
    return {
      refused: null,
      ...kept,
      rewritten: moved(tables, await relations(subject)),
      scanned: scanned(tables, scans, read),
    };
  }

  return {
    versionNumber: Number(version.rows[0]?.v),
    async measure(measured) {
      await clear();
      for (const sql of measured.setup) await subject.query(sql);
      return measured.alone ? alone(measured) : inTransaction(measured);
    },
    query: async (sql) => (await subject.query(sql)).rows,
    clear,
    async close() {
      await Promise.all([subject.end(), probe.end(), holder.end()]);
    },
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function waits(client: pg.Client, sql: string): Promise<boolean> {
  try {
    await client.query(sql);
    return false;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === "55P03") return true;
    throw error;
  }
}

async function isWaiting(client: pg.Client, pid: number | undefined): Promise<boolean> {
  const { rows } = await client.query("select from pg_locks where pid = $1 and not granted", [pid]);
  return rows.length > 0;
}

async function scansOf(client: pg.Client, sql: string): Promise<Scans> {
  const { rows } = await client.query<{ relid: number; rows: number }>(sql);
  return new Map(rows.map(({ relid, rows: read }) => [relid, read]));
}

/** Counters of a session are told to others, and to itself, once a transaction is done. */
async function flushedScans(client: pg.Client): Promise<Scans> {
  await client.query("select pg_stat_force_next_flush()");
  await client.query("select pg_stat_clear_snapshot()");
  return scansOf(client, ALL_SCANS);
}

function namesOf(relations: Relations, keep: (relation: Relation) => boolean): ReadonlySet<string> {
  return new Set([...relations.values()].filter(keep).map(({ name }) => name));
}

/** Tables that were there and of which rows were read in order. */
function scanned(tables: Relations, before: Scans, after: Scans): ReadonlySet<string> {
  return namesOf(tables, ({ oid }) => (after.get(oid) ?? 0) > (before.get(oid) ?? 0));
}

/** Tables that were there and whose rows are in another file now. */
function moved(tables: Relations, after: Relations): ReadonlySet<string> {
  return namesOf(tables, ({ oid, file }) => {
    const now = after.get(oid);
    return now !== undefined && now.file !== file && now.bytes > 0;
  });
}

function refusedWith(error: unknown): MeasuredEffect {
  return {
    refused: error instanceof Error ? error.message : String(error),
    unreadable: new Set(),
    unwritable: new Set(),
    rewritten: new Set(),
    scanned: new Set(),
  };
}
