import type { ColumnLine, MigrationDialect } from "../../migration/migration-dialect.ts";

/** One text is one transaction by the simple query protocol: https://www.postgresql.org/docs/current/protocol-flow.html */
export const postgresDialect: MigrationDialect = {
  name: "postgres",
  transactionalDdl: true,
  oneTextIsOneTransaction: true,
  kyselyPrefix: "Postgres",
  knex: {
    client: "pg",
    answer: (rows, sql) => ({
      rows,
      rowCount: rows.length,
      command: /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase().replace("WITH", "SELECT") ?? "",
      fields: Object.keys(rows[0] ?? {}).map((name) => ({ name })),
    }),
  },
  alterColumn(was, now) {
    const [from, to] = [partsOf(was), partsOf(now)];
    if (from === null || to === null) return null;
    const column = `ALTER COLUMN ${now.name}`;
    return [
      ...(from.type === to.type ? [] : [`${column} TYPE ${to.type}`]),
      ...(from.default === to.default
        ? []
        : [to.default === null ? `${column} DROP DEFAULT` : `${column} SET DEFAULT ${to.default}`]),
      ...(from.notNull === to.notNull ? [] : [`${column} ${to.notNull ? "SET" : "DROP"} NOT NULL`]),
    ];
  },
};

/** As pg_dump writes a column: type, DEFAULT, NOT NULL. */
function partsOf({ name, definition }: ColumnLine) {
  const rest = definition.slice(name.length).trim();
  const found = /^(.*?)(?:\s+DEFAULT\s+(.*?))?(\s+NOT NULL)?$/s.exec(rest);
  const [, type = "", value, notNull] = found ?? [];
  if (found === null || /\b(?:GENERATED|CONSTRAINT|COLLATE)\b/.test(rest)) return null;
  return { type, default: value ?? null, notNull: notNull !== undefined };
}
