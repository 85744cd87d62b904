import type { OperationNode, SchemableIdentifierNode, TableNode } from "kysely";
import { childNodes } from "./child-nodes.ts";

/** A table as a query names it. */
export interface TableName {
  readonly schema: string | undefined;
  readonly name: string;
}

/** Tables that a query reads or writes, and names of its common table expressions. */
export function tableNames(node: OperationNode): TableName[] {
  const found = new Map<string, TableName>();
  const visit = (one: OperationNode): void => {
    if (one.kind === "TableNode") {
      const { schema, identifier }: SchemableIdentifierNode = (one as TableNode).table;
      const table = { schema: schema?.name, name: identifier.name };
      found.set(JSON.stringify([table.schema, table.name]), table);
    }
    for (const child of childNodes(one)) visit(child);
  };
  visit(node);
  return [...found.values()];
}
