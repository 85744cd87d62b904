/** What a key of a configuration takes. */
export interface ValueCheck {
  /** For the message: `a file name`. */
  readonly expected: string;
  accepts(value: unknown): boolean;
}

export function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

export function isTexts(value: unknown): boolean {
  return isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));
}

export function oneOf(known: readonly string[]): ValueCheck {
  return {
    expected: `one of ${known.join(", ")}`,
    accepts: (value) => known.some((one) => one === value),
  };
}
