import { DIALECTS, startFaultProxy } from "@dbadvise/testkit";
import { describe, expect, test, vi } from "vitest";
import { ENGINE_WORDS } from "./testing/engine-words.ts";

/** What every connector promises, where no server is needed for it. */
describe.each(DIALECTS)("$name", ({ name }) => {
  const { connector } = ENGINE_WORDS[name];

  test("an aborted connect leaves no late connection behind (node-postgres #3543, #3197, #2338)", async () => {
    // A server that accepts and says nothing.
    const silent = await startFaultProxy("tcp://someone:secret@127.0.0.1:1/nowhere");
    silent.drop();
    const reason = new Error("too late");
    const abort = new AbortController();
    const connecting = connector(silent).connect({
      signal: abort.signal,
      pool: "test",
      role: "unknown",
      onRetire() {},
    });
    try {
      await vi.waitFor(() => expect(silent.open()).toBe(1), { timeout: 10_000 });
      abort.abort(reason);
      await expect(connecting).rejects.toBe(reason);
      await vi.waitFor(() => expect(silent.open()).toBe(0), { timeout: 10_000 });
    } finally {
      silent.close();
    }
  });
});
