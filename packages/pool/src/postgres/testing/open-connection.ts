import type { ServerRole } from "@dbadvise/observe";
import type pg from "pg";
import { postgres, type PostgresConfig, type PostgresOptions } from "../../postgres.ts";
import { type Opened, openOn } from "../../testing/open-on.ts";

export type OpenedConnection = Opened<pg.Client>;

/** Connects as a pool would. */
export function openConnection(
  config: PostgresConfig,
  { role, ...options }: PostgresOptions & { readonly role?: ServerRole } = {},
): Promise<OpenedConnection> {
  return openOn(postgres(config, options), role);
}
