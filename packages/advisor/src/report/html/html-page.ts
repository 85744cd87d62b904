import { createHash } from "node:crypto";
import { html, type Markup, markupText, raw } from "./markup.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";

export interface PageSection {
  /** Anchor, of letters. */
  readonly id: string;
  readonly title: string;
  readonly content: Markup;
}

export interface PageParts {
  readonly title: string;
  readonly subtitle: readonly string[];
  /** What stands before the first section. */
  readonly head: Markup;
  readonly sections: readonly PageSection[];
  readonly footer: string;
}

/** Only this style and this script may be used, and nothing may be loaded or sent, whatever the page's texts say. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${sha256(PAGE_STYLE)}'`,
  `script-src 'sha256-${sha256(PAGE_SCRIPT)}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

/** One file that needs no other: no network, no fonts, no images. */
export function htmlPage({ title, subtitle, head, sections, footer }: PageParts): string {
  const page = html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${raw(POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        ${raw(`<style>${PAGE_STYLE}</style>`)}
      </head>
      <body>
        <header class="page">
          <h1>${title}</h1>
          ${subtitle.map((line) => html`<p class="soft">${line}</p>`)}
        </header>
        <nav aria-label="Sections">
          <ul>
            ${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}
          </ul>
        </nav>
        <main>
          ${head}
          ${sections.map(
            ({ id, title: name, content }) =>
              html`<section id="${id}" aria-labelledby="${id}-title">
                <h2 id="${id}-title">${name}</h2>
                ${content}
              </section> `,
          )}
        </main>
        <footer>${footer}</footer>
        ${raw(`<script>${PAGE_SCRIPT}</script>`)}
      </body>
    </html>`;
  return `${markupText(page)}\n`;
}
