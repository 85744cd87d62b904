import type { CompiledQuery } from "kysely";
import type { CoalescingEngine, MergePlan } from "./coalescing-engine.ts";
import { findObstacle, touchesSession } from "./find-obstacle.ts";

/** What is known of the queries with one SQL text. */
export interface Shape {
  readonly sql: string;
  /** Why its calls are never merged. */
  obstacle: string | undefined;
  /** How they are merged, once the database was asked. */
  plan: MergePlan | undefined;
  /** By `performance.now()`. */
  learnedAt: number;
  preparing: Promise<void> | undefined;
  /** Whether it may change its session. */
  readonly touchesSession: boolean;
  calls: number;
  statements: number;
}

/** The queries of one shape in {@link CoalescingReport}. */
export interface ShapeReport {
  readonly sql: string;
  readonly calls: number;
  /** Statements that were sent for them. */
  readonly statements: number;
  /** Why calls of this shape are sent as they are; `undefined` where they are merged when they meet. */
  readonly notMerged: string | undefined;
}

/** Calls and the statements that they became, the most called first. */
export interface CoalescingReport {
  readonly calls: number;
  readonly statements: number;
  readonly shapes: readonly ShapeReport[];
  /** One line for each shape, for people. */
  toString(): string;
}

/** Shapes that are remembered: the longest unused is forgotten first. */
const MAX_SHAPES = 1000;

export interface Shapes {
  of(query: CompiledQuery): Shape;
  /** Why nothing is merged any more. */
  readonly stopped: string | undefined;
  /** A statement was sent that may have changed what names mean. */
  sent(query: CompiledQuery): void;
  report(): CoalescingReport;
}

/** Statements after which a column may have another type, an object another name. */
const CHANGES_SCHEMA = /^\s*(?:alter|create|drop|rename)\b/i;

export function createShapes({ safeFunctions, changesNames }: CoalescingEngine): Shapes {
  const shapes = new Map<string, Shape>();
  let stopped: string | undefined;

  function sent({ sql, parameters }: CompiledQuery): void {
    if (changesNames(sql, parameters)) {
      stopped = `a connection was left with another role or schema by: ${sql}`;
    }
    // What was learned is learned again.
    if (CHANGES_SCHEMA.test(sql)) for (const shape of shapes.values()) shape.plan = undefined;
  }

  function of(query: CompiledQuery): Shape {
    const known = shapes.get(query.sql);
    if (known !== undefined) {
      // The newest is last.
      shapes.delete(query.sql);
      shapes.set(query.sql, known);
      return known;
    }
    const shape: Shape = {
      sql: query.sql,
      obstacle: findObstacle(query.query, query.parameters, safeFunctions),
      plan: undefined,
      learnedAt: 0,
      preparing: undefined,
      touchesSession: touchesSession(query.query, safeFunctions),
      calls: 0,
      statements: 0,
    };
    shapes.set(query.sql, shape);
    const oldest = shapes.keys().next().value;
    if (shapes.size > MAX_SHAPES && oldest !== undefined) shapes.delete(oldest);
    return shape;
  }

  function report(): CoalescingReport {
    const list = [...shapes.values()]
      .map(({ sql, calls, statements, obstacle }) => ({
        sql,
        calls,
        statements,
        notMerged: obstacle ?? stopped,
      }))
      .toSorted((a, b) => b.calls - a.calls);
    return {
      calls: list.reduce((sum, shape) => sum + shape.calls, 0),
      statements: list.reduce((sum, shape) => sum + shape.statements, 0),
      shapes: list,
      toString: () => list.map(lineOf).join("\n"),
    };
  }

  return {
    of,
    get stopped() {
      return stopped;
    },
    sent,
    report,
  };
}

function lineOf({ sql, calls, statements, notMerged }: ShapeReport): string {
  const why = notMerged === undefined ? "" : ` (not merged: ${notMerged})`;
  return `${calls} ${calls === 1 ? "call" : "calls"} -> ${statements} sent${why}: ${sql}`;
}
