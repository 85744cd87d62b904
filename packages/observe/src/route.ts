let route: string | undefined;

/** Why the queries that `send` sends, before it returns, go where they go. For routers. */
export function withRoute<Result>(reason: string, send: () => Result): Result {
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
  return route;
}
