import { startBroker } from "./servers/server-broker.ts";

/** Vitest's global setup: one server per engine for the whole run, when the first test asks for it. */
export default function setup(): Promise<() => Promise<void>> {
  return startBroker((name) => process.stdout.write(`Tests run on ${name}\n`));
}
