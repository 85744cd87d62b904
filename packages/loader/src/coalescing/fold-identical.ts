/** Calls without those that ask the same. */
export interface FoldedCalls {
  readonly distinct: readonly (readonly unknown[])[];
  /** Results of all calls from those of the distinct ones: each has rows of its own. */
  unfold(results: readonly Record<string, unknown>[][]): Record<string, unknown>[][];
}

/** Calls with the same parameters are asked once. */
export function foldIdentical(calls: readonly (readonly unknown[])[]): FoldedCalls {
  const places = new Map<string, number>();
  const distinct: (readonly unknown[])[] = [];
  const placeOf = calls.map((call) => {
    const key = keyOf(call);
    const known = key === undefined ? undefined : places.get(key);
    if (known !== undefined) return known;
    if (key !== undefined) places.set(key, distinct.length);
    return distinct.push(call) - 1;
  });
  if (distinct.length === calls.length) {
    return { distinct, unfold: (results) => [...results] };
  }
  return {
    distinct,
    unfold(results) {
      const given = new Set<number>();
      return placeOf.map((place) => {
        const rows = results[place] ?? [];
        if (given.has(place)) return rows.map((row) => copyOf(row));
        given.add(place);
        return rows;
      });
    },
  };
}

/** `undefined` where two calls can't be seen to be the same. */
function keyOf(call: readonly unknown[]): string | undefined {
  let key = "";
  for (const value of call) {
    if (typeof value === "object" && value !== null && !(value instanceof Date)) return undefined;
    const text = value instanceof Date ? String(value.getTime()) : String(value);
    key += `${value instanceof Date ? "date" : typeof value}${text.length}:${text}`;
  }
  return key;
}

/** Nobody sees what another does to its row. What a driver's own parser made is passed on as it is. */
function copyOf<Value>(value: Value): Value {
  return copied(value) as Value;
}

function copied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Date) return new Date(value);
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy = Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, copied(part)]),
  );
  return prototype === null ? Object.setPrototypeOf(copy, null) : copy;
}
