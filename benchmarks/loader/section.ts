/** A part of the loader's benchmark: what it prints, and whether its bars are met. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  readonly passed: boolean;
}

/** `NaN` of nothing. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
