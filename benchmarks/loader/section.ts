/** A part of the loader's benchmark: what it prints, and whether its bars are met. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  readonly passed: boolean;
}
