/** Starts each engine's server once, so that what must be installed is there before tests wait for it. */
import { ENGINES, startServer } from "./servers/start-server.ts";

const start = performance.now();
await Promise.all(
  ENGINES.map(async (engine) => {
    try {
      const server = await startServer(engine);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      process.stdout.write(`${server.name}: up after ${seconds} s\n`);
      await server.stop();
    } catch (error) {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
    }
  }),
);
