import { describe, expect, test } from "vitest";
import { renderDigestHtml } from "./digest/html.ts";
import { fullDigest, shapeOf } from "./digest/testing/digests.ts";
import { hostileDigest } from "./digest/testing/hostile-digest.ts";
import { renderHtml } from "./html.ts";
import { hostileReport } from "./testing/hostile-report.ts";
import { fullReport } from "./testing/reports.ts";
import { UNPRINTABLE } from "./testing/unprintable.ts";

// What a browser makes of the pages is tested in html/in-chromium.test.ts.
describe("html", () => {
  test("a digest's data is shown only when asked, a report's never", () => {
    const options = { limit: 20, showLiterals: false };
    expect(renderDigestHtml(fullDigest, options)).not.toMatch(/4711|\$1 = &#39;42/);
    expect(renderHtml({ ...fullReport, digest: fullDigest })).not.toMatch(/4711|\$1 = &#39;42/);
    const shown = renderDigestHtml(fullDigest, { ...options, showLiterals: true });
    expect(shown).toMatch(/customer_id = 4711[^]*\$1 = &#39;42[^]*Seq Scan on orders o/);
  });

  test.each([
    ["digest", renderDigestHtml(hostileDigest, { limit: 20, showLiterals: true })],
    ["report", renderHtml(hostileReport)],
  ])("a hostile %s has one script, one style, and no character that gives orders", (_, page) => {
    expect(page).not.toMatch(UNPRINTABLE);
    expect(page.match(/<\/?script|<\/?style/gi)).toEqual([
      "<style",
      "</style",
      "<script",
      "</script",
    ]);
    const tags = page.replace(/="[^"]*"/g, "=").match(/<[a-z][^>]*>/g);
    expect(tags?.filter((tag) => / on[a-z]+=/i.test(tag))).toEqual([]);
    expect(page.match(/(href|src)="(?!#|data:,")/g)).toBeNull();
  });

  test("a shape that a finding concerns is shown, whatever its rank", () => {
    const fingerprint = fullReport.findings[0]!.queries[1]!.fingerprint;
    const rare = shapeOf({
      id: "ee00000000000001",
      fingerprint,
      text: "rare",
      calls: 1,
      meanUs: 1,
    });
    const often = Array.from({ length: 300 }, (_, index) =>
      shapeOf({
        id: String(index),
        text: `often ${index}`,
        calls: 10,
        meanUs: 300 - index,
        errors: 1,
      }),
    );
    const page = renderHtml({ ...fullReport, digest: { ...fullDigest, shapes: [...often, rare] } });
    expect(page).toContain('id="q-ee00000000000001"');
    expect(page).toContain('href="#q-ee00000000000001"');
    expect(page).not.toContain('id="q-299"');
    expect(page).toMatch(/Not shown: \d+ shapes/);
  });
});
