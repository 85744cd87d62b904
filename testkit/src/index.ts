export { startPostgres, type TestDatabase } from "./start-postgres.ts";
