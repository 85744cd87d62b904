import { describe, expect, test } from "vitest";
import { UNPRINTABLE } from "../testing/unprintable.ts";
import { html, markupText, raw } from "./markup.ts";

const hostile = `</script><img src=x onerror="alert(1)">'\`&amp;\u2028\u202e\0\${x}]]><!--`;

describe("html", () => {
  test("escapes texts in elements and attributes, and keeps line breaks", () => {
    const text = markupText(html`<p title="${hostile}">${"a\r\n\tb"}${hostile}</p>`);
    const safe =
      "&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&#96;&amp;amp;\\u{2028}\\u{202e}\\x00${x}]]&gt;&lt;!--";
    expect(text).toBe(`<p title="${safe}">a\n  b${safe}</p>`);
    expect(text).not.toMatch(UNPRINTABLE);
  });

  test("takes markup, lists, numbers and nothing", () => {
    const items = ["a<", "b"].map((item) => html`<li>${item}</li>`);
    expect(
      markupText(
        html`<ul>
            ${items}
          </ul>
          ${1.5}${null}${raw("<hr>")}`,
      ),
    ).toBe("<ul><li>a&lt;</li><li>b</li></ul>1.5<hr>");
  });

  test("a parsed value can't pretend to be markup", () => {
    const parsed = JSON.parse('{"Symbol(markup)":"<b>","text":"<b>"}');
    expect(markupText(html`<p>${parsed}</p>`)).not.toContain("<b>");
  });

  test.each([
    ["an attribute without quotes", () => html`<p class=${"x"}>`],
    ["a second one without quotes", () => html`<p id="${"a"}" class=${"x"}>`],
    ["single quotes", () => html`<p class="${"x"}">`],
    ["a name of an attribute", () => html`<p ${"onclick"}="x">`],
    ["a tag", () => html`<${"script"}>`],
    [
      "a script",
      () =>
        html`<script>
          let x = "${"x"}";
        </script>`,
    ],
    [
      "a style sheet",
      () =>
        html`<style>
          p {
            color: ${"x"};
          }
        </style>`,
    ],
  ])("refuses %s", (_, make) => {
    expect(make).toThrow(TypeError);
  });

  test("goes on after a script and an attribute", () => {
    const text = html`<script>
        1 < 2;
      </script>
      <p class="a" id="b${"<"}">${"<"}</p>`;
    expect(markupText(text)).toBe('<script>1 < 2</script><p class="a" id="b&lt;">&lt;</p>');
  });
});
