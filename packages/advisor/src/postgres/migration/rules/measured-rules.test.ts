import { type DebianServer, startDebianPostgres, startPostgres } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MigrationFindingCode } from "../../../migration/migration-finding.ts";
import type { Trial } from "../../../migration/trial.ts";
import { postgresMigration } from "../engine.ts";
import { checkStatements, type Told } from "./testing/check-statements.ts";
import {
  type EffectMeter,
  type MeasuredEffect,
  openEffectMeter,
} from "./testing/measure-effect.ts";
import { BASE, RULE_CASES, type RuleCase } from "./testing/rule-cases.ts";

/** Rules on what the server refuses where there are rows, or in a transaction. */
const REFUSED: ReadonlySet<MigrationFindingCode> = new Set([
  "concurrently-in-transaction",
  "not-null-without-default",
]);
/** Rules on a strong lock that is held for a moment, though a weaker one would do. */
const BRIEF: ReadonlySet<MigrationFindingCode> = new Set([
  "detach-partition-blocking",
  "drop-index-blocking",
]);
/** Rules on a strong lock that is waited for without a limit. */
const UNLIMITED: ReadonlySet<MigrationFindingCode> = new Set([
  "create-trigger",
  "missing-lock-timeout",
]);

interface Expected {
  readonly refused: boolean;
  /** Others are kept from a table while a whole table is read or written. */
  readonly long: boolean;
  /** Others are kept from a table. */
  readonly locks: boolean;
}

function expectedOf({
  refused,
  rewritten,
  scanned,
  unwritable,
  unreadable,
}: MeasuredEffect): Expected {
  const locks = unwritable.size + unreadable.size > 0;
  return { refused: refused !== null, locks, long: locks && rewritten.size + scanned.size > 0 };
}

/** What the rules say of the same. */
function saidOf(told: readonly Told[]): Expected {
  return {
    refused: told.some(({ code }) => REFUSED.has(code)),
    long: told.some(({ verdict }) => verdict.work !== "none"),
    locks: told.some(({ code }) => UNLIMITED.has(code)),
  };
}

function titleOf({ sql, setup = [], before = [] }: RuleCase): string {
  const told = [...setup.filter((one) => !one.startsWith("insert")), ...before].at(-1);
  return `${told === undefined ? "" : `${told}; `}${sql}`.replaceAll(/\s+/g, " ");
}

let debian: DebianServer | null = null;
beforeAll(async () => {
  debian = await startDebianPostgres("plpgsql");
}, 60_000);
afterAll(async () => {
  await debian?.close();
});

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

  test.for(
    RULE_CASES.filter(({ since = 0 }) => since <= major).map((one) => ({
      ...one,
      title: titleOf(one),
    })),
  )(
    "$rule: $title",
    { timeout: 30_000 },
    async ({ rule, setup = [], before = [], sql, alone = false, needsTrial }, context) => {
      if (meter === null) return context.skip("no such server here");
      const measured = await meter.measure({ setup: [...BASE, ...setup], before, sql, alone });
      const expected = expectedOf(measured);
      const history = [...BASE, ...setup].filter((one) => !one.startsWith("insert"));
      const check = async (trial: Trial | null): Promise<readonly Told[]> => {
        const { told, problems } = await checkStatements({
          migrations: [
            { up: history, old: true, transaction: "none" },
            { up: [...before, sql], transaction: alone ? "none" : "migration" },
          ],
          trial,
          serverVersion: meter?.versionNumber ?? 0,
          lockTimeoutMs: null,
        });
        expect(problems).toEqual([]);
        return told;
      };

      const inferred = await check(null);
      if (needsTrial === undefined) expectVerdicts(rule, inferred, expected, measured);
      else expect(saidOf(inferred), needsTrial).not.toEqual(expected);

      const trial = await postgresMigration.openTrial({ url: null, progress: () => {} });
      if (trial === null) return;
      try {
        expectVerdicts(rule, await check(trial), expected, measured);
      } finally {
        await trial.close();
      }
    },
  );
});

function expectVerdicts(
  rule: MigrationFindingCode,
  told: readonly Told[],
  expected: Expected,
  measured: MeasuredEffect,
): void {
  const codes = told.map(({ code }) => code);
  const seen = JSON.stringify(measured, (_, value) =>
    value instanceof Set ? [...(value as Set<string>)] : (value as unknown),
  );
  if (expected.refused) {
    expect(codes, seen).toContain(rule);
    return;
  }
  expect(saidOf(told), `${codes.join(", ")}; the server: ${seen}`).toEqual(expected);
  if (REFUSED.has(rule) || UNLIMITED.has(rule)) return;
  const due = BRIEF.has(rule) ? measured.unreadable.size > 0 : expected.long;
  const sure = told.filter(({ verdict }) => verdict.severity !== "info").map(({ code }) => code);
  expect(sure.includes(rule), `${codes.join(", ")}; the server: ${seen}`).toBe(due);
}
