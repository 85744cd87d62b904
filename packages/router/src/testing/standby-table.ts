import type { Verdict } from "../verdict.ts";

/** What happened to a statement on a real standby. */
export interface Outcome {
  /** The standby's error, if it was refused. */
  readonly refused?: string;
  /** What was different afterwards, or while it ran: empty for a read. */
  readonly effects: readonly string[];
}

export interface TableRow {
  readonly sql: string;
  readonly verdict: Verdict;
  readonly outcome: Outcome;
}

/** Rows that a standby may not have been given: it refused them, or they left something. Empty where the classifier is sound. */
export function misrouted(rows: readonly TableRow[]): string[] {
  return rows
    .filter(({ verdict }) => verdict.kind === "read")
    .filter(({ outcome }) => outcome.refused !== undefined || outcome.effects.length > 0)
    .map(({ sql, outcome }) => `${sql} -- ${outcome.refused ?? outcome.effects.join(", ")}`);
}

/** Statements that go to the primary though the standby took them and nothing was different. */
export function needless(rows: readonly TableRow[]): string[] {
  return rows
    .filter(({ verdict }) => verdict.kind !== "read")
    .filter(({ outcome }) => outcome.refused === undefined && outcome.effects.length === 0)
    .map(({ sql }) => sql);
}

/** What differs between two snapshots of a session and its server, by the names of their parts. */
export function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(after).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
}
