import { tableKey } from "../../catalog/catalog.ts";
import type { SchemaChange } from "../../catalog/changed-snapshot.ts";
import { findIndex } from "../../catalog/partitions.ts";
import { countText, factorText } from "../../findings/drop-evidence.ts";
import type { FindingObject } from "../../findings/finding.ts";
import { indexObject } from "../../findings/index-object.ts";
import { listText } from "../../findings/list-text.ts";
import type { ComparedQuery } from "./compare-plans.ts";
import { placeOf } from "./place-finding.ts";
import {
  callSitesText,
  executionsText,
  impactOf,
  percentText,
  timesDearer,
} from "./query-impact.ts";
import { isRegression } from "./regression.ts";
import { ddlStatements } from "./statement-tables.ts";
import type { WorkloadCheck, WorkloadFinding } from "./workload-check.ts";

export interface DroppedInUse {
  readonly findings: readonly WorkloadFinding[];
  /** Queries that are told of here. */
  readonly queries: ReadonlySet<ComparedQuery>;
  /** Queries that fail after the change, and why: nobody can say by which statement. */
  readonly unexplained: readonly { readonly query: ComparedQuery; readonly reason: string }[];
}

/** What the change drops, renames or retypes although queries of the workload use it: they fail, or lose their index. */
export async function droppedInUse(check: WorkloadCheck): Promise<DroppedInUse> {
  const broken = await brokenQueries(check);
  const lost = lostIndexes(check);
  return {
    findings: [...broken.findings, ...lost.findings],
    queries: new Set([...broken.queries, ...lost.queries]),
    unexplained: broken.unexplained,
  };
}

async function brokenQueries(check: WorkloadCheck): Promise<DroppedInUse> {
  const groups = new Map<SchemaChange, ComparedQuery[]>();
  const unexplained: { query: ComparedQuery; reason: string }[] = [];
  for (const query of check.comparison.queries) {
    if (query.after.ok) continue;
    const { reason } = query.after;
    const change = await causeOf(query, reason, check);
    if (change === null) unexplained.push({ query, reason });
    else groups.set(change, [...(groups.get(change) ?? []), query]);
  }
  return {
    findings: [...groups].flatMap(([change, queries]) => brokenFinding(change, queries, check)),
    queries: new Set([...groups.values()].flat()),
    unexplained,
  };
}

/** The change that breaks a query: of an object that it refers to, and that the planner's reason names. */
async function causeOf(
  compared: ComparedQuery,
  reason: string,
  { changed, statements, causes }: WorkloadCheck,
): Promise<SchemaChange | null> {
  const used = changed.changes.filter((change) => refersTo(compared, change));
  const named = used.filter((change) => hasWord(reason, change.column ?? change.name.name));
  const likely = named.length > 0 ? named : used;
  const positions = [...new Set(likely.map(({ position }) => position))];
  const position =
    positions.length === 1
      ? positions[0]
      : await causes.find(
          positions.length > 0 ? positions : ddlStatements(statements),
          async (planner) => !(await compared.planBy(planner)).ok,
        );
  return likely.find((change) => change.position === position) ?? null;
}

function refersTo({ query }: ComparedQuery, change: SchemaChange): boolean {
  if (change.change === "created" || change.kind === "index") return false;
  const uses = query.statement.tables.filter(
    ({ table }) => tableKey(table) === tableKey(change.table ?? change.name),
  );
  if (change.kind === "table") return uses.length > 0;
  if (change.kind === "column") {
    const column = change.column ?? "";
    return uses.some(
      ({ columns, written }) =>
        columns === "*" || columns.includes(column) || written.includes(column),
    );
  }
  return hasWord(query.sql, change.name.name);
}

function hasWord(text: string, name: string): boolean {
  const words: readonly string[] = text.match(/[\p{L}\p{N}_$]+/gu) ?? [];
  return words.includes(name) || text.includes(`"${name}"`);
}

function brokenFinding(
  change: SchemaChange,
  compared: readonly ComparedQuery[],
  { statements, workload, planner, before }: WorkloadCheck,
): readonly WorkloadFinding[] {
  const checked = statements[change.position];
  const [first] = compared;
  if (checked === undefined || first === undefined || first.after.ok) return [];
  const queries = compared.map(({ query }) => query);
  const what = `${KINDS[change.kind]} ${objectText(change)}`;
  const done =
    change.change === "renamed"
      ? `is renamed to ${change.to}`
      : change.change === "retyped"
        ? `becomes ${change.to}`
        : "is dropped";
  return [
    {
      code: "dropped-in-use",
      severity: "error",
      ...placeOf(checked),
      object: objectOf(change),
      message: `${what} ${done}, and ${countText(queries.length, "query", "queries")} of the workload ${queries.length === 1 ? "fails" : "fail"} then (${executionsText(queries, workload.seconds)}${callSitesText(queries)}): ${first.after.reason}.`,
      evidence: [
        {
          check: "replan",
          verdict: "for",
          detail: `planned by ${planner.before.name} before and after the change: only before it are there plans`,
        },
        {
          check: "workload",
          verdict: "for",
          detail: `seen in ${listText([...new Set(queries.flatMap(({ sources }) => sources))])}, snapshot of ${before.capturedAt}`,
        },
      ],
      advice: ADVICE[change.change] ?? ADVICE.dropped,
      alternative: [],
      queries: compared.map(({ query, before: plan, after }) => impactOf(query, plan, after)),
    },
  ];
}

const KINDS: Readonly<Record<SchemaChange["kind"], string>> = {
  table: "Table",
  view: "View",
  column: "Column",
  index: "Index",
  type: "Type",
  function: "Function",
};

const ADVICE = {
  dropped:
    "Deploy code that does without it first, and drop it in a later migration, once a new snapshot's workload has no query of it.",
  renamed:
    "Servers that run the old code send the old name until the last one is replaced: add the new name beside the old one (a second column that is kept equal, or a view under the table's old name), deploy, and take the old one away in a later migration.",
  retyped:
    "Add a column of the new type, write both, move the readers over, and drop the old one in a later migration; or change the queries first so that they work with both types.",
  created: "",
} as const satisfies Readonly<Record<SchemaChange["change"], string>>;

function objectText({ name, column }: SchemaChange): string {
  return [name.schema, name.name, ...(column === null ? [] : [column])].join(".");
}

function objectOf({ kind, name, column }: SchemaChange): FindingObject {
  return {
    type: kind === "column" ? "column" : "table",
    schema: name.schema,
    table: name.name,
    name: null,
    columns: column === null ? [] : [column],
  };
}

/** Dropped indexes whose queries get dearer. One that another index stands in for is not in use. */
function lostIndexes(check: WorkloadCheck): DroppedInUse {
  const { changed, comparison, statements } = check;
  const findings: WorkloadFinding[] = [];
  const told = new Set<ComparedQuery>();
  for (const change of changed.changes) {
    if (change.kind !== "index" || change.change !== "dropped") continue;
    const checked = statements[change.position];
    const users = comparison.queries.filter(
      ({ before, after, ...rest }) =>
        before.indexes.includes(`${change.name.schema}.${change.name.name}`) &&
        after.ok &&
        isRegression({ ...rest, before }, after.plan, comparison.total),
    );
    if (checked === undefined || users.length === 0) continue;
    for (const user of users) told.add(user);
    findings.push({ ...placeOf(checked), ...lostFinding(change, users, check) });
  }
  return { findings, queries: told, unexplained: [] };
}

function lostFinding(
  { name, table }: SchemaChange,
  users: readonly ComparedQuery[],
  { before, comparison, workload, planner }: WorkloadCheck,
): Omit<WorkloadFinding, keyof ReturnType<typeof placeOf>> {
  const index = findIndex(name, before.catalog);
  const queries = users.map(({ query }) => query);
  const impacts = users
    .map(({ query, before: plan, after }) => impactOf(query, plan, after))
    .toSorted((a, b) => timesDearer(b) - timesDearer(a));
  const worst = Math.max(...impacts.map(timesDearer));
  const added = users.reduce(
    (sum, { before: plan, after, weight }) =>
      sum + (after.ok ? (after.plan.cost - plan.cost) * weight : 0),
    0,
  );
  return {
    code: "dropped-in-use",
    severity: "error",
    object:
      index === undefined
        ? {
            type: "index",
            schema: name.schema,
            table: table?.name ?? "",
            name: name.name,
            columns: [],
          }
        : indexObject(index),
    message: `Index ${name.schema}.${name.name} is dropped, and ${countText(queries.length, "query", "queries")} of the workload ${queries.length === 1 ? "uses" : "use"} it (${executionsText(queries, workload.seconds)}${callSitesText(queries)}): without it ${queries.length === 1 ? "it costs" : "they cost"} up to ${factorText(worst)} times as much.`,
    evidence: [
      {
        check: "replan",
        verdict: "for",
        detail: `planned by ${planner.before.name} before and after the change, statistics held fixed: the workload's estimated cost rises by ${percentText(added / comparison.total)}`,
      },
    ],
    advice:
      "Keep it. Where another index is to replace it, build that one first, in a migration of its own, and drop this one when plans use the new one.",
    alternative: [],
    queries: impacts,
  };
}
