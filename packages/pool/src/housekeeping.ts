import { createAdaptiveSize } from "./adaptive-size.ts";
import type { Environment, Timer } from "./environment.ts";
import type { Lending } from "./lending.ts";
import type { PoolEmitter } from "./pool-emitter.ts";
import type { DurationHistogram } from "./pool-stats.ts";
import type { ResolvedOptions } from "./resolve-options.ts";
import type { Slot } from "./slot.ts";

/** The work that no caller waits for. */
export interface Housekeeping {
  /** Connections that the load of the last minute asked for. */
  wantedSize(): number;
  /** Upper bound of an adaptive size. */
  setMax(max: number): void;
  stop(): void;
}

const LONGEST_ROUND_MS = 1000;
const SHORTEST_ROUND_MS = 20;

/**
 * Once a round: idle connections that are too old or too many go, those that nobody has heard of for long are validated,
 * long leases and utilization are told, and an adaptive size follows the load. It never keeps the process running.
 */
export function keepHouse<Client>(
  options: ResolvedOptions<Client>,
  lending: Lending<Client>,
  environment: Environment,
  emitter: PoolEmitter,
): Housekeeping {
  const load = createAdaptiveSize();
  const spans = [
    options.idleTimeoutMs,
    options.keepaliveMs,
    options.stallMs,
    options.maxLifetimeMs,
    options.leakDetectionMs,
  ].filter((ms) => ms > 0);
  const roundMs = Math.max(
    SHORTEST_ROUND_MS,
    Math.min(LONGEST_ROUND_MS, ...spans.map((ms) => ms / 4)),
  );
  let max = options.max;
  let isHigh = false;
  let busyBefore = 0;
  let waitsBefore = lending.waits.snapshot();
  let sampledAt = environment.now();
  let timer: Timer | undefined;

  function round(): void {
    const at = environment.now();
    retireIdle(at);
    keepAlive(at);
    findStalls(at);
    tellLeaks(at);
    tellUtilization();
    if (at - sampledAt >= LONGEST_ROUND_MS * 0.9) followLoad(at);
    lending.pump();
    schedule();
  }

  function schedule(): void {
    timer = environment.setTimer(round, roundMs);
    timer.unref();
  }

  function retireIdle(at: number): void {
    // The longest idle come first. Those above minIdle may idle out; the lifetime ends for all.
    for (const slot of lending.idle.slice()) {
      if (at >= slot.retireAt) lending.retire(slot, "max lifetime");
      else if (
        options.idleTimeoutMs > 0 &&
        at - slot.idleSince >= options.idleTimeoutMs &&
        lending.idle.length > lending.minIdle
      ) {
        lending.retire(slot, "idle timeout");
      }
    }
  }

  function keepAlive(at: number): void {
    if (options.keepaliveMs === 0) return;
    for (const slot of lending.idle.slice()) {
      if (at - slot.connection.lastHeard() >= options.keepaliveMs) lending.validate(slot);
    }
  }

  function findStalls(at: number): void {
    if (options.stallMs === 0) return;
    for (const slot of lending.slots) {
      const { connection, stall } = slot;
      const heard = connection.lastHeard();
      if (slot.lease === undefined || connection.state() !== "busy") slot.stall = undefined;
      else if (stall?.heard !== heard) slot.stall = { heard, at };
      else if (at - stall.at >= options.stallMs) {
        // The next question comes after as long again.
        slot.stall = { heard, at };
        void ask(slot, heard);
      }
    }
  }

  /** Destroys the connection unless the server is at work on its statement. */
  async function ask(slot: Slot<Client>, heard: number): Promise<void> {
    const deadline = new AbortController();
    const patience = environment.setTimer(() => {
      deadline.abort(new Error(`no answer in ${options.connectTimeoutMs} ms`));
    }, options.connectTimeoutMs);
    let cause: unknown;
    try {
      if (await slot.connection.isWorking(deadline.signal)) return;
    } catch (error) {
      cause = error;
    } finally {
      patience.cancel();
    }
    // The answer may have come meanwhile.
    if (slot.lease === undefined || slot.connection.lastHeard() !== heard) return;
    const why = cause === undefined ? "is not at work on it" : "can't be reached";
    const message = `A statement has no answer for ${options.stallMs} ms, and the server ${why}`;
    lending.destroy(slot, "stalled", new Error(message, cause === undefined ? {} : { cause }));
  }

  function tellLeaks(at: number): void {
    if (options.leakDetectionMs === 0) return;
    for (const { lease, lentAt } of lending.slots) {
      if (lease === undefined || lease.reported) continue;
      const heldMs = at - lentAt;
      if (heldMs < options.leakDetectionMs) continue;
      lease.reported = true;
      emitter.emit("leak", lease, heldMs, lease.origin?.stack ?? "");
    }
  }

  function tellUtilization(): void {
    const share = lending.counts().used / lending.limit;
    const { high, normal } = options.utilizationAlert;
    if (isHigh ? share >= normal : share < high) return;
    isHigh = !isHigh;
    emitter.emit("utilization", isHigh ? "high" : "normal", share);
  }

  function followLoad(at: number): void {
    const busyMs = busyNow(at);
    const waits = lending.waits.snapshot();
    load.add({
      busy: Math.max(0, busyMs - busyBefore) / (at - sampledAt),
      // Those still in line count as well: nobody may have been served meanwhile.
      waitMs: Math.max(quantileBetween(waitsBefore, waits, 0.95), lending.longestWait(at)),
      waiting: lending.counts().waiting,
    });
    busyBefore = busyMs;
    waitsBefore = waits;
    sampledAt = at;
    if (options.adaptive === undefined) return;
    const limit = load.next(lending.limit, { max, ...options.adaptive });
    if (limit === lending.limit) return;
    lending.setSize({ limit });
  }

  /** Milliseconds that connections have been lent since the start, running leases included. */
  function busyNow(at: number): number {
    let busyMs = lending.usages.snapshot().sumMs;
    for (const { lease, lentAt } of lending.slots) if (lease !== undefined) busyMs += at - lentAt;
    return busyMs;
  }

  schedule();
  return {
    wantedSize: load.wanted,
    setMax: (value) => {
      max = value;
    },
    stop: () => timer?.cancel(),
  };
}

/** Upper bound of the bucket that a quantile of what was recorded in between falls into; 0 where nothing was. */
function quantileBetween(
  before: DurationHistogram,
  after: DurationHistogram,
  share: number,
): number {
  let left = Math.ceil((after.count - before.count) * share);
  if (left === 0) return 0;
  for (const [at, count] of after.counts.entries()) {
    left -= count - (before.counts[at] ?? 0);
    if (left <= 0) return Math.min(after.boundsMs[at] ?? 0, after.maxMs);
  }
  return after.maxMs;
}
