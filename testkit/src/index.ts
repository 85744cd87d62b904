export { unguarded, untilViolated } from "./causal/break-replication.ts";
export type { History, Level, Operation } from "./causal/history.ts";
export { recordHistory } from "./causal/record-history.ts";
export type { Clients } from "./causal/run-clients.ts";
export { verifyHistory } from "./causal/verify-history.ts";
export { withFaults } from "./causal/with-faults.ts";
export { type CheckedExample, checkExample, withOutputs } from "./check-example.ts";
export { type Dialect, DIALECTS } from "./dialects.ts";
export type { Engine } from "./servers/test-server.ts";
export {
  type Chromium,
  type ChromiumPage,
  type PageView,
  startChromium,
} from "./start-chromium.ts";
export { type Cluster, type ClusterNode, startCluster } from "./start-cluster.ts";
export { type Direction, type FaultProxy, startFaultProxy } from "./start-fault-proxy.ts";
export { randomNumbers } from "./random-numbers.ts";
export { type DbadviseRun, runDbadvise } from "./run-dbadvise.ts";
export { runWithImports } from "./run-with-imports.ts";
export { type DebianServer, startDebianPostgres } from "./start-debian-postgres.ts";
export { startMariadb, startMysql } from "./start-mysql.ts";
export { startPostgres } from "./start-postgres.ts";
export { type PrivateServer, startPrivateServer } from "./start-private-server.ts";
export type { TestDatabase } from "./test-database.ts";
export { WELL_INDEXED, type WellIndexedDatabase } from "./well-indexed/well-indexed.ts";
