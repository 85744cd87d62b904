import { expect, test } from "vitest";
import type { MigrationFindingCode } from "../../../../migration/migration-finding.ts";
import {
  checkStatements,
  type CheckInput,
  type TestMigration,
  type Told,
} from "./check-statements.ts";

/** Made by a migration before the change. */
export const TABLES: TestMigration = {
  old: true,
  up: [
    "create table customers (id int primary key, email text)",
    `create table orders (id int primary key, customer_id int, note text, code varchar(50), total numeric(10, 2),
      filled text not null)`,
  ],
};

/** The change's one migration, or its migrations, or more besides. */
export type Change =
  | readonly string[]
  | (Partial<Omit<CheckInput, "migrations" | "trial">> & {
      /** Before the change, after {@link TABLES}. */
      readonly history?: readonly string[];
      readonly change: readonly TestMigration[];
    });

/** What a rule says, by the texts alone; of PostgreSQL 15, where nobody sets a lock timeout, unless the change says otherwise. */
export async function toldBy(code: MigrationFindingCode, change: Change): Promise<readonly Told[]> {
  const input = "change" in change ? change : { change: [{ up: change }] };
  const {
    history = [],
    change: migrations,
    serverVersion = 150_000,
    lockTimeoutMs = null,
    ...more
  } = input;
  const old = { old: true, up: history };
  const { told } = await checkStatements({
    ...more,
    migrations: [TABLES, old, ...migrations],
    trial: null,
    serverVersion,
    lockTimeoutMs,
  });
  return told.filter((one) => one.code === code);
}

interface RuleExamples {
  /** One statement, and all that the rule says of it. */
  readonly says: {
    readonly change: Change;
    readonly message: string;
    /** SQL of the safe way, step by step: one that needs to be outside of a transaction begins with `alone: `. */
    readonly steps: readonly string[];
  };
  readonly speaks?: Readonly<Record<string, Change>>;
  readonly silent: Readonly<Record<string, Change>>;
}

/** What a rule says, and near misses of both kinds that do not need a server: what servers do is in `measured-rules.test.ts`. */
export function describeRule(code: MigrationFindingCode, examples: RuleExamples): void {
  const { says, speaks = {}, silent } = examples;
  test("says what happens to whom, and the safe way", async () => {
    const [first] = await toldBy(code, says.change);
    expect(first?.verdict.message).toBe(says.message);
    expect(
      first?.verdict.steps.map(
        ({ up, outsideTransaction }) => `${outsideTransaction ? "alone: " : ""}${up.join(" ")}`,
      ),
    ).toEqual(says.steps);
  });

  test.each(Object.entries(speaks))("speaks: %s", async (_, change) => {
    expect(await toldBy(code, change)).not.toEqual([]);
  });

  test.each(Object.entries(silent))("is silent: %s", async (_, change) => {
    expect((await toldBy(code, change)).map(({ verdict }) => verdict.message)).toEqual([]);
  });
}
