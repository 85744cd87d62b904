import type { IndexForms } from "../candidates/index-forms.ts";
import type { Column, Table } from "../catalog/catalog.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import { characterBytes, keyBytes, keyLimits, keysBytes } from "./key-size.ts";
import { serverTraits } from "./server-traits.ts";

/** Types that no btree can be on; MariaDB's JSON is a long text. */
const UNSORTED = /^(?:json|geometry|point|linestring|polygon|multi\w+|geom\w*collection|vector)\b/i;

/**
 * https://dev.mysql.com/doc/refman/en/create-index.html
 * https://mariadb.com/docs/server/reference/sql-statements/data-definition/create/create-index
 */
export function mysqlIndexForms({ server }: Pick<Snapshot, "server">): IndexForms {
  const traits = serverTraits(server);
  return {
    nulls: "first",
    descending: traits.descendingKeys,
    expressions: traits.functionalKeys,
    include: false,
    partial: false,
    virtualColumns: true,
    blockRange: false,
    prefixOf,
    fits: (keys, table) =>
      keys.length <= traits.mostKeys && keysBytes(keys, table) <= keyLimits(table).all,
  };
}

function prefixOf(column: Column, table: Table): number | null {
  if (UNSORTED.test(column.type)) return 0;
  const { one } = keyLimits(table);
  return keyBytes(column) <= one ? null : Math.floor(one / characterBytes(column));
}
