import { startDebianPostgres, startPostgres } from "@dbadvise/testkit";
import { expect, test } from "vitest";
import type { SafeStep } from "../../../migration/runner.ts";
import type { TestMigration } from "./testing/check-statements.ts";
import { describeServers, toldOnBase } from "./testing/describe-servers.ts";
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

/** What was there before the statement, besides {@link BASE}. */
function furtherOf({ before = [], setup = [] }: RuleCase): readonly string[] {
  return [...setup, ...before];
}

/** Cases whose rule writes something out. */
const WRITTEN = (
  await Promise.all(
    RULE_CASES.map(async (one) => {
      const told = await toldOnBase(furtherOf(one), [originalOf(one)], null, 180_000);
      const found = told.some(({ code, verdict }) => code === one.rule && verdict.steps.length > 0);
      return found ? [{ one, rule: one.rule, title: titleOf(one) }] : [];
    }),
  )
).flat();

function originalOf({ alone = false, sql }: RuleCase): TestMigration {
  return { up: [sql], transaction: alone ? "none" : "migration" };
}

describeServers({ start: startPostgres, startDebian: startDebianPostgres }, (server) => {
  test.for(WRITTEN.filter(({ one: { since = 0 } }) => since <= server.major))(
    "$rule: $title",
    { timeout: 60_000 },
    async ({ one, rule }, context) => {
      const meter = server.meter(context);
      const { versionNumber } = meter;
      const further = furtherOf(one);
      const told = await toldOnBase(further, [originalOf(one)], null, versionNumber);
      const steps = told.find(({ code }) => code === rule)?.verdict.steps ?? [];

      // Where there are rows, and then without any: what the statement itself would have made.
      await meter.clear();
      const history = [...BASE, ...further];
      for (const sql of history) {
        if (WITHOUT_ROWS[rule] === undefined || !isOfServersOnly(sql)) await meter.query(sql);
      }
      for (const { up, outsideTransaction } of steps) {
        const texts = outsideTransaction ? up : ["begin", ...up, "commit"];
        for (const sql of texts) await meter.query(sql);
      }
      const reached = await readSchema(meter);
      await meter.clear();
      for (const sql of history.filter((text) => !isOfServersOnly(text))) await meter.query(sql);
      await meter.query(one.sql);
      const wanted = await readSchema(meter);
      expect(reached.filter((line) => LEFT[rule]?.test(line) !== true)).toEqual(wanted);

      // A statement may trip several rules, each with its own way out.
      const others = new Set(told.map(({ code }) => code).filter((code) => code !== rule));
      const migrations = stepsAsMigrations(steps);
      for (const by of [null, server.trial()]) {
        const again = await toldOnBase(further, migrations, by, versionNumber);
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
