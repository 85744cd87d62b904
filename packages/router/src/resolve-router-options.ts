import { randomBytes } from "node:crypto";
import type { Balancer } from "./balancer.ts";
import { powerOfTwoChoices } from "./balance/power-of-two-choices.ts";
import { RouterError } from "./router-error.ts";
import type { RouterOptions } from "./router-options.ts";

/** Options with every default in place. */
export interface ResolvedRouterOptions<Client> extends Required<
  Omit<RouterOptions<Client>, "zone">
> {
  readonly zone: string | undefined;
  readonly balance: Balancer;
}

/** Fills in defaults and freezes. Throws `INVALID_OPTIONS` with every fault, each with the value that was given. */
export function resolveRouterOptions<Client>(
  options: RouterOptions<Client>,
): ResolvedRouterOptions<Client> {
  const resolved: ResolvedRouterOptions<Client> = {
    dialect: options.dialect,
    primary: options.primary,
    replicas: options.replicas,
    consistency: options.consistency ?? "read-your-writes",
    balance: options.balance ?? powerOfTwoChoices(),
    zone: options.zone,
    maxLagMs: options.maxLagMs ?? 10_000,
    catchUpMs: options.catchUpMs ?? 50,
    pollMs: options.pollMs ?? 250,
    topologyMs: options.topologyMs ?? 5000,
    maxEjected: options.maxEjected ?? 0.5,
    spill: options.spill ?? 0.3,
    tokenSecret: options.tokenSecret ?? randomBytes(32),
  };
  const faults: string[] = [];
  for (const name of ["maxLagMs", "pollMs", "topologyMs"] as const) {
    if (!(resolved[name] > 0))
      faults.push(`${name} is milliseconds above 0, not ${resolved[name]}`);
  }
  if (!(resolved.catchUpMs >= 0)) faults.push(`catchUpMs is 0 or more, not ${resolved.catchUpMs}`);
  for (const name of ["maxEjected", "spill"] as const) {
    if (!(resolved[name] >= 0 && resolved[name] <= 1)) {
      faults.push(`${name} is a share from 0 to 1, not ${resolved[name]}`);
    }
  }
  const { consistency } = resolved;
  if (typeof consistency === "object" && !(consistency.bounded > 0)) {
    faults.push(`consistency { bounded } is milliseconds above 0, not ${consistency.bounded}`);
  }
  if (resolved.tokenSecret.length < 16) {
    faults.push(`tokenSecret has ${resolved.tokenSecret.length} bytes, and needs 16`);
  }
  if (faults.length > 0) {
    throw new RouterError(
      "INVALID_OPTIONS",
      `createRouter: ${faults.join("; ")}`,
      "See RouterOptions for each option, its unit and default.",
    );
  }
  return Object.freeze(resolved);
}
