import { type DebianServer, startDebianPostgres, startPostgres } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SafeStep } from "../../../migration/runner.ts";
import type { Trial } from "../../../migration/trial.ts";
import { postgresMigration } from "../engine.ts";
import { checkStatements, type TestMigration, type Told } from "./testing/check-statements.ts";
import { type EffectMeter, openEffectMeter } from "./testing/measure-effect.ts";
import { readSchema } from "./testing/read-schema.ts";
import { BASE, isOfServersOnly, RULE_CASES, type RuleCase, titleOf } from "./testing/rule-cases.ts";

/** What the safe way leaves that the statement would not have: the old column until no code reads it, and CONCURRENTLY's CHECK. */
const LEFT: Readonly<Record<string, RegExp>> = {
  "change-column-type": /^column orders\.\w+_old /,
  "detach-partition-blocking": /^constraint events_1 events_1_day_check /,
};

/** Rules whose steps fail where there are rows, on purpose. */
const WITHOUT_ROWS: Readonly<Record<string, string>> = {
  "not-null-without-default": "what the rows get is for the author to say, between the steps",
};

function stepsAsMigrations(steps: readonly SafeStep[]): readonly TestMigration[] {
  return steps.map(({ up, outsideTransaction }) => ({
    up: up.map((sql) => sql.replace(/;$/, "")),
    transaction: outsideTransaction ? "none" : "migration",
  }));
}

function historyOf({ before = [], setup = [] }: RuleCase): readonly string[] {
  return [...BASE, ...setup, ...before];
}

/** Cases whose rule writes something out. */
const WRITTEN = (
  await Promise.all(
    RULE_CASES.map(async (one) => {
      const told = await check(one, [originalOf(one)], null, 180_000);
      const found = told.some(({ code, verdict }) => code === one.rule && verdict.steps.length > 0);
      return found ? [{ one, rule: one.rule, title: titleOf(one) }] : [];
    }),
  )
).flat();

function originalOf({ alone = false, sql }: RuleCase): TestMigration {
  return { up: [sql], transaction: alone ? "none" : "migration" };
}

let debian: DebianServer | null = null;
let trial: Trial | null = null;
beforeAll(async () => {
  debian = await startDebianPostgres("plpgsql");
  trial = await postgresMigration.openTrial({ url: null, progress: () => {} });
}, 60_000);
afterAll(async () => {
  await trial?.close();
  await debian?.close();
});

async function check(
  one: RuleCase,
  change: readonly TestMigration[],
  by: Trial | null,
  serverVersion: number,
): Promise<readonly Told[]> {
  await by?.run("drop schema public cascade");
  await by?.run("create schema public");
  const history = historyOf(one).filter((sql) => !isOfServersOnly(sql));
  const { told, problems } = await checkStatements({
    migrations: [{ up: history, old: true, transaction: "none" }, ...change],
    trial: by,
    serverVersion,
    lockTimeoutMs: null,
  });
  expect(problems).toEqual([]);
  return told;
}

describe.each([
  ["PostgreSQL 18", 18],
  ["PostgreSQL 15", 15],
] as const)("%s", (_, major) => {
  let meter: EffectMeter | null = null;
  let close = (): Promise<void> => Promise.resolve();
  beforeAll(async () => {
    if (major === 15) {
      if (debian !== null) meter = await openEffectMeter(debian.url);
      return;
    }
    const database = await startPostgres();
    meter = await openEffectMeter(database.url);
    close = database.close;
  }, 60_000);
  afterAll(async () => {
    await meter?.close();
    await close();
  });

  test.for(WRITTEN.filter(({ one: { since = 0 } }) => since <= major))(
    "$rule: $title",
    { timeout: 60_000 },
    async ({ one, rule }, context) => {
      if (meter === null) return context.skip("no such server here");
      const { versionNumber } = meter;
      const told = await check(one, [originalOf(one)], null, versionNumber);
      const steps = told.find(({ code }) => code === rule)?.verdict.steps ?? [];

      // Where there are rows, and then without any: what the statement itself would have made.
      await meter.clear();
      for (const sql of historyOf(one)) {
        if (WITHOUT_ROWS[rule] === undefined || !isOfServersOnly(sql)) await meter.query(sql);
      }
      for (const { up, outsideTransaction } of steps) {
        const texts = outsideTransaction ? up : ["begin", ...up, "commit"];
        for (const sql of texts) await meter.query(sql);
      }
      const reached = await readSchema(meter);
      await meter.clear();
      for (const sql of historyOf(one).filter((text) => !isOfServersOnly(text)))
        await meter.query(sql);
      await meter.query(one.sql);
      const wanted = await readSchema(meter);
      expect(reached.filter((line) => LEFT[rule]?.test(line) !== true)).toEqual(wanted);

      // A statement may trip several rules, each with its own way out.
      const others = new Set(told.map(({ code }) => code).filter((code) => code !== rule));
      const migrations = stepsAsMigrations(steps);
      for (const by of [null, trial]) {
        const again = await check(one, migrations, by, versionNumber);
        expect(
          again
            .filter(({ code }) => !others.has(code))
            .map(({ code, statement }) => `${code}: ${statement.statement.sql}`),
          by?.name ?? "by the text",
        ).toEqual([]);
      }
    },
  );
});
