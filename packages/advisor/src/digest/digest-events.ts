import { parseParameters } from "../log/parameters.ts";
import type { QueryEvent } from "../log/query-event.ts";
import type { Digest, ExecutionExample, ShapeDigest } from "./digest.ts";

/**
 * The executions of a digest as events of a workload: each example stands for itself and, if it was drawn, for its share of
 * those that were not kept. Calls and times add up to the shape's.
 */
export function* digestEvents({ shapes, absoluteTimes }: Digest): Generator<QueryEvent> {
  for (const shape of shapes) yield* shapeEvents(shape, absoluteTimes);
}

function* shapeEvents(shape: ShapeDigest, absoluteTimes: boolean): Generator<QueryEvent> {
  const { calls, timedCalls } = shape;
  const drawn = shape.examples.filter(({ kind }) => kind === "drawn");
  const slowest = shape.examples.filter(({ kind }) => kind === "slowest");
  if (calls === 0 || drawn.length === 0) return;
  const own = commonFields(shape);
  const ownUs = slowest.reduce((sum, { us }) => sum + (us ?? 0), 0);
  let restCalls = calls - slowest.length;
  let restUs = shape.totalUs - ownUs;
  let weights = drawn.map(({ us }) => us ?? 0).reduce((sum, us) => sum + us, 0);
  let left = drawn.length;
  let rows: number | undefined = shape.rows > 0 ? shape.rows : undefined;

  const event = (example: ExecutionExample, count: number, us: number): QueryEvent => {
    const parameters = example.parameters === "" ? undefined : parseParameters(example.parameters);
    const given = rows;
    rows = undefined;
    return {
      sql: example.sql,
      calls: count,
      totalMs: timedCalls === 0 ? undefined : us / 1000,
      ...(given !== undefined && { rows: given }),
      ...(parameters && { parameters }),
      ...(absoluteTimes && example.at !== null && { at: example.at }),
      ...own,
    };
  };

  for (const example of slowest) yield event(example, 1, example.us ?? 0);
  // What is left is shared anew each time, so that nothing is lost to rounding.
  for (const example of drawn) {
    const count = Math.round(restCalls / left);
    const weight = example.us ?? 0;
    const us = Math.round(weights > 0 ? (restUs * weight) / weights : restUs / left);
    restCalls -= count;
    restUs -= us;
    weights -= weight;
    left -= 1;
    if (count > 0 || us > 0) yield event(example, count, us);
  }
}

/** What all executions of a shape have in common. */
function commonFields({
  users,
  databases,
  applications,
}: ShapeDigest): Pick<QueryEvent, "user" | "database" | "application"> {
  const only = (names: ShapeDigest["users"]): string | undefined =>
    names.length === 1 ? names[0]?.name : undefined;
  const [user, database, application] = [only(users), only(databases), only(applications)];
  return {
    ...(user !== undefined && { user }),
    ...(database !== undefined && { database }),
    ...(application !== undefined && { application }),
  };
}
