import { type Dialect, Kysely, MysqlDialect, PostgresDialect } from "kysely";
import { createPool } from "mysql2";
import pg from "pg";

/** Kysely on a test database, which is closed with it, and the statements that it sent: without those that ask for types, plans and columns. */
export interface TestKysely<Database> extends AsyncDisposable {
  readonly db: Kysely<Database>;
  /** Since the last call. */
  sent(): string[];
}

const ASKS =
  /^(?:begin|commit|prepare |deallocate |explain |select version)|pg_prepared_statements/;

export function testKysely<Database>(
  engine: "postgres" | "mysql" | "mariadb",
  database: { readonly url: string; close(): Promise<void> },
  wrap: (dialect: Dialect) => Dialect = (dialect) => dialect,
): TestKysely<Database> {
  let statements: string[] = [];
  const dialect =
    engine === "postgres"
      ? new PostgresDialect({ pool: new pg.Pool({ connectionString: database.url, max: 4 }) })
      : new MysqlDialect({
          pool: createPool({
            uri: database.url,
            connectionLimit: 4,
            supportBigNumbers: true,
            bigNumberStrings: true,
          }),
        });
  const db = new Kysely<Database>({
    dialect: wrap(dialect),
    log: ({ query }) => {
      if (!ASKS.test(query.sql)) statements.push(query.sql);
    },
  });
  return {
    db,
    sent: () => {
      const last = statements;
      statements = [];
      return last;
    },
    [Symbol.asyncDispose]: async () => {
      await db.destroy();
      await database.close();
    },
  };
}
