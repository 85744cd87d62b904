import { printableText } from "../printable.ts";

/** No value that was read from a file or a database can have this key. */
const TEXT: unique symbol = Symbol("markup");

/** HTML that can stand in a page as it is: what {@link html} made of texts, or our own. */
export interface Markup {
  readonly [TEXT]: string;
}

/** What a template takes: texts and numbers are escaped, markup and lists of it stay, `null` is nothing. */
export type Insertion = Markup | string | number | null | readonly Insertion[];

/**
 * A template whose insertions are escaped, in elements and in attributes with double quotes alike. Throws `TypeError` for
 * a place that escaping can't make safe: an attribute without quotes, a tag, the inside of `script` or `style`.
 */
export function html(template: TemplateStringsArray, ...insertions: readonly Insertion[]): Markup {
  const [first = "", ...others] = checkedParts(template);
  let text = first;
  for (const [index, part] of others.entries())
    text += insertionText(insertions[index] ?? null) + part;
  return raw(text);
}

/** Markup of our own that no template makes: a style sheet, a script. Never for texts from elsewhere. */
export function raw(text: string): Markup {
  return { [TEXT]: text };
}

export function markupText(markup: Markup): string {
  return markup[TEXT];
}

function insertionText(insertion: Insertion): string {
  if (insertion === null) return "";
  if (typeof insertion === "number") return String(insertion);
  if (typeof insertion === "string") return escapeText(insertion);
  return isList(insertion) ? insertion.map(insertionText).join("") : insertion[TEXT];
}

function isList(insertion: Markup | readonly Insertion[]): insertion is readonly Insertion[] {
  return Array.isArray(insertion);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Characters that give orders are shown as escapes: no text turns the page's reading direction around. */
function escapeText(text: string): string {
  return printableText(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);
}

/** Templates are few and constant: each is looked at once. */
const known = new WeakMap<TemplateStringsArray, readonly string[]>();

function checkedParts(template: TemplateStringsArray): readonly string[] {
  let parts = known.get(template);
  if (parts === undefined) {
    checkPlaces(template);
    // The indentation is the source's, not the page's.
    parts = template.map((part) => part.replace(/\n\s+/g, "\n"));
    known.set(template, parts);
  }
  return parts;
}

function checkPlaces(template: TemplateStringsArray): void {
  let before = "";
  for (const part of template.slice(0, -1)) {
    before += part;
    const openTag = /<[^<>]*$/.exec(before.replace(/="[^"]*"/g, ""))?.[0];
    const isSafe =
      openTag === undefined
        ? !/<(script|style)\b(?:(?!<\/\1)[^])*$/i.test(before)
        : /="[^"]*$/.test(openTag);
    if (!isSafe) throw new TypeError(`Nothing can be inserted after ${part.slice(-40)}`);
    before += "_";
  }
}
