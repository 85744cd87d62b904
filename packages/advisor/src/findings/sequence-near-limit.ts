import { type Sequence, tableKey } from "../catalog/catalog.ts";
import { daysBetween } from "../catalog/usage-history.ts";
import type { Evidence, Finding, Severity } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";

/** Shares of the values that are used up, from which on a sequence is reported, and how gravely. */
const BARS: readonly (readonly [number, Severity])[] = [
  [0.9, "error"],
  [0.75, "warning"],
  [0.5, "info"],
];

/** Days that a history must cover before its growth is told. */
const MINIMUM_GROWTH_DAYS = 1;

/** A sequence that has given half of the values that its column, or it itself, can hold. The next insert after the last fails. */
export async function sequenceNearLimit(context: FindingContext): Promise<readonly Finding[]> {
  const { catalog, nodes } = context.snapshot;
  const primary = nodes.find(({ role }) => role === "primary") ?? nodes[0];
  if (primary === undefined) return [];
  const lastValues = new Map(
    (primary.sequences ?? []).map(({ sequence, lastValue }) => [tableKey(sequence), lastValue]),
  );
  return (catalog.sequences ?? []).flatMap((sequence) => {
    const last = lastValues.get(tableKey(sequence));
    if (last === undefined) return [];
    const used = (last - sequence.first) / (sequence.limit - sequence.first);
    const bar = BARS.find(([share]) => used >= share);
    return bar === undefined
      ? []
      : [judge(sequence, { last, used, severity: bar[1], node: primary.node }, context)];
  });
}

interface State {
  readonly last: number;
  readonly used: number;
  readonly severity: Severity;
  readonly node: string;
}

function judge(
  sequence: Sequence,
  { last, used, severity, node }: State,
  context: FindingContext,
): Finding {
  const { column, limit, limitedByColumn } = sequence;
  const name = `${sequence.schema}.${sequence.name}`;
  const growth = growthPerDay(sequence, node, context);
  const daysLeft = growth === null || growth <= 0 ? null : Math.abs(limit - last) / growth;
  const end =
    limitedByColumn && column ? `type ${column.type} of its column` : "the sequence itself";
  const evidence: readonly Evidence[] = [
    {
      check: "limit",
      verdict: "for",
      detail: `${name} gave ${number(last)} last; ${end} ends at ${number(limit)}`,
    },
    {
      check: "growth",
      verdict: growth === null ? "unknown" : "for",
      detail:
        growth === null
          ? "how fast it grows is not known: a usage history tells (dbadvise usage --record, --usage)"
          : `it grows by ${number(Math.round(growth))} a day, by the usage history`,
    },
  ];
  const of = column ? `${column.table.schema}.${column.table.name}.${column.name}` : name;
  // Never "100 %" before the end is there.
  const percent = Math.min(used >= 1 ? 100 : 99.9, Math.floor(used * 1_000) / 10);
  const left =
    daysLeft === null
      ? ""
      : `; at its pace of now the rest lasts ${number(Math.floor(daysLeft))} days`;
  return {
    code: "sequence-near-limit",
    severity,
    object: column
      ? {
          type: "column",
          schema: column.table.schema,
          table: column.table.name,
          name: null,
          columns: [column.name],
        }
      : {
          type: "sequence",
          schema: sequence.schema,
          table: sequence.name,
          name: null,
          columns: [],
        },
    message: `${of} has used ${percent} % of the values that ${end} allows (${number(last)} of ${number(limit)})${left}. After the last one every insert fails.`,
    confidence: "verified",
    evidence,
    queries: [],
    bytes: null,
    savedMsPerDay: null,
    // The way out takes several steps, which its page tells: one statement would lock the table for long.
    ddl: null,
    planner: null,
  };
}

/** Values a day in the sequence's direction over the node's whole history; `null` where that is too short. A reset of counters is none of values. */
function growthPerDay(
  sequence: Sequence,
  node: string,
  { history }: FindingContext,
): number | null {
  const key = tableKey(sequence);
  const records = (history?.get(node) ?? [])
    .flatMap((span) => span.records)
    .flatMap(({ at, sequences }) => {
      const value = sequences.get(key);
      return value === undefined ? [] : [{ at, value }];
    });
  const first = records[0];
  const last = records.at(-1);
  if (first === undefined || last === undefined) return null;
  const days = daysBetween(first.at, last.at);
  if (days < MINIMUM_GROWTH_DAYS) return null;
  return ((last.value - first.value) * Math.sign(sequence.increment)) / days;
}

function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}
