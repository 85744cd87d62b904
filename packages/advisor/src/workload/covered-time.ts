/** The time that one source covers. */
export interface SourceTime {
  readonly seconds: number | undefined;
  /** Milliseconds since the epoch of the last event; `undefined` where events have no times. */
  readonly last: number | undefined;
}

/**
 * Seconds that several sources cover together. Logs of the same hours count once, of different hours are added;
 * a source that does not say when (a statistics view) may overlap all others. `undefined` where none knows.
 */
export function coveredSeconds(sources: readonly SourceTime[]): number | undefined {
  let longest: number | undefined;
  const spans: { readonly from: number; readonly to: number }[] = [];
  for (const { seconds, last } of sources) {
    if (seconds === undefined) continue;
    if (last === undefined) longest = Math.max(longest ?? 0, seconds);
    else spans.push({ from: last / 1000 - seconds, to: last / 1000 });
  }
  if (spans.length === 0) return longest;
  let covered = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    covered += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return Math.max(longest ?? 0, covered);
}
