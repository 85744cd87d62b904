import {
  AliasNode,
  type CompiledQuery,
  createQueryId,
  IdentifierNode,
  RawNode,
  SelectionNode,
  SelectQueryNode,
} from "kysely";

/** SQL of one's own that changes no row. Whoever judges a statement by its tree sees a SELECT of raw SQL. */
export function readStatement<Row>(
  sql: string,
  parameters: readonly unknown[] = [],
): CompiledQuery<Row> {
  const selection = SelectionNode.create(
    AliasNode.create(RawNode.createWithSql(sql), IdentifierNode.create("read")),
  );
  return {
    query: SelectQueryNode.cloneWithSelections(SelectQueryNode.create(), [selection]),
    queryId: createQueryId(),
    sql,
    parameters,
  };
}
