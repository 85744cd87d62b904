import type { Snapshot } from "../catalog/snapshot.ts";

export type Product = "MySQL" | "MariaDB";

/** What this product and version can do. Everything that differs between servers of this engine is asked here. */
export interface ServerTraits {
  readonly product: Product;
  /** `10.11.14` is 101114, `9.7.4` is 90704. */
  readonly versionNumber: number;
  /** Words that hide an index from plans, and that show it again, in `ALTER TABLE t ALTER INDEX i ...`. */
  readonly hideIndex: "INVISIBLE" | "IGNORED";
  readonly showIndex: "VISIBLE" | "NOT IGNORED";
  /** Keys that an index can have. */
  readonly mostKeys: number;
  /** Whether a key can be an expression. */
  readonly functionalKeys: boolean;
  /** Whether a descending key is stored in descending order: MySQL 8.0, MariaDB 10.8. */
  readonly descendingKeys: boolean;
  /** Whether a key in descending order can serve a foreign key. */
  readonly descendingServesForeignKeys: boolean;
  /** Whether a foreign key needs a unique index on just the columns that it refers to: MySQL 8.4, by default. */
  readonly parentKeysUnique: boolean;
  /** Whether it tells how many pages of each index are in memory. */
  readonly tellsCachedPages: boolean;
  /** Whether it keeps statistics of its own beside those of the storage engine. */
  readonly keepsIndependentStatistics: boolean;
}

/** The oldest servers that can be read. */
export const OLDEST_VERSION: Readonly<Record<Product, number>> = {
  MySQL: 80_000,
  MariaDB: 100_600,
};

export function serverTraits(
  server: Pick<Snapshot["server"], "product" | "versionNumber">,
): ServerTraits {
  const { versionNumber } = server;
  return server.product === "MariaDB"
    ? {
        product: "MariaDB",
        versionNumber,
        hideIndex: "IGNORED",
        showIndex: "NOT IGNORED",
        mostKeys: 32,
        functionalKeys: false,
        descendingKeys: versionNumber >= 100_800,
        descendingServesForeignKeys: true,
        parentKeysUnique: false,
        tellsCachedPages: false,
        keepsIndependentStatistics: true,
      }
    : {
        product: "MySQL",
        versionNumber,
        hideIndex: "INVISIBLE",
        showIndex: "VISIBLE",
        mostKeys: 16,
        functionalKeys: versionNumber >= 80_013,
        descendingKeys: true,
        descendingServesForeignKeys: false,
        parentKeysUnique: versionNumber >= 80_400,
        tellsCachedPages: true,
        keepsIndependentStatistics: false,
      };
}

/** Product and number of what VERSION() prints: `10.11.14-MariaDB-0+deb12u2`, `5.5.5-10.6.1-MariaDB`, `9.7.4-2`. */
export function readVersion(text: string): {
  readonly product: Product;
  readonly versionNumber: number;
} {
  const product = /mariadb/i.test(text) ? "MariaDB" : "MySQL";
  // Old replication clients could not read a version from 10 on; some proxies still put this in front.
  const numbers = text.replace(/^5\.5\.5-(?=\d+\.)/, "");
  const [major = 0, minor = 0, patch = 0] = (/^[\d.]+/.exec(numbers)?.[0] ?? "")
    .split(".")
    .map(Number);
  return { product, versionNumber: major * 10_000 + minor * 100 + patch };
}
