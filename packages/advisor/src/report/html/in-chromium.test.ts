import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Chromium, type ChromiumPage, type PageView, startChromium } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderDigestHtml } from "../digest/html.ts";
import { digestWithoutTimes, emptyDigest, fullDigest } from "../digest/testing/digests.ts";
import { hostileDigest } from "../digest/testing/hostile-digest.ts";
import { renderHtml } from "../html.ts";
import { hostileReport } from "../testing/hostile-report.ts";
import { emptyReport, fullReport } from "../testing/reports.ts";

const chromium: Chromium | null = await startChromium();
if (chromium === null)
  process.stderr.write(
    "SKIPPED: no Chromium is installed: HTML reports are not opened in a browser\n",
  );

describe.skipIf(chromium === null)("pages in a real browser", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dbadvise-html-"));
  });

  afterAll(async () => {
    await chromium?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const digestPage = renderDigestHtml(fullDigest, { limit: 20, showLiterals: true });
  const reportPage = renderHtml({ ...fullReport, digest: fullDigest });
  const hostilePages = [
    ["hostile digest", renderDigestHtml(hostileDigest, { limit: 20, showLiterals: true })],
    ["hostile report", renderHtml(hostileReport)],
  ] as const;
  const pages = [
    ["digest", digestPage],
    ["digest of nothing", renderDigestHtml(emptyDigest, { limit: 20, showLiterals: true })],
    [
      "digest without times",
      renderDigestHtml(digestWithoutTimes, { limit: 20, showLiterals: true }),
    ],
    ["report with a digest", reportPage],
    ["report without one", renderHtml(fullReport)],
    ["report of nothing", renderHtml(emptyReport)],
    ...hostilePages,
  ] as const;

  /** Opens a page's text, looks, and closes it. */
  async function look<Result>(
    text: string,
    see: (page: ChromiumPage) => Promise<Result>,
    view: PageView & { readonly anchor?: string } = {},
  ): Promise<Result> {
    const file = join(folder, "page.html");
    await writeFile(file, text);
    const anchor = view.anchor === undefined ? "" : `#${view.anchor}`;
    const page = await chromium!.open(pathToFileURL(file).href + anchor, view);
    try {
      return await see(page);
    } finally {
      await page.close();
    }
  }

  test.each(pages)("%s: no error, no dialog, no request", async (_, text) => {
    await look(text, async ({ seen, evaluate }) => {
      // Whatever would start late has had its turn.
      await evaluate("new Promise((done) => setTimeout(done, 100))");
      expect(seen.errors).toEqual([]);
      expect(seen.dialogs).toEqual([]);
      expect(seen.requests.map((url) => url.slice(-9))).toEqual(["page.html"]);
    });
  });

  test.each(pages)("%s: fits a phone, all unfolded, and a desktop", async (_, text) => {
    for (const width of [360, 1280]) {
      const overflow = await look(
        text,
        ({ evaluate }) =>
          evaluate(`for (const each of document.querySelectorAll("details")) each.open = true;
            document.documentElement.scrollWidth - innerWidth`),
        { width, height: 800 },
      );
      expect(overflow, `at ${width} px`).toBeLessThanOrEqual(0);
    }
  });

  test.each(pages)("%s: every link leads to its target, and ids are unique", async (_, text) => {
    const found = await look(text, ({ evaluate }) =>
      evaluate(`({
        broken: [...document.links].map((link) => link.getAttribute("href"))
          .filter((href) => href[0] !== "#" || document.getElementById(decodeURIComponent(href.slice(1))) === null),
        double: [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, index, all) => all.indexOf(id) !== index),
      })`),
    );
    expect(found).toEqual({ broken: [], double: [] });
  });

  test.each(hostilePages)("%s: texts stay texts", async (_, text) => {
    const found = await look(text, ({ evaluate }) =>
      evaluate(`({
        scripts: document.scripts.length,
        styles: document.querySelectorAll("style").length,
        tags: [...new Set([...document.body.querySelectorAll("*")].map(({ localName }) => localName))].sort(),
        attributes: [...new Set([...document.querySelectorAll("*")].flatMap((each) => each.getAttributeNames()))].sort(),
        shown: document.body.textContent.split("</script><script>alert(1)</script><img src=x onerror=").length > 20,
        unprintable: /[\\u0000\\u001b\\u009b\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]/.test(document.documentElement.outerHTML),
      })`),
    );
    expect(found).toMatchObject({ scripts: 1, styles: 1, shown: true, unprintable: false });
    const { tags, attributes } = found as {
      readonly tags: readonly string[];
      readonly attributes: readonly string[];
    };
    const own =
      /^(a|article|b|button|code|dd|details|div|dl|dt|figcaption|figure|footer|g|h[123]|header|input|label|li|line|main|nav|option|p|pre|rect|script|section|select|span|strong|summary|svg|table|tbody|td|text|th|thead|title|tr|ul)$/;
    expect(tags.filter((tag) => !own.test(tag))).toEqual([]);
    const ours =
      /^(aria-[a-z]+|autocomplete|charset|class|content|data-[a-z]+|height|hidden|href|http-equiv|id|lang|name|open|placeholder|rel|role|rx|scope|spellcheck|tabindex|title|type|value|width|x|x1|x2|y|y1|y2)$/;
    expect(attributes.filter((name) => !ours.test(name))).toEqual([]);
  });

  test("a policy forbids the page to load, send or run anything else", async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      await look(reportPage, async ({ evaluate, seen }) => {
        const outcome = await evaluate(`(async () => {
          const image = new Image();
          image.src = "${url}image";
          const script = document.createElement("script");
          script.textContent = "globalThis.ran = true";
          const frame = document.createElement("iframe");
          frame.src = "${url}frame";
          document.body.append(image, script, frame);
          document.body.insertAdjacentHTML("beforeend", "<p style='color: red' onclick='globalThis.ran = true' id='late'>x</p>");
          document.getElementById("late").click();
          const sent = await fetch("${url}fetch").then(() => "sent", () => "refused");
          await new Promise((done) => setTimeout(done, 200));
          return { sent, ran: globalThis.ran ?? false };
        })()`);
        expect(outcome).toEqual({ sent: "refused", ran: false });
        expect(seen.errors.join()).toContain("Content Security Policy");
      });
      expect(asked).toBe(0);
    } finally {
      server.close();
    }
  });

  test("plots have a bar for each step with load, and each bin with calls", async () => {
    const bars = await look(digestPage, ({ evaluate }) =>
      evaluate(`({
        load: document.querySelectorAll("#load .load .bar").length,
        errors: document.querySelectorAll("#load .errors .bar").length,
        first: document.querySelectorAll("#cards details:first-child .durations .bar").length,
        firstLoad: document.querySelectorAll("#cards details:first-child .load .bar").length,
        marks: [...document.querySelectorAll("#cards details:first-child .durations .mark")].length,
        durations: document.querySelectorAll("#cards .durations").length,
      })`),
    );
    const [shape] = fullDigest.shapes;
    expect(bars).toEqual({
      load: fullDigest.timeline.length,
      errors: 1,
      // 1, 1.5, 2 | 2.8 | 4.8 | 10 | 51 | 379 ms: each bin is a fifth of a decade.
      first: 7,
      firstLoad: shape!.buckets.length,
      marks: 3,
      durations: 5,
    });
  });

  test("the table sorts by mouse and by key, and the cards follow", async () => {
    const order = (): string =>
      `[...document.querySelectorAll("#queries tbody tr")].map((row) => row.dataset.card.slice(2, 6)).join()`;
    await look(digestPage, async ({ evaluate, press }) => {
      expect(await evaluate(order())).toBe("8f2a,31d2,aa10,bb20,dd30,c0ff");
      await evaluate(
        `[...document.querySelectorAll("th button")].find((each) => each.textContent === "Mean").click()`,
      );
      expect(await evaluate(order())).toBe("dd30,bb20,aa10,8f2a,31d2,c0ff");
      expect(
        await evaluate(
          `[...document.querySelectorAll("#cards .body")].map(({ id }) => id.slice(2, 6)).join()`,
        ),
      ).toBe("dd30,bb20,aa10,8f2a,31d2,c0ff");
      await evaluate(
        `[...document.querySelectorAll("th button")].find((each) => each.textContent === "Calls").focus()`,
      );
      await press("Enter");
      expect(await evaluate(order())).toBe("8f2a,31d2,aa10,c0ff,bb20,dd30");
      expect(await evaluate(`document.querySelector("th[aria-sort]").textContent`)).toBe("Calls");
      await press("Tab");
      expect(await evaluate("document.activeElement.textContent")).toBe("Mean");
      await evaluate(`document.querySelector("#sort").value = "errors";
        document.querySelector("#sort").dispatchEvent(new Event("change"))`);
      expect(await evaluate(`${order()}.slice(0, 4)`)).toBe("aa10");
    });
  });

  test("the filter leaves what has all words, and a link to a hidden query shows all", async () => {
    const shown = `[...document.querySelectorAll("#queries tbody tr:not([hidden])")].map((row) => row.dataset.card.slice(2, 6)).join()`;
    await look(digestPage, async ({ evaluate }) => {
      await evaluate(`document.querySelector("#filter").value = "checkout UPDATE";
        document.querySelector("#filter").dispatchEvent(new Event("input"))`);
      expect(await evaluate(shown)).toBe("aa10");
      expect(await evaluate(`document.querySelector("#shown").textContent`)).toBe("1 of 6");
      expect(
        await evaluate(`document.querySelectorAll("#cards details:not([hidden])").length`),
      ).toBe(1);
      await evaluate(
        `location.hash = "#q-8f2a6c0d94e1b301"; new Promise((done) => setTimeout(done, 50))`,
      );
      expect(await evaluate(shown)).toBe("8f2a,31d2,aa10,bb20,dd30,c0ff");
    });
  });

  test("findings lead to queries and back", async () => {
    await look(reportPage, async ({ evaluate }) => {
      const there = `document.querySelector("#finding-1 .impact a").getAttribute("href")`;
      expect(await evaluate(there)).toBe("#q-8f2a6c0d94e1b301");
      const back = `[...document.querySelector(${there}).querySelectorAll("a.badge")].map((link) => link.getAttribute("href"))`;
      expect(await evaluate(back)).toEqual(["#finding-1"]);
      const map = `[...document.querySelectorAll("#indexes a.badge")].map((link) => link.textContent)`;
      expect(await evaluate(map)).toEqual(
        expect.arrayContaining(["duplicate", "redundant", "invalid", "unused", "missing-index"]),
      );
    });
  });

  test("statements are copied as they are", async () => {
    await look(reportPage, async ({ evaluate }) => {
      const label = await evaluate(`(async () => {
        const button = document.querySelector("#finding-1 button");
        globalThis.copied = "";
        document.addEventListener("copy", () => { globalThis.copied = getSelection().toString(); });
        Object.defineProperty(navigator, "clipboard", { value: undefined });
        button.click();
        await new Promise((done) => setTimeout(done, 50));
        return [button.textContent, globalThis.copied];
      })()`);
      expect(label).toEqual(["Copied", fullReport.findings[0]!.ddl!.apply[0]]);
    });
  });

  test("without scripts all is there, and a link unfolds its query", async () => {
    const view = { scripts: false, anchor: "q-31d2a80c77f0e912" };
    const found = await look(
      digestPage,
      ({ evaluate }) =>
        evaluate(`({
          rows: document.querySelectorAll("#queries tbody tr").length,
          cards: document.querySelectorAll("#cards details").length,
          open: [...document.querySelectorAll("#cards details[open] .body")].map(({ id }) => id),
          toolbar: getComputedStyle(document.querySelector(".toolbar")).display,
        })`),
      view,
    );
    expect(found).toEqual({ rows: 6, cards: 6, open: ["q-31d2a80c77f0e912"], toolbar: "none" });
  });

  test("is dark where the reader wants it, and black on white on paper", async () => {
    const unfolded = `document.querySelector("#cards .body pre").checkVisibility()`;
    const ground = `getComputedStyle(document.body).backgroundColor`;
    const dark = await look(digestPage, ({ evaluate }) => evaluate(ground), { colors: "dark" });
    const paper = await look(
      digestPage,
      ({ evaluate }) =>
        evaluate(
          `[${ground}, getComputedStyle(document.querySelector("nav")).display, ${unfolded}]`,
        ),
      { colors: "dark", media: "print" },
    );
    expect(dark).toBe("rgb(15, 19, 26)");
    expect(paper).toEqual(["rgb(255, 255, 255)", "none", true]);
    expect(await look(digestPage, ({ evaluate }) => evaluate(unfolded))).toBe(false);
  });
});
