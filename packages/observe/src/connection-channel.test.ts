import { expect, it } from "vitest";
import { connectionsAreObserved, onConnection, publishConnection } from "./connection-channel.ts";
import type { ConnectionMessage } from "./connection-message.ts";

it("publishes what happens to connections while anybody listens", () => {
  const message: ConnectionMessage = {
    event: "acquire",
    pool: "main",
    server: undefined,
    durationMs: 1.5,
    reason: undefined,
    error: undefined,
    counts: { total: 1, idle: 0, used: 1, waiting: 0, max: 10 },
  };
  const heard: ConnectionMessage[] = [];
  expect(connectionsAreObserved()).toBe(false);
  const stop = onConnection((each) => heard.push(each));
  expect(connectionsAreObserved()).toBe(true);
  publishConnection(message);
  stop();
  publishConnection(message);
  expect(connectionsAreObserved()).toBe(false);
  expect(heard).toEqual([message]);
});
