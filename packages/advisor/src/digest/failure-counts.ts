import type { ByteSpan } from "../log/byte-span.ts";
import type { FailureSeverity } from "../log/execution.ts";
import type { PartFailures } from "./digest-part.ts";
import {
  failureClassId,
  hashOfFailureClass,
  MAX_CLASS_BYTES,
  MAX_FAILURE_CLASSES,
  otherFailures,
  parseFailureClass,
  writeFailureClass,
} from "./failure-class.ts";
import { hashBytes, newBytesHash } from "./hash-bytes.ts";
import { createHashLimit } from "./hash-limit.ts";
import { createPairTable, rowOf } from "./pair-table.ts";

/** Counts failures by class: those beyond a limit as `(other)` of their severity. */
export interface FailureCounts {
  readonly halvings: number;
  /** `at` NaN: not in the log. Returns the number of the class. */
  count(severity: FailureSeverity, code: string, message: ByteSpan, at: number): number;
  /** Id of the class of a number. */
  idOf(failureClass: number): string;
  values(): readonly PartFailures[];
}

interface Counted {
  readonly text: string;
  readonly id: string;
  count: number;
  first: number | null;
  last: number | null;
}

export function createFailureCounts(): FailureCounts {
  const limit = createHashLimit(MAX_FAILURE_CLASSES);
  const classes: Counted[] = [];
  const numbers = new Map<string, number>();
  /** The number of a class is the one value of its row: a cache, which starts afresh when it has grown large. */
  let known = createPairTable(1);
  const bytes = Buffer.alloc(MAX_CLASS_BYTES);
  const hash = newBytesHash();

  const numberOf = (text: string): number => {
    const number = numbers.get(text);
    if (number !== undefined) return number;
    numbers.set(text, classes.length);
    return classes.push({ text, id: failureClassId(text), count: 0, first: null, last: null }) - 1;
  };

  /** Classes that aren't told apart any more keep their numbers, but count as `(other)` from here. */
  const keptNumber = (text: string): number => {
    if (limit.kept.has(text)) return numberOf(text);
    const classHash = hashOfFailureClass(failureClassId(text));
    if (!limit.add(text, classHash)) known = createPairTable(1);
    return numberOf(limit.kept.has(text) ? text : otherFailures(text));
  };

  return {
    get halvings() {
      return limit.halvings;
    },
    count(severity, code, message, at) {
      const length = writeFailureClass(bytes, severity, code, message);
      hashBytes(hash, bytes, 0, length);
      if (known.size > 4 * MAX_FAILURE_CLASSES) known = createPairTable(1);
      const before = known.size;
      let row = rowOf(known, hash.high, hash.low);
      if (known.size > before) {
        const number = keptNumber(bytes.toString("utf8", 0, length));
        // The table may be another one by now.
        row = rowOf(known, hash.high, hash.low);
        known.values[row] = number;
      }
      const number = known.values[row] as number;
      const counted = classes[number];
      if (counted === undefined) return number;
      counted.count += 1;
      if (at >= 0) {
        counted.first = Math.min(counted.first ?? at, at);
        counted.last = Math.max(counted.last ?? at, at);
      }
      return number;
    },
    idOf: (number) => classes[number]?.id ?? "",
    // Those that aren't told apart any more are summed by `mergeHeads`.
    values: () =>
      classes.map(({ text, count, first, last }) => ({
        ...parseFailureClass(text),
        count,
        first,
        last,
      })),
  };
}
