/** What a set of indexes takes and what the workload costs with it. */
export interface CurvePoint {
  /** Numbers of the indexes. */
  readonly indexes: readonly number[];
  readonly bytes: number;
  readonly cost: number;
}

/**
 * The cheapest sets for their size: of all sets that were seen, those on the lower hull of cost over bytes. Each further step
 * saves less per byte than the one before it. Ascending by bytes.
 */
export function lowerHull(points: readonly CurvePoint[]): readonly CurvePoint[] {
  const sorted = points.toSorted(
    (a, b) => a.bytes - b.bytes || a.cost - b.cost || a.indexes.length - b.indexes.length,
  );
  const hull: CurvePoint[] = [];
  for (const point of sorted) {
    const last = hull.at(-1);
    if (last !== undefined && point.cost >= last.cost) continue;
    while (hull.length > 1 && !isBelow(hull.at(-2), hull.at(-1), point)) hull.pop();
    hull.push(point);
  }
  return hull;
}

/** Whether `middle` lies below the line from `from` to `to`. */
function isBelow(
  from: CurvePoint | undefined,
  middle: CurvePoint | undefined,
  to: CurvePoint,
): boolean {
  if (from === undefined || middle === undefined) return true;
  return (
    (from.cost - middle.cost) * (to.bytes - from.bytes) >
    (from.cost - to.cost) * (middle.bytes - from.bytes)
  );
}

/** The point after which more bytes save little: the farthest below the line between the ends; `null` on a straight curve. */
export function kneeOf(hull: readonly CurvePoint[]): CurvePoint | null {
  const first = hull[0];
  const last = hull.at(-1);
  if (first === undefined || last === undefined || hull.length < 3) return null;
  let knee: CurvePoint | null = null;
  let most = 0;
  for (const point of hull) {
    const bytes = (point.bytes - first.bytes) / (last.bytes - first.bytes);
    const cost = (first.cost - point.cost) / (first.cost - last.cost);
    if (cost - bytes > most) {
      most = cost - bytes;
      knee = point;
    }
  }
  return knee;
}
