import type { AdaptiveOptions, PoolOptions } from "./pool-options.ts";
import { PoolError } from "./pool-error.ts";

type Resolved<Client> = Required<Omit<PoolOptions<Client>, "adaptive" | "rateLimit">> &
  Pick<PoolOptions<Client>, "rateLimit">;

/** Options with every default in place. */
export interface ResolvedOptions<Client> extends Resolved<Client> {
  readonly adaptive: Required<AdaptiveOptions> | undefined;
}

const MILLISECONDS = [
  "connectTimeoutMs",
  "validateAfterMs",
  "validateTimeoutMs",
  "stallMs",
  "keepaliveMs",
  "idleTimeoutMs",
  "maxLifetimeMs",
  "leakDetectionMs",
] as const;

const KNOWN: ReadonlySet<string> = new Set(
  [
    ...MILLISECONDS,
    "connector max minIdle name role acquireTimeoutMs maxWaiting maxUses backoffMs breakerFailures",
    "adaptive rateLimit concurrency utilizationAlert",
  ].flatMap((names) => names.split(" ")),
);

/** Fills in defaults and freezes. Throws `INVALID_OPTIONS` with every fault, each with the value that was given. */
export function resolveOptions<Client>(options: PoolOptions<Client>): ResolvedOptions<Client> {
  const max = options.max ?? 10;
  const resolved: ResolvedOptions<Client> = {
    connector: options.connector,
    max,
    minIdle: options.minIdle ?? 0,
    name: options.name ?? options.connector?.description ?? "pool",
    role: options.role ?? "unknown",
    acquireTimeoutMs: options.acquireTimeoutMs ?? 30_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    maxWaiting: options.maxWaiting ?? Number.POSITIVE_INFINITY,
    validateAfterMs: options.validateAfterMs ?? 500,
    validateTimeoutMs: options.validateTimeoutMs ?? 1000,
    stallMs: options.stallMs ?? 30_000,
    keepaliveMs: options.keepaliveMs ?? 120_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 600_000,
    maxLifetimeMs: options.maxLifetimeMs ?? 1_800_000,
    maxUses: options.maxUses ?? Number.POSITIVE_INFINITY,
    backoffMs: Object.freeze({ first: 100, last: 5000, ...options.backoffMs }),
    breakerFailures: options.breakerFailures ?? 3,
    leakDetectionMs: options.leakDetectionMs ?? 0,
    adaptive:
      options.adaptive === undefined
        ? undefined
        : Object.freeze({ targetWaitMs: 10, ...options.adaptive }),
    ...(options.rateLimit === undefined
      ? {}
      : { rateLimit: Object.freeze({ ...options.rateLimit }) }),
    concurrency: options.concurrency ?? Number.POSITIVE_INFINITY,
    utilizationAlert: Object.freeze({ high: 0.9, normal: 0.75, ...options.utilizationAlert }),
  };
  const faults = [...faultsOf(resolved), ...unknownNames(options)];
  if (faults.length > 0) {
    throw new PoolError("INVALID_OPTIONS", `createPool: ${faults.join("; ")}`, {
      pool: resolved.name,
      hint: "See PoolOptions for each option, its unit and default.",
    });
  }
  return Object.freeze(resolved);
}

/** Throws `INVALID_OPTIONS` where the bounds of a size don't fit. */
export function checkSize(
  pool: string,
  size: { readonly max: number; readonly minIdle: number },
): void {
  const faults = sizeFaults(size);
  if (faults.length === 0) return;
  throw new PoolError("INVALID_OPTIONS", `resize: ${faults.join("; ")}`, {
    pool,
    hint: "max is at least 1, and minIdle at most max.",
  });
}

function sizeFaults({
  max,
  minIdle,
}: {
  readonly max: number;
  readonly minIdle: number;
}): string[] {
  const faults: string[] = [];
  if (!isCount(max, 1)) faults.push(`max is a whole number from 1, not ${String(max)}`);
  if (!isCount(minIdle, 0)) faults.push(`minIdle is a whole number from 0, not ${String(minIdle)}`);
  else if (minIdle > max) faults.push(`minIdle ${minIdle} is more than max ${max}`);
  return faults;
}

function faultsOf<Client>(options: ResolvedOptions<Client>): string[] {
  const faults = sizeFaults(options);
  if (typeof options.connector?.connect !== "function") {
    faults.push("connector is missing: postgres(...) or mysql(...)");
  }
  for (const name of MILLISECONDS) {
    const value = options[name];
    if (!(value >= 0) || value === Number.POSITIVE_INFINITY) {
      faults.push(`${name} is milliseconds, 0 or more, not ${String(value)}`);
    }
  }
  for (const name of ["connectTimeoutMs", "validateTimeoutMs"] as const) {
    if (options[name] === 0) faults.push(`${name} is more than 0, not 0`);
  }
  if (!(options.acquireTimeoutMs > 0)) {
    faults.push(
      `acquireTimeoutMs is more than 0, or Infinity, not ${String(options.acquireTimeoutMs)}`,
    );
  }
  for (const name of ["maxWaiting", "maxUses", "breakerFailures", "concurrency"] as const) {
    const least = name === "maxWaiting" ? 0 : 1;
    const value = options[name];
    if (value !== Number.POSITIVE_INFINITY && !isCount(value, least)) {
      faults.push(`${name} is a whole number from ${least}, not ${String(value)}`);
    }
  }
  const { first, last } = options.backoffMs;
  if (!(first > 0 && last >= first)) {
    faults.push(`backoffMs is { first, last } with 0 < first <= last, not { ${first}, ${last} }`);
  }
  const { high, normal } = options.utilizationAlert;
  if (!(normal >= 0 && normal < high && high <= 1)) {
    faults.push(
      `utilizationAlert is { high, normal } with 0 <= normal < high <= 1, not { ${high}, ${normal} }`,
    );
  }
  const { adaptive, rateLimit } = options;
  if (adaptive !== undefined && !(isCount(adaptive.min, 1) && adaptive.min <= options.max)) {
    faults.push(`adaptive.min is a whole number from 1 to max, not ${String(adaptive.min)}`);
  }
  if (adaptive !== undefined && !(adaptive.targetWaitMs > 0)) {
    faults.push(`adaptive.targetWaitMs is more than 0, not ${String(adaptive.targetWaitMs)}`);
  }
  if (rateLimit !== undefined && !(rateLimit.perSecond > 0 && (rateLimit.burst ?? 1) >= 1)) {
    faults.push(`rateLimit is { perSecond > 0, burst >= 1 }, not ${JSON.stringify(rateLimit)}`);
  }
  return faults;
}

function unknownNames(options: object): string[] {
  return Object.keys(options)
    .filter((name) => !KNOWN.has(name))
    .map((name) => `${name} is not an option`);
}

function isCount(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}
