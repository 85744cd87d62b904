import type { SplitStatements } from "../../log/open-sql-file.ts";
import { MigrationProblem, type Send, type SourcePlace } from "../migration.ts";
import { lineOf } from "./read-text.ts";
import { type Recorder, type Rows, runCode } from "./run-code.ts";
import { userPackage } from "./user-package.ts";

/** Names for types that migrations declare for those after them. */
export type Shorthands = Readonly<Record<string, unknown>>;

type Action = (...given: readonly unknown[]) => unknown;

interface Builder {
  getSqlSteps(): readonly string[];
  isUsingTransaction(): boolean;
}

/** node-pg-migrate's own class of one migration, which calls its functions and sends what they have collected. */
type MigrationClass = new (
  db: object,
  path: string,
  actions: { readonly up: Action; readonly down?: false },
  options: object,
  shorthands: Shorthands,
  logger: object,
) => { apply(direction: "up" | "down"): Promise<unknown> };

/** A name that no statement of a migration holds by chance: what notes the migration as run is none of its statements. */
const HISTORY = "dbadvise_history_of_migrations";

export interface PgMigration {
  readonly path: string;
  readonly file: string;
  readonly action: Action;
  /** `action` is an `up` that is run backwards. */
  readonly reverse: boolean;
  /** Whether the text says that it runs outside a transaction. */
  readonly outside: boolean;
  readonly shorthands: Shorthands;
  readonly send: Send;
  readonly splitStatements: SplitStatements;
}

/** Executes one direction with the project's node-pg-migrate, its statements one by one. */
export function runPgMigration(migration: PgMigration): Promise<void> {
  const { path, file, action, reverse, outside, shorthands, send, splitStatements } = migration;
  return runCode(path, file, splitStatements, send, async (recorder) => {
    const { Migration } = userPackage("node-pg-migrate", path, file) as {
      Migration: MigrationClass;
    };
    const places: (SourcePlace | null)[] = [];
    let collecting = true;
    const collect = (builder: Builder & object): unknown => placing(builder, recorder, places);
    const finish = (builder: Builder): void => {
      collecting = false;
      if (builder.isUsingTransaction() === outside) throw scopeProblem(file, outside);
      if (reverse) places.reverse();
    };
    // It tells functions that call back from others by their number of parameters.
    const wrapped: Action =
      action.length === 2
        ? (builder, done) => {
            void action(collect(builder as Builder), () => {
              finish(builder as Builder);
              (done as () => void)();
            });
          }
        : async (builder) => {
            await action(collect(builder as Builder));
            finish(builder as Builder);
          };
    Object.defineProperty(wrapped, "length", { value: action.length });

    const query = async (
      given: string | { text: string; values?: readonly unknown[] },
      values?: readonly unknown[],
    ) => {
      const { text, values: own } = typeof given === "string" ? { text: given, values } : given;
      const rows = collecting
        ? await recorder.send(text, own ?? [], recorder.place())
        : await sendStep(text, recorder, places);
      return { rows: [...rows], rowCount: rows.length };
    };
    const select = async (text: string, values?: readonly unknown[]) =>
      (await query(text, values)).rows;
    const db = {
      query,
      select,
      column: async (name: string, text: string, values?: readonly unknown[]) =>
        (await select(text, values)).map((row) => row[name]),
      createConnection: () => Promise.resolve(),
      connected: () => true,
      addBeforeCloseListener: () => undefined,
      close: () => Promise.resolve(),
    };
    const quiet = () => undefined;
    await new Migration(
      db,
      path,
      reverse ? { up: wrapped } : { up: wrapped, down: false },
      {
        migrationsTable: HISTORY,
        migrationsSchema: "public",
        schema: "public",
        singleTransaction: true,
      },
      shorthands,
      { info: quiet, warn: quiet, error: quiet },
    ).apply(reverse ? "down" : "up");
  });
}

/** The builder, that notes which line made which of its steps. */
function placing(
  builder: Builder & object,
  recorder: Recorder,
  places: (SourcePlace | null)[],
): unknown {
  return new Proxy(builder, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: readonly unknown[]): unknown => {
        const place = recorder.place();
        const result: unknown = Reflect.apply(value, target, given);
        while (places.length < target.getSqlSteps().length) places.push(place);
        return result;
      };
    },
  });
}

/** What the tool sends around the steps is not the migration's. */
function sendStep(text: string, recorder: Recorder, places: (SourcePlace | null)[]): Promise<Rows> {
  if (/^(?:BEGIN|COMMIT);$/.test(text) || text.includes(HISTORY)) return Promise.resolve([]);
  return recorder.send(text, [], places.shift() ?? null);
}

function scopeProblem(file: string, outside: boolean): MigrationProblem {
  return new MigrationProblem(
    lineOf(file),
    outside
      ? `${file} names noTransaction, but runs in a transaction.`
      : `${file} leaves its transaction where its text does not say so.`,
    "Call pgm.noTransaction() in the function itself, without a condition, so that the check knows it before it runs the file.",
  );
}
