import { oneLine } from "./printable.ts";

/** The text of a SARIF message: brackets would make a link, and braces a placeholder. */
export function sarifText(text: string): string {
  return oneLine(text)
    .replace(/[\\[\]]/g, String.raw`\$&`)
    .replace(/[{}]/g, "$&$&");
}
