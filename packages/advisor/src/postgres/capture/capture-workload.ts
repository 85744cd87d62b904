import type { CaptureGap, Snapshot } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import type { QueryEvent } from "../../log/query-event.ts";
import { OWN_QUERY, readRows } from "../read-rows.ts";

/** The object that gaps about the workload name. */
export const PG_STAT_STATEMENTS = "pg_stat_statements";

export interface CapturedWorkload {
  readonly workload: Snapshot["workload"];
  readonly gaps: readonly CaptureGap[];
}

interface ViewRow {
  /** The view and its companion as SQL: the extension may live in any schema. */
  readonly view: string;
  readonly info: string | null;
  readonly timeColumn: string;
  readonly schema: string;
  readonly role: string;
}

interface StatementRow {
  readonly sql: string | null;
  readonly calls: number;
  readonly totalMs: number;
  readonly rows: number;
  readonly user: string | null;
}

/** Version 1.8 renamed `total_time` to `total_exec_time`; the companion with the reset time came with 1.9. */
const VIEW = `
  select v.oid::regclass::text as view, i.oid::regclass::text as info,
    case when exists (select from pg_attribute a where a.attrelid = v.oid and a.attname = 'total_exec_time')
      then 'total_exec_time' else 'total_time' end as "timeColumn",
    quote_ident(n.nspname) as schema, quote_ident(current_user) as role
  from pg_extension e
    join pg_depend d on d.refclassid = 'pg_catalog.pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
      and d.classid = 'pg_catalog.pg_class'::regclass
    join pg_class v on v.oid = d.objid and v.relname = 'pg_stat_statements'
    join pg_namespace n on n.oid = v.relnamespace
    left join pg_class i on i.relnamespace = v.relnamespace and i.relname = 'pg_stat_statements_info'
  where e.extname = 'pg_stat_statements'`;

/** A statement that can be planned; what is left out may hold data or even a password (ALTER ROLE, COPY, SET). */
const PLANNABLE =
  /^(?:\s|\(|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:select|insert|update|delete|merge|with|values|table)\b/i;

const UNTIL_THEN = "Until then pass the workload with --log or --sql.";
const TO_PRELOAD = "Add pg_stat_statements to shared_preload_libraries and restart the server";
const TO_CREATE = "CREATE EXTENSION pg_stat_statements in this database";

/** The extension's settings exist where the server has loaded it. */
const LOADED = "select current_setting('pg_stat_statements.max', true) is not null as loaded";

/**
 * Reads the statement statistics of this database. Statements inside of functions count as well, where the server
 * tracks them: they use indexes as others do.
 */
export async function captureWorkload(session: Session): Promise<CapturedWorkload> {
  const [view] = await readRows<ViewRow>(session, VIEW);
  if (!view) {
    const [server] = await readRows<{ loaded: boolean }>(session, LOADED);
    return without(
      server?.loaded
        ? `It is loaded by the server, but not installed in this database. Run ${TO_CREATE}. ${UNTIL_THEN}`
        : `It is not installed. ${TO_PRELOAD}, then run ${TO_CREATE}. ${UNTIL_THEN}`,
    );
  }
  await session.query("savepoint dbadvise");
  try {
    const captured = await readStatements(session, view);
    await session.query("release savepoint dbadvise");
    return captured;
  } catch (error) {
    await session.query("rollback to savepoint dbadvise");
    return without(reasonFor(error, view));
  }
}

async function readStatements(session: Session, view: ViewRow): Promise<CapturedWorkload> {
  const rows = await readRows<StatementRow>(
    session,
    `select s.query as sql, s.calls, s.${view.timeColumn} as "totalMs", s.rows, r.rolname as user
     from ${view.view} s left join pg_roles r on r.oid = s.userid
     where s.dbid = (select oid from pg_database where datname = current_database()) and s.calls > 0
     order by s.${view.timeColumn} desc`,
  );
  const own = (text: string): boolean => text.includes(OWN_QUERY);
  const hidden = rows.filter((row) => row.sql === "<insufficient privilege>").length;
  const lost = rows.filter((row) => row.sql === null).length;
  const events = rows.flatMap((row): QueryEvent[] => {
    if (row.sql === null || own(row.sql) || !PLANNABLE.test(row.sql)) return [];
    const { sql, calls, totalMs } = row;
    return [
      { sql, calls, totalMs, rows: row.rows, ...(row.user === null ? {} : { user: row.user }) },
    ];
  });

  const gaps: CaptureGap[] = [];
  const gap = (reason: string): number => gaps.push({ object: PG_STAT_STATEMENTS, reason });
  if (hidden > 0) {
    gap(
      `The texts of ${hidden} statements of other roles are hidden from role ${view.role}: they are not analysed. GRANT pg_read_all_stats TO ${view.role}.`,
    );
  }
  if (lost > 0) gap(`The server has lost the texts of ${lost} statements: they are not analysed.`);
  if (events.length === 0 && hidden === 0) {
    gap(
      "It holds no query of this database: it was reset or the server has not been used since. Come back when the application has run for a while, or pass the workload with --log or --sql.",
    );
  }
  return {
    workload: { source: PG_STAT_STATEMENTS, events, seconds: await secondsCovered(session, view) },
    gaps,
  };
}

async function secondsCovered(session: Session, view: ViewRow): Promise<number | undefined> {
  if (view.info === null) return undefined;
  const [row] = await readRows<{ seconds: number | null }>(
    session,
    `select extract(epoch from clock_timestamp() - stats_reset)::float8 as seconds from ${view.info}`,
  );
  return row?.seconds ?? undefined;
}

function without(reason: string): CapturedWorkload {
  return { workload: null, gaps: [{ object: PG_STAT_STATEMENTS, reason }] };
}

function reasonFor(error: unknown, view: ViewRow): string {
  const code =
    typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  if (code === "55000") {
    return `It is installed in this database, but not loaded by the server. ${TO_PRELOAD}. ${UNTIL_THEN}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (code === "42501") {
    return `Role ${view.role} may not read it (${message}). GRANT USAGE ON SCHEMA ${view.schema} TO ${view.role}, and GRANT pg_read_all_stats TO ${view.role}.`;
  }
  return `It can't be read: ${message}.`;
}
