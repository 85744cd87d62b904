import { describe, expect, test } from "vitest";
import { expectExactKeys, expectToFit, publishedSchema } from "../testing/published-schema.ts";
import { UNPRINTABLE } from "../testing/unprintable.ts";
import { renderDigestJson } from "./json.ts";
import { DIGEST_SORTS } from "./rank-shapes.ts";
import { digestWithoutTimes, emptyDigest, fullDigest } from "./testing/digests.ts";
import { hostileDigest } from "./testing/hostile-digest.ts";

const schema = publishedSchema("digest-report");
const all = { sort: "total", limit: 100, showLiterals: true } as const;

describe("json digest", () => {
  test.each([
    ["full", fullDigest],
    ["empty", emptyDigest],
    ["without times", digestWithoutTimes],
    ["hostile", hostileDigest],
  ])("%s fits the published schema", (_, digest) => {
    for (const sort of DIGEST_SORTS) {
      expectToFit(schema, renderDigestJson(digest, { ...all, sort }));
      expectToFit(schema, renderDigestJson(digest, { sort, limit: 1, showLiterals: false }));
    }
  });

  test("the schema refuses every missing key and every key too many, at any depth", () => {
    const sources = fullDigest.sources.slice(0, 1);
    const shapes = fullDigest.shapes
      .slice(0, 1)
      .map((shape) => ({ ...shape, buckets: shape.buckets.slice(0, 1) }));
    const timeline = fullDigest.timeline.slice(0, 1);
    expectExactKeys(schema, renderDigestJson({ ...fullDigest, sources, shapes, timeline }, all));
  });

  test("has exact sums, percentiles within the error that it states, and ISO times", () => {
    const value = JSON.parse(renderDigestJson(fullDigest, all));
    const [shape] = fullDigest.shapes;
    expect(value.queries[0]).toMatchObject({
      rank: 1,
      id: shape!.id,
      totalMs: shape!.totalUs / 1000,
      meanMs: 6.32,
    });
    const p95 = 6.32 * 0.4 * 4;
    expect(Math.abs(value.queries[0].p95Ms - p95) / p95).toBeLessThanOrEqual(value.percentileError);
    expect(value.total.calls).toBe(
      value.queries.reduce((sum: number, { calls }: { calls: number }) => sum + calls, 0) +
        value.other.calls,
    );
    expect(value.first).toBe("2026-03-01T00:00:00.812Z");
  });

  test("holds data only when asked, and no control character at all", () => {
    const hidden = renderDigestJson(fullDigest, { ...all, showLiterals: false });
    expect(hidden).not.toContain("4711");
    expect(renderDigestJson(fullDigest, all)).toContain("customer_id = 4711");
    expect(renderDigestJson(hostileDigest, all)).not.toMatch(UNPRINTABLE);
  });

  test.each([
    ["total", "8f2a6c0d94e1b301"],
    ["calls", "8f2a6c0d94e1b301"],
    ["mean", "dd30000000000009"],
    ["p95", "dd30000000000009"],
    ["errors", "aa10000000000007"],
  ] as const)("by %s, what is left out is summed up", (sort, id) => {
    const value = JSON.parse(renderDigestJson(fullDigest, { ...all, sort, limit: 1 }));
    expect(value.queries.map((query: { id: string }) => query.id)).toEqual([id]);
    expect(value.notShown.shapes).toBe(5);
    expect(value.notShown.calls + value.queries[0].calls + value.other.calls).toBe(
      value.total.calls,
    );
  });
});
