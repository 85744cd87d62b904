/** A query object: `pg.Query`, pg-cursor's, pg-query-stream's. The client calls these of it. */
export interface Submittable {
  readonly text?: unknown;
  readonly values?: unknown;
  /** What pg-query-stream keeps inside. */
  readonly cursor?: { readonly text?: unknown; readonly values?: unknown };
  submit(wire: unknown): unknown;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: unknown): void;
  handleReadyForQuery(wire: unknown): void;
  handleError(error: unknown, wire: unknown): void;
}

export function isSubmittable(query: unknown): query is Submittable {
  return (
    typeof query === "object" &&
    query !== null &&
    "submit" in query &&
    typeof query.submit === "function"
  );
}

/** Calls `listener` when the client tells the query that it is over, with the error of one that failed. */
export function onSubmittableEnd(query: Submittable, listener: (error?: unknown) => void): void {
  const { handleReadyForQuery, handleError } = query;
  query.handleReadyForQuery = (wire) => {
    listener();
    handleReadyForQuery.call(query, wire);
  };
  query.handleError = (error, wire) => {
    listener(error);
    handleError.call(query, error, wire);
  };
}
