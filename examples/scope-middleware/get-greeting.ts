import { one } from "@dbadvise/loader/kysely";
import type { Kysely } from "kysely";

export interface Database {
  readonly users: { id: number; name: string };
}

export type GetGreeting = (id: number) => Promise<string>;

/** Two parts of an application that need the same user, and don't know of each other. */
export function createGreeting(db: Kysely<Database>): GetGreeting {
  const users = one(db, { from: "users", key: "id", missing: "error" });
  const isKnown = async (id: number): Promise<boolean> => (await users.load(id)).name !== "";
  return async (id) =>
    (await isKnown(id)) ? `Hello, ${(await users.load(id)).name}` : "Who are you?";
}
