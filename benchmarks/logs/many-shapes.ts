import { randomOf } from "../selection/generated.ts";
import type { GeneratedLog } from "./log-file.ts";

/** Prime: each pass visits every shape once, in an order of its own. */
const STEP = 7_919;

/**
 * A stderr log of `shapes` statements that differ in their identifiers, as multi-tenant schemas and careless query builders
 * leave them; each is executed `calls` times with other constants.
 */
export function manyShapes(shapes: number, calls: number, seed: number): GeneratedLog {
  return {
    // All lines are of about this length.
    bytes: shapes * calls * 300,
    executions: shapes * calls,
    chunks: chunksOf(shapes, calls, randomOf(seed)),
  };
}

function* chunksOf(
  shapes: number,
  calls: number,
  random: (below: number) => number,
): Generator<string> {
  const below = (limit: number): number => Math.floor(random(limit));
  let ms = Date.UTC(2026, 10, 22, 10);
  for (let call = 0; call < calls; call++) {
    let lines: string[] = [];
    for (let count = 0; count < shapes; count++) {
      const shape = (count * STEP + call * 31) % shapes;
      const clock = new Date((ms += below(4))).toISOString().replace("T", " ").replace("Z", " UTC");
      const time = `${below(20)}.${String(below(1000)).padStart(3, "0")}`;
      lines.push(
        `${clock} [${10_000 + below(32)}] app@shop LOG:  duration: ${time} ms  statement: ${statementOf(shape, below)}\n`,
      );
      if (lines.length === 5_000) {
        yield lines.join("");
        lines = [];
      }
    }
    yield lines.join("");
  }
}

function statementOf(shape: number, below: (limit: number) => number): string {
  const tenant = `tenant_${shape % 5_000}`;
  const kind = Math.floor(shape / 5_000);
  return `SELECT o.id, o.total_${kind}, c.name FROM ${tenant}.orders AS o JOIN ${tenant}.customers AS c ON c.id = o.customer_id WHERE o.status_${kind} = 'open' AND o.id > ${below(1_000_000)} LIMIT ${below(100)}`;
}
