import { type ByteSpan, setSpan } from "../byte-span.ts";
import { bytesOf, find, setText, startsWith } from "./message-text.ts";

const LINE_FEED = 10;
const BACKSLASH = 92;
const QUOTE = 34;
const TEXT_LABEL = bytesOf("Query Text: ");
const PARAMETERS_LABEL = bytesOf("Query Parameters: ");
const JSON_LABEL = bytesOf('"Query Text": "');
const NODE_MARKS = [bytesOf("  (cost="), bytesOf("  (actual "), bytesOf("  (never executed")];

/** The key is the first one of an `auto_explain` object in JSON; white space may stand before it. */
const JSON_LABEL_WITHIN = 64;

/**
 * Finds the statement in an `auto_explain` plan in its text or JSON format, and writes it to `statement`. False for the
 * other formats, and where it is cut.
 */
export function readPlanStatement(
  bytes: Buffer,
  from: number,
  to: number,
  statement: ByteSpan,
): boolean {
  if (bytes[from] === 0x7b) return readJson(bytes, from, to, statement);
  if (!startsWith(bytes, from, to, TEXT_LABEL)) return false;
  const start = from + TEXT_LABEL.length;
  // The statement ends where its parameters or the plan's first node begin.
  let end = to;
  for (let at = bytes.indexOf(LINE_FEED, start); at !== -1 && at < to;) {
    const next = bytes.indexOf(LINE_FEED, at + 1);
    const lineEnd = next === -1 || next > to ? to : next;
    if (endsStatement(bytes, at + 1, lineEnd)) {
      end = at;
      break;
    }
    at = next;
  }
  setSpan(statement, bytes, start, end);
  return true;
}

function endsStatement(bytes: Buffer, from: number, to: number): boolean {
  const first = bytes[from] ?? 0;
  if (first < 65 || first > 90) return false;
  if (startsWith(bytes, from, to, PARAMETERS_LABEL)) return true;
  for (const mark of NODE_MARKS) {
    const at = find(bytes, from, to, mark);
    if (at === -1) continue;
    const after = bytes[at + mark.length] ?? 0;
    if (mark !== NODE_MARKS[0] || (after >= 48 && after <= 57)) return true;
  }
  return false;
}

function readJson(bytes: Buffer, from: number, to: number, statement: ByteSpan): boolean {
  const label = find(bytes, from, Math.min(to, from + JSON_LABEL_WITHIN), JSON_LABEL);
  if (label === -1) return false;
  const start = label + JSON_LABEL.length;
  let hasEscapes = false;
  for (let at = start; at < to; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH) {
      hasEscapes = true;
      at += 1;
    } else if (byte === QUOTE) {
      if (!hasEscapes) {
        setSpan(statement, bytes, start, at);
        return true;
      }
      return readEscaped(bytes.toString("utf8", start - 1, at + 1), statement);
    }
  }
  return false;
}

function readEscaped(literal: string, statement: ByteSpan): boolean {
  try {
    const text: unknown = JSON.parse(literal);
    if (typeof text !== "string") return false;
    setText(statement, text);
    return true;
  } catch {
    return false;
  }
}
