import type { SafeStep } from "../runner.ts";

/**
 * Prefixes for new migrations that sort after a name: `20240131120000` goes on a second later, `2024_01_31` a day later,
 * other numbers by one, at least as wide; a name without a number goes on with itself.
 */
export function prefixesAfter(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => prefixAfter(name, index + 1));
}

function prefixAfter(name: string, by: number): string {
  const date = /^(\d{4})([-_])(\d{2})[-_](\d{2})/.exec(name);
  if (date !== null) {
    const [, year, separator = "_", month, day] = date;
    const later = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day) + by));
    return later.toISOString().slice(0, 10).replaceAll("-", separator);
  }
  const [digits] = /^\d+/.exec(name) ?? [];
  if (digits === undefined) return `${name}_${by + 1}`;
  if (/^(?:19|20)\d{12}(?:\d{3})?$/.test(digits)) return momentAfter(digits, by);
  return String(BigInt(digits) + BigInt(by)).padStart(digits.length, "0");
}

/** `YYYYMMDDhhmmss` with milliseconds or without, some seconds later. */
function momentAfter(digits: string, seconds: number): string {
  const [year = 0, month = 1, ...rest] = digits.match(/^\d{4}|\d\d/g)?.map(Number) ?? [];
  const [day, hour, minute, second = 0] = rest;
  const later = new Date(Date.UTC(year, month - 1, day, hour, minute, second + seconds));
  return later.toISOString().replace(/\D/g, "").slice(0, 14) + digits.slice(14);
}

/** `validate orders_customer_fk` as part of a file's name. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
}

/**
 * The same steps, those outside of transactions with one statement each: several statements sent together are one
 * transaction to PostgreSQL.
 */
export function oneStatementEach(steps: readonly SafeStep[]): readonly SafeStep[] {
  return steps.flatMap((step) =>
    step.outsideTransaction && step.up.length > 1
      ? step.up.map((up, index) => ({
          ...step,
          title: `${step.title} ${index + 1}`,
          up: [up],
          down: downOf(step, index),
        }))
      : [step],
  );
}

/** What takes back the statement at an index: its counterpart where there is one for each, else all with the first. */
function downOf({ up, down }: SafeStep, index: number): readonly string[] {
  if (down.length !== up.length) return index === 0 ? down : [];
  return [down[up.length - 1 - index] ?? ""];
}

/** Statements as a text of SQL, each with its `;`. */
export function sqlText(statements: readonly string[]): string {
  return statements.map((statement) => `${statement.replace(/;?\s*$/, "")};\n`).join("");
}

/**
 * Statements of a step for a tool that gives a file no transaction: what has to happen at once begins one of its own. What
 * holds for a transaction only (SET LOCAL) would do nothing outside of one, and is set for the session there.
 */
export function withOwnTransaction({ up, outsideTransaction }: SafeStep): readonly string[] {
  if (outsideTransaction) return up;
  const settings = up.filter((statement) => /^set\s/i.test(statement));
  if (up.length - settings.length > 1) return ["BEGIN", ...up, "COMMIT"];
  return up.map((statement) => statement.replace(/^set\s+local\b/i, "SET"));
}
