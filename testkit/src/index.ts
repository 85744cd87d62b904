export { type Dialect, DIALECTS } from "./dialects.ts";
export type { Engine } from "./servers/test-server.ts";
export { type Direction, type FaultProxy, startFaultProxy } from "./start-fault-proxy.ts";
export { type DebianServer, startDebianPostgres } from "./start-debian-postgres.ts";
export { startMariadb, startMysql } from "./start-mysql.ts";
export { startPostgres } from "./start-postgres.ts";
export { type PrivateServer, startPrivateServer } from "./start-private-server.ts";
export type { TestDatabase } from "./test-database.ts";
export { WELL_INDEXED, type WellIndexedDatabase } from "./well-indexed/well-indexed.ts";
