import {
  type AggregateFunctionNode,
  CompiledQuery,
  type DatabaseConnection,
  type FunctionNode,
  type OperationNode,
  type OperatorNode,
} from "kysely";
import { childNodes } from "../child-nodes.ts";
import { NotMergeable } from "../coalescing-engine.ts";
import { tableNames } from "../table-names.ts";

/**
 * Asks the server for code that the tree does not show: a view's, a policy's, or a function or operator of the application's
 * with the name of a safe one. What is volatile there would run once for all calls. Throws a {@link NotMergeable}.
 */
export async function refuseHiddenCode(
  query: OperationNode,
  connection: DatabaseConnection,
): Promise<void> {
  const tables = tableNames(query);
  const { functions, operators } = namesIn(query);
  const { rows } = await connection.executeQuery<{ why: string }>(
    CompiledQuery.raw(HIDDEN_CODE, [
      tables.map(({ schema }) => schema ?? null),
      tables.map(({ name }) => name),
      functions,
      operators,
    ]),
  );
  if (rows[0] !== undefined) throw new NotMergeable(rows[0].why);
}

const HIDDEN_CODE = `
  with relations as (
    select pg_class.oid, relname, relkind
    from unnest($1::text[], $2::text[]) n(schema, name), pg_class
    where pg_class.oid = to_regclass(coalesce(quote_ident(schema) || '.', '') || quote_ident(n.name))
  )
  select relname || ' is no table: what it calls is not seen' as why
  from relations where relkind not in ('r', 'p', 'm')
  union all
  select 'a policy of ' || relname || ' calls the volatile function ' || f.oid::regproc
  from relations
  join pg_policy on polrelid = relations.oid,
  regexp_matches(coalesce(polqual::text, ''), ':(?:op)?funcid (\\d+)', 'g') call(id)
  join pg_proc f on f.oid = call.id[1]::oid and f.provolatile = 'v'
  union all
  select 'a volatile function is called ' || f.proname
  from pg_proc f
  left join pg_aggregate a on a.aggfnoid = f.oid
  left join pg_proc step on step.oid in (a.aggtransfn, a.aggfinalfn, a.aggcombinefn)
  where f.proname = any ($3::text[]) and 'v' in (f.provolatile, step.provolatile)
  union all
  select 'an operator ' || oprname || ' calls the volatile function ' || f.oid::regproc
  from pg_operator join pg_proc f on f.oid = oprcode
  where oprname = any ($4::text[]) and f.provolatile = 'v'
  union all
  select 'a cast calls the volatile function ' || f.oid::regproc
  from pg_cast join pg_proc f on f.oid = castfunc
  where f.provolatile = 'v'
  limit 1`;

function namesIn(query: OperationNode): { functions: string[]; operators: string[] } {
  const functions: string[] = [];
  const operators: string[] = [];
  const visit = (node: OperationNode): void => {
    if (node.kind === "FunctionNode" || node.kind === "AggregateFunctionNode") {
      functions.push((node as FunctionNode | AggregateFunctionNode).func.toLowerCase());
    } else if (node.kind === "OperatorNode") operators.push((node as OperatorNode).operator);
    for (const child of childNodes(node)) visit(child);
  };
  visit(query);
  return { functions, operators };
}
