/**
 * What a read may miss.
 *
 * - `eventual`: anything; any replica that is up.
 * - `bounded`: writes of the last `ms` milliseconds.
 * - `read-your-writes`: nothing that this scope wrote.
 * - `monotonic`: nothing that this scope wrote or has already seen.
 * - `strong`: nothing; goes to the primary.
 */
export type Consistency =
  | "eventual"
  | "read-your-writes"
  | "monotonic"
  | "strong"
  | { readonly bounded: number };
