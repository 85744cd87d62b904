import { withScope } from "@dbadvise/observe";
import { expect, test } from "vitest";
import { createScopeMemories } from "./scope-memory.ts";

const position = { epoch: "1", at: "0/1" };

test("each scope has a memory of its own, whatever is awaited in it", async () => {
  const memories = createScopeMemories();
  await Promise.all(
    ["0/1", "0/2"].map((at) =>
      withScope(async () => {
        memories.current().wrote = { epoch: "1", at };
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(memories.current().wrote?.at).toBe(at);
        withScope(() => expect(memories.current().wrote).toBeUndefined());
      }),
    ),
  );
  expect(memories.current().wrote).toBeUndefined();
});

test("outside of any scope the process is the scope", async () => {
  const memories = createScopeMemories();
  memories.current().wrote = position;
  await Promise.resolve();
  expect(memories.current().wrote).toBe(position);
  expect(createScopeMemories().current().wrote).toBeUndefined();
});
