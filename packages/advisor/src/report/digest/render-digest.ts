import type { Digest } from "../../digest/digest.ts";
import { renderDigestHtml } from "./html.ts";
import { renderDigestJson } from "./json.ts";
import { renderDigestMarkdown } from "./markdown.ts";
import type { DigestSort } from "./rank-shapes.ts";
import { renderDigestText } from "./text.ts";

export const DIGEST_FORMATS = ["text", "json", "markdown", "html"] as const;
export type DigestFormat = (typeof DIGEST_FORMATS)[number];

export interface DigestRenderOptions {
  /** Of `text` only. */
  readonly color: boolean;
  /** Columns of the terminal, of `text` only. Lines are kept within it, from 40 up to 120. */
  readonly width: number;
  /** What the top queries are ordered by. */
  readonly sort: DigestSort;
  /** Shapes to show. `html` can be sorted by its reader: it has as many for each order. */
  readonly limit: number;
  /** Whether examples and plans are shown, which hold data. */
  readonly showLiterals: boolean;
}

/** The whole digest in one format, with a line break at the end. */
export function renderDigest(
  digest: Digest,
  format: DigestFormat,
  options: DigestRenderOptions,
): string {
  switch (format) {
    case "text":
      return renderDigestText(digest, options);
    case "json":
      return renderDigestJson(digest, options);
    case "markdown":
      return renderDigestMarkdown(digest, options);
    case "html":
      return renderDigestHtml(digest, options);
  }
}
