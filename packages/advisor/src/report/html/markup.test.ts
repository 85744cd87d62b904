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
    const list = template("<ul>", "</ul>", "", "", "");
    expect(markupText(html(list, items, 1.5, null, raw("<hr>")))).toBe(
      "<ul><li>a&lt;</li><li>b</li></ul>1.5<hr>",
    );
  });

  test("a parsed value can't pretend to be markup", () => {
    const parsed = JSON.parse('{"Symbol(markup)":"<b>","text":"<b>"}');
    expect(markupText(html`<p>${parsed}</p>`)).not.toContain("<b>");
  });

  test.each([
    ["an attribute without quotes", template("<p class=", ">")],
    ["one that follows another", template('<p id="a" class=', ">")],
    ["single quotes", template("<p class='", "'>")],
    ["a name of an attribute", template("<p ", '="x">')],
    ["a tag", template("<", ">")],
    ["a script", template('<script>let x = "', '";</script>')],
    ["a style sheet", template("<style>p { color: ", " }</style>")],
  ])("refuses %s", (_, refused) => {
    expect(() => html(refused, "x")).toThrow(TypeError);
  });

  test("goes on after a script and an attribute", () => {
    const parts = template('<script>1 < 2</script><p class="a" id="b', '">', "</p>");
    expect(markupText(html(parts, "<", "<"))).toBe(
      '<script>1 < 2</script><p class="a" id="b&lt;">&lt;</p>',
    );
  });

  test("leaves the source's indentation out, and that of texts in", () => {
    const parts = template("<p>\n    ", "\n  </p>");
    expect(markupText(html(parts, "a\n    b"))).toBe("<p>\na\n    b\n</p>");
  });
});

/** A template that the formatter does not see. */
function template(...parts: readonly string[]): TemplateStringsArray {
  return Object.assign([...parts], { raw: parts });
}
