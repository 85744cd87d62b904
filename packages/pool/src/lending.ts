import {
  type ConnectionCounts,
  type ConnectionMessage,
  connectionsAreObserved,
  publishConnection,
} from "@dbadvise/observe";
import { asError } from "./as-error.ts";
import { createConnectionOpener, type Loss } from "./connection-opener.ts";
import type { Connection } from "./connector.ts";
import { watchDeadlines } from "./deadline-watch.ts";
import { createDurationRecorder, type DurationRecorder } from "./duration-recorder.ts";
import type { Environment, Timer } from "./environment.ts";
import type { AcquireOptions } from "./lease.ts";
import type { PoolEmitter } from "./pool-emitter.ts";
import type { Holder, PoolError } from "./pool-error.ts";
import { createPoolFailures } from "./pool-failures.ts";
import { type Lender, PoolLease } from "./pool-lease.ts";
import type { ResolvedOptions } from "./resolve-options.ts";
import type { Slot } from "./slot.ts";
import { createTokenBuckets } from "./token-buckets.ts";
import { createWaiters, type Waiter } from "./waiters.ts";

/** Counters since the start. */
export interface LendingCounters {
  acquired: number;
  waited: number;
  timeouts: number;
  aborted: number;
  rejected: number;
  opened: number;
  openFailures: number;
  resets: number;
  validations: number;
  readonly closed: Record<string, number>;
}

/** Lends connections, and keeps those that it lends healthy. */
export interface Lending<Client> {
  acquire(options?: AcquireOptions): Promise<PoolLease<Client>>;
  /** Lends idle connections to those in line, checks those that need it, opens what lacks. */
  pump(): void;
  /** Takes a connection out for good. */
  retire(slot: Slot<Client>, reason: string): void;
  /** Destroys the connection of a lease: what is waited for on it rejects. */
  destroy(slot: Slot<Client>, reason: string, error: Error): void;
  /** Takes an idle connection aside for a round trip; it comes back, or is retired. */
  validate(slot: Slot<Client>): void;
  /** New bounds; `minIdle` stays as it was asked for, also while the limit is below it. */
  setSize(size: { readonly limit: number; readonly minIdle?: number | undefined }): void;
  suspend(suspended: boolean): void;
  drain(timeoutMs: number): Promise<void>;
  counts(): ConnectionCounts;
  holders(): Holder[];
  /** The idle ones, the longest idle first. */
  readonly idle: readonly Slot<Client>[];
  readonly slots: ReadonlySet<Slot<Client>>;
  readonly state: "open" | "suspended" | "draining" | "closed";
  readonly breaker: "closed" | "half-open" | "open";
  readonly opening: number;
  readonly closing: number;
  readonly limit: number;
  /** What was asked for: more than the limit allows is not kept. */
  readonly minIdle: number;
  /** Of those in line, milliseconds. */
  longestWait(at: number): number;
  readonly counters: LendingCounters;
  readonly waits: DurationRecorder;
  readonly usages: DurationRecorder;
}

const NO_OPTIONS: AcquireOptions = Object.freeze({});

/**
 * Connections that are opened at once, at most, as a share of the size: callers in line are often served by a release
 * before their connect ends, and a burst should not open everything.
 */
const PARALLEL_CONNECTS = 1 / 4;

export function createLending<Client>(
  options: ResolvedOptions<Client>,
  environment: Environment,
  emitter: PoolEmitter,
): Lending<Client> {
  const { connector, name, validateAfterMs, concurrency } = options;
  const { now } = environment;
  const opener = createConnectionOpener(options, environment, emitter, {
    opened: admit,
    failed,
    lost: (connection, loss) => {
      const slot = slotOf.get(connection);
      if (slot !== undefined) doom(slot, loss);
    },
  });
  const buckets =
    options.rateLimit === undefined ? undefined : createTokenBuckets(options.rateLimit);
  const waiters = createWaiters<PoolLease<Client>>();
  const deadlines = watchDeadlines(waiters, environment, expire);
  const slots = new Set<Slot<Client>>();
  const slotOf = new WeakMap<Connection<Client>, Slot<Client>>();
  /** A stack: the last one used is the first one lent, so that the others may idle out. */
  const idle: Slot<Client>[] = [];
  const waits = createDurationRecorder();
  const usages = createDurationRecorder();
  const counters: LendingCounters = {
    acquired: 0,
    waited: 0,
    timeouts: 0,
    aborted: 0,
    rejected: 0,
    opened: 0,
    openFailures: 0,
    resets: 0,
    validations: 0,
    closed: {},
  };
  const lender: Lender<Client> = { name, giveBack };
  const failures = createPoolFailures({
    name,
    server: connector.description,
    counts,
    holders,
    lastConnectError: opener.lastError,
    get opening() {
      return opener.opening;
    },
    get closing() {
      return closing;
    },
  });

  let state: "open" | "suspended" | "draining" | "closed" = "open";
  /** limit <= max. The invariant: opening + idle + used + checking + closing = total <= the largest limit since. */
  let limit = options.adaptive?.min ?? options.max;
  let { minIdle } = options;
  let total = 0;
  let used = 0;
  let checking = 0;
  let closing = 0;
  let retryTimer: Timer | undefined;
  let drained: { resolve(): void; reject(error: unknown): void; timer: Timer } | undefined;

  // Acquire -------------------------------------------------------------------------------------------------------

  function acquire(given: AcquireOptions = NO_OPTIONS): Promise<PoolLease<Client>> {
    if (
      waiters.length === 0 &&
      state === "open" &&
      used < concurrency &&
      buckets === undefined &&
      isInOrder(given)
    ) {
      const slot = idle.pop();
      if (slot !== undefined) {
        const at = now();
        if (isFresh(slot, at)) {
          waits.record(0);
          return Promise.resolve(lend(slot, at, 0, origin()));
        }
        idle.push(slot);
      }
    }
    return join(given);
  }

  /** The admission step: refuses what can't or mustn't wait, and puts the rest in line. */
  function join(given: AcquireOptions): Promise<PoolLease<Client>> {
    const { signal, timeoutMs = options.acquireTimeoutMs, priority = 0, key = "" } = given;
    if (signal?.aborted === true) {
      counters.aborted += 1;
      return Promise.reject(signal.reason as Error);
    }
    const since = now();
    const refusal = timeoutMs >= 0 ? refuse(key, since) : failures.badDeadline(timeoutMs);
    if (refusal !== undefined) {
      counters.rejected += 1;
      observe("acquire-failed", undefined, 0, refusal.code, refusal);
      return Promise.reject(refusal);
    }
    const { promise, resolve, reject } = Promise.withResolvers<PoolLease<Client>>();
    const waiter: Waiter<PoolLease<Client>> = {
      priority,
      deadline: since + timeoutMs,
      since,
      origin: origin(),
      resolve,
      reject,
      forget: undefined,
      before: undefined,
      after: undefined,
      inLine: false,
    };
    waiters.add(waiter);
    if (signal !== undefined) leaveOnAbort(waiter, signal);
    deadlines.joined(waiter.deadline, since);
    if (idle.length > 0 || total < limit) pump();
    if (waiter.inLine) counters.waited += 1;
    return promise;
  }

  function leaveOnAbort(waiter: Waiter<PoolLease<Client>>, signal: AbortSignal): void {
    const onAbort = (): void => {
      waiters.leave(waiter);
      counters.aborted += 1;
      deadlines.left();
      observe("acquire-failed", undefined, now() - waiter.since, "aborted", signal.reason);
      waiter.reject(signal.reason);
      if (state === "draining") finishDrain();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    waiter.forget = () => signal.removeEventListener("abort", onAbort);
  }

  function refuse(key: string, at: number): PoolError | undefined {
    if (state === "draining" || state === "closed") {
      return failures.closed(state);
    }
    if (waiters.length >= options.maxWaiting && waiters.length - toCome() >= options.maxWaiting) {
      return failures.queueFull();
    }
    if (isUnreachable(at)) return failures.unavailable();
    const waitMs = buckets?.take(key, at) ?? 0;
    return waitMs === 0 ? undefined : failures.rateLimited(key, waitMs);
  }

  /** Leases that can be had without one that is out coming back. */
  function toCome(): number {
    if (state === "suspended") return 0;
    const connections = idle.length + checking + opener.opening + Math.max(0, limit - total);
    return Math.max(0, Math.min(concurrency - used, connections));
  }

  /** The breaker is open, no connection is left, and it is not yet time for a probe. */
  function isUnreachable(at: number): boolean {
    if (opener.breaker === "closed" || total - opener.opening - closing > 0) return false;
    return opener.breaker === "half-open" || opener.waitMs(at) > 0;
  }

  function expire(late: readonly Waiter<PoolLease<Client>>[], at: number): void {
    for (const waiter of late) {
      waiter.forget?.();
      counters.timeouts += 1;
      const error = failures.acquireTimeout(at - waiter.since);
      observe("acquire-failed", undefined, at - waiter.since, "timeout", error);
      waiter.reject(error);
    }
    if (state === "draining") finishDrain();
  }

  // Lend and take back --------------------------------------------------------------------------------------------

  function isFresh(slot: Slot<Client>, at: number): boolean {
    return heardLately(slot, at) && !isSpent(slot, at);
  }

  function heardLately(slot: Slot<Client>, at: number): boolean {
    return at - slot.connection.lastHeard() < validateAfterMs;
  }

  function isSpent(slot: Slot<Client>, at: number): boolean {
    return slot.doom !== undefined || at >= slot.retireAt || slot.uses >= options.maxUses;
  }

  function lend(
    slot: Slot<Client>,
    at: number,
    waitedMs: number,
    from: Error | undefined,
  ): PoolLease<Client> {
    const lease = new PoolLease(lender, slot, from);
    slot.place = "used";
    slot.lentAt = at;
    slot.lease = lease;
    used += 1;
    counters.acquired += 1;
    if (connectionsAreObserved()) observe("acquire", slot, waitedMs, undefined, undefined);
    if (emitter.has("acquire")) emitter.emit("acquire", slot.connection.client);
    return lease;
  }

  function giveBack(slot: Slot<Client>, error: Error | undefined): void {
    const at = now();
    used -= 1;
    slot.lease = undefined;
    slot.uses += 1;
    slot.idleSince = at;
    usages.record(at - slot.lentAt);
    if (connectionsAreObserved()) observe("release", slot, at - slot.lentAt, undefined, error);
    if (emitter.has("release")) emitter.emit("release", slot.connection.client, error);
    if (error !== undefined) retire(slot, "released with an error");
    else if (slot.doom !== undefined) retire(slot, slot.doom.reason);
    else {
      const session = slot.connection.state();
      if (session === "clean") offer(slot, at, false);
      else if (session === "busy") retire(slot, "released while a query was running");
      else reset(slot);
    }
    // Its place under the concurrency limit is free, whatever becomes of the connection.
    if (slot.place !== "used" && waiters.length > 0) pump();
  }

  /** A connection that can be lent: to the next in line, or it is idle. One that has just answered is not asked again. */
  function offer(slot: Slot<Client>, at: number, answered: boolean): void {
    const tooMany = total - closing > limit;
    if (isSpent(slot, at) || tooMany || state === "closed") {
      retire(slot, tooMany ? "pool size" : spentReason(slot, at));
      return;
    }
    if (waiters.length === 0 || !mayLend()) {
      rest(slot);
      if (state === "draining") finishDrain();
      return;
    }
    if (answered || heardLately(slot, at)) handOver(slot, at);
    else validate(slot);
  }

  /** In the order in which they were given back: one that was only checked does not go on top. */
  function rest(slot: Slot<Client>): void {
    slot.place = "idle";
    let above = idle.length;
    while (above > 0 && (idle[above - 1]?.idleSince ?? 0) > slot.idleSince) above -= 1;
    if (above === idle.length) idle.push(slot);
    else idle.splice(above, 0, slot);
  }

  function handOver(slot: Slot<Client>, at: number): void {
    const waiter = waiters.next();
    if (waiter === undefined) return;
    waiter.forget?.();
    deadlines.left();
    waits.record(at - waiter.since);
    waiter.resolve(lend(slot, at, at - waiter.since, waiter.origin));
  }

  function mayLend(): boolean {
    return state !== "suspended" && used < concurrency;
  }

  function pump(): void {
    const at = now();
    while (waiters.length > 0 && mayLend()) {
      // Mostly the one on top; one below that was asked for its health meanwhile needs no check.
      const slot = idle.findLast((one) => isFresh(one, at)) ?? idle.at(-1);
      if (slot === undefined) break;
      if (isSpent(slot, at)) retire(slot, spentReason(slot, at));
      else if (isFresh(slot, at)) {
        removeIdle(slot);
        handOver(slot, at);
      } else if (waiters.length > checking) validate(slot);
      // As many as wait are being checked already.
      else break;
    }
    openMissing(at);
  }

  // Checks ----------------------------------------------------------------------------------------------------------

  function validate(slot: Slot<Client>): void {
    counters.validations += 1;
    check(slot, () => slot.connection.validate(), "validation failed");
  }

  function reset(slot: Slot<Client>): void {
    counters.resets += 1;
    check(slot, () => slot.connection.reset(), "reset failed");
  }

  /** Takes a connection aside until the server has answered, or the deadline of a validation has passed. */
  function check(slot: Slot<Client>, ask: () => Promise<void>, reason: string): void {
    removeIdle(slot);
    slot.place = "checking";
    checking += 1;
    let settled = false;
    const settle = (error: Error | undefined): void => {
      if (settled) return;
      settled = true;
      timer.cancel();
      if (slot.place !== "checking") return;
      checking -= 1;
      slot.place = "moving";
      if (error === undefined) offer(slot, now(), true);
      else {
        slot.doom ??= { reason, error };
        retire(slot, reason);
        // What broke one connection has often broken all: they are asked at once, not one after the other.
        for (const other of idle.slice()) if (!isFresh(other, now())) validate(other);
      }
      pump();
    };
    const timer = environment.setTimer(
      () => settle(new Error(`no answer in ${options.validateTimeoutMs} ms`)),
      options.validateTimeoutMs,
    );
    ask().then(
      () => settle(undefined),
      (error: unknown) => settle(asError(error)),
    );
  }

  // Open and close --------------------------------------------------------------------------------------------------

  function openMissing(at: number): void {
    if (state === "closed") return;
    const callers = mayLend() ? Math.min(waiters.length, concurrency - used) : 0;
    const spare = state === "draining" ? 0 : Math.min(minIdle, limit) - idle.length;
    let missing = Math.max(callers, spare) - checking - opener.opening;
    const parallel = Math.max(1, Math.ceil(limit * PARALLEL_CONNECTS));
    while (missing > 0 && total < limit && opener.opening < parallel) {
      const waitMs = opener.waitMs(at);
      if (waitMs > 0) {
        if (waitMs < Number.POSITIVE_INFINITY) retryIn(waitMs);
        return;
      }
      total += 1;
      opener.open(at);
      missing -= 1;
    }
  }

  function retryIn(ms: number): void {
    if (retryTimer !== undefined) return;
    retryTimer = environment.setTimer(() => {
      retryTimer = undefined;
      pump();
    }, ms);
    // Whoever is in line has a deadline, and its timer keeps the process running.
    retryTimer.unref();
  }

  function failed(error: unknown, ms: number): void {
    total -= 1;
    counters.openFailures += 1;
    observe("open-failed", undefined, ms, undefined, error);
    refuseHopeless(error);
    afterOpening();
  }

  function afterOpening(): void {
    pump();
    if (state === "draining") finishDrain();
  }

  function admit(connection: Connection<Client>, ms: number, loss: Loss | undefined): void {
    counters.opened += 1;
    const at = now();
    const { maxLifetimeMs } = options;
    const slot: Slot<Client> = {
      connection,
      openedAt: at,
      // The jitter only adds: no connection lives shorter than it was promised.
      retireAt:
        maxLifetimeMs === 0
          ? Number.POSITIVE_INFINITY
          : at + maxLifetimeMs * (1 + environment.random() / 4),
      place: "moving",
      lease: undefined,
      lentAt: at,
      idleSince: at,
      uses: 0,
      stall: undefined,
      doom: loss,
    };
    slots.add(slot);
    slotOf.set(connection, slot);
    observe("open", slot, ms, undefined, undefined);
    emitter.emit("connect", connection.client);
    offer(slot, at, true);
    afterOpening();
  }

  /** The server or the network has ended it, or an error says that it must go. */
  function doom(slot: Slot<Client>, loss: Loss): void {
    slot.doom ??= loss;
    if (slot.place !== "idle") return;
    emitter.emit("idleError", loss.error, slot.connection.client);
    retire(slot, loss.reason);
  }

  function destroy(slot: Slot<Client>, reason: string, error: Error): void {
    slot.doom ??= { reason, error };
    void slot.connection.close({ now: true });
  }

  function retire(slot: Slot<Client>, reason: string): void {
    if (slot.place === "closing") return;
    removeIdle(slot);
    if (slot.place === "checking") checking -= 1;
    slot.place = "closing";
    closing += 1;
    counters.closed[reason] = (counters.closed[reason] ?? 0) + 1;
    void close(slot, reason);
  }

  async function close(slot: Slot<Client>, reason: string): Promise<void> {
    const { connection } = slot;
    await connection.close({ now: slot.doom !== undefined });
    await opener.closed(connection);
    closing -= 1;
    total -= 1;
    slots.delete(slot);
    observe("close", slot, now() - slot.openedAt, reason, slot.doom?.error);
    emitter.emit("close", connection.client, reason);
    pump();
    if (state === "draining") finishDrain();
  }

  function removeIdle(slot: Slot<Client>): void {
    if (slot.place !== "idle") return;
    const at = idle.lastIndexOf(slot);
    if (at >= 0) idle.splice(at, 1);
  }

  function spentReason(slot: Slot<Client>, at: number): string {
    if (slot.doom !== undefined) return slot.doom.reason;
    if (at >= slot.retireAt) return "max lifetime";
    return slot.uses >= options.maxUses ? "max uses" : "pool closed";
  }

  /** Ends waits that nothing else would end: connecting can't succeed, or has failed often and there is no deadline. */
  function refuseHopeless(error: unknown): void {
    if (total - opener.opening - closing > 0) return;
    const permanent = connector.isPermanent(error);
    if (!permanent && opener.breaker === "closed") return;
    const refused = waiters.remove(
      (waiter) => permanent || waiter.deadline === Number.POSITIVE_INFINITY,
    );
    for (const waiter of refused) {
      waiter.forget?.();
      counters.rejected += 1;
      waiter.reject(failures.unavailable());
    }
    deadlines.left();
  }

  // Size and end ----------------------------------------------------------------------------------------------------

  function setSize(size: { readonly limit: number; readonly minIdle?: number | undefined }): void {
    opener.resize(Math.max(options.max, size.limit));
    limit = size.limit;
    minIdle = size.minIdle ?? minIdle;
    while (total - closing > limit && idle[0] !== undefined) retire(idle[0], "pool size");
    pump();
  }

  function suspend(suspended: boolean): void {
    if (state !== "open" && state !== "suspended") return;
    state = suspended ? "suspended" : "open";
    pump();
  }

  function drain(timeoutMs: number): Promise<void> {
    state = "draining";
    return new Promise((resolve, reject) => {
      const timer = environment.setTimer(() => forceEnd(timeoutMs), timeoutMs);
      drained = { resolve, reject, timer };
      pump();
      finishDrain();
    });
  }

  /** When nobody is in line any more, closes what is idle; when nothing is left, tells so. */
  function finishDrain(): void {
    if (waiters.length > 0) return;
    // Nobody waits for what is being connected.
    opener.abort("the pool is draining");
    for (const slot of idle.slice()) retire(slot, "pool closed");
    if (total > 0 || drained === undefined) return;
    end();
    drained.timer.cancel();
    drained.resolve();
    drained = undefined;
  }

  function end(): void {
    state = "closed";
    deadlines.cancel();
    retryTimer?.cancel();
    opener.abort("the pool is closed");
  }

  function forceEnd(timeoutMs: number): void {
    const error = failures.drainTimeout(used, timeoutMs);
    end();
    for (const waiter of waiters.remove(() => true)) {
      waiter.forget?.();
      counters.rejected += 1;
      waiter.reject(failures.closed(state));
    }
    for (const slot of slots) {
      if (slot.place === "used") destroy(slot, "pool closed", error);
      else retire(slot, "pool closed");
    }
    drained?.reject(error);
    drained = undefined;
  }

  // Words -----------------------------------------------------------------------------------------------------------

  function counts(): ConnectionCounts {
    return {
      total,
      // One that is on its way from a release, or from connecting, counts as idle: it has no holder.
      idle: total - opener.opening - used - checking - closing,
      used: used + checking,
      waiting: waiters.length,
      max: limit,
    };
  }

  function holders(): Holder[] {
    const at = now();
    return [...slots]
      .flatMap(({ lease, lentAt }) =>
        lease === undefined ? [] : [{ heldMs: at - lentAt, stack: lease.origin?.stack }],
      )
      .toSorted((a, b) => b.heldMs - a.heldMs);
  }

  /** Where the caller stands. */
  function origin(): Error | undefined {
    return options.leakDetectionMs > 0 ? new Error("acquired here") : undefined;
  }

  function observe(
    event: ConnectionMessage["event"],
    slot: Slot<Client> | undefined,
    durationMs: number,
    reason: string | undefined,
    error: unknown,
  ): void {
    if (!connectionsAreObserved()) return;
    const server = slot?.connection.server;
    publishConnection({ event, pool: name, server, durationMs, reason, error, counts: counts() });
  }

  pump();
  return {
    acquire,
    pump,
    retire,
    destroy,
    validate,
    setSize,
    suspend,
    drain,
    counts,
    holders,
    longestWait: (at) => Math.max(0, at - waiters.least(({ since }) => since)),
    idle,
    slots,
    get state() {
      return state;
    },
    get breaker() {
      return opener.breaker;
    },
    get opening() {
      return opener.opening;
    },
    get closing() {
      return closing;
    },
    get limit() {
      return limit;
    },
    get minIdle() {
      return minIdle;
    },
    counters,
    waits,
    usages,
  };
}

/** Not to be refused by what it asks for. */
function isInOrder({ signal, timeoutMs = 0 }: AcquireOptions): boolean {
  return timeoutMs >= 0 && signal?.aborted !== true;
}
