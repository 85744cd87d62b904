import { expect, it } from "vitest";
import { createPoolEmitter } from "./pool-emitter.ts";

it("tells each listener of an event, in order, until it is removed", () => {
  const emitter = createPoolEmitter();
  const told: string[] = [];
  const remove = emitter.on("acquire", (client) => void told.push(`first ${String(client)}`));
  emitter.on("acquire", (client) => void told.push(`second ${String(client)}`));
  emitter.on("connect", () => void told.push("never"));
  emitter.emit("acquire", 1);
  remove();
  remove();
  emitter.emit("acquire", 2);
  expect(told).toEqual(["first 1", "second 1", "second 2"]);
});

it("knows whether anybody listens", () => {
  const emitter = createPoolEmitter();
  expect(emitter.has("release")).toBe(false);
  const remove = emitter.on("release", () => undefined);
  expect([emitter.has("release"), emitter.has("acquire")]).toEqual([true, false]);
  remove();
  expect(emitter.has("release")).toBe(false);
  emitter.emit("release", 1, undefined);
});

it("lets listeners come and go while they are told", () => {
  const emitter = createPoolEmitter();
  const told: string[] = [];
  const remove = emitter.on("connect", () => {
    told.push("once");
    remove();
    emitter.on("connect", () => void told.push("late"));
  });
  emitter.on("connect", () => void told.push("always"));
  emitter.emit("connect", 1);
  expect(told).toEqual(["once", "always"]);
  emitter.emit("connect", 2);
  expect(told).toEqual(["once", "always", "always", "late"]);
});

it("a listener that throws keeps nothing from the others, and its error is not lost", async () => {
  const emitter = createPoolEmitter();
  const thrown: unknown[] = [];
  // What nobody catches ends a process; here the test does.
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => void thrown.push(error));
  try {
    const error = new Error("a listener's own fault");
    const told: string[] = [];
    emitter.on("close", () => {
      throw error;
    });
    emitter.on("close", (_, reason) => void told.push(reason));
    emitter.emit("close", 1, "evicted");
    expect(told).toEqual(["evicted"]);
    expect(thrown).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(thrown).toEqual([error]);
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
  }
});
