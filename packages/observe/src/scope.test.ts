import { expect, onTestFinished, test } from "vitest";
import { currentScope, onScopeEnd, type Scope, withScope } from "./scope.ts";

function endings(): (string | undefined)[] {
  const ended: (string | undefined)[] = [];
  onTestFinished(onScopeEnd((scope) => void ended.push(scope.name)));
  return ended;
}

test("a scope is around all that its function calls and awaits, and another inside replaces it", async () => {
  const seen: (Scope | undefined)[] = [];
  const note = (): void => void seen.push(currentScope());
  await withScope(async () => {
    note();
    await Promise.resolve();
    withScope(note, "inner");
    note();
  }, "outer");
  note();
  expect(seen.map((scope) => scope?.name)).toEqual(["outer", "inner", "outer", undefined]);
  expect(seen[0]).toBe(seen[2]);
  expect(seen[0]?.id).not.toBe(seen[1]?.id);
});

test("its end is told when its function has returned, or its promise is fulfilled", async () => {
  const ended = endings();
  expect(withScope(() => 7, "sync")).toBe(7);
  expect(ended).toEqual(["sync"]);
  const { promise, resolve } = Promise.withResolvers<string>();
  const running = withScope(() => promise, "async");
  await Promise.resolve();
  expect(ended).toEqual(["sync"]);
  resolve("done");
  expect(await running).toBe("done");
  expect(ended).toEqual(["sync", "async"]);
});

test("the end of a scope that failed is not told: it has its own error", async () => {
  const ended = endings();
  const error = new Error("its own");
  expect(() =>
    withScope(() => {
      throw error;
    }),
  ).toThrow(error);
  await expect(withScope(() => Promise.reject(error))).rejects.toBe(error);
  expect(ended).toEqual([]);
});

test("what a listener throws is what the scope throws or rejects with", async () => {
  const error = new Error("the listener's");
  const stop = onScopeEnd(() => {
    throw error;
  });
  expect(() => withScope(() => 7)).toThrow(error);
  await expect(withScope(() => Promise.resolve(7))).rejects.toBe(error);
  stop();
  expect(withScope(() => 7)).toBe(7);
});
