import type { Catalog, Table, View } from "../../catalog/catalog.ts";

/** A table of the given columns, `name type` each; sizes as of one never analysed. */
function table(
  name: string,
  columns: string,
  schema = "public",
  kind: Table["kind"] = "table",
): Table {
  return {
    schema,
    name,
    kind,
    columns: columns.split(", ").map((column) => {
      const [columnName = "", ...type] = column.split(" ");
      return {
        name: columnName,
        type: type.join(" "),
        notNull: false,
        collation: null,
        generated: null,
        length: -1,
        alignment: 4,
      };
    }),
    indexes: [],
    foreignKeys: [],
    checks: [],
    partitionKey: kind === "partitioned" ? "RANGE (at)" : null,
    partitionOf: null,
    inherits: [],
    replicaIdentity: "default",
    rows: -1,
    pages: 0,
    allVisiblePages: 0,
    currentPages: 0,
  };
}

function view(name: string, definition: string): View {
  return { schema: "public", name, definition };
}

/** Tables and views that the tests' statements are about. */
export const shopCatalog: Catalog = {
  tables: [
    table(
      "customers",
      "id bigint, email character varying(200), name text, country text, active boolean",
    ),
    table(
      "orders",
      "id bigint, customer_id bigint, status text, total numeric(12,2), placed_at timestamp with time zone, meta jsonb",
    ),
    table("items", "id bigint, order_id bigint, product_id bigint, quantity integer"),
    table("products", "id bigint, name text, price numeric(12,2), tags text[]"),
    table("categories", "id bigint, parent_id bigint, name text"),
    table("events", "id bigint, kind text, at timestamp with time zone", "public", "partitioned"),
    table("Mixed", "Id bigint, select text, other bigint"),
    table("orders", "id bigint, region text", "archive"),
  ],
  views: [
    view(
      "open_orders",
      " SELECT o.id, o.customer_id AS buyer, o.placed_at, lower(o.status) AS state FROM orders o WHERE o.status = 'open'::text;",
    ),
    view(
      "customer_totals",
      " SELECT c.id, (c.email)::text AS email, sum(o.total) AS spent FROM (customers c JOIN orders o ON (o.customer_id = c.id)) GROUP BY c.id, c.email;",
    ),
    view(
      "recent_open",
      " SELECT open_orders.id, open_orders.buyer FROM open_orders WHERE open_orders.placed_at > now() - '7 days'::interval;",
    ),
  ],
  searchPath: ["public"],
};
