import { expect, it, vi } from "vitest";
import { oncePerPosition } from "./once-per-position.ts";
import type { Position } from "./position.ts";

it("reads a position once, and another that looks like it again", () => {
  const read = vi.fn<(position: Position) => string>(({ at }) => `read ${at}`);
  const remembered = oncePerPosition(read);
  const position = { epoch: "1", at: "0/1" };
  expect([remembered(position), remembered(position)]).toEqual(["read 0/1", "read 0/1"]);
  expect(read).toHaveBeenCalledTimes(1);
  expect(remembered({ ...position })).toBe("read 0/1");
  expect(read).toHaveBeenCalledTimes(2);
});
