import { loadModule, type Node, parseSync } from "libpg-query";
import { isNode, stringConstant, walkNodes } from "../../describe/node-parts.ts";
import { withoutConcurrently } from "../../without-concurrently.ts";
import { isOn } from "../describe/options.ts";

/** What a trial has to know of a text before it runs it. */
export interface StatementTraits {
  /** It sets up the session or transaction: nothing else may be sent before it. */
  readonly session: boolean;
  /** Several statements, and some of them begin or end a transaction. */
  readonly ownTransactions: boolean;
  /** The same text as it can run in a transaction; `null` where there is no CONCURRENTLY in the way. */
  readonly withoutConcurrently: string | null;
  /** COPY ... FROM STDIN, whose data does not come with the text. */
  readonly copiesFromClient: boolean;
  readonly truncates: boolean;
  /** Rows are read as the planner sees fit, by tables' sizes. */
  readonly planned: boolean;
  /** It changes databases, tablespaces or the server itself. */
  readonly serverWide: boolean;
  /** It changes roles that are there. */
  readonly changesRoles: boolean;
  readonly dropsRoles: boolean;
  /** Roles that it names. */
  readonly roles: readonly string[];
  /** Roles that it creates. */
  readonly creates: readonly string[];
}

const NOTHING: StatementTraits = {
  session: false,
  ownTransactions: false,
  withoutConcurrently: null,
  copiesFromClient: false,
  truncates: false,
  planned: false,
  serverWide: false,
  changesRoles: false,
  dropsRoles: false,
  roles: [],
  creates: [],
};

const SESSION: ReadonlySet<string> = new Set(["DiscardStmt", "TransactionStmt", "VariableSetStmt"]);
const PLANNED: ReadonlySet<string> = new Set(
  "CreateTableAsStmt DeleteStmt InsertStmt MergeStmt RefreshMatViewStmt SelectStmt UpdateStmt".split(
    " ",
  ),
);
const SERVER_WIDE: ReadonlySet<string> = new Set(
  `AlterDatabaseRefreshCollStmt AlterDatabaseSetStmt AlterDatabaseStmt AlterSystemStmt AlterTableSpaceOptionsStmt
  CreateTableSpaceStmt CreatedbStmt DropTableSpaceStmt DropdbStmt`.split(/\s+/),
);
const SERVER_OBJECTS: ReadonlySet<unknown> = new Set(["OBJECT_DATABASE", "OBJECT_TABLESPACE"]);
const ROLE_CHANGES: ReadonlySet<string> = new Set([
  "AlterRoleSetStmt",
  "AlterRoleStmt",
  "DropRoleStmt",
  "GrantRoleStmt",
]);

/** A text that the parser can't read has none: the server will say what is wrong. */
export async function statementTraits(sql: string): Promise<StatementTraits> {
  await loadModule();
  try {
    const trees = (parseSync(sql).stmts ?? []).flatMap(({ stmt }) => stmt ?? []);
    return trees.length === 0 ? NOTHING : traitsOf(sql, trees);
  } catch {
    return NOTHING;
  }
}

function traitsOf(sql: string, trees: readonly Node[]): StatementTraits {
  const kinds = trees.map((tree) => Object.keys(tree)[0] ?? "");
  const transactions = kinds.includes("TransactionStmt");
  return {
    session: kinds.every((kind) => SESSION.has(kind)),
    ownTransactions: transactions && kinds.length > 1,
    withoutConcurrently: trees.some(isConcurrent) ? withoutConcurrently(sql) : null,
    copiesFromClient: trees.some(
      (tree) =>
        "CopyStmt" in tree &&
        tree.CopyStmt.is_from === true &&
        tree.CopyStmt.filename === undefined,
    ),
    truncates: kinds.every((kind) => kind === "TruncateStmt"),
    planned: kinds.every((kind) => PLANNED.has(kind)),
    serverWide: trees.some(isServerWide),
    changesRoles: trees.some(changesRoles),
    dropsRoles: kinds.includes("DropRoleStmt"),
    roles: [...rolesIn(trees)],
    creates: trees.flatMap((tree) =>
      "CreateRoleStmt" in tree ? [tree.CreateRoleStmt.role ?? ""] : [],
    ),
  };
}

/** REFRESH MATERIALIZED VIEW CONCURRENTLY is left out: it runs in a transaction. */
function isConcurrent(tree: Node): boolean {
  if ("IndexStmt" in tree) return tree.IndexStmt.concurrent === true;
  if ("DropStmt" in tree) return tree.DropStmt.concurrent === true;
  if ("ReindexStmt" in tree) return isOn(tree.ReindexStmt.params, "concurrently");
  if (!("AlterTableStmt" in tree)) return false;
  return (tree.AlterTableStmt.cmds ?? []).some((node) => {
    const def = "AlterTableCmd" in node ? node.AlterTableCmd.def : undefined;
    return def !== undefined && "PartitionCmd" in def && def.PartitionCmd.concurrent === true;
  });
}

function isServerWide(tree: Node): boolean {
  if (SERVER_WIDE.has(Object.keys(tree)[0] ?? "")) return true;
  if ("AlterOwnerStmt" in tree) return SERVER_OBJECTS.has(tree.AlterOwnerStmt.objectType);
  if ("RenameStmt" in tree) return SERVER_OBJECTS.has(tree.RenameStmt.renameType);
  if ("GrantStmt" in tree) return SERVER_OBJECTS.has(tree.GrantStmt.objtype);
  return "CommentStmt" in tree && SERVER_OBJECTS.has(tree.CommentStmt.objtype);
}

function changesRoles(tree: Node): boolean {
  if (ROLE_CHANGES.has(Object.keys(tree)[0] ?? "")) return true;
  return "RenameStmt" in tree && tree.RenameStmt.renameType === "OBJECT_ROLE";
}

function rolesIn(value: unknown): ReadonlySet<string> {
  const roles = new Set<string>();
  for (const role of roleSpecs(value)) roles.add(role);
  walkNodes(value, (node) => {
    if ("GrantRoleStmt" in node) {
      for (const granted of node.GrantRoleStmt.granted_roles ?? []) {
        if ("AccessPriv" in granted) roles.add(granted.AccessPriv.priv_name ?? "");
      }
    }
    if ("RenameStmt" in node && node.RenameStmt.renameType === "OBJECT_ROLE") {
      roles.add(node.RenameStmt.subname ?? "");
    }
    if ("VariableSetStmt" in node && node.VariableSetStmt.name === "role") {
      roles.add(stringConstant(node.VariableSetStmt.args?.[0]) ?? "");
    }
    return true;
  });
  roles.delete("");
  return roles;
}

/** Role names stand in the tree as nodes and as plain objects. */
function* roleSpecs(value: unknown): Iterable<string> {
  if (typeof value !== "object" || value === null) return;
  if (!isNode(value) && Reflect.get(value, "roletype") === "ROLESPEC_CSTRING") {
    yield String(Reflect.get(value, "rolename"));
  }
  for (const part of Object.values(value)) yield* roleSpecs(part);
}
