import { expect, it } from "vitest";
import { createLedger } from "./ledger.ts";

it("boxes what connecting throws, and tries no second time by itself (generic-pool #175, #183, #273)", async () => {
  let connects = 0;
  const ledger = createLedger<object>(2, () => {
    connects += 1;
    return Promise.reject(new Error("refused"));
  });
  expect(await ledger.open()).toEqual({ ok: false, error: new Error("refused") });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(connects).toBe(1);
});

it("refuses one above its ceiling until one is struck out (generic-pool #103, #233)", async () => {
  let next = 0;
  const ledger = createLedger<{ readonly id: number }>(2, () =>
    Promise.resolve({ id: (next += 1) }),
  );
  const [first, second] = await Promise.all([ledger.open(), ledger.open()]);
  await expect(ledger.open()).rejects.toThrow("More than 2 connections");
  expect([first?.ok, second?.ok]).toEqual([true, true]);
  await ledger.strike((first as { connection: { id: number } }).connection);
  expect(await ledger.open()).toEqual({ ok: true, connection: { id: 3 } });
  expect(next).toBe(3);
});

it("takes a new ceiling, and still strikes out what it opened under the old one", async () => {
  const ledger = createLedger<object>(1, () => Promise.resolve({}));
  const old = await ledger.open();
  ledger.resize(3);
  const more = await Promise.all([ledger.open(), ledger.open()]);
  expect(more.every(({ ok }) => ok)).toBe(true);
  await ledger.strike((old as { connection: object }).connection);
  await ledger.strike({});
  await expect(ledger.open()).resolves.toMatchObject({ ok: true });
});
