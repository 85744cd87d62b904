import { type MergedStatement, type MergePlan, NotMergeable } from "../coalescing-engine.ts";
import { CALL, PLACE, splitRows } from "../split-rows.ts";
import { arrayLiteral } from "./array-literal.ts";

/** Above this the planner expects so many rows that it compiles the plan (JIT), which costs more than it saves. */
const MAX_CALLS = 1000;
/** Texts that are kept for one shape: of a long list of values, any may be the same for all calls. */
const MAX_TEXTS = 64;

/**
 * Merges calls by `unnest` of one array for each parameter that differs; those that all calls share stay parameters, so that
 * partial indexes, partition pruning and the estimate of a LIMIT stay what they are.
 *
 * @param types the parameters' types, as `parameterTypes` names them
 * @param compile the query's SQL with what `write` gives in the place of the n-th parameter
 */
export function lateralPlan(
  types: readonly string[],
  compile: (write: (index: number) => string) => string,
): MergePlan {
  /** Texts by which parameters differ: a handful in practice, and never more than {@link MAX_TEXTS}. */
  const texts = new Map<string, string>();

  function textFor(differs: readonly boolean[]): string {
    const key = differs.join();
    const known = texts.get(key);
    if (known !== undefined) return known;
    const varying = types.flatMap((type, index) =>
      differs[index] === true ? [{ type, index }] : [],
    );
    const arrays = varying.map(
      ({ type, index }) => `$${index + 1}::${isArray(type) ? "text" : type}[]`,
    );
    const names = varying.map(({ index }) => `p${index}`);
    const inner = compile((index) => {
      const type = types[index] ?? "pg_catalog.text";
      if (differs[index] !== true) return `$${index + 1}::${type}`;
      return isArray(type) ? `"__k"."p${index}"::${type}` : `"__k"."p${index}"`;
    });
    const text =
      `select ("__k"."o" - 1)::int4 as "${CALL}", "__q".* ` +
      `from unnest(${arrays.join(", ")}) with ordinality as "__k"(${[...names, "o"].map((name) => `"${name}"`).join(", ")}) ` +
      `cross join lateral (select row_number() over () as "${PLACE}", "__s".* from (${inner}) as "__s") as "__q" ` +
      `order by "__k"."o", "__q"."${PLACE}"`;
    if (texts.size >= MAX_TEXTS) texts.clear();
    texts.set(key, text);
    return text;
  }

  function merge(calls: readonly (readonly unknown[])[]): MergedStatement {
    const first = calls[0] ?? [];
    const differs = types.map((_, index) =>
      calls.some((call) => !isSame(call[index], first[index])),
    );
    const parameters = types.map((type, index) =>
      differs[index] === true ? calls.map((call) => elementOf(call[index], type)) : first[index],
    );
    return { sql: textFor(differs), parameters, split: (rows) => splitRows(rows, calls.length) };
  }

  return { maxCalls: MAX_CALLS, merge };
}

function isArray(type: string): boolean {
  return type.endsWith("[]");
}

/** A value as an element of the array that the driver writes. */
function elementOf(value: unknown, type: string): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) {
    // `unnest` would flatten an array of arrays: each goes as text, and is cast in its row.
    if (isArray(type)) return arrayLiteral(value);
    throw new NotMergeable(`a list for a parameter of type ${type}`);
  }
  if (ArrayBuffer.isView(value) && type !== "pg_catalog.bytea") {
    throw new NotMergeable(`bytes for a parameter of type ${type}`);
  }
  return value;
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  return a instanceof Date && b instanceof Date && a.getTime() === b.getTime();
}
