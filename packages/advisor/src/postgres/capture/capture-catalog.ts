import type { Catalog, Index } from "../../catalog/catalog.ts";
import type { CaptureGap, PreludeStatement } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { captureIndexes } from "./capture-indexes.ts";
import { capturePrelude } from "./capture-prelude.ts";
import { captureSequences } from "./capture-sequences.ts";
import { captureTables, type CapturedTable } from "./capture-tables.ts";
import { captureViews } from "./capture-views.ts";
import { readRows } from "../read-rows.ts";

export interface CapturedCatalog {
  readonly catalog: Catalog;
  readonly prelude: readonly PreludeStatement[];
  readonly tables: readonly CapturedTable[];
  readonly gaps: readonly CaptureGap[];
}

interface LockedRow {
  readonly oid: number;
  readonly name: string;
  readonly kind: string;
}

/** Relations that another session has locked exclusively, or waits to: reading their size would wait in that queue. */
const LOCKED = `
  select distinct l.relation::int8 as oid, n.nspname || '.' || c.relname as name, c.relkind as kind
  from pg_locks l
    join pg_class c on c.oid = l.relation
    join pg_namespace n on n.oid = c.relnamespace
  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.pid <> pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())
    and n.nspname !~ '^pg_'`;

/** Structure without system objects, temporary tables and members of extensions. Needs an empty `search_path`. */
export async function captureCatalog(
  session: Session,
  versionNumber: number,
  searchPath: readonly string[],
  queryTexts: readonly string[],
): Promise<CapturedCatalog> {
  const locked = await readRows<LockedRow>(session, LOCKED);
  const leaveOut = `{${locked.map((row) => row.oid).join(",")}}`;
  const indexes: ReadonlyMap<number, readonly Index[]> = await captureIndexes(session, leaveOut);
  const tables = await captureTables(session, versionNumber, leaveOut, indexes);
  const { views, left } = await captureViews(session, new Set(locked.map((row) => row.oid)));
  const prelude = await capturePrelude(session, queryTexts);
  return {
    catalog: {
      tables: tables.map((row) => row.table),
      sequences: await captureSequences(session),
      views: views.map((row) => row.view),
      searchPath,
    },
    prelude,
    tables,
    gaps: [
      ...locked.map((row) => ({
        object: `${row.kind === "i" || row.kind === "I" ? "index" : "table"} ${row.name}`,
        reason:
          "Another session holds an exclusive lock on it, or waits for one. Run again once that has ended.",
      })),
      ...(left > 0
        ? [
            {
              object: `${left} views`,
              reason: "They read a table that another session has locked. Run again later.",
            },
          ]
        : []),
    ],
  };
}
