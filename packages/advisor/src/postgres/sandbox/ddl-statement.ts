import { parseSync } from "libpg-query";

/** Statements that no plan depends on, by the parser's names: rows, rights, comments, triggers, upkeep, transactions. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  "AlterDefaultPrivilegesStmt",
  "AlterOwnerStmt",
  "AlterRoleStmt",
  "CallStmt",
  "CheckPointStmt",
  "ClusterStmt",
  "CommentStmt",
  "CopyStmt",
  "CreateEventTrigStmt",
  "CreatePolicyStmt",
  "CreatePublicationStmt",
  "CreateRoleStmt",
  "CreateTrigStmt",
  "DeleteStmt",
  "GrantRoleStmt",
  "GrantStmt",
  "InsertStmt",
  "LockStmt",
  "MergeStmt",
  "NotifyStmt",
  "RefreshMatViewStmt",
  "ReindexStmt",
  "TransactionStmt",
  "TruncateStmt",
  "UpdateStmt",
  "VacuumStmt",
]);

/** Kinds of objects whose DROP no plan depends on. */
const PLANLESS_OBJECTS: ReadonlySet<string> = new Set([
  "OBJECT_EVENT_TRIGGER",
  "OBJECT_POLICY",
  "OBJECT_PUBLICATION",
  "OBJECT_TRIGGER",
]);

/** Whether a plan could depend on the statement. A text that is not understood may. */
export function mayChangePlans(sql: string): boolean {
  try {
    const statements = parseSync(sql).stmts ?? [];
    return statements.some(({ stmt }) => {
      const [[kind, body] = ["", null]] = Object.entries(stmt ?? {});
      const part = (name: string): string => String(Reflect.get(Object(body), name));
      if (kind === "DropStmt") return !PLANLESS_OBJECTS.has(part("removeType"));
      // Limits that a migration sets are not for what reads the sandbox afterwards.
      if (kind === "VariableSetStmt") return !part("name").endsWith("_timeout");
      return !WITHOUT_EFFECT.has(kind);
    });
  } catch {
    return true;
  }
}

/** Names of the extensions that statements create. */
export function createdExtensions(statements: readonly string[]): readonly string[] {
  return statements.flatMap((sql) => {
    const [, quoted, plain] =
      /create\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"([^"]+)"|(\w+))/i.exec(sql) ?? [];
    return quoted ?? plain ?? [];
  });
}
