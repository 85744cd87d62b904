import { readFileSync } from "node:fs";
import { tableIn } from "./known-shape.ts";

/** What a jsonlog says of one shape. */
export interface LoggedShape {
  /** Whole microseconds of each execution. */
  readonly us: number[];
  /** Those of what was fetched later, together. */
  laterUs: number;
  errors: number;
}

interface JsonRecord {
  readonly session_id: string;
  readonly error_severity: string;
  readonly message: string;
  readonly detail?: string;
  readonly statement?: string;
}

const DURATION = /^duration: (\d+)\.(\d{3}) ms/;
const TEXT = /^(?:duration: \S+ ms {2})?(statement|execute fetch from [^\n]*?|execute [^\n]*?): /;

/**
 * A second reader of jsonlog, as simple as can be: it knows nothing of the first one. `plansOnly`: executions are known by their
 * plans alone, in JSON.
 */
export function readJsonDurations(
  file: string,
  { plansOnly = false }: { readonly plansOnly?: boolean } = {},
): ReadonlyMap<string, LoggedShape> {
  const shapes = new Map<string, LoggedShape>();
  const shapeOf = (sql: string): LoggedShape => {
    const table = tableIn(sql) ?? "";
    const shape = shapes.get(table) ?? { us: [], laterUs: 0, errors: 0 };
    shapes.set(table, shape);
    return shape;
  };
  // Statements without a duration yet, by session.
  const started = new Map<string, { readonly shape: LoggedShape; readonly isFetch: boolean }>();
  const count = (shape: LoggedShape, isFetch: boolean, us: number): void => {
    if (isFetch) shape.laterUs += us;
    else shape.us.push(us);
  };
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  for (const record of lines.map((line): JsonRecord => JSON.parse(line))) {
    const { message, session_id: session } = record;
    if (record.error_severity === "ERROR") {
      started.delete(session);
      if (record.statement !== undefined) shapeOf(record.statement).errors++;
      continue;
    }
    const [, whole, decimals] = DURATION.exec(message) ?? [];
    const us = whole === undefined ? null : Number(whole) * 1000 + Number(decimals);
    const text = TEXT.exec(message);
    if (plansOnly) {
      const plan = / plan:\n(.*)$/s.exec(message)?.[1];
      if (plan !== undefined && us !== null) shapeOf(JSON.parse(plan)["Query Text"]).us.push(us);
    } else if (text !== null) {
      const shape = shapeOf(`${message.slice(text[0].length)} ${record.detail ?? ""}`);
      const isFetch = text[1]?.startsWith("execute fetch from ") === true;
      if (us === null) started.set(session, { shape, isFetch });
      else count(shape, isFetch, us);
    } else if (us !== null && message.endsWith(" ms")) {
      const { shape, isFetch } = started.get(session) ?? {};
      if (shape !== undefined) count(shape, isFetch === true, us);
      started.delete(session);
    }
  }
  return shapes;
}
