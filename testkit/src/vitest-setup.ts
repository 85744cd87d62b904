import { startServer } from "./postgres-server.ts";

/** Vitest's global setup: one server for the whole run. Workers find it in their environment. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startServer();
  process.stdout.write(`Tests run on ${server.name}\n`);
  process.env["DBADVISE_TEST_POSTGRES_URL"] = server.url;
  return server.stop;
}
