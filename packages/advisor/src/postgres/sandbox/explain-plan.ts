import { quoteIdent } from "../quote-ident.ts";

/** One node of EXPLAIN (FORMAT JSON). */
export interface PlanNode {
  readonly [field: string]: unknown;
}

/** A node's index, with the table that it is read of where a node says so. */
export interface UsedIndex {
  readonly index: string;
  readonly relation: string | null;
}

/** The outermost node of an EXPLAIN (FORMAT JSON) result; `null` where it is not one. */
export function rootNode(result: unknown): PlanNode | null {
  const first: unknown = Array.isArray(result) ? result[0] : undefined;
  return isNode(first) && isNode(first["Plan"]) ? first["Plan"] : null;
}

export function usedIndexes(node: PlanNode, relation: string | null = null): readonly UsedIndex[] {
  const here = typeof node["Relation Name"] === "string" ? node["Relation Name"] : relation;
  const index = node["Index Name"];
  return [
    ...(typeof index === "string" ? [{ index, relation: here }] : []),
    ...children(node).flatMap((child) => usedIndexes(child, here)),
  ];
}

/** Names of the relations that nodes read from end to end: no condition leads them to the rows. */
export function scannedRelations(node: PlanNode): readonly string[] {
  const found = planNodes(node).flatMap((each) => {
    const type = text(each["Node Type"]);
    const whole =
      type === "Seq Scan" ||
      ((type === "Index Scan" || type === "Index Only Scan") &&
        each["Index Cond"] === undefined &&
        each["Order By"] === undefined);
    const relation = text(each["Relation Name"]);
    return whole && relation !== "" ? [relation] : [];
  });
  return [...new Set(found)];
}

/** A node and all below it. */
export function planNodes(node: PlanNode): readonly PlanNode[] {
  return [node, ...children(node).flatMap(planNodes)];
}

export interface RenderOptions {
  /** How an index is named to a reader; quoted where needed. */
  readonly indexName: (index: string) => string;
  /** Replaces literals by `?`: for plans of a logged text. */
  readonly redact: boolean;
}

/** The plan as EXPLAIN prints it as text, one line per element. */
export function renderPlan(node: PlanNode, options: RenderOptions): readonly string[] {
  return renderNode(node, options, 0, "");
}

/** `indent` is that of the node's own line, without its arrow. */
function renderNode(
  node: PlanNode,
  options: RenderOptions,
  indent: number,
  arrow: string,
): readonly string[] {
  const cost = `cost=${fixed(node["Startup Cost"])}..${fixed(node["Total Cost"])}`;
  const below = " ".repeat(indent + 2);
  return [
    `${" ".repeat(indent - arrow.length)}${arrow}${title(node, options)}  (${cost} rows=${text(node["Plan Rows"])} width=${text(node["Plan Width"])})`,
    ...details(node, options).map((line) => below + line),
    ...children(node).flatMap((child) => {
      const subplan = text(child["Subplan Name"]);
      return subplan === ""
        ? renderNode(child, options, indent + 6, "->  ")
        : [below + subplan, ...renderNode(child, options, indent + 8, "->  ")];
    }),
  ];
}

const AGGREGATES: Readonly<Record<string, string>> = {
  Sorted: "GroupAggregate",
  Hashed: "HashAggregate",
  Mixed: "MixedAggregate",
};

function title(node: PlanNode, { indexName }: RenderOptions): string {
  let type = text(node["Node Type"]);
  if (type === "Aggregate") type = AGGREGATES[text(node["Strategy"])] ?? type;
  if (type === "ModifyTable") type = text(node["Operation"]);
  const mode = text(node["Partial Mode"]);
  if (mode === "Partial" || mode === "Finalize") type = `${mode} ${type}`;
  const join = text(node["Join Type"]);
  if (join !== "" && join !== "Inner")
    type = type === "Nested Loop" ? `${type} ${join} Join` : type.replace(" Join", ` ${join} Join`);
  else if (join === "Inner" && type !== "Nested Loop" && !type.endsWith("Join")) type += " Join";
  if (type === "Hash" && join !== "") type = `Hash ${join} Join`;
  const index = text(node["Index Name"]);
  const relation =
    text(node["Relation Name"]) || text(node["CTE Name"]) || text(node["Function Name"]);
  const alias = text(node["Alias"]);
  return [
    node["Parallel Aware"] === true ? `Parallel ${type}` : type,
    node["Scan Direction"] === "Backward" ? "Backward" : "",
    index === "" ? "" : `${type === "Bitmap Index Scan" ? "on" : "using"} ${indexName(index)}`,
    relation === "" ? "" : `on ${quoteIdent(relation)}`,
    alias !== "" && relation !== "" && alias !== relation ? quoteIdent(alias) : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

const DETAILS = [
  "Window",
  "Sort Key",
  "Presorted Key",
  "Group Key",
  "Cache Key",
  "Hash Cond",
  "Merge Cond",
  "Index Cond",
  "Recheck Cond",
  "Order By",
  "TID Cond",
  "Join Filter",
  "One-Time Filter",
  "Filter",
  "Workers Planned",
] as const;

function details(node: PlanNode, { redact }: RenderOptions): readonly string[] {
  return DETAILS.flatMap((name) => {
    const value = node[name];
    if (value === undefined) return [];
    const printed = Array.isArray(value) ? value.map(text).join(", ") : text(value);
    return [
      `${name}: ${redact && name !== "Workers Planned" ? withoutLiterals(printed) : printed}`,
    ];
  });
}

function withoutLiterals(condition: string): string {
  return condition
    .replaceAll(/"(?:[^"]|"")*"|[EB]?'(?:[^']|'')*'/g, (quoted) =>
      quoted.startsWith('"') ? quoted : "?",
    )
    .replaceAll(/"(?:[^"]|"")*"|(?<![\w$."])\d+(?:\.\d+)?(?:e[+-]?\d+)?\b/gi, (found) =>
      found.startsWith('"') ? found : "?",
    );
}

function children(node: PlanNode): readonly PlanNode[] {
  const plans = node["Plans"];
  return Array.isArray(plans) ? plans.filter(isNode) : [];
}

function isNode(value: unknown): value is PlanNode {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function fixed(value: unknown): string {
  return typeof value === "number" ? value.toFixed(2) : "?";
}
