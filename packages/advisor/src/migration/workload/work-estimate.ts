import { sizeText } from "../../findings/size-text.ts";
import type { RuleVerdict } from "../migration-rule.ts";
import type { ProductionTable } from "../production.ts";

/** How long work on a table may take, in seconds: on a fast server with the table in memory, and on a slow disk. */
export interface WorkEstimate {
  readonly least: number;
  readonly most: number;
  /** What it means, one clause: `rewrites 180 GB, for an estimated 20 min to 1.3 h`. */
  readonly text: string;
}

type Work = Exclude<RuleVerdict["work"], "none">;

const MB = 1024 * 1024;

/**
 * Bytes a second. `fast` was measured with PostgreSQL 18 on two cores, a table of 405 MB in memory, no checkpoint in the way:
 * ADD CHECK and SET NOT NULL read 720 to 1,500 MB/s, a change of type wrote 107 to 152 MB/s of the heap and 65 MB/s of indexes
 * of 20 to 190 MB, CREATE INDEX read 154 to 308 MB/s of the heap. `slow` is a disk of 125 MiB/s, the baseline of Amazon's gp3
 * volumes (EBS user guide, "General Purpose SSD volumes"), which a scan reads at, a rewrite reads, writes and logs through
 * (three times the bytes), and an index build reads, sorts, writes and logs through.
 */
const RATES: Readonly<
  Record<Work, { readonly fast: Rates; readonly slow: Rates; readonly verb: string }>
> = {
  scan: {
    fast: { heap: 1_000 * MB, indexes: null },
    slow: { heap: 125 * MB, indexes: null },
    verb: "reads",
  },
  rewrite: {
    fast: { heap: 150 * MB, indexes: 65 * MB },
    slow: { heap: 42 * MB, indexes: 25 * MB },
    verb: "rewrites",
  },
  "index-build": {
    fast: { heap: 250 * MB, indexes: null },
    slow: { heap: 50 * MB, indexes: null },
    verb: "reads and sorts",
  },
};

interface Rates {
  readonly heap: number;
  /** `null`: the work leaves indexes alone. */
  readonly indexes: number | null;
}

/** What work of a kind means for a table of production's size. An estimate: caches, disks and other work move it either way. */
export function estimateWork(
  work: Work,
  table: Pick<ProductionTable, "bytes" | "indexBytes">,
): WorkEstimate {
  const { fast, slow, verb } = RATES[work];
  const least = secondsAt(fast, table);
  const most = secondsAt(slow, table);
  const bytes = table.bytes + (fast.indexes === null ? 0 : table.indexBytes);
  return {
    least,
    most,
    text: `${verb} ${sizeText(bytes)}, for an estimated ${rangeText(least, most)}`,
  };
}

function secondsAt(
  rates: Rates,
  { bytes, indexBytes }: Pick<ProductionTable, "bytes" | "indexBytes">,
): number {
  return bytes / rates.heap + (rates.indexes === null ? 0 : indexBytes / rates.indexes);
}

function rangeText(least: number, most: number): string {
  if (most < 1) return "less than a second";
  const [from, to] = [durationText(least), durationText(most)];
  return from === to ? from : `${from} to ${to}`;
}

/** `0.4 s`, `40 s`, `9 min`, `1.5 h`. */
export function durationText(seconds: number): string {
  if (seconds < 99.5) return `${round(seconds)} s`;
  if (seconds < 99.5 * 60) return `${round(seconds / 60)} min`;
  return `${round(seconds / 3_600)} h`;
}

function round(value: number): number {
  return value >= 9.95 ? Math.round(value) : Number(value.toFixed(1));
}
