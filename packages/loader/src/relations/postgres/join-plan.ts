import { createQueryId, RawNode } from "kysely";
import type { MergePlan } from "../../coalescing/coalescing-engine.ts";
import { compileWithParameters, markParameters } from "../../coalescing/compile-with-parameters.ts";
import { joinKeys, type KeyTable, splitJoined } from "../join-keys.ts";
import type { KeyedQuery } from "../keyed-query.ts";
import { KeyPart } from "../key-part.ts";
import { selectsAll } from "../selects-all.ts";

/** Above this the planner expects so many rows that it compiles the plan (JIT), which costs more than it saves. */
const MAX_KEYS = 1000;

/** Keys as arrays, joined with the table: the planner is free to hash. For calls that differ by key alone. */
export function joinPlan(query: KeyedQuery, types: readonly string[]): MergePlan {
  const typeOf = (index: number): string => types[index] ?? "text";
  const places = query.parameters.flatMap((parameter, index) =>
    parameter instanceof KeyPart ? [index] : [],
  );
  const columns = places.map((index) => `__dbadvise_p${index}`);
  const keys: KeyTable = {
    join: (table) =>
      RawNode.create(
        [
          `unnest(${places.map((index) => `$${index + 1}::${typeOf(index)}[]`).join(", ")}) ` +
            `with ordinality as __dbadvise_k(${[...columns, "__dbadvise_o"].join(", ")}) cross join `,
          "",
        ],
        [table],
      ),
    place: `(__dbadvise_k.__dbadvise_o - 1)::int4`,
    order: `__dbadvise_k.__dbadvise_o`,
  };
  const { compiler } = query;
  const joined = compiler.compileQuery(joinKeys(query, keys), createQueryId());
  const sql = compileWithParameters(markParameters(joined, compiler), compiler, (index) =>
    places.includes(index)
      ? `__dbadvise_k.__dbadvise_p${index}`
      : `$${index + 1}::${typeOf(index)}`,
  );
  const hidden = selectsAll(query) ? [...columns, "__dbadvise_o"] : [];
  return {
    maxCalls: MAX_KEYS,
    merge: (calls) => ({
      sql,
      parameters: query.parameters.map((_, index) =>
        places.includes(index) ? calls.map((call) => call[index]) : calls[0]?.[index],
      ),
      split: (rows) => splitJoined(rows, calls.length, hidden),
    }),
  };
}
