import { engineNamed } from "@dbadvise/advisor";
import { describe, expect, test } from "vitest";
import type { Target } from "../resolve-settings.ts";
import { choosePlanner } from "./choose-planner.ts";

const snapshot: Target = { kind: "snapshot", path: "shop.json" };
const servers = (...urls: readonly string[]): Target => ({ kind: "servers", urls });

describe("PostgreSQL", () => {
  const engine = engineNamed("PostgreSQL");
  const live = servers("postgres://localhost/shop");
  const choose = (target: Target, planner?: string, scratchUrl?: string): string | undefined =>
    choosePlanner(engine, target, { planner, scratchUrl })?.name;

  test("a planner by its name, or none where nobody asked", () => {
    expect(choose(live)).toBeUndefined();
    expect(choose(live, "hypopg")).toBe("hypopg");
    expect(choose(snapshot, "sandbox")).toBe("sandbox");
  });

  test("one that it lacks", () => {
    expect(() => choose(live, "model")).toThrow('PostgreSQL has no planner "model".');
  });

  test("one on the live server has no use for a snapshot", () => {
    expect(() => choose(snapshot, "hypopg")).toThrow(
      "The planner hypopg works on a live server, and a snapshot was given.",
    );
  });

  test("a scratch server that none of them takes", () => {
    expect(() => choose(live, undefined, "postgres://scratch/x")).toThrow(
      "A scratch server was given, and none of these takes one: sandbox (",
    );
  });
});
