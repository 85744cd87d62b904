import { type ColumnNode, CompiledQuery, type DatabaseConnection } from "kysely";
import { type MergePlan, NotMergeable } from "../../coalescing/coalescing-engine.ts";
import { markParameters } from "../../coalescing/compile-with-parameters.ts";
import { mysqlEngine } from "../../coalescing/mysql/mysql-engine.ts";
import { readServerFacts } from "../../coalescing/mysql/server-facts.ts";
import { unionPlan } from "../../coalescing/mysql/union-plan.ts";
import { differsByKeyAlone } from "../differs-by-key-alone.ts";
import type { KeyedQuery } from "../keyed-query.ts";
import type { RelationEngine } from "../relation-engine.ts";
import { jsonColumn } from "./json-column.ts";
import { type JsonPlan, jsonJoinPlan, jsonLateralPlan } from "./json-plan.ts";

/**
 * Relations on MySQL and MariaDB: keys as JSON, joined where no key needs a limit of its own, and LATERAL where one does and
 * the server has it. The rest is UNION ALL of the query of each key.
 */
export const mysqlRelations: RelationEngine = {
  accepts: mysqlEngine.accepts,
  mayBeOneKeysError: (error) => mysqlEngine.faultOf(error) === "call",
  async prepare(query, connection) {
    const union = tryUnion(query);
    const json = await jsonPlanOf(query, connection);
    return (calls) =>
      json !== undefined && differsByKeyAlone(query, calls) && json.takes(calls) ? json : union;
  },
};

function tryUnion(query: KeyedQuery): MergePlan | undefined {
  try {
    return unionPlan(markParameters(query, query.compiler), query.compiler);
  } catch (error) {
    if (error instanceof NotMergeable) return undefined;
    throw error;
  }
}

async function jsonPlanOf(
  query: KeyedQuery,
  connection: DatabaseConnection,
): Promise<JsonPlan | undefined> {
  const facts = await readServerFacts(query.table, connection);
  const columns = query.keyColumns.flatMap(({ column }) => {
    const info = facts.columns.get((column as ColumnNode).column.name.toLowerCase());
    return (info && jsonColumn(info)) ?? [];
  });
  if (!facts.hasJsonTable || columns.length < query.keyColumns.length) return undefined;
  if (query.form !== "perKey") return jsonJoinPlan(query, columns);
  if (!facts.hasLateral) return undefined;
  const plan = jsonLateralPlan(query, columns);
  try {
    const { sql, parameters } = plan.withoutKeys;
    await connection.executeQuery(CompiledQuery.raw(`explain ${sql}`, [...parameters]));
    return plan;
  } catch (error) {
    // A derived table can't have two columns of one name, for example.
    if (mysqlEngine.faultOf(error) === "statement") return undefined;
    throw error;
  }
}
