import mysql, { type Connection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { differences, type Outcome } from "../../testing/standby-table.ts";

/** Differ from one moment to the next by themselves. */
const RESTLESS =
  /^(?:error_count|gtid_.*|identity|in_transaction|insert_id|last_.*|pseudo_.*|rand_seed\d|statement_id|timestamp|warning_count)$/;
const SERVER_STATUS_IN_TRANS = 1;

/** Runs a statement on a replica twice, in new sessions: by itself, and inside a transaction, to see what it locks. */
export async function runOnReplica(url: string, sql: string): Promise<Outcome> {
  const alone = await inSession(url, async (connection) => {
    const before = await whatIsLeft(connection);
    const refused = await refusal(connection, sql);
    if (refused !== undefined) return { refused, effects: [] };
    return { effects: differences(before, await whatIsLeft(connection)) };
  });
  if (alone.refused !== undefined) return alone;
  const inside = await inSession(url, async (connection) => {
    await connection.query("start transaction");
    if ((await refusal(connection, sql)) !== undefined) return [];
    return (await locksRows(connection)) ? ["row locks"] : [];
  });
  return { effects: [...alone.effects, ...inside] };
}

/** Whether the connection's transaction holds rows: MySQL has a table of locks, MariaDB tells in a text. */
async function locksRows(connection: Connection): Promise<boolean> {
  try {
    const [[locks]] = await connection.query<RowDataPacket[]>(
      `select count(*) as held from performance_schema.data_locks
       where thread_id = ps_current_thread_id() and lock_type = 'RECORD'`,
    );
    return Number(locks?.["held"]) > 0;
  } catch {
    const [[status]] = await connection.query<RowDataPacket[]>("show engine innodb status");
    const transactions = String(status?.["Status"]).split("---TRANSACTION");
    return transactions.some(
      (one) => one.includes(`thread id ${connection.threadId},`) && /[1-9]\d* row lock/.test(one),
    );
  }
}

/** What a statement may leave in its session. Each part is asked for by itself: one that fails is a difference, too. */
async function whatIsLeft(connection: Connection): Promise<Record<string, unknown>> {
  const left: Record<string, unknown> = {};
  const [done] = await connection.query<ResultSetHeader>("do 0");
  left["transaction"] = (done.serverStatus ?? 0) & SERVER_STATUS_IN_TRANS;
  const questions: Record<string, string> = {
    "last id": "select last_insert_id() as id",
    "user variables": "select @x as x",
    database: "select database() as name",
    "user locks": "select is_used_lock('classifier') is not null as used",
    "table locks": "select count(*) as n from u",
    "temporary tables": "select count(*) as n from x",
    "prepared statements": "show global status like 'Prepared_stmt_count'",
    clock: "select now() < '2000-01-01' as stopped",
    "global settings": "show global variables like 'max_connections'",
    files: `select ${["out", "dump"].map((end) => `load_file(concat(@@datadir, database(), '/classifier.${end}'))`).join(", ")}`,
    handlers: "handler t read first",
  };
  for (const [name, question] of Object.entries(questions)) {
    left[name] = await connection.query<RowDataPacket[]>(question).then(
      ([rows]) => JSON.stringify(rows),
      (error: unknown) => (error as mysql.QueryError).code,
    );
  }
  const [settings] = await connection.query<RowDataPacket[]>("show session variables");
  left["settings"] = settings.filter((row) => !RESTLESS.test(String(row["Variable_name"])));
  return left;
}

async function inSession<Result>(
  url: string,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await mysql.createConnection({ uri: url, multipleStatements: true });
  try {
    return await use(connection);
  } finally {
    connection.destroy();
  }
}

async function refusal(connection: Connection, sql: string): Promise<string | undefined> {
  try {
    await connection.query(sql);
    return undefined;
  } catch (error) {
    const { errno, message } = error as mysql.QueryError;
    return `${errno ?? ""} ${message}`;
  }
}
