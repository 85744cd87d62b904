import { type Generated, type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { expectTypeOf, test } from "vitest";
import type { CoalescingKysely } from "../coalescing/with-coalescing.ts";
import { count } from "./count.ts";
import { exists } from "./exists.ts";
import { many } from "./many.ts";
import { one } from "./one.ts";

interface Users {
  id: Generated<number>;
  tenant_id: string;
  name: string | null;
  manager_id: number | null;
}
interface Database {
  users: Users;
  orders: { id: Generated<number>; user_id: number; total: string; placed_at: Date };
}

/** Types alone are looked at: nothing is called. */
declare const db: Kysely<Database>;
declare const trx: Transaction<Database>;
declare const coalescing: CoalescingKysely<Database>;

test("the row is what the query selects", () => {
  const latest = () =>
    many(db, {
      from: "orders",
      key: "user_id",
      query: (q) =>
        q
          .innerJoin("users", "users.id", "orders.user_id")
          .select(["orders.id", "name as userName", sql<number>`1`.as("one")])
          .orderBy("orders.id", "desc"),
    });
  expectTypeOf<Awaited<ReturnType<ReturnType<typeof latest>["load"]>>>().toEqualTypeOf<
    { id: number; userName: string | null; one: number }[]
  >();
  const whole = () => many(db, { from: "orders", key: "user_id" });
  expectTypeOf<Awaited<ReturnType<ReturnType<typeof whole>["load"]>>>().toEqualTypeOf<
    Selectable<Database["orders"]>[]
  >();
});

test("the key is what the columns hold", () => {
  const byUser = () => many(db, { from: "orders", key: "user_id" });
  expectTypeOf<Parameters<ReturnType<typeof byUser>["load"]>[0]>().toEqualTypeOf<number | null>();
  const byDate = () => count(db, { from: "orders", key: "placed_at" });
  expectTypeOf<Parameters<ReturnType<typeof byDate>["load"]>[0]>().toEqualTypeOf<Date | null>();
  const composite = () => exists(db, { from: "users", key: ["tenant_id", "id"] });
  type Key = Exclude<Parameters<ReturnType<typeof composite>["load"]>[0], null>;
  expectTypeOf<Key>().toEqualTypeOf<{
    readonly tenant_id: string | null;
    readonly id: number | null;
  }>();
  expectTypeOf<{ tenant_id: string }>().not.toExtend<Key>();
  expectTypeOf<[string, number]>().not.toExtend<Key>();
  expectTypeOf<"total">().not.toExtend<
    Parameters<typeof many<Database, "users", "id">>[1]["key"]
  >();
  expectTypeOf<string>().not.toExtend<Parameters<ReturnType<typeof byUser>["load"]>[0]>();
});

test("one is null only where a missing row is", () => {
  const maybe = () => one(db, { from: "users", key: "id", query: (q) => q.select("name") });
  expectTypeOf<Awaited<ReturnType<ReturnType<typeof maybe>["load"]>>>().toEqualTypeOf<{
    name: string | null;
  } | null>();
  const surely = () =>
    one(db, { from: "users", key: "id", missing: "error", query: (q) => q.select("name") });
  expectTypeOf<Awaited<ReturnType<ReturnType<typeof surely>["load"]>>>().toEqualTypeOf<{
    name: string | null;
  }>();
  expectTypeOf<Awaited<ReturnType<ReturnType<typeof surely>["loadMany"]>>>().toEqualTypeOf<
    { name: string | null }[]
  >();
});

test("count and exists give numbers and booleans", () => {
  const orders = () => count(db, { from: "orders", key: "user_id" });
  expectTypeOf<Awaited<ReturnType<ReturnType<typeof orders>["load"]>>>().toEqualTypeOf<number>();
  const has = () => exists(trx, { from: "orders", key: "user_id" });
  expectTypeOf<Awaited<ReturnType<ReturnType<typeof has>["load"]>>>().toEqualTypeOf<boolean>();
});

test("args are required where the query takes them", () => {
  const page = () =>
    many(db, {
      from: "orders",
      key: "user_id",
      query: (q, { after }: { after: number }) => q.select("id").where("id", ">", after),
    });
  type Load = Parameters<ReturnType<typeof page>["load"]>;
  expectTypeOf<[number]>().not.toExtend<Load>();
  expectTypeOf<[number, { args: { after: number } }]>().toExtend<Load>();
  expectTypeOf<[number, { args: { after: string } }]>().not.toExtend<Load>();
  const optional = () =>
    many(db, {
      from: "orders",
      key: "user_id",
      query: (q, args?: { after: number }) => q.select("id").where("id", ">", args?.after ?? 0),
    });
  type LoadOptional = Parameters<ReturnType<typeof optional>["load"]>;
  expectTypeOf<[number]>().toExtend<LoadOptional>();
  expectTypeOf<
    [number, { db: Transaction<Database>; signal: AbortSignal }]
  >().toExtend<LoadOptional>();
});

test("transactions and coalescing instances know their tables", () => {
  const inTransaction = () =>
    many(trx, { from: "orders", key: "user_id", query: (q) => q.select("id").orderBy("id") });
  expectTypeOf<Awaited<ReturnType<ReturnType<typeof inTransaction>["load"]>>>().toEqualTypeOf<
    { id: number }[]
  >();
  const coalesced = () =>
    one(coalescing, { from: "users", key: "id", query: (q) => q.select("name").limit(1) });
  expectTypeOf<Awaited<ReturnType<ReturnType<typeof coalesced>["load"]>>>().toEqualTypeOf<{
    name: string | null;
  } | null>();
});
