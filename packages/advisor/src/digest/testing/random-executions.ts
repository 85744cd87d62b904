import fc from "fast-check";
import { type FailureSeverity, newExecution } from "../../log/execution.ts";
import { LEXIS } from "../../log/sql-key/lexis.ts";
import { createSqlKey } from "../../log/sql-key/sql-key.ts";
import type { DigestState } from "../create-digest-state.ts";

/** An execution, or a failure, of a log that never was. */
export interface Seen {
  readonly shape: number;
  readonly constant: number;
  readonly ms: number;
  readonly at: number;
  readonly rows: number;
  readonly user: number;
  readonly session: number;
  readonly failed: boolean;
}

const key = createSqlKey(LEXIS.postgres);

/** Counts the executions as a reader would. */
export function countAll(state: DigestState, all: readonly Seen[], file = "a.log"): DigestState {
  const source = state.source(file, "stderr");
  const sink = state.sink("postgres", key, source);
  const execution = newExecution();
  for (const seen of all) {
    const sql = Buffer.from(`select c${seen.shape} from t where id = ${seen.constant}`);
    source.bytes += sql.length;
    sink.record(seen.at);
    const shape = sink.shapeOf(sql, 0, sql.length);
    if (seen.failed) {
      const message = Buffer.from(
        `relation "t${seen.constant}" is broken, ${seen.shape % 3} ways of ${"abcdefgh"[seen.shape % 8]}`,
      );
      sink.failure(
        shape,
        "42P01",
        { bytes: message, from: 0, to: message.length },
        seen.at,
        SEVERITIES[seen.user % 4] ?? "error",
      );
      sink.event("lock-wait", shape, seen.ms, seen.at);
      continue;
    }
    const user = Buffer.from(`user ${seen.user}`);
    execution.ms = seen.ms;
    execution.at = seen.at;
    execution.rows = seen.rows;
    execution.lockMs = seen.ms / 2;
    execution.session = seen.session;
    execution.user = sink.names.user.idOf(user, 0, user.length);
    execution.application = sink.names.application.idOf(user, 0, seen.user % 3 === 0 ? 0 : 5);
    Object.assign(execution.text, { bytes: sql, from: 0, to: sql.length });
    Object.assign(execution.queryId, { bytes: user, from: 5, to: user.length });
    const example = sink.execution(shape, execution);
    if (example !== null && seen.constant % 2 === 0) example.parameters = `$1 = '${seen.constant}'`;
    if (seen.rows > 50) sink.plan(shape, seen.ms, { bytes: user, from: 0, to: user.length });
  }
  return state;
}

const SEVERITIES: readonly FailureSeverity[] = ["error", "fatal", "panic", "cancel"];

export const executions: fc.Arbitrary<Seen[]> = fc.array(
  fc.record({
    shape: fc.nat({ max: 30 }),
    constant: fc.nat({ max: 100 }),
    ms: fc.oneof(
      fc.constant(Number.NaN),
      fc.nat({ max: 5_000_000 }).map((us) => us / 1000),
    ),
    at: fc.oneof(
      fc.constant(Number.NaN),
      fc.nat({ max: 5_000_000 }).map((ms) => 1_770_000_000_000 + ms),
      fc.nat({ max: 5 }).map((days) => 1_770_000_000_000 + days * 86_400_000),
    ),
    rows: fc.nat({ max: 100 }),
    user: fc.nat({ max: 9 }),
    session: fc.nat({ max: 3 }),
    failed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 400, size: "max" },
);
