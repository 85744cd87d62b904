import { startDebianPostgres, startPostgres } from "@dbadvise/testkit";
import { expect, test } from "vitest";
import type { MigrationFindingCode } from "../../../migration/migration-finding.ts";
import type { Trial } from "../../../migration/trial.ts";
import type { Told } from "./testing/check-statements.ts";
import { describeServers, toldOnBase } from "./testing/describe-servers.ts";
import type { MeasuredEffect } from "./testing/measure-effect.ts";
import { BASE, RULE_CASES, type RuleCase, titleOf } from "./testing/rule-cases.ts";

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

/** What the server did, or what the rules say that it does. */
interface Said {
  readonly refused: boolean;
  /** Others are kept from a table. */
  readonly locks?: boolean;
  /** Others are kept from a table while a whole table is read or written. */
  readonly long?: boolean;
  /** Whether the case's own rule has to speak, or speaks. */
  readonly rule?: boolean;
}

function doneBy(rule: MigrationFindingCode, measured: MeasuredEffect): Said {
  const { refused, rewritten, scanned, unwritable, unreadable } = measured;
  if (refused !== null) return { refused: true, rule: true };
  const locks = unwritable.size + unreadable.size > 0;
  const long = locks && rewritten.size + scanned.size > 0;
  if (REFUSED.has(rule) || UNLIMITED.has(rule)) return { refused: false, locks, long };
  return { refused: false, locks, long, rule: BRIEF.has(rule) ? unreadable.size > 0 : long };
}

/** Of the same facts. Verdicts of severity `info` warn of nothing that happened. */
function saidBy(rule: MigrationFindingCode, told: readonly Told[], asked: Said): Said {
  const sure = told.filter(({ verdict }) => verdict.severity !== "info");
  return {
    refused: sure.some(({ code }) => REFUSED.has(code)),
    ...("locks" in asked ? { locks: sure.some(({ code }) => UNLIMITED.has(code)) } : {}),
    ...("long" in asked ? { long: sure.some(({ verdict }) => verdict.work !== "none") } : {}),
    ...("rule" in asked ? { rule: sure.some(({ code }) => code === rule) } : {}),
  };
}

function textOf(told: readonly Told[], measured: MeasuredEffect): string {
  const sets = (_: string, value: unknown): unknown =>
    value instanceof Set ? [...(value as Set<string>)] : value;
  return `rules: ${told.map(({ code }) => code).join(", ")}; the server: ${JSON.stringify(measured, sets)}`;
}

/** Anything but this: a case that says why nobody can know must not be known after all. */
function not(done: Said): unknown {
  return expect.not.objectContaining(done);
}

const checks = new Map<RuleCase, Promise<readonly Told[]>[]>();

/** What the rules say by the text alone, and with a trial. The same for all servers. */
function checksOf(one: RuleCase, trial: Trial): readonly Promise<readonly Told[]>[] {
  const known = checks.get(one) ?? [toldOf(one, null), toldOf(one, trial)];
  checks.set(one, known);
  return known;
}

function toldOf(
  { alone = false, before = [], setup = [], sql }: RuleCase,
  by: Trial | null,
): Promise<readonly Told[]> {
  const change = { up: [...before, sql], transaction: alone ? "none" : "migration" } as const;
  return toldOnBase(setup, [change], by, 150_000);
}

describeServers({ start: startPostgres, startDebian: startDebianPostgres }, (server) => {
  test.for(
    RULE_CASES.filter(({ since = 0 }) => since <= server.major).map((one) => ({
      one,
      rule: one.rule,
      title: titleOf(one),
    })),
  )("$rule: $title", { timeout: 60_000 }, async ({ one, rule }, context) => {
    const { setup = [], before = [], sql, alone = false, needsTrial, unknown } = one;
    const measured = await server
      .meter(context)
      .measure({ setup: [...BASE, ...setup], before, sql, alone });
    const done = doneBy(rule, measured);
    const [inferred = [], tried = []] = await Promise.all(checksOf(one, server.trial()));

    const inferredSaid = saidBy(rule, inferred, done);
    const triedSaid = saidBy(rule, tried, done);
    const unknowable = unknown !== undefined;
    const hidden = unknowable || needsTrial !== undefined;
    expect(inferredSaid, textOf(inferred, measured)).toEqual(hidden ? not(done) : done);
    expect(triedSaid, textOf(tried, measured)).toEqual(unknowable ? not(done) : done);
  });
});
