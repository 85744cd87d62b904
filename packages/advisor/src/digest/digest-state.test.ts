import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newExecution, type FailureSeverity } from "../log/execution.ts";
import { LEXIS } from "../log/sql-key/lexis.ts";
import { createSqlKey } from "../log/sql-key/sql-key.ts";
import {
  createDigestState,
  type DigestState,
  type DigestStateOptions,
} from "./create-digest-state.ts";
import type { Digest } from "./digest.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "digest-state-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Seen {
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
function count(state: DigestState, all: readonly Seen[]): DigestState {
  const source = state.source("a.log", "stderr");
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
        SEVERITIES[seen.user % 4]!,
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

const executions = fc.array(
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

/** The digest of executions that are split over states as `parts` tells, with parts merged in a tree. */
function inParts(
  all: readonly Seen[],
  parts: readonly number[],
  options: DigestStateOptions,
): Digest {
  const states = [0, 1, 2, 3, 4].map(() => createDigestState(options));
  all.forEach((seen, position) =>
    count(states[(parts[position % parts.length] ?? 0) % 5]!, [seen]),
  );
  states[1]!.merge(structuredClone(states[3]!.part()));
  states[4]!.merge(structuredClone(states[1]!.part()));
  states[4]!.merge(structuredClone(states[0]!.part()));
  states[2]!.merge(structuredClone(states[4]!.part()));
  return states[2]!.finish({ maxShapes: 20 });
}

test("a digest doesn't depend on how its executions are cut and merged", () => {
  fc.assert(
    fc.property(executions, fc.array(fc.nat({ max: 4 }), { minLength: 1 }), (all, parts) => {
      const whole = count(createDigestState(), all).finish({ maxShapes: 20 });
      expect(inParts(all.toReversed(), parts, {})).toEqual(whole);
    }),
    { numRuns: 30, interruptAfterTimeLimit: 20_000 },
  );
});

test("a digest doesn't depend on what is written out meanwhile", () => {
  fc.assert(
    fc.property(executions, fc.array(fc.nat({ max: 4 }), { minLength: 1 }), (all, parts) => {
      const whole = count(createDigestState(), all).finish({ maxShapes: 20 });
      const options = { spillFolder: folder, memoryBytes: 0 };
      expect(inParts(all, parts, options)).toEqual(whole);
    }),
    { numRuns: 20, interruptAfterTimeLimit: 20_000 },
  );
  expect(readdirSync(folder).length).toBeGreaterThan(0);
});
