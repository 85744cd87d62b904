import { styleText } from "node:util";

/** Styles of the CLI's own output; plain text where there are no colours. */
export interface Painter {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
}

export function painter(color: boolean): Painter {
  const style =
    (format: "bold" | "dim" | "green") =>
    (text: string): string =>
      // Whether the stream takes colours was decided before.
      color ? styleText(format, text, { validateStream: false }) : text;
  return { bold: style("bold"), dim: style("dim"), green: style("green") };
}
