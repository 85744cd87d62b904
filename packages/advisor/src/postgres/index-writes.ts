import { estimatedRows } from "../catalog/catalog.ts";
import { type FindStatistics, statisticsFinder } from "../catalog/find-statistics.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { IndexWrites, WrittenIndex } from "../whatif/index-writes.ts";

const PAGE_BYTES = 8192;
/** As PostgreSQL's planner counts the work on one page of an index: DEFAULT_PAGE_CPU_MULTIPLIER in selfuncs.c. */
const PAGE_OPERATORS = 50;
/** Levels above the leaves that a btree usually has; the planner adds one page's work for each. */
const USUAL_HEIGHT = 2;
/** Elements of a value where no statistics tell: as many keys are written for a row. */
const USUAL_ELEMENTS = 10;

/**
 * What one entry costs, from the planner's own cost settings: the search for its place as btcostestimate counts it, the entry
 * (cpu_index_tuple_cost) going in and later out, and its share of a leaf page. Entries in the table's order share a page, all
 * others take one each, by the square of the first key's correlation as in cost_index; a page costs random_page_cost, or
 * seq_page_cost (only written) where the index fits effective_cache_size.
 */
export function postgresIndexWrites(snapshot: Snapshot): IndexWrites {
  const { settings, server } = snapshot;
  const find = statisticsFinder(snapshot);
  const setting = (name: string, usual: number): number => {
    const value = Number.parseFloat(settings[name] ?? "");
    return Number.isFinite(value) ? value : usual;
  };
  const operator = setting("cpu_operator_cost", 0.0025);
  const entry = setting("cpu_index_tuple_cost", 0.005);
  const randomPage = setting("random_page_cost", 4);
  const writtenPage = setting("seq_page_cost", 1);
  const cache = cacheBytes(settings["effective_cache_size"]);
  return {
    entryCost(index) {
      if (index.method === "brin") return operator;
      const rows = Math.max(1, estimatedRows(index.table));
      const search =
        Math.ceil(Math.log2(rows + 1)) * operator + (USUAL_HEIGHT + 1) * PAGE_OPERATORS * operator;
      const order = correlation(index, find) ** 2;
      const shared = Math.min(1, index.bytes / rows / PAGE_BYTES);
      const pages = order * shared + (1 - order);
      const page = index.bytes <= cache ? writtenPage : randomPage;
      const one = search + 2 * entry + pages * page;
      return one * entriesPerRow(index, find) * shareOfRows(index, rows);
    },
    // From 16 on, an index that only summarizes pages lets updates stay in place.
    blocksInPlaceUpdates: ({ method }) => method !== "brin" || server.versionNumber < 160_000,
  };
}

function correlation({ table, keys, method }: WrittenIndex, find: FindStatistics): number {
  const [first] = keys;
  if (method !== "btree" || first === undefined || first.column === null) return 0;
  return find(table, first.column)?.correlation ?? 0;
}

function entriesPerRow({ table, keys, method }: WrittenIndex, find: FindStatistics): number {
  if (method !== "gin") return 1;
  return keys.reduce((sum, key) => {
    const histogram = key.column === null ? null : find(table, key.column)?.elementCountHistogram;
    // PostgreSQL keeps the average as its last element.
    return sum + (histogram?.at(-1) ?? USUAL_ELEMENTS);
  }, 0);
}

/** A partial index has entries for some rows only: by its size, since its condition was counted for that. */
function shareOfRows({ predicate, bytes }: WrittenIndex, rows: number): number {
  return predicate === null ? 1 : Math.min(1, bytes / (rows * SMALLEST_ENTRY));
}

/** Bytes of an entry of one small key with its line pointer, in leaves that are filled to 90 %. */
const SMALLEST_ENTRY = 22;

const UNITS: Readonly<Record<string, number>> = {
  "": PAGE_BYTES,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/** PostgreSQL prints `4GB`, or a number of pages. */
function cacheBytes(value: string | undefined): number {
  const [, number, unit = ""] = /^([\d.]+)\s*([kmgt]?b)?$/i.exec(value ?? "") ?? [];
  return number === undefined ? 4 * 1024 ** 3 : Number(number) * (UNITS[unit.toLowerCase()] ?? 1);
}
