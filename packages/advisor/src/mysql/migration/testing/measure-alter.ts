import { createConnection, type ResultSetHeader } from "mysql2/promise";
import { rungsFor, type Rung, withRung } from "../alter-ladder.ts";
import { type AlterCase, BASE, ROWS } from "./alter-cases.ts";

/** What a server does to tables with rows. */
export interface MeasuredAlter {
  /** The server's words where it refuses the statement. */
  readonly refused: string | null;
  /** Rows were copied: it tells how many, which it does of no other way. */
  readonly copied: boolean;
  /** Ways that disturb less than the one asked about, and which the server takes nevertheless. */
  readonly cheaper: readonly Rung[];
}

export interface AlterMeter {
  /** `taken`: what a trial says of the statement. */
  measure(
    one: AlterCase,
    taken: { readonly algorithm?: string | undefined; readonly lock: string },
  ): Promise<MeasuredAlter>;
  close(): Promise<void>;
}

/** Measures statements in a database of its own. */
export async function openAlterMeter(url: string): Promise<AlterMeter> {
  const connection = await createConnection({ uri: url, multipleStatements: true });
  const tables = async (): Promise<readonly string[]> => {
    const [rows] = await connection.query("show tables");
    return (rows as readonly object[]).map((row) => String(Object.values(row)[0]));
  };
  const clear = async (): Promise<void> => {
    const drops = (await tables()).map((name) => `drop table \`${name}\`;`);
    await connection.query(
      `set foreign_key_checks = 0; ${drops.join("")} set foreign_key_checks = 1`,
    );
  };
  return {
    async measure({ sql, setup = [] }, { algorithm, lock }) {
      await clear();
      await connection.query([...BASE, ...ROWS, ...setup].join(";"));
      for (const rung of rungsFor(sql)) {
        if (rung.algorithm === algorithm && (rung.lock ?? "NONE") === lock) break;
        const text = withRung(sql, rung);
        if (algorithm === undefined || text === null) break;
        try {
          const [{ affectedRows }] = await connection.query<ResultSetHeader>(text);
          // MariaDB takes any ALGORITHM where it has but one way.
          const copied = affectedRows > 0;
          return { refused: null, copied, cheaper: copied ? [] : [rung] };
        } catch {
          // As it should be.
        }
      }
      try {
        const [result] = await connection.query<ResultSetHeader>(sql);
        return { refused: null, copied: result.affectedRows > 0, cheaper: [] };
      } catch (error) {
        return { refused: String(error), copied: false, cheaper: [] };
      }
    },
    close: () => connection.end(),
  };
}
