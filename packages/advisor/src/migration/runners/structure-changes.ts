import type { MigrationStatement } from "../migration.ts";
import type { MigrationDialect } from "../migration-dialect.ts";
import { lineOf } from "./read-text.ts";
import { tableChanges } from "./table-changes.ts";

export interface StructureChanges {
  /** In an order in which they can run. */
  readonly statements: readonly MigrationStatement[];
  /** Those whose change has no statement that could be told. */
  readonly untold: readonly MigrationStatement[];
}

/** Statements that make one dump's schema out of another's. */
export function structureChanges(
  before: readonly MigrationStatement[],
  now: readonly MigrationStatement[],
  file: string,
  dialect: MigrationDialect,
): StructureChanges {
  const had = new Set(before.map(({ sql }) => plain(sql)));
  const has = new Set(now.map(({ sql }) => plain(sql)));
  const removed = before.filter(({ sql }) => !has.has(plain(sql)));
  const added = now.filter(({ sql }) => !had.has(plain(sql)));
  const untold: MigrationStatement[] = [];
  const changes: MigrationStatement[] = [];
  const replaced = new Set<MigrationStatement>();
  for (const statement of added) {
    const key = objectOf(statement.sql);
    const old = removed.find((other) => key !== null && objectOf(other.sql) === key);
    const told = old === undefined ? null : changed(old, statement, dialect);
    if (old === undefined || told === null) {
      changes.push(statement);
      continue;
    }
    replaced.add(old);
    changes.push(...told.statements);
    if (!told.complete) untold.push(statement);
  }
  // A dump lists what others need first, so that the way back takes it last.
  const drops = removed
    .filter((statement) => !replaced.has(statement))
    .toReversed()
    .flatMap((statement) => {
      const sql = dropOf(statement.sql);
      if (sql === undefined) untold.push({ ...statement, place: lineOf(file) });
      return sql === undefined || sql === null ? [] : [{ sql, place: lineOf(file) }];
    });
  return { statements: [...drops, ...changes], untold };
}

/** White space says nothing in a dump's statements, nor does how far a counter has come. */
function plain(sql: string): string {
  return sql.replace(/\s+AUTO_INCREMENT=\d+/i, "").replace(/\s+/g, " ");
}

/** `TABLE public.orders`: what a CREATE makes; `null` for others. */
function objectOf(sql: string): string | null {
  const [, kind, name] = /^create\s+(table|type|function|procedure)\s+([^\s(]+)/i.exec(sql) ?? [];
  return kind === undefined || name === undefined ? null : `${kind.toUpperCase()} ${name}`;
}

/** What changes an object without dropping it; `null` where it is dropped and made anew. */
function changed(old: MigrationStatement, now: MigrationStatement, dialect: MigrationDialect) {
  if (/^create\s+table/i.test(now.sql)) return tableChanges(old, now, dialect);
  if (/^create\s+type/i.test(now.sql)) return enumChanges(old.sql, now);
  const sql = now.sql.replace(/^create\s+/i, "CREATE OR REPLACE ");
  return { statements: [{ ...now, sql }], complete: true };
}

function enumChanges(old: string, now: MigrationStatement) {
  const labels = labelsOf(old);
  const added = labelsOf(now.sql).filter((label) => !labels.includes(label));
  const [, name = ""] = /^create\s+type\s+(\S+)/i.exec(now.sql) ?? [];
  return {
    statements: added.map((label) => ({ ...now, sql: `ALTER TYPE ${name} ADD VALUE ${label}` })),
    complete: labels.every((label) => labelsOf(now.sql).includes(label)) && added.length > 0,
  };
}

function labelsOf(sql: string): readonly string[] {
  return sql.match(/'(?:[^']|'')*'/g) ?? [];
}

const NAME = String.raw`((?:"[^"]*"|\x60[^\x60]*\x60|[^\s(;.]+)(?:\.(?:"[^"]*"|\x60[^\x60]*\x60|[^\s(;]+))?)`;

/** How what a dump's statement makes is taken away: a text with `$1`, `$2`; `null` where it goes with something else. */
const DROPS: readonly (readonly [pattern: RegExp, drop: string | null])[] = [
  [new RegExp(`^create\\s+(?:unlogged\\s+)?table\\s+${NAME}`, "i"), "DROP TABLE $1"],
  [
    new RegExp(`^create\\s+(?:unique\\s+)?index\\s+(\\S+)\\s+on\\s+(?:only\\s+)?(\\w+)\\.`, "i"),
    "DROP INDEX $2.$1",
  ],
  [new RegExp(`^create\\s+(?:unique\\s+)?index\\s+${NAME}`, "i"), "DROP INDEX $1"],
  [new RegExp(`^create\\s+materialized\\s+view\\s+${NAME}`, "i"), "DROP MATERIALIZED VIEW $1"],
  [
    new RegExp(
      `^create\\s+(view|sequence|type|domain|schema|extension)\\s+(?:if not exists\\s+)?${NAME}`,
      "i",
    ),
    "DROP $1 $2",
  ],
  [/^create\s+(function|procedure|aggregate)\s+([^(]+\([^)]*\))/i, "DROP $1 $2"],
  [
    new RegExp(`^create\\s+(?:constraint\\s+)?trigger\\s+(\\S+)\\s.*?\\son\\s+${NAME}`, "is"),
    "DROP TRIGGER $1 ON $2",
  ],
  [
    new RegExp(`^alter\\s+table\\s+(?:only\\s+)?${NAME}\\s+add\\s+constraint\\s+(\\S+)`, "i"),
    "ALTER TABLE $1 DROP CONSTRAINT $2",
  ],
  [
    new RegExp(
      `^alter\\s+table\\s+(?:only\\s+)?${NAME}\\s+alter\\s+column\\s+(\\S+)\\s+set\\s+default`,
      "i",
    ),
    "ALTER TABLE $1 ALTER COLUMN $2 DROP DEFAULT",
  ],
  [/^alter\s+sequence\b/i, null],
];

/** `undefined`: nothing says how. */
function dropOf(sql: string): string | null | undefined {
  for (const [pattern, drop] of DROPS) {
    const found = pattern.exec(sql);
    if (found !== null)
      return drop?.replace(/\$(\d)/g, (_, at: string) => found[Number(at)] ?? "") ?? null;
  }
  return undefined;
}
