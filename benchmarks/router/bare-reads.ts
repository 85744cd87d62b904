import pg from "pg";

/** Reads by the bare driver, on a connection of their own: what no router can undercut. */
export interface BareReads {
  /** The query alone. */
  one(id: number): Promise<unknown>;
  /** The query after a prepared statement that asks nothing, in one flight. */
  two(id: number): Promise<unknown>;
  end(): Promise<void>;
}

/** Of `pg`'s Connection and Query, what its own Query uses. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string }): void;
  execute(portal: object): void;
}

interface QueryObject {
  submit(wire: Wire): Error | null;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

type Callback = (error: Error | undefined, result: unknown) => void;

const PgQuery = pg.Query as unknown as new (
  sql: string,
  parameters: readonly unknown[],
  callback: Callback,
) => QueryObject;

const NAME = "nothing";

/** @param sql a query with one parameter. */
export async function bareReads(url: string, sql: string): Promise<BareReads> {
  const client = new pg.Client(url);
  await client.connect();
  let prepared = false;

  class SecondQuery extends PgQuery {
    #isFirst = true;

    override submit(wire: Wire): Error | null {
      wire.stream.cork();
      try {
        if (!prepared) wire.parse({ name: NAME, text: "select where false" });
        prepared = true;
        wire.bind({ statement: NAME });
        wire.execute({});
        return super.submit(wire);
      } finally {
        wire.stream.uncork();
      }
    }

    override handleCommandComplete(message: unknown, wire: Wire): void {
      if (!this.#isFirst) super.handleCommandComplete(message, wire);
      this.#isFirst = false;
    }
  }

  const read = (Query: typeof PgQuery, id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const query = new Query(sql, [id], (error, result) => {
        if (error) reject(error);
        else resolve(result);
      });
      client.query(query as unknown as pg.Submittable);
    });

  return {
    one: (id) => read(PgQuery, id),
    two: (id) => read(SecondQuery, id),
    end: () => client.end(),
  };
}
