import type { Snapshot } from "../catalog/snapshot.ts";
import { serverTraits } from "./server-traits.ts";

/** InnoDB's page, in bytes. */
export const INNODB_PAGE = 16_384;

/** What a server's planner counts for the pieces of work. docs/mysql-planner.md says where each figure is from. */
export interface CostConstants {
  readonly product: "MySQL" | "MariaDB";
  /** Reading one page of a file of this size, of which this share is in memory; guessed where nobody knows. */
  page(bytes: number, cached?: number): number;
  /** Pages that a look-up of a secondary index counts beside those of its rows. */
  readonly lookupPages: number;
  /** Whether what a look-up costs is bounded also where its rows were counted. */
  readonly boundsConstants: boolean;
  /** Rows of a look-up for one that the statistics tell, where the value is not known. */
  readonly joinedRows: number;
  /** The same of a range, and what it counts beside pages. */
  readonly rangePages: number;
  readonly rangeStart: number;
  /** Looking at one row's conditions. */
  readonly row: number;
  /** One comparison of two keys in a sort. */
  readonly compare: number;
  /** A temporary table, and each row in it. */
  readonly temporaryTable: number;
  readonly temporaryRow: number;
  /** Bytes of the buffer by which a table is read once for many rows. */
  readonly joinBuffer: number;
}

const MYSQL = {
  memory_block_read_cost: 0.25,
  io_block_read_cost: 1,
  row_evaluate_cost: 0.1,
  key_compare_cost: 0.05,
  memory_temptable_create_cost: 1,
  memory_temptable_row_cost: 0.1,
} as const;

/** MySQL's by its tables `engine_cost` and `server_cost`, as far as the snapshot has them; MariaDB's as compiled into its 10.x. */
export function costConstants({
  server,
  settings,
}: Pick<Snapshot, "server" | "settings">): CostConstants {
  const joinBuffer = bytesOf(settings["join_buffer_size"], 262_144);
  if (serverTraits(server).product === "MariaDB") {
    return {
      product: "MariaDB",
      page: () => 1,
      lookupPages: 1,
      boundsConstants: false,
      // InnoDB's info_low halves them, so that indexes are preferred; MySQL's does no more.
      joinedRows: 0.5,
      rangePages: 0,
      rangeStart: 0.145,
      row: 0.2,
      compare: 0.002,
      temporaryTable: 0,
      temporaryRow: 0.05,
      joinBuffer,
    };
  }
  const cost = (name: keyof typeof MYSQL): number => {
    const places = ["engine_cost.InnoDB", "engine_cost.default", "server_cost"];
    const values = places.map((place) => Number.parseFloat(settings[`${place}.${name}`] ?? ""));
    return values.find(Number.isFinite) ?? MYSQL[name];
  };
  const pool = bytesOf(settings["innodb_buffer_pool_size"], 128 * 1024 ** 2);
  return {
    product: "MySQL",
    page: (bytes, cached = cachedShare(bytes, pool)) => {
      return cached * cost("memory_block_read_cost") + (1 - cached) * cost("io_block_read_cost");
    },
    lookupPages: 0,
    boundsConstants: true,
    joinedRows: 1,
    rangePages: 1,
    rangeStart: 0.01,
    row: cost("row_evaluate_cost"),
    compare: cost("key_compare_cost"),
    temporaryTable: cost("memory_temptable_create_cost"),
    temporaryRow: cost("memory_temptable_row_cost"),
    joinBuffer,
  };
}

/** As the server guesses it where nothing tells: small files are wholly cached, those larger than the pool not at all. */
function cachedShare(bytes: number, pool: number): number {
  const share = bytes / pool;
  return Math.min(1, Math.max(0, 1 - (share - 0.2) / 0.8));
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

function bytesOf(setting: string | undefined, usual: number): number {
  const [, number, unit = ""] = /^(\d+)([kmg]?)b?$/i.exec(setting?.trim() ?? "") ?? [];
  return number === undefined ? usual : Number(number) * (UNITS[unit.toLowerCase()] ?? 1);
}
