import type { View } from "../../catalog/catalog.ts";
import { dependencyOrder } from "../../catalog/dependency-order.ts";
import type { CaptureGap } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { quoteIdent } from "../quote-ident.ts";
import { readRows } from "../read-rows.ts";

const VIEWS = `
  select table_name as name, view_definition as definition
  from information_schema.views
  where table_schema = database()
  order by table_name`;

/** Views in an order in which they can be created; names in their queries are qualified. */
export async function captureViews(
  session: Session,
  schema: string,
  account: string,
): Promise<{ readonly views: readonly View[]; readonly gaps: readonly CaptureGap[] }> {
  const rows = await readRows(session, VIEWS);
  const views = rows.flatMap(({ name, definition }): View[] =>
    name != null && definition ? [{ schema, name, definition }] : [],
  );
  const hidden = rows.length - views.length;
  const dependencies = views.flatMap((dependent) =>
    views
      .filter(
        (on) =>
          on !== dependent &&
          dependent.definition.includes(`${quoteIdent(schema)}.${quoteIdent(on.name)}`),
      )
      .map((on) => ({ dependent, on })),
  );
  return {
    views: dependencyOrder(views, dependencies),
    gaps:
      hidden === 0
        ? []
        : [
            {
              object: `${hidden} view${hidden === 1 ? "" : "s"}`,
              reason: `Their definitions are hidden from this account: queries on them are not analysed. GRANT SHOW VIEW ON ${quoteIdent(schema)}.* TO ${account}.`,
            },
          ],
  };
}
