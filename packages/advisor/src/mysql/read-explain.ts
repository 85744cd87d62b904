import {
  type Block,
  type Condition,
  type Step,
  type Subquery,
  type TableStep,
  tableSteps,
  type WorkStep,
} from "./explain-tree.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads `EXPLAIN FORMAT=JSON` (its text, or parsed) of MySQL, format version 1, or MariaDB. `null` where it is not one: MySQL's version 2
 * has no plans of single-table writes.
 */
export function readExplain(explain: unknown): Block | null {
  const parsed: unknown = typeof explain === "string" ? readJson(explain) : explain;
  if (!isJson(parsed) || !isJson(parsed["query_block"])) return null;
  return readBlock(parsed["query_block"], []);
}

/** MariaDB writes texts into JSON as they are, with quotes and backslashes; each member has a line of its own. */
function readJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return JSON.parse(
      json.replaceAll(
        /^(\s*"[\w-]+": )"(.*)"(,?)$/gm,
        (_, member: string, value: string, comma: string) => member + JSON.stringify(value) + comma,
      ),
    );
  }
}

/** `outer`: names of the tables around it, by which a dependent subquery is known. */
function readBlock(json: Json, outer: readonly string[]): Block {
  const union = json["union_result"] ?? json["recursive_union"];
  const table = json["table"];
  const message = json["message"] ?? (isJson(table) ? table["message"] : undefined);
  if (typeof message === "string")
    return { steps: [], union: [], message, conditions: [], ...subqueries(json, outer, []) };
  const specifications = isJson(union) ? list(union["query_specifications"]) : [];
  const steps = readSteps(json, outer);
  if (steps.length === 0 && specifications.length === 0 && isJson(table))
    return { steps: [], union: [], message: "Rows are given", conditions: [], subqueries: [] };
  const own = steps.flatMap(aliases);
  return {
    steps,
    union: specifications.flatMap((one) =>
      isJson(one["query_block"]) ? [readBlock(one["query_block"], outer)] : [],
    ),
    message: null,
    conditions: conditions(json, { having_condition: "Having" }),
    ...subqueries(json, outer, own),
  };
}

const TEMPORARY = ["temporary_table", "buffer"];
const SORTED = ["ordering_operation", "grouping_operation", "duplicates_removal", "windowing"];
/** Of these only what is inside matters to the rows that are read. */
const PLAIN = [
  "read_sorted_file",
  "block-nl-join",
  "range-checked-for-each-record",
  "window_functions_computation",
  "buffer_result",
  "insert_from",
];

/** The steps of a block, or of an operation in it. */
function readSteps(json: Json, outer: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  const inside = [...outer];
  for (const [name, value] of Object.entries(json)) {
    const found = readStep(name, value, inside);
    steps.push(...found);
    inside.push(...found.flatMap(aliases));
  }
  return steps;
}

function readStep(name: string, value: unknown, outer: readonly string[]): readonly Step[] {
  if (name === "nested_loop") {
    const tables = list(value);
    return tables.flatMap((one, at) => readSteps(withFraction(one, tables[at - 1]), outer));
  }
  if (!isJson(value)) return [];
  if (name === "table") return readTable(value, outer);
  if (name === "filesort") return [work("sort", value, outer)];
  if (TEMPORARY.includes(name)) return [work("temporary table", value, outer)];
  if (PLAIN.includes(name)) {
    const sorts = list(value["sorts"])
      .map((sort) => sort["filesort"])
      .filter(isJson);
    const steps = readSteps(value, outer).map((step) =>
      name === "block-nl-join" && step.kind === "table"
        ? {
            ...step,
            buffered: true,
            conditions: [...step.conditions, ...conditions(value, CONDITIONS)],
            notes: [...step.notes, value["join_type"] === "BNLH" ? "hash join" : "join buffer"],
          }
        : step,
    );
    return sorts.reduce<readonly Step[]>(
      (sorted, sort) => [{ kind: "sort", conditions: conditions(sort, SORT_KEY), steps: sorted }],
      steps,
    );
  }
  if (!SORTED.includes(name)) return [];
  const windows = list(value["windows"]);
  const sorts =
    value["using_filesort"] === true || windows.some((window) => window["using_filesort"] === true);
  let steps = readSteps(value, outer);
  if (value["using_temporary_table"] === true)
    steps = [{ kind: "temporary table", conditions: [], steps }];
  return sorts ? [{ kind: "sort", conditions: [], steps }] : steps;
}

/** MySQL prints whole rows of each read: 1.98 as 1. The rows of the whole join tell the fraction. */
function withFraction(json: Json, before: Json | undefined): Json {
  const table = json["table"];
  const previous = before?.["table"];
  if (!isJson(table) || !isJson(previous)) return json;
  const whole = Number(table["rows_examined_per_scan"]);
  const rows =
    Number(table["rows_produced_per_join"]) /
    (Number(previous["rows_produced_per_join"]) * (Number(table["filtered"]) / 100));
  return Math.abs(rows - whole - 0.5) < 0.55
    ? { ...json, table: { ...table, rows_examined_per_scan: rows } }
    : json;
}

function work(kind: WorkStep["kind"], json: Json, outer: readonly string[]): WorkStep {
  return { kind, conditions: conditions(json, SORT_KEY), steps: readSteps(json, outer) };
}

const SORT_KEY = { sort_key: "Sort key" } as const;
const CONDITIONS = { index_condition: "Index condition", attached_condition: "Condition" } as const;

const NOTES: Readonly<Record<string, string>> = {
  backward_index_scan: "backward",
  using_index_for_group_by: "for group by",
  using_index_for_skip_scan: "skip scan",
  not_exists: "not exists",
  first_match: "first match",
  distinct: "distinct",
  range_checked_for_each_record: "range checked for each record",
};

function readTable(json: Json, outer: readonly string[]): readonly TableStep[] {
  const alias = text(json["table_name"]);
  // A table that rows are inserted into is not read.
  if (alias === "" || json["insert"] === true || json["replace"] === true) return [];
  if (json["access_type"] === undefined && json["rows"] === undefined) return [];
  const filledBy = json["materialized_from_subquery"] ?? json["materialized"];
  const joinBuffer = text(json["using_join_buffer"]);
  const filtered = Number(json["filtered"] ?? 100);
  return [
    {
      kind: "table",
      alias,
      access: text(json["access_type"]) || "ALL",
      indexes: indexNames(json),
      keyParts: strings(json["used_key_parts"]),
      ref: strings(json["ref"]),
      rows: Number(json["rows_examined_per_scan"] ?? json["rows"] ?? 0),
      filtered: Number.isFinite(filtered) ? filtered / 100 : 1,
      covering: json["using_index"] === true || json["using_index_for_group_by"] !== undefined,
      buffered: joinBuffer !== "",
      conditions: conditions(json, CONDITIONS),
      notes: [
        ...Object.entries(NOTES).flatMap(([name, note]) =>
          json[name] === undefined ? [] : [note],
        ),
        ...(joinBuffer === "" ? [] : [joinBuffer]),
      ],
      filledBy: isJson(filledBy) ? innerBlock(filledBy, outer) : null,
    },
  ];
}

/** MySQL prints merged indexes as `sort_union(a,b)`, MariaDB as nested objects. */
function indexNames(json: Json): readonly string[] {
  const key = text(json["key"]);
  if (json["access_type"] !== "index_merge") return key === "" ? [] : [key];
  const names =
    key === ""
      ? mergedKeys(json["index_merge"])
      : key
          .split(/[(),]/)
          .filter((name) => !["", "union", "sort_union", "intersect"].includes(name));
  return [...new Set(names)];
}

function mergedKeys(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(mergedKeys);
  if (!isJson(value)) return [];
  return typeof value["key"] === "string"
    ? [value["key"]]
    : Object.values(value).flatMap(mergedKeys);
}

/** The block inside `materialized`, `materialization`, `expression_cache`, or none of these. */
function innerBlock(json: Json, outer: readonly string[]): Block | null {
  const inner = [json["materialization"], json["expression_cache"]].find(isJson) ?? json;
  return isJson(inner["query_block"]) ? readBlock(inner["query_block"], outer) : null;
}

const MYSQL_SUBQUERIES = /_subqueries$/;

/** MySQL tells which are dependent; in MariaDB's plans it shows by the outer tables in their conditions. */
function subqueries(
  json: Json,
  outer: readonly string[],
  own: readonly string[],
): Pick<Block, "subqueries"> {
  const around = [...outer, ...own];
  const found: Subquery[] = [];
  const visit = (value: unknown, name: string): void => {
    if (Array.isArray(value)) {
      for (const one of value) {
        if (MYSQL_SUBQUERIES.test(name) || name === "subqueries") add(one);
        else visit(one, name);
      }
      return;
    }
    // Blocks below have their own.
    if (!isJson(value) || ["query_block", "materialized_from_subquery"].includes(name)) return;
    for (const [key, one] of Object.entries(value)) visit(one, key);
  };
  const add = (one: unknown): void => {
    if (!isJson(one)) return;
    const filled = isJson(one["table"]) ? one["table"]["materialized_from_subquery"] : undefined;
    const holder = isJson(filled) ? filled : one;
    const block = innerBlock(holder, around);
    if (block === null) return;
    const runsOnce = holder === filled || holder["materialization"] !== undefined;
    const dependent =
      typeof one["dependent"] === "boolean"
        ? one["dependent"]
        : !runsOnce && (isLookedUp(block) || looksOutside(block, around));
    found.push({ block, dependent });
  };
  for (const [name, value] of Object.entries(json)) visit(value, name);
  return { subqueries: found };
}

/** IN (SELECT ...) that is answered by a look-up for each value. */
function isLookedUp(block: Block): boolean {
  return tableSteps(block).some(({ access }) => access.endsWith("_subquery"));
}

function looksOutside(block: Block, around: readonly string[]): boolean {
  const own = new Set(tableSteps(block).map(({ alias }) => alias));
  const outside = around.filter((alias) => !own.has(alias));
  const texts = tableSteps(block).flatMap((step) => [
    ...step.ref.map((ref) => ref.replace(/^[^.]*\.(?=[^.]*\.)/, "")),
    ...step.conditions.map(({ text: condition }) => condition.replaceAll("`", "")),
  ]);
  return outside.some((alias) => texts.some((one) => mentions(one, alias)));
}

function mentions(condition: string, alias: string): boolean {
  const at = condition.indexOf(`${alias}.`);
  return at === 0 || (at > 0 && !/[\w$]/.test(condition.charAt(at - 1)));
}

function aliases(step: Step): readonly string[] {
  return step.kind === "table" ? [step.alias] : step.steps.flatMap(aliases);
}

function conditions(
  json: Json,
  names: Readonly<Record<string, Condition["name"]>>,
): readonly Condition[] {
  return Object.entries(names).flatMap(([field, name]) => {
    const value = text(json[field]);
    return value === "" ? [] : [{ name, text: value }];
  });
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
