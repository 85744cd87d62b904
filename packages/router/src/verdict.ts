/** What the text of a statement proves. */
export interface Verdict {
  /**
   * `read`: changes nothing, anywhere. `write`: must go to the primary. `session`: changes the session or begins something:
   * it needs a connection of its own.
   */
  readonly kind: "read" | "write" | "session";
  /** For people: `SELECT of known functions`, `FOR UPDATE`, `function nextval`. */
  readonly reason: string;
}
