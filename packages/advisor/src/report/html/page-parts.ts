import { formatCount } from "../units.ts";
import { html, type Markup } from "./markup.ts";

/** Characters of one text that a page shows: more can't be read, and makes the page heavy. */
const MAX_TEXT = 20_000;

/** A name for links, of letters, digits and dashes; two texts that differ otherwise get different ones. */
export function anchor(kind: string, id: string): string {
  return `${kind}-${id.replace(/[^\w-]/g, (character) => `.${character.codePointAt(0)?.toString(16)}`).slice(0, 200)}`;
}

/** A text to be read and copied, with its own line breaks. */
export function codeBox(text: string, label: string): Markup {
  return html`<div class="code">
    <button type="button" class="button" data-copy="" data-script="" hidden="">Copy</button>
    <pre tabindex="0" role="region" aria-label="${label}">${shorten(text)}</pre>
  </div>`;
}

/** Lines that must not be wrapped. */
export function planBox(lines: readonly string[], label: string): Markup {
  return html`<pre class="plan" tabindex="0" role="region" aria-label="${label}">
${shorten(lines.join("\n"))}</pre>`;
}

export function shorten(text: string): string {
  return text.length <= MAX_TEXT
    ? text
    : `${text.slice(0, MAX_TEXT)}… (${formatCount(text.length - MAX_TEXT)} characters more)`;
}

export interface Tile {
  readonly name: string;
  readonly value: string;
  readonly detail?: string;
  readonly bad?: boolean;
}

/** Numbers to be seen first. */
export function tiles(all: readonly Tile[]): Markup {
  return html`<dl class="tiles">
    ${all.map(
      ({ name, value, detail = "", bad = false }) =>
        html`<div>
          <dt>${name}</dt>
          <dd class="${bad ? "bad" : ""}">
            ${value}${detail === "" ? null : html` <span class="small">${detail}</span>`}
          </dd>
        </div>`,
    )}
  </dl>`;
}

/** Pairs of a name and a value; those without a value are left out. */
export function factList(facts: readonly (readonly [name: string, value: string])[]): Markup {
  return html`<dl class="facts">
    ${facts
      .filter(([, value]) => value !== "")
      .map(
        ([name, value]) =>
          html`<div class="${value.length > 24 ? "wide" : ""}">
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`;
}
