import type { NodeHealth } from "./node-health.ts";

/** How one node is, from what became of its polls and queries. Holds no timer: every call says what time it is. */
export interface HealthTracker {
  readonly health: NodeHealth;
  /** Why it is so, for people. */
  readonly reason: string;
  /** Polls in a row without an answer. */
  readonly missed: number;
  /** What its polls take, smoothed. */
  readonly pollMs: number | undefined;
  /** A poll was answered. `peersMs`: what the other nodes' polls take; `undefined` where there are too few to compare. */
  answered(now: number, ms: number, peersMs: number | undefined): void;
  /** A poll was not, or so many connects were not. */
  unanswered(now: number, reason: string, times?: number): void;
  /** A query went well, or failed in a way that is not its caller's doing. */
  succeeded(now: number): void;
  failed(now: number, reason: string): void;
  setLagging(lagging: boolean): void;
  setFenced(now: number, fenced: boolean): void;
  setDraining(draining: boolean): void;
  /** The part of its weight that it takes, from 0 to 1: less while it is suspect, growing in probation. */
  share(now: number): number;
}

/** Polls or queries in a row that fail until a node is ejected. */
const FAILURES = 3;
/** Or half of the queries of about this time, of so many at least. */
const RATE_MS = 10_000;
const RATE = 0.5;
const RATE_QUERIES = 20;
/** Without a failure for this long a suspect is up again. */
const SUSPECT_MS = 5000;
const SUSPECT_SHARE = 0.5;
/** How long it stays ejected at least: doubled each time, and forgiven when it was well for a while. */
const EJECTED_MS = { first: 1000, last: 30_000 };
const FORGIVEN_MS = 60_000;
const SLOW_START_MS = 10_000;
const SLOW_START_SHARE = 0.1;
/** Slower than its peers by this much and that many times, for so long. */
const SLOWER_MS = 100;
const SLOWER_TIMES = 5;
const SLOWER_FOR_MS = 5000;
const POLL_DECAY_MS = 5000;

/**
 * @param mayEject whether one more node may be ejected for how it does. One that does not answer is ejected regardless:
 * reads would only wait there.
 * @param fresh a node that was added to a cluster at work is asked before it is used
 */
export function createHealthTracker(mayEject: () => boolean, fresh = false): HealthTracker {
  let mode: "up" | "suspect" | "ejected" | "probation" = fresh ? "ejected" : "up";
  let reason = fresh ? "was not asked yet" : "";
  let since = Number.NEGATIVE_INFINITY;
  let lastFailure = Number.NEGATIVE_INFINITY;
  let ejections = 0;
  let missed = 0;
  let failures = 0;
  const recent = { queries: 0, failures: 0, at: 0 };
  let pollMs: number | undefined;
  let polledAt = 0;
  let slowSince: number | undefined;
  let lagging = false;
  let fenced = false;
  let draining = false;

  function become(next: typeof mode, now: number, why: string): void {
    mode = next;
    since = now;
    reason = why;
  }

  function eject(now: number, why: string): void {
    ejections += 1;
    become("ejected", now, why);
  }

  function suspect(now: number, why: string): void {
    lastFailure = now;
    if (mode === "up") become("suspect", now, why);
  }

  function count(now: number, failed: boolean): void {
    const kept = Math.exp((recent.at - now) / RATE_MS);
    recent.queries = recent.queries * kept + 1;
    recent.failures = recent.failures * kept + (failed ? 1 : 0);
    recent.at = now;
  }

  /** Whether it has been far slower than its peers for a while. */
  function isSlow(now: number, ms: number, peersMs: number | undefined): boolean {
    const kept = Math.exp((polledAt - now) / POLL_DECAY_MS);
    pollMs = pollMs === undefined ? ms : pollMs * kept + ms * (1 - kept);
    polledAt = now;
    if (peersMs === undefined || pollMs < peersMs + SLOWER_MS || pollMs < peersMs * SLOWER_TIMES) {
      slowSince = undefined;
      return false;
    }
    slowSince ??= now;
    return now - slowSince >= SLOWER_FOR_MS;
  }

  function recover(now: number): void {
    switch (mode) {
      case "ejected": {
        const { first, last } = EJECTED_MS;
        if (now - since < Math.min(last, first * 2 ** (ejections - 1))) return;
        failures = 0;
        recent.queries = 0;
        recent.failures = 0;
        become("probation", now, "answers again");
        return;
      }
      case "probation":
        if (now - since >= SLOW_START_MS) become("up", now, "has proved itself");
        return;
      case "suspect":
        if (now - lastFailure >= SUSPECT_MS) become("up", now, "has not failed for a while");
        return;
      case "up":
        if (now - since >= FORGIVEN_MS) ejections = 0;
    }
  }

  return {
    get health() {
      if (draining) return "draining";
      if (fenced) return "fenced";
      return lagging && mode !== "ejected" ? "lagging" : mode;
    },
    get reason() {
      if (draining) return "was removed";
      if (fenced) return "was primary, and another is";
      return lagging && mode !== "ejected" ? "is behind by more than maxLagMs" : reason;
    },
    get missed() {
      return missed;
    },
    get pollMs() {
      return pollMs;
    },
    answered: (now, ms, peersMs) => {
      missed = 0;
      if (isSlow(now, ms, peersMs)) {
        if (mode === "ejected" || !mayEject()) return;
        eject(now, "is far slower than its peers");
        return;
      }
      recover(now);
    },
    unanswered: (now, why, times = 1) => {
      missed += times;
      suspect(now, why);
      if (mode !== "ejected" && (missed >= FAILURES || mode === "probation")) eject(now, why);
    },
    succeeded: (now) => {
      failures = 0;
      count(now, false);
    },
    failed: (now, why) => {
      failures += 1;
      count(now, true);
      suspect(now, why);
      if (mode === "ejected") return;
      const often = recent.queries >= RATE_QUERIES && recent.failures >= recent.queries * RATE;
      if ((failures >= FAILURES || often || mode === "probation") && mayEject()) eject(now, why);
    },
    setLagging: (value) => {
      lagging = value;
    },
    setFenced: (now, value) => {
      if (fenced && !value) become("probation", now, "is a replica now");
      fenced = value;
    },
    setDraining: (value) => {
      draining = value;
    },
    share: (now) => {
      if (mode === "suspect") return SUSPECT_SHARE;
      if (mode !== "probation") return 1;
      return Math.min(
        1,
        SLOW_START_SHARE + (1 - SLOW_START_SHARE) * ((now - since) / SLOW_START_MS),
      );
    },
  };
}
