/** A key that has no row, or several, where `one` was told to take that for an error. */
export class RelationError extends Error {
  override readonly name = "RelationError";
  readonly code: "MISSING_ROW" | "MULTIPLE_ROWS";
  /** The table. */
  readonly from: string;
  /** As it was loaded. Not part of the message: it may be data of the application. */
  readonly key: unknown;

  constructor(code: RelationError["code"], from: string, key: unknown) {
    super(
      code === "MISSING_ROW"
        ? `No row of ${from} has the key`
        : `Several rows of ${from} have the key: use many(), or multiple: "first"`,
    );
    this.code = code;
    this.from = from;
    this.key = key;
  }
}
