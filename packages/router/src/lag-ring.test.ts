import { describe, expect, it } from "vitest";
import { createLagRing } from "./lag-ring.ts";
import type { Coverage, Position } from "./position.ts";

const at = (place: number, epoch = "1"): Position => ({ epoch, at: String(place) });
const covers = (bound: Position, wanted: Position): Coverage => {
  if (bound.epoch !== wanted.epoch) return "unknown";
  return Number(bound.at) >= Number(wanted.at) ? "reached" : "behind";
};

describe("the ring of primary positions", () => {
  it("says until when a replica has everything", () => {
    const ring = createLagRing(covers);
    for (let tick = 0; tick < 10; tick++) ring.add(tick * 100, at(tick * 5));
    expect(ring.freshUntil(at(45))).toBe(900);
    expect(ring.freshUntil(at(44))).toBe(800);
    expect(ring.freshUntil(at(1000))).toBe(900);
    expect(ring.freshUntil(at(0))).toBe(0);
    expect(ring.freshUntil(at(-1))).toBeUndefined();
  });

  it("keeps up with an idle primary: a replica that has all is not behind (pgdog #1122, proxysql #4025)", () => {
    const ring = createLagRing(covers);
    for (let tick = 0; tick < 10_000; tick++) ring.add(tick * 100, at(7));
    expect(ring.freshUntil(at(7))).toBe(999_900);
  });

  it("shows a receiver that stopped, whatever the replica says of itself (pgpool2 #96)", () => {
    const ring = createLagRing(covers);
    for (let tick = 0; tick < 100; tick++) ring.add(tick * 100, at(tick));
    // Its last place was that of tick 20; the newest is of tick 99.
    expect(99 * 100 - ring.freshUntil(at(20))!).toBe(7900);
  });

  it("forgets detail and not the lag, in bounded memory", () => {
    let asked = 0;
    const ring = createLagRing((bound, wanted) => {
      asked += 1;
      return covers(bound, wanted);
    }, 64);
    for (let tick = 0; tick < 50_000; tick++) ring.add(tick, at(tick));
    for (const place of [49_999, 49_990, 49_000, 30_000, 1000, 0]) {
      const until = ring.freshUntil(at(place));
      // Never fresher than it is.
      expect(until ?? 0).toBeLessThanOrEqual(place);
    }
    expect(ring.freshUntil(at(49_990))).toBeGreaterThan(49_900);
    asked = 0;
    expect(ring.freshUntil(at(-1))).toBeUndefined();
    expect(asked).toBeLessThanOrEqual(64);
  });

  it("says nothing of another history", () => {
    const ring = createLagRing(covers);
    ring.add(0, at(10));
    expect(ring.freshUntil(at(50, "2"))).toBeUndefined();
    ring.clear();
    ring.add(100, at(20, "2"));
    expect(ring.freshUntil(at(50, "2"))).toBe(100);
  });

  it("drops an answer that came late", () => {
    const ring = createLagRing(covers);
    ring.add(200, at(20));
    ring.add(100, at(10));
    expect(ring.freshUntil(at(10))).toBeUndefined();
  });
});
