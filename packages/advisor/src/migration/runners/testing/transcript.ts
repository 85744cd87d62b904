import pg from "pg";
import type { SplitStatements } from "../../../log/open-sql-file.ts";
import type { Migration, TransactionScope } from "../../migration.ts";
import { locateStatements } from "../locate-statements.ts";

/** A client of PostgreSQL that writes down the texts of its queries. */
export interface WatchedDatabase extends AsyncDisposable {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly texts: string[];
}

/** What the testkit gives. */
type Start = () => Promise<{ readonly url: string; close(): Promise<void> }>;

export async function startWatched(start: Start): Promise<WatchedDatabase> {
  const database = await start();
  const texts: string[] = [];
  class WatchedClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      const query = this.query.bind(this) as (...given: unknown[]) => unknown;
      const watched = (...given: unknown[]): unknown => {
        const [first] = given as [string | { readonly text: string }];
        texts.push(typeof first === "string" ? first : first.text);
        return query(...given);
      };
      this.query = watched as typeof this.query;
    }
  }
  const pool = new pg.Pool({ connectionString: database.url, max: 1, Client: WatchedClient });
  return {
    url: database.url,
    pool,
    texts,
    [Symbol.asyncDispose]: async () => {
      if (!pool.ended) await pool.end();
      await database.close();
    },
  };
}

/** What a tool sent, one statement each, without what matches: its own book-keeping. */
export function transcriptOf(
  texts: readonly string[],
  splitStatements: SplitStatements,
  own: RegExp = /^$/,
): readonly string[] {
  return texts
    .flatMap((text) => locateStatements("log", text, splitStatements))
    .map(({ sql }) => plain(sql))
    .filter((sql) => !own.test(sql))
    .reduce<string[]>((kept, sql) => {
      // A transaction of nothing but book-keeping.
      if (sql === "commit" && kept.at(-1) === "begin") kept.pop();
      else kept.push(sql);
      return kept;
    }, []);
}

/** What a reader says that the tool sends, run on a database of its own. */
export function readerOn(
  start: Start,
  splitStatements: SplitStatements,
): (migrations: readonly Migration[], direction?: "up" | "down") => Promise<readonly string[]> {
  return async (migrations, direction = "up") => {
    await using database = await startWatched(start);
    return transcriptOfReader(database, splitStatements, migrations, direction);
  };
}

async function transcriptOfReader(
  database: WatchedDatabase,
  splitStatements: SplitStatements,
  migrations: readonly Migration[],
  direction: "up" | "down",
): Promise<readonly string[]> {
  const client = await database.pool.connect();
  let open: TransactionScope = "none";
  const move = async (to: TransactionScope): Promise<void> => {
    if (open !== "none" && (to !== "run" || open !== "run")) await client.query("commit");
    if (to !== "none" && (to !== "run" || open !== "run")) await client.query("begin");
    open = to;
  };
  try {
    const upFirst = direction === "down" ? migrations : [];
    const run = async (migration: Migration, which: "up" | "down"): Promise<void> => {
      const script = migration[which];
      if (script === null) throw new Error(`${migration.name} has no ${which}`);
      await move(script.transaction);
      await script.run(async ({ sql, parameters = [] }) => {
        const { rows } = await client.query<Record<string, unknown>>(sql, [...parameters]);
        return rows;
      });
    };
    for (const migration of upFirst) await run(migration, "up");
    await move("none");
    if (direction === "down") database.texts.length = 0;
    for (const migration of direction === "up" ? migrations : migrations.toReversed())
      await run(migration, direction);
    await move("none");
  } finally {
    client.release();
  }
  return transcriptOf(database.texts, splitStatements);
}

function plain(sql: string): string {
  const text = sql.replace(/\s+/g, " ").trim();
  return /^(?:begin|commit|rollback)$/i.test(text) ? text.toLowerCase() : text;
}
