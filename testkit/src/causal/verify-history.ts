import type { History, Level, Operation, Read } from "./history.ts";

/** A read that saw less than its level allows. */
export interface Violation {
  readonly read: Read;
  /** The least version that it had to see. */
  readonly least: number;
  readonly level: string;
}

export interface Verification {
  readonly reads: number;
  readonly writes: number;
  /** Reads that were held to something. */
  readonly held: number;
  readonly violations: readonly Violation[];
  /** Acknowledged writes that a failover lost. */
  readonly lost: number;
  /** Scopes that read at a causal level what a write of their own had changed before it was lost: they must have been told. */
  readonly bereft: ReadonlySet<number>;
}

interface Known {
  readonly wrote: Map<number, number>;
  readonly saw: Map<number, number>;
  /** What it wrote itself. */
  readonly own: Map<number, number>;
}

/**
 * Holds each read of a history to its level, or all to `level`: to what its scope wrote (`read-your-writes`), and saw by reads of that
 * level (`monotonic`); to all that was acknowledged before it began (`strong`), or some time before that (`bounded`). What a
 * scope's token stood for counts in the scope that accepted it. What a failover lost is asked of nobody who reads after it.
 */
export function verifyHistory(history: History, level?: Level): Verification {
  const scopes = new Map<number, Known>();
  const known = (scope: number): Known => {
    const one = scopes.get(scope) ?? { wrote: new Map(), saw: new Map(), own: new Map() };
    scopes.set(scope, one);
    return one;
  };
  const acknowledged = acknowledgements(history);
  const violations: Violation[] = [];
  let held = 0;
  let reads = 0;
  let writes = 0;
  let lost = 0;
  const bereft = new Set<number>();

  // A scope does one thing after the other: in the order of ends, each of its operations sees those before. A failover may be seen
  // from its begin on.
  const timeOf = (one: Operation): number => (one.kind === "failover" ? one.invoked : one.returned);
  for (const operation of history.operations.toSorted((a, b) => timeOf(a) - timeOf(b))) {
    switch (operation.kind) {
      case "write": {
        writes += 1;
        const { wrote, own } = known(operation.scope);
        raise(wrote, operation.register, operation.version);
        raise(own, operation.register, operation.version);
        break;
      }
      case "pass": {
        const from = known(operation.from);
        const to = known(operation.to);
        for (const [register, version] of from.wrote) raise(to.wrote, register, version);
        for (const [register, version] of from.saw) raise(to.saw, register, version);
        break;
      }
      case "failover": {
        lost += acknowledged.forget(operation.survived, operation.invoked);
        for (const { wrote, saw } of scopes.values()) {
          lower(wrote, operation.survived);
          lower(saw, operation.survived);
        }
        break;
      }
      case "read": {
        reads += 1;
        const asked = level ?? operation.level;
        const { wrote, saw, own } = known(operation.scope);
        const least = leastOf(asked, operation, wrote, saw, acknowledged.before);
        if (least > 0) held += 1;
        if (operation.version < least) {
          violations.push({ read: operation, least, level: JSON.stringify(asked) });
        }
        const isCausal = operation.level === "read-your-writes" || operation.level === "monotonic";
        if (isCausal && operation.version < (own.get(operation.register) ?? 0)) {
          bereft.add(operation.scope);
        }
        if (operation.level === "monotonic") raise(saw, operation.register, operation.version);
      }
    }
  }
  return { reads, writes, held, violations, lost, bereft };
}

function leastOf(
  level: Level,
  read: Read,
  wrote: ReadonlyMap<number, number>,
  saw: ReadonlyMap<number, number>,
  before: (register: number, time: number) => number,
): number {
  const { register, invoked } = read;
  if (level === "eventual") return 0;
  if (level === "strong") return before(register, invoked);
  if (typeof level === "object") return before(register, invoked - level.bounded);
  const own = wrote.get(register) ?? 0;
  return level === "monotonic" ? Math.max(own, saw.get(register) ?? 0) : own;
}

function raise(versions: Map<number, number>, register: number, version: number): void {
  if (version > (versions.get(register) ?? 0)) versions.set(register, version);
}

function lower(versions: Map<number, number>, survived: readonly number[]): void {
  for (const [register, version] of versions) {
    const most = survived[register] ?? 0;
    if (version > most) versions.set(register, most);
  }
}

/** The greatest version of each register that was acknowledged before a time. */
function acknowledgements({ operations, registers }: History): {
  before(register: number, time: number): number;
  /** What was acknowledged until then survived no further; tells how many writes that lost. */
  forget(survived: readonly number[], until: number): number;
} {
  const all = Array.from({ length: registers }, () => [] as { at: number; version: number }[]);
  for (const operation of operations) {
    if (operation.kind !== "write") continue;
    all[operation.register]?.push({ at: operation.returned, version: operation.version });
  }
  for (const one of all) one.sort((a, b) => a.at - b.at);
  return {
    before: (register, time) => {
      const writes = all[register] ?? [];
      let greatest = 0;
      // The last few are the greatest, give or take what was under way at the same time.
      for (let index = firstAfter(writes, time) - 1, seen = 0; index >= 0 && seen < 64; index--) {
        greatest = Math.max(greatest, writes[index]?.version ?? 0);
        seen += 1;
      }
      return greatest;
    },
    forget: (survived, until) => {
      let lost = 0;
      for (const [register, writes] of all.entries()) {
        const most = survived[register] ?? 0;
        for (const write of writes) {
          if (write.at > until || write.version <= most) continue;
          lost += 1;
          write.version = most;
        }
      }
      return lost;
    },
  };
}

function firstAfter(writes: readonly { readonly at: number }[], time: number): number {
  let low = 0;
  let high = writes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((writes[middle]?.at ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
