import { describe, expect, it } from "vitest";
import { createHealthTracker, type HealthTracker } from "./health-tracker.ts";

const always = (): boolean => true;

/** Answers polls every 250 ms from one time to another. */
function poll(tracker: HealthTracker, from: number, to: number, ms = 1, peersMs?: number): void {
  for (let now = from; now <= to; now += 250) tracker.answered(now, ms, peersMs);
}

function fail(tracker: HealthTracker, now: number, times: number): void {
  for (let time = 0; time < times; time++) tracker.failed(now, "connection reset");
}

describe("health of a node", () => {
  it("is up until something fails, suspect for a while after one failure", () => {
    const tracker = createHealthTracker(always);
    poll(tracker, 0, 1000);
    expect(tracker.health).toBe("up");
    tracker.failed(1000, "connection reset");
    expect(tracker.health).toBe("suspect");
    expect(tracker.reason).toBe("connection reset");
    expect(tracker.share(1000)).toBe(0.5);
    poll(tracker, 1250, 5750);
    expect(tracker.health).toBe("suspect");
    poll(tracker, 6000, 6250);
    expect(tracker.health).toBe("up");
    expect(tracker.share(6250)).toBe(1);
  });

  it("is ejected after three failures in a row, not by three among successes", () => {
    const tracker = createHealthTracker(always);
    for (let time = 0; time < 10; time++) {
      fail(tracker, time, 2);
      for (let good = 0; good < 8; good++) tracker.succeeded(time);
    }
    expect(tracker.health).toBe("suspect");
    fail(tracker, 20, 3);
    expect(tracker.health).toBe("ejected");
  });

  it("is ejected when half of its queries fail, never three in a row", () => {
    const tracker = createHealthTracker(always);
    for (let time = 0; time < 11; time++) {
      expect(tracker.health).not.toBe("ejected");
      fail(tracker, time * 10, 1);
      tracker.succeeded(time * 10);
    }
    expect(tracker.health).toBe("ejected");
  });

  it("forgets old failures in the rate", () => {
    const tracker = createHealthTracker(always);
    for (let time = 0; time < 6; time++) {
      fail(tracker, 0, 2);
      tracker.succeeded(0);
    }
    for (let good = 0; good < 8; good++) tracker.succeeded(60_000);
    fail(tracker, 60_000, 2);
    expect(tracker.health).toBe("suspect");
  });

  it("comes back only by an answered poll, in probation, with a share that grows (makara #36, pgdog #785)", () => {
    const tracker = createHealthTracker(always);
    fail(tracker, 0, 3);
    // Queries that were under way.
    for (let good = 0; good < 50; good++) tracker.succeeded(2000);
    expect(tracker.health).toBe("ejected");
    tracker.answered(2000, 1, undefined);
    expect(tracker.health).toBe("probation");
    expect(tracker.share(2000)).toBeCloseTo(0.1);
    expect(tracker.share(7000)).toBeCloseTo(0.55);
    poll(tracker, 2250, 12_000);
    expect(tracker.health).toBe("up");
    expect(tracker.share(12_000)).toBe(1);
  });

  it("recovers from any number of ejections, however long it was away (makara #36, pgdog #785)", () => {
    const tracker = createHealthTracker(always);
    let now = 0;
    for (let round = 0; round < 50; round++) {
      for (let missed = 0; missed < 100; missed++) tracker.unanswered((now += 250), "ECONNREFUSED");
      expect(tracker.health).toBe("ejected");
      poll(tracker, now, now + 45_000);
      now += 45_000;
      expect(tracker.health).toBe("up");
    }
  });

  it("stays away longer each time that it fails again at once, up to half a minute", () => {
    const tracker = createHealthTracker(always);
    const waits: number[] = [];
    let now = 0;
    for (let round = 0; round < 8; round++) {
      fail(tracker, now, 3);
      const from = now;
      while (tracker.health === "ejected") tracker.answered((now += 100), 1, undefined);
      waits.push(now - from);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    poll(tracker, now, now + 90_000);
    now += 90_000;
    fail(tracker, now, 3);
    poll(tracker, now + 1000, now + 1000);
    expect(tracker.health).toBe("probation");
  });

  it("is not ejected for how it does when too many are already, and is when it does not answer", () => {
    const tracker = createHealthTracker(() => false);
    fail(tracker, 0, 100);
    expect(tracker.health).toBe("suspect");
    for (let missed = 0; missed < 3; missed++) tracker.unanswered(missed, "gave no answer");
    expect(tracker.health).toBe("ejected");
    expect(tracker.reason).toBe("gave no answer");
  });

  it("is ejected while its polls are far slower than those of its peers", () => {
    const tracker = createHealthTracker(always);
    poll(tracker, 0, 4000, 2, 2);
    poll(tracker, 4250, 8000, 400, 2);
    expect(tracker.health).toBe("up");
    poll(tracker, 8250, 12_000, 400, 2);
    expect(tracker.health).toBe("ejected");
    poll(tracker, 12_250, 20_000, 400, 2);
    expect(tracker.health).toBe("ejected");
    poll(tracker, 20_250, 80_000, 2, 2);
    expect(tracker.health).toBe("up");
  });

  it("is not slow because all are", () => {
    const tracker = createHealthTracker(always);
    poll(tracker, 0, 60_000, 400, 300);
    expect(tracker.health).toBe("up");
    poll(tracker, 60_250, 120_000, 60_000, undefined);
    expect(tracker.health).toBe("up");
  });

  it("is asked before it is used when it joins a cluster at work", () => {
    const tracker = createHealthTracker(always, true);
    expect(tracker.health).toBe("ejected");
    tracker.answered(0, 1, undefined);
    expect(tracker.health).toBe("probation");
  });

  it("is what is worst of it: draining, fenced, ejected, lagging", () => {
    const tracker = createHealthTracker(always);
    tracker.setLagging(true);
    expect(tracker.health).toBe("lagging");
    fail(tracker, 0, 3);
    expect(tracker.health).toBe("ejected");
    tracker.setFenced(0, true);
    expect(tracker.health).toBe("fenced");
    tracker.setDraining(true);
    expect(tracker.health).toBe("draining");
    tracker.setDraining(false);
    tracker.setLagging(false);
    tracker.setFenced(10, false);
    expect(tracker.health).toBe("probation");
  });
});
