import type { GroupedText, WhyGrouped } from "@dbadvise/advisor";
import { painter } from "./painter.ts";

/** `digest --why` as text: the verdict, what each statement counts as, and where they part. */
export function renderGrouping(
  { same, by, one, other, difference }: WhyGrouped,
  { color }: { readonly color: boolean },
): string {
  const paint = painter(color);
  const verdict = same
    ? `One shape: ${by === "key" ? "they are equal without constants, comments and white space." : "the parser finds them equal."}`
    : "Two shapes.";
  const place =
    difference === null
      ? []
      : [
          "",
          `They part after ${difference.position} characters: ${named(difference.one)} against ${named(difference.other)}.`,
        ];
  return [
    paint.bold(verdict),
    "",
    ...textLines(one, paint),
    "",
    ...textLines(other, paint),
    ...place,
  ].join("\n");
}

function textLines(
  { normalized, key, fingerprint }: GroupedText,
  { dim }: ReturnType<typeof painter>,
): readonly string[] {
  const parsed = fingerprint === null ? "no fingerprint of a parser" : `fingerprint ${fingerprint}`;
  return [normalized, dim(`  key ${key} · ${parsed}`)];
}

function named(token: string): string {
  return token === "" ? "the end" : `\`${token}\``;
}
