import type { CompiledQuery } from "kysely";
import { findObstacle } from "./find-obstacle.ts";
import type { MergePlan } from "./coalescing-engine.ts";

/** What is known of the queries with one SQL text. */
export interface Shape {
  readonly sql: string;
  /** Why its calls are never merged. */
  obstacle: string | undefined;
  /** How they are merged, once the database was asked. */
  plan: MergePlan | undefined;
  preparing: Promise<void> | undefined;
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
  report(): CoalescingReport;
}

export function createShapes(safeFunctions: ReadonlySet<string>): Shapes {
  const shapes = new Map<string, Shape>();

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
      preparing: undefined,
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
        notMerged: obstacle,
      }))
      .toSorted((a, b) => b.calls - a.calls);
    return {
      calls: list.reduce((sum, shape) => sum + shape.calls, 0),
      statements: list.reduce((sum, shape) => sum + shape.statements, 0),
      shapes: list,
      toString: () => list.map(lineOf).join("\n"),
    };
  }

  return { of, report };
}

function lineOf({ sql, calls, statements, notMerged }: ShapeReport): string {
  const why = notMerged === undefined ? "" : ` (not merged: ${notMerged})`;
  return `${calls} ${calls === 1 ? "call" : "calls"} -> ${statements} sent${why}: ${sql}`;
}
