/** Why, or who can tell: mostly nobody asks. */
type Reason = string | (() => string);

let route: Reason | undefined;

/** Why the queries that `send` sends, before it returns, go where they go. For routers. */
export function withRoute<Result>(reason: Reason, send: () => Result): Result {
  const before = route;
  route = reason;
  try {
    return send();
  } finally {
    route = before;
  }
}

/** The reason of the router that is sending now. */
export function currentRoute(): string | undefined {
  return typeof route === "function" ? route() : route;
}
