import { styleText } from "node:util";

export type Style = (text: string) => string;

/** What the parts of a text report need to know of the terminal. */
export interface Page {
  /** Columns. */
  readonly width: number;
  readonly dim: Style;
  readonly bold: Style;
  readonly red: Style;
  readonly yellow: Style;
  readonly green: Style;
  readonly cyan: Style;
}

/** A page of 40 to 120 columns: shorter lines can't be read, longer ones are not. */
export function createPage({
  color,
  width,
}: {
  readonly color: boolean;
  readonly width: number;
}): Page {
  // The caller decides on colour; `validateStream` would have Node decide again, by its own look at stdout.
  const style =
    (format: Parameters<typeof styleText>[0]): Style =>
    (text) =>
      color && text !== "" ? styleText(format, text, { validateStream: false }) : text;
  return {
    width: Math.min(Math.max(Math.trunc(width), 40), 120),
    dim: style("dim"),
    bold: style("bold"),
    red: style("red"),
    yellow: style("yellow"),
    green: style("green"),
    cyan: style("cyan"),
  };
}
