/**
 * Advice from a program of one's own: reads a database, asks its planner one question, and prints what should change.
 *
 *   node main.ts postgres://localhost/shop "select * from orders where customer_id = 42" public.orders customer_id
 */
import {
  analyze,
  buildWorkload,
  captureServers,
  columnIndex,
  DbadviseError,
  engineNamed,
  type IndexConfiguration,
  statementList,
} from "@dbadvise/advisor";

const [url, sql, table, ...columns] = process.argv.slice(2);
if (url === undefined || sql === undefined || table === undefined || columns.length === 0) {
  console.error('usage: node main.ts <url> "<sql>" <schema>.<table> <column>...');
  process.exit(2);
}

try {
  await main(url, sql, table, columns);
} catch (error) {
  if (!(error instanceof DbadviseError)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.hint}`);
  process.exitCode = 2;
}

async function main(
  server: string,
  statement: string,
  tableName: string,
  keys: readonly string[],
): Promise<void> {
  // One read-only transaction; everything after it happens here, without the server.
  const snapshot = await captureServers([server]);
  const engine = engineNamed(snapshot.server.engine);
  const planner = await engine.createPlanner(snapshot, () => {});
  try {
    // The question: what would this statement cost with that index?
    const { queries, skipped } = await buildWorkload(
      [statementList([statement])],
      engine.parse,
      snapshot.catalog,
    );
    const [query] = queries;
    if (query === undefined) throw new Error(skipped[0]?.reason ?? "The statement has no plan.");
    const [schema = "", name = ""] = tableName.split(".");
    const index = columnIndex({ schema, name }, keys);
    const [proposal] = await planner.propose([index]);
    if (!proposal?.accepted) throw new Error(`No such index: ${proposal?.reason}`);
    const cost = async (configuration: IndexConfiguration): Promise<number> => {
      const result = await planner.plan(query, configuration, query.samples[0]);
      if (!result.ok) throw new Error(result.reason);
      return result.plan.cost;
    };
    const before = await cost({ add: [], hide: [] });
    const after = await cost({ add: [index], hide: [] });
    console.log(
      `${planner.name}: cost ${before} now, ${after} with an index of ${proposal.bytes} bytes`,
    );

    // The whole analysis, by the same planner.
    const report = await analyze({ engine, snapshot, planner });
    console.log(`${report.findings.length} findings`);
    for (const { code, confidence, message, ddl } of report.findings) {
      console.log(`${code} (${confidence}): ${message}`);
      for (const line of ddl?.apply ?? []) console.log(`  ${line}`);
    }
  } finally {
    await planner.close();
  }
}
