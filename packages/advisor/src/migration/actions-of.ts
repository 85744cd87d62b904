import type { CheckedStatement } from "./migration-rule.ts";
import type { SchemaAction } from "./schema-action.ts";

/** Actions of one kind. */
export type ActionOf<Kind extends SchemaAction["kind"]> = SchemaAction & { readonly kind: Kind };

/** What a statement does of one kind. */
export function actionsOf<Kind extends SchemaAction["kind"]>(
  { actions }: Pick<CheckedStatement, "actions">,
  kind: Kind,
): readonly ActionOf<Kind>[] {
  return actions.filter((action): action is ActionOf<Kind> => action.kind === kind);
}
