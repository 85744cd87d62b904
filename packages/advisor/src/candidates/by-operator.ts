import type { IndexKey } from "../catalog/catalog.ts";
import type { AccessPath } from "../workload/statement.ts";
import { isServedBy } from "./is-served-by.ts";
import {
  newIndex,
  operatorClassOf,
  plainKey,
  type ProposedIndex,
  type TableAccess,
} from "./table-access.ts";

/**
 * Indexes of the access methods that a condition's operator names, or an order by distance: words in a text, keys in a
 * document, elements of an array, patterns, overlaps. The first way of a condition comes before the second of another.
 */
export function byOperator(access: TableAccess): readonly ProposedIndex[] {
  const { use } = access;
  const conditions = use.predicates.flatMap(({ access: paths = [], ...side }) =>
    // A known prefix is found by a btree, which is smaller.
    paths.some((path) => path.method === "btree") ? [] : [{ paths, side }],
  );
  const nearest =
    use.nearest === undefined ? [] : [{ paths: use.nearest.access, side: use.nearest }];
  const ways = [...conditions, ...nearest].map(({ paths, side }) => {
    const proposals = paths.flatMap((path): readonly ProposedIndex[] => {
      const operatorClass = operatorClassOf(path, access);
      if (operatorClass === undefined) return [];
      const key: IndexKey = {
        ...plainKey(side.column, side.expression, access.forms.nulls),
        operatorClass,
      };
      return [
        { candidate: newIndex(access, { method: path.method, keys: [key] }), reorderable: 1 },
      ];
    });
    // One class may serve less, faster: where an index of the other one is there, the difference is not worth a second.
    const served = proposals.some(({ candidate }) =>
      access.table.indexes.some((index) => isServedBy({ candidate }, index, null)),
    );
    return served ? [] : proposals;
  });
  const most = Math.max(0, ...ways.map((way) => way.length));
  return Array.from({ length: most }, (_, rank) => ways.flatMap((way) => way[rank] ?? [])).flat();
}

/** What an extension that is not installed could do for the conditions. */
export function missingExtensions(access: TableAccess): readonly string[] {
  const { table, use } = access;
  return use.predicates.flatMap(({ access: paths = [], expression, operator }) => {
    const missing = (path: AccessPath): boolean => operatorClassOf(path, access) === undefined;
    const [first] = paths;
    if (first?.extension === undefined || !paths.every(missing)) return [];
    return [
      `${table.schema}.${table.name}: an index on ${expression} could serve ${operator.toUpperCase()} with the extension ${first.extension}, which is not installed`,
    ];
  });
}
