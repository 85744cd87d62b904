import type { RouterDialect, ServerState } from "./router-dialect.ts";

/** A node that says that it takes writes. */
export interface Claim {
  readonly name: string;
  readonly state: ServerState;
}

export interface Election {
  /** Where writes go; `undefined` where nobody takes them. */
  readonly primary: string | undefined;
  /** Of these the primary's history is the newer, or may be: they take no writes, and no reads. */
  readonly fenced: readonly string[];
  /** The fenced ones whose history is not known to be older: two servers take writes. */
  readonly disputed: readonly string[];
}

/**
 * Who is primary, of all that say so. The newest history wins; where the epochs do not say which it is, the one that was primary, and
 * where that is none of them, the one with the most history. Two names of one server are one claim.
 *
 * @param known the primary so far
 */
export function electPrimary(
  claims: readonly Claim[],
  known: string | undefined,
  { compareEpochs, covers }: Pick<RouterDialect<never>, "compareEpochs" | "covers">,
): Election {
  const first = claims.find(({ name }) => name === known) ?? claims[0];
  if (first === undefined) return { primary: undefined, fenced: [], disputed: [] };

  function beats(one: Claim, other: Claim): boolean {
    const order = compareEpochs(one.state.position, other.state.position);
    if (order !== 0) return order > 0;
    if (other.name === known || one.state.server === other.state.server) return false;
    const mine = one.state.position;
    const its = other.state.position;
    return covers(mine, its) === "reached" && covers(its, mine) !== "reached";
  }

  let winner = first;
  for (const claim of claims) if (beats(claim, winner)) winner = claim;

  const losers = claims.filter(({ state }) => state.server !== winner.state.server);
  return {
    primary: winner.name,
    fenced: losers.map(({ name }) => name),
    disputed: losers
      .filter(({ state }) => compareEpochs(state.position, winner.state.position) === 0)
      .map(({ name }) => name),
  };
}
