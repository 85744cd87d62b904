import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { textWidth } from "../columns.ts";
import { UNPRINTABLE } from "../testing/unprintable.ts";
import { DIGEST_SORTS } from "./rank-shapes.ts";
import { digestWithoutTimes, emptyDigest, fullDigest } from "./testing/digests.ts";
import { hostileDigest } from "./testing/hostile-digest.ts";
import { renderDigestText } from "./text.ts";

const plain = { color: false, width: 100, sort: "total", limit: 3, showLiterals: false } as const;

describe("text digest", () => {
  test("of a night with trouble", () => {
    expect(renderDigestText(fullDigest, plain)).toMatchInlineSnapshot(`
      "Read      3 files · 1.2 GB · stderr, jsonlog in docker
      UNREAD    1,204 lines could not be understood (40.2 kB, 0.0031 %) and are in none of these numbers ·
                /var/log/postgresql/postgresql-2026-03-01.log: 1,204 unread lines (40.2 kB)
      Time      2026-03-01 00:00:00 to 06:59:59 UTC · 7 h
      Queries   818 query shapes · 1,721,734 calls · 2.7 h of execution · 314 failed statements
      Alarms    310 deadlocks
      Server    41 temporary files (9.1 GB in all, at most 1.8 GB) · 212 long lock waits (13.5 min in all,
                at most 30 s) · 14 checkpoints (30.3 min in all, at most 4.5 min) · 1,204 connections

      Load per 5 min
        time    ▁▁▁▁▁ ▁▁▂▂▂▂▂▂▂▂▂▂▂▂▂▁ ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█ ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ ▁▁▁▁▁▁▁▁▂▂▂▂▂▂▂▂ ▂▂▂▁▁▁▁▁▁▁
        calls   ▁▁▁▁▁ ▁▁▂▂▂▂▂▂▂▂▂▂▂▂▂▁ ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█ ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ ▁▁▁▁▁▁▁▁▂▂▂▂▂▂▂▂ ▂▂▂▁▁▁▁▁▁▁
        errors                                        █
                00:00       01:00       02:00       03:00       04:00       05:00       06:00
        highest time 20.9 min at 03:10 · calls 221,473 at 03:10 · errors 314 at 03:10

      Top queries by total time: 3 of 818, 98.2 % of the time

      #     Total   Share      Calls     Mean     p50      p95      p99     Max  Errors
      1     2.1 h  78.1 %  1,204,112   6.3 ms  2.5 ms  10.1 ms  50.7 ms     1 s       -
          SELECT o.id, o.status, o.total_cents, o.currency, o.created_at, o.shipped_at FROM public.orders
          o WHERE o.customer_id = ? AND o.created_at >= ? ORDER BY o.created_at DESC LIMIT ?
          8f2a6c0d94e1b301 · 3,612,336 rows · by app, report · in shop · from checkout, worker <1>

      2  19.4 min    12 %    402,000   2.9 ms  1.2 ms   4.7 ms  23.3 ms  464 ms       -
          SELECT * FROM customers WHERE email = ?
          31d2a80c77f0e912 · 1,206,000 rows · by app · in shop

      3  13.1 min   8.1 %     61,400  12.8 ms  5.1 ms  20.7 ms   103 ms     2 s     310
          UPDATE inventory SET reserved = reserved + ? WHERE sku = ? AND warehouse_id IN (?)
          aa10000000000007 · 184,200 rows · by app · in shop · from checkout

      not shown: 3 shapes, 45,122 calls, 2.7 min (1.6 %)
      other: 812 shapes, 9,100 calls, 18.3 s (0.19 %), 4 errors; shapes beyond the limit of shapes,
      counted together

      Errors
             310  error 40P01: deadlock detected
                  2026-03-01 03:10:00 to 2026-03-01 03:14:59 · queries aa10000000000007 310x
               4  cancel 57014: canceling statement due to statement timeout
                  2026-03-01 03:10:00 to 2026-03-01 03:20:00 · queries 8f2a6c0d94e1b301 3x
               2  fatal: password authentication failed for user ?

      Percentiles are within 1.6 % of the true ones.
      40,000 calls have no duration in the logs (2.3 %): they count as calls, and their time is unknown.
      1,311 records outside the asked times are not counted.
      Examples with their values, and plans, are shown with --show-literals.
      "
    `);
  });

  test("of records that are no statements: what to do", () => {
    const [source] = digestWithoutTimes.sources;
    if (source === undefined) throw new Error("no source");
    const digest = { ...emptyDigest, sources: [{ ...source, records: 7 }] };
    expect(renderDigestText(digest, plain)).toMatch(
      /No query shapes to show\.\nNone of the 7 records is a statement\. .*log_min_duration_statement/,
    );
  });

  test("of nothing, and of a log without durations", () => {
    expect(renderDigestText(emptyDigest, plain)).toMatchInlineSnapshot(`
      "Read      stdin · 0 bytes · empty
      Time      the logs have no times
      Queries   0 query shapes · 0 calls · no durations in the logs · no errors

      No query shapes to show.
      "
    `);
    expect(renderDigestText(digestWithoutTimes, plain)).toMatchInlineSnapshot(`
      "Read      general.log · 4 kB · mysql general log
      Time      2026-03-01 00:00:00 to 00:00:00, by the log's clock · 0 ms
      Queries   1 query shape · 40,000 calls · no durations in the logs · no errors

      Top queries by total time: 1 of 1

      #  Total  Share   Calls  Mean  p50  p95  p99  Max  Errors
      1      -      -  40,000     -    -    -    -    -       -
          COMMIT
          c0ffee0000000003 · by app · in shop

      40,000 calls have no duration in the logs (100 %): they count as calls, and their time is unknown.
      "
    `);
  });

  test("shows examples, parameters and plans only when asked", () => {
    expect(renderDigestText(fullDigest, plain)).not.toContain("4711");
    const text = renderDigestText(fullDigest, { ...plain, showLiterals: true });
    expect(text).toContain("customer_id = 4711");
    expect(text).toContain("$1 = '42', $2 = '2026-02-01'");
    expect(text).toContain("plan of an execution of 1 s");
    expect(text).toContain("Seq Scan on orders o");
  });

  test.each(
    [40, 60, 80, 100, 120].flatMap((width) => DIGEST_SORTS.map((sort) => [width, sort] as const)),
  )("keeps within %i columns by %s, whatever the texts are", (width, sort) => {
    const digests = [fullDigest, emptyDigest, digestWithoutTimes];
    const lines = digests
      .flatMap((digest) =>
        renderDigestText(digest, { ...plain, width, sort, showLiterals: true }).split("\n"),
      )
      // A file's name is one word, which is never cut.
      .filter((line) => !line.includes(".log"));
    for (const line of lines) expect(textWidth(line), line).toBeLessThanOrEqual(width);
  });

  test("takes no orders from texts", () => {
    const options = { ...plain, color: true, showLiterals: true };
    expect(stripVTControlCharacters(renderDigestText(hostileDigest, options))).not.toMatch(
      UNPRINTABLE,
    );
  });

  test("says loudly what could not be read", () => {
    const text = renderDigestText(fullDigest, { ...plain, color: true });
    expect(text).toContain("\u001b[31mUNREAD");
    expect(renderDigestText(emptyDigest, plain)).not.toContain("UNREAD");
  });
});
