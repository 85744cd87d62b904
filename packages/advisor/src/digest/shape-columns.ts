import type { Execution } from "../log/execution.ts";
import type { ShapeDigest } from "./digest.ts";
import { hexOf } from "./hash-bytes.ts";
import { bucketOf } from "./histogram.ts";
import {
  keepAmong,
  type KeptExample,
  type KeptExamples,
  rankLimit,
  slowLimit,
} from "./kept-example.ts";
import {
  addAt,
  clearPairTable,
  createPairTable,
  type PairTable,
  pairTableBytes,
  rowOf,
} from "./pair-table.ts";
import { byCalls, keptOf, type NameCalls, type ShapeRow } from "./shape-row.ts";
import { CELL_WIDTH, type Cell, cellAt } from "./timeline.ts";

/** Numbers of a shape, one after the other in {@link ShapeColumns.shapes}`.values`. */
export const CALLS = 0;
export const ERRORS = 1;
export const TIMED_CALLS = 2;
export const TOTAL_US = 3;
export const ROWS = 4;
export const ROWS_EXAMINED = 5;
export const LOCK_US = 6;
export const MIN_US = 7;
export const MAX_US_SEEN = 8;
/** Executions of a greater rank are not drawn. */
export const RANK_LIMIT = 9;
/** Faster executions are not among the slowest; of those as slow, smaller ranks only. */
export const SLOW_LIMIT = 10;
export const SLOW_RANK = 11;
const QUERY_ID_HASH = 12;
const NUMBERS = 13;

/** What a name is of, as it is written in the key of a tally. */
export const USER = 0;
export const DATABASE = 1;
export const APPLICATION = 2;
export const FAILURE = 3;

/** Bytes that an example takes beside its texts, about. */
const EXAMPLE_BYTES = 160;

/** Where the last execution of a shape was counted, to find it again without a look-up: key and row, four times. */
const LAST_WIDTH = 8;

/** Shapes by key, and what is counted by shape and something else, until it is spilled. */
export interface ShapeColumns {
  /** By the two halves of the key. */
  readonly shapes: PairTable;
  /** By shape and bucket of its histogram. */
  readonly histogram: PairTable;
  /** By shape and bucket of time. */
  cells: PairTable;
  /** By shape and name: what it is of, and its number. */
  readonly tallies: PairTable;
  last: Int32Array;
  readonly texts: string[];
  readonly lexis: ("postgres" | "mysql")[];
  readonly queryIds: (string | null)[];
  readonly examples: (KeptExamples | undefined)[];
  readonly plans: Map<number, NonNullable<ShapeDigest["plan"]>>;
  /** Characters of texts, examples and plans. */
  characters: number;
}

export function createShapeColumns(): ShapeColumns {
  return {
    shapes: createPairTable(NUMBERS),
    histogram: createPairTable(1),
    cells: createPairTable(CELL_WIDTH),
    tallies: createPairTable(1),
    last: new Int32Array(0),
    texts: [],
    lexis: [],
    queryIds: [],
    examples: [],
    plans: new Map(),
    characters: 0,
  };
}

/** Forgets everything; the memory is kept for what comes. */
export function clearShapeColumns(columns: ShapeColumns): void {
  clearPairTable(columns.shapes);
  clearPairTable(columns.histogram);
  clearPairTable(columns.cells);
  clearPairTable(columns.tallies);
  columns.texts.length = 0;
  columns.lexis.length = 0;
  columns.queryIds.length = 0;
  columns.examples.length = 0;
  columns.plans.clear();
  columns.characters = 0;
}

/** Bytes that it takes, about. */
export function shapeColumnsBytes(columns: ShapeColumns): number {
  const { shapes, histogram, cells, tallies } = columns;
  return (
    pairTableBytes(shapes) +
    pairTableBytes(histogram) +
    pairTableBytes(cells) +
    pairTableBytes(tallies) +
    // Beside the tables each shape has an example with its text, in arrays and objects.
    shapes.size * 250 +
    columns.characters
  );
}

/** Makes room for what was just added to `columns.shapes`: a shape that nothing was counted of. */
export function addShape(
  columns: ShapeColumns,
  shape: number,
  text: string,
  lexis: "postgres" | "mysql",
): void {
  if (columns.last.length < columns.shapes.first.length * LAST_WIDTH) {
    const last = new Int32Array(columns.shapes.first.length * LAST_WIDTH);
    last.set(columns.last);
    columns.last = last;
  }
  columns.last.fill(-1, shape * LAST_WIDTH, (shape + 1) * LAST_WIDTH);
  columns.texts.push(text);
  columns.lexis.push(lexis);
  columns.queryIds.push(null);
  columns.examples.push(undefined);
  columns.characters += text.length;
  const { values } = columns.shapes;
  values[shape * NUMBERS + MIN_US] = Number.POSITIVE_INFINITY;
  values[shape * NUMBERS + RANK_LIMIT] = Number.POSITIVE_INFINITY;
  values[shape * NUMBERS + SLOW_LIMIT] = -1;
}

/** Where the numbers of a shape begin. */
export function numbersOf(shape: number): number {
  return shape * NUMBERS;
}

/** Counts calls and their time, whole microseconds; below 0: there is none. */
export function countCalls(columns: ShapeColumns, shape: number, calls: number, us: number): void {
  const { values } = columns.shapes;
  const numbers = shape * NUMBERS;
  addAt(values, numbers + CALLS, calls);
  if (us < 0) return;
  addAt(values, numbers + TOTAL_US, us);
  if (calls === 0) return;
  addAt(values, numbers + TIMED_CALLS, calls);
  if (us < (values[numbers + MIN_US] as number)) values[numbers + MIN_US] = us;
  if (us > (values[numbers + MAX_US_SEEN] as number)) values[numbers + MAX_US_SEEN] = us;
  const { histogram } = columns;
  const bucket = rowOf(histogram, shape, bucketOf(us));
  addAt(histogram.values, bucket, calls);
}

/** Counts in a bucket of time. */
export function countInCell(
  columns: ShapeColumns,
  shape: number,
  bucket: number,
  calls: number,
  errors: number,
  rows: number,
  us: number,
): void {
  const { last, cells } = columns;
  const known = shape * LAST_WIDTH;
  let row = last[known + 1] as number;
  if (row < 0 || last[known] !== (bucket | 0)) {
    row = rowOf(cells, shape, bucket);
    last[known] = bucket;
    last[known + 1] = row;
  }
  const at = row * CELL_WIDTH;
  const { values } = cells;
  addAt(values, at, calls);
  addAt(values, at + 1, errors);
  addAt(values, at + 2, rows);
  addAt(values, at + 3, us);
}

/**
 * Keeps an example if it is among the drawn or the slowest ones, in the place of others. Returns it, or the one that is
 * the same execution as far as anyone can tell; `null`: it isn't kept.
 */
export function keepExample(
  columns: ShapeColumns,
  shape: number,
  example: KeptExample,
): KeptExample | null {
  let examples = columns.examples[shape];
  if (examples === undefined) {
    examples = { drawn: [], slowest: [], characters: 0 };
    columns.examples[shape] = examples;
  }
  const before = examples.characters + examples.drawn.length * EXAMPLE_BYTES;
  const kept = keepAmong(examples, example);
  columns.characters += examples.characters + examples.drawn.length * EXAMPLE_BYTES - before;
  const numbers = numbersOf(shape);
  const { values } = columns.shapes;
  values[numbers + RANK_LIMIT] = rankLimit(examples);
  const slow = slowLimit(examples);
  if (slow !== undefined) {
    values[numbers + SLOW_LIMIT] = slow.us ?? -1;
    values[numbers + SLOW_RANK] = slow.rank;
  }
  return kept;
}

/** Counts calls of a name: `kind` is {@link USER}, {@link DATABASE} or {@link APPLICATION}. */
export function countName(
  columns: ShapeColumns,
  shape: number,
  kind: 0 | 1 | 2,
  id: number,
  calls: number,
): void {
  const { last, tallies } = columns;
  const known = shape * LAST_WIDTH + 2 + kind * 2;
  let row = last[known + 1] as number;
  if (row < 0 || last[known] !== id) {
    row = rowOf(tallies, shape, tallyKey(kind, id));
    last[known] = id;
    last[known + 1] = row;
  }
  addAt(tallies.values, row, calls);
}

/** Counts an error of a class. */
export function countFailure(columns: ShapeColumns, shape: number, failureClass: number): void {
  const { tallies } = columns;
  const row = rowOf(tallies, shape, tallyKey(FAILURE, failureClass));
  addAt(tallies.values, row, 1);
}

function tallyKey(kind: number, id: number): number {
  return ((id << 2) | kind) >>> 0;
}

/** Keeps the server's number of the shape. */
export function keepQueryId(
  columns: ShapeColumns,
  shape: number,
  span: Execution["queryId"],
  choose: (one: string | null, other: string) => string | null,
): void {
  let hash = 0;
  for (let at = span.from; at < span.to; at += 1) {
    hash = (Math.imul(hash, 31) + (span.bytes[at] as number)) | 0;
  }
  const { values } = columns.shapes;
  const known = shape * NUMBERS + QUERY_ID_HASH;
  if (values[known] === hash) return;
  const text = span.bytes.toString("latin1", span.from, Math.min(span.to, span.from + 64));
  // `0`: the server has computed none.
  const chosen = text === "0" ? null : choose(columns.queryIds[shape] ?? null, text);
  if (chosen !== text) return;
  columns.queryIds[shape] = text;
  values[known] = hash;
}

/** Buckets of time become `times` as wide. */
export function widenCells(columns: ShapeColumns, times: number): void {
  const narrow = columns.cells;
  const wide = createPairTable(CELL_WIDTH);
  for (let row = 0; row < narrow.size; row += 1) {
    const bucket = Math.floor((narrow.second[row] as number) / times);
    const to = rowOf(wide, narrow.first[row] as number, bucket) * CELL_WIDTH;
    for (let number = 0; number < CELL_WIDTH; number += 1) {
      addAt(wide.values, to + number, narrow.values[row * CELL_WIDTH + number] as number);
    }
  }
  columns.cells = wide;
  for (let at = 1; at < columns.last.length; at += LAST_WIDTH) columns.last[at] = -1;
}

/** Numbers as texts, for {@link rowsOfColumns}. */
export interface ColumnTexts {
  readonly widthMs: number;
  readonly users: readonly string[];
  readonly databases: readonly string[];
  readonly applications: readonly string[];
  readonly failures: (failureClass: number) => string;
}

/** Its shapes as rows, by id: those too of which nothing was counted yet, since only one row of a shape has its text. */
export function* rowsOfColumns(columns: ShapeColumns, texts: ColumnTexts): Generator<ShapeRow> {
  const { first, second, size } = columns.shapes;
  const order = new Uint32Array(size).map((_, shape) => shape);
  order.sort(
    (left, right) =>
      (first[left] as number) - (first[right] as number) ||
      (second[left] as number) - (second[right] as number),
  );
  const histogram = byShape(columns.histogram, size);
  const cells = byShape(columns.cells, size);
  const tallies = byShape(columns.tallies, size);
  for (const shape of order) {
    const at = (number: number): number =>
      columns.shapes.values[shape * NUMBERS + number] as number;
    const examples = columns.examples[shape];
    const names = namesOf(columns.tallies, tallies.rowsOf(shape), texts);
    const timed = at(TIMED_CALLS) > 0;
    yield {
      shape: hexOf(first[shape] as number, second[shape] as number),
      fingerprint: null,
      lexis: columns.lexis[shape] ?? "postgres",
      text: columns.texts[shape] ?? "",
      queryId: columns.queryIds[shape] ?? null,
      calls: at(CALLS),
      errors: at(ERRORS),
      timedCalls: at(TIMED_CALLS),
      totalUs: at(TOTAL_US),
      rows: at(ROWS),
      rowsExamined: at(ROWS_EXAMINED),
      lockUs: at(LOCK_US),
      minUs: timed ? at(MIN_US) : 0,
      maxUs: timed ? at(MAX_US_SEEN) : 0,
      histogram: [...histogram.rowsOf(shape)]
        .map((row): [number, number] => [
          columns.histogram.second[row] as number,
          columns.histogram.values[row] as number,
        ])
        .toSorted(([left], [right]) => left - right),
      buckets: [...cells.rowsOf(shape)]
        .map((row): Cell =>
          cellAt((columns.cells.second[row] as number) * texts.widthMs, columns.cells.values, row),
        )
        .toSorted(([left], [right]) => left - right),
      users: names[USER],
      databases: names[DATABASE],
      applications: names[APPLICATION],
      examples: (examples === undefined ? [] : keptOf(examples)).map(
        ({ rank, at: when, us, sql, parameters }) => ({ rank, at: when, us, sql, parameters }),
      ),
      plan: columns.plans.get(shape) ?? null,
      failures: names[FAILURE],
    };
  }
}

/** The rows of a table by shape. */
function byShape(table: PairTable, shapes: number): { rowsOf(shape: number): Uint32Array } {
  const starts = new Uint32Array(shapes + 1);
  for (let row = 0; row < table.size; row += 1) {
    const shape = table.first[row] as number;
    starts[shape + 1] = (starts[shape + 1] as number) + 1;
  }
  for (let shape = 0; shape < shapes; shape += 1) {
    starts[shape + 1] = (starts[shape + 1] as number) + (starts[shape] as number);
  }
  const next = starts.slice();
  const rows = new Uint32Array(table.size);
  for (let row = 0; row < table.size; row += 1) {
    const shape = table.first[row] as number;
    const position = next[shape] as number;
    rows[position] = row;
    next[shape] = position + 1;
  }
  return { rowsOf: (shape) => rows.subarray(starts[shape], starts[shape + 1]) };
}

type NamesByKind = [
  users: NameCalls,
  databases: NameCalls,
  applications: NameCalls,
  failures: NameCalls,
];

/** Several numbers can stand for one name: those that are not told apart, and bytes that are no UTF-8. */
function namesOf(table: PairTable, rows: Uint32Array, texts: ColumnTexts): NamesByKind {
  const calls = [0, 1, 2, 3].map(() => new Map<string, number>());
  const kinds = [texts.users, texts.databases, texts.applications];
  for (const row of rows) {
    const key = table.second[row] as number;
    const kind = key & 3;
    const id = key >>> 2;
    const name = kind === FAILURE ? texts.failures(id) : (kinds[kind]?.[id] ?? "");
    const sums = calls[kind];
    sums?.set(name, (sums.get(name) ?? 0) + (table.values[row] as number));
  }
  const [users = [], databases = [], applications = [], failures = []] = calls.map(byCalls);
  return [users, databases, applications, failures];
}
