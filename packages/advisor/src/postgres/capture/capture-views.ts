import type { View } from "../../catalog/catalog.ts";
import type { Session } from "../../engine.ts";
import { dependencyOrder } from "../../catalog/dependency-order.ts";
import { groupRows, readRows } from "../read-rows.ts";
import { notOfExtension, userSchema } from "./user-objects.ts";

/** A view with its number in the catalogs. */
export interface CapturedView {
  readonly oid: number;
  readonly view: View;
}

const VIEWS = `
  select c.oid::int8 as oid
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'v' and c.relpersistence <> 't' and ${userSchema("n")} and ${notOfExtension("pg_class", "c.oid")}
  order by n.nspname, c.relname`;

/** What each view's query reads, through materialized views as well. */
const DEPENDENCIES = `
  select distinct r.ev_class::int8 as dependent, d.refobjid::int8 as "on"
  from pg_rewrite r
    join pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
    join pg_class c on c.oid = r.ev_class
  where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> r.ev_class and c.relkind in ('v', 'm')`;

// Printing a view's query locks the tables that it reads.
const DEFINITIONS = `
  select c.oid::int8 as oid, n.nspname as schema, c.relname as name, pg_get_viewdef(c.oid) as definition
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.oid = any ($1::text::oid[])`;

/**
 * Views in an order in which they can be created, without those that read one of the relations in `leaveOut`;
 * the number of these is `left`.
 */
export async function captureViews(
  session: Session,
  leaveOut: ReadonlySet<number>,
): Promise<{ readonly views: readonly CapturedView[]; readonly left: number }> {
  const oids = (await readRows<{ oid: number }>(session, VIEWS)).map((row) => row.oid);
  const dependencies = await readRows<{ dependent: number; on: number }>(session, DEPENDENCIES);
  const order = dependencyOrder(
    [...new Set([...oids, ...dependencies.map((row) => row.dependent)])],
    dependencies,
  );

  const unreadable = new Set(leaveOut);
  const reads = groupRows(dependencies, (row) => row.dependent);
  for (const oid of order) {
    if (reads.get(oid)?.some((row) => unreadable.has(row.on))) unreadable.add(oid);
  }
  const views = new Set(oids);
  const readable = order.filter((oid) => views.has(oid) && !unreadable.has(oid));
  const definitions = new Map(
    (await readRows<View & { oid: number }>(session, DEFINITIONS, [`{${readable.join(",")}}`])).map(
      (row) => [row.oid, row],
    ),
  );
  return {
    left: oids.length - readable.length,
    views: readable.flatMap((oid) => {
      const row = definitions.get(oid);
      if (!row?.definition) return [];
      return [{ oid, view: { schema: row.schema, name: row.name, definition: row.definition } }];
    }),
  };
}
