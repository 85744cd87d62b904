import { captureServers, type Snapshot, writeSnapshot } from "@dbadvise/advisor";
import { checkOutputFile } from "../output-file.ts";

export interface SnapshotCommandOptions {
  /** Primary first, then its replicas. */
  readonly urls: readonly string[];
  readonly output: string;
  readonly values: boolean;
  readonly statements: boolean;
  readonly progress: (message: string) => void;
}

/** `dbadvise snapshot`: reads the servers into a file that `analyze --snapshot` takes. */
export async function snapshotCommand(options: SnapshotCommandOptions): Promise<Snapshot> {
  await checkOutputFile(options.output);
  const snapshot = await captureServers(options.urls, {
    values: options.values,
    workload: options.statements,
    progress: options.progress,
  });
  await writeSnapshot(options.output, snapshot);
  return snapshot;
}

/** A few lines about what a snapshot holds, and what it does not. */
export function describeSnapshot(snapshot: Snapshot, path: string): string {
  const { server, catalog, workload, gaps, nodes } = snapshot;
  const indexes = catalog.tables.reduce((sum, table) => sum + table.indexes.length, 0);
  const lines = [
    `${path}: ${server.product ?? server.engine} ${server.version}, database ${server.database}`,
    `  ${count(catalog.tables.length, "table")}, ${count(indexes, "index", "indexes")}, ` +
      (workload === null
        ? "no workload"
        : `${count(workload.events.length, "query", "queries")} (${workload.source})`),
    `  usage counters of ${nodes.map(({ node, role }) => `${node} (${role})`).join(", ") || "no server"}`,
    snapshot.values
      ? "  Holds sampled column values (most common values, histograms). --no-values leaves those of text columns out."
      : "  Holds no sampled values of text columns.",
    ...(gaps.length === 0 ? [] : [`  not read: ${count(gaps.length, "object")}`]),
    ...gaps.map(({ object, reason }) => `    ${object}: ${reason}`),
  ];
  return `${lines.join("\n")}\n`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
