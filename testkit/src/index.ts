export { type DebianServer, startDebianPostgres } from "./start-debian-postgres.ts";
export { startPostgres, type TestDatabase } from "./start-postgres.ts";
export { WELL_INDEXED, type WellIndexedDatabase } from "./well-indexed/well-indexed.ts";
