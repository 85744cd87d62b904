import { MAX_BLOCK_BYTES, type UnreadSink } from "../../block-reader.ts";
import { createLineSplitter, type LineSplitter } from "./line-splitter.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Lists in which services hand over several entries at a time. */
const LISTS = ["records", "events", "logEvents", "entries"] as const;
const LIST_LINE = new RegExp(`^\\s*"(?:${LISTS.join("|")})":\\s*\\[\\s*$`);
/** What stands around entries that are written over several lines. */
const AROUND_LINE = /^\s*(?:[[\]{}],?|"[^"]+":.*)?$/;

/**
 * Cuts chunks into JSON objects: one per line, lists of them in one line, or a list that is written over many lines, as
 * command-line clients print it. A line that is no JSON, and an entry that lacks its end, are unread.
 */
export function createJsonEntries(
  onEntry: (entry: JsonObject) => void,
  unread: UnreadSink,
): LineSplitter {
  /** Lines of an entry over several lines, and what its first line has before the brace. */
  let open: string[] = [];
  let indent = "";
  let openBytes = 0;

  const drop = (): void => {
    if (openBytes > 0) unread.unread(open.length, openBytes);
    open = [];
    openBytes = 0;
  };
  const lines = createLineSplitter((bytes, from, to) => {
    const size = to - from + 1;
    const line = bytes.toString("utf8", from, to).trimEnd();
    const start = line.trimStart();
    if (start.startsWith("{") && start !== "{" && openBytes === 0) {
      if (!parseEntries(start, onEntry)) unread.unread(1, size);
    } else if (start.startsWith("[") && start !== "[" && openBytes === 0) {
      if (!parseEntries(start, onEntry)) unread.unread(1, size);
    } else if (start === "{" && (openBytes === 0 || line.length === indent.length + 1)) {
      drop();
      indent = line.slice(0, -1);
      open.push(line);
      openBytes = size;
    } else if (LIST_LINE.test(line) && open.length > 0 && open.length < 3) {
      // What was open is the object around the list.
      open = [];
      openBytes = 0;
    } else if (openBytes > 0) {
      openBytes += size;
      if (openBytes <= MAX_BLOCK_BYTES) open.push(line);
      if (line !== `${indent}}` && line !== `${indent}},`) return;
      if (openBytes > MAX_BLOCK_BYTES || !parseEntries(open.join("\n"), onEntry)) drop();
      open = [];
      openBytes = 0;
    } else if (!AROUND_LINE.test(line)) {
      unread.unread(1, size);
    }
  }, unread);

  return {
    push(chunk, last) {
      lines.push(chunk, last);
      if (last) drop();
    },
  };
}

/** The first entries of a log, as many as are whole in `head`, up to a hundred. */
export function firstEntries(head: Buffer): readonly JsonObject[] {
  const entries: JsonObject[] = [];
  const reader = createJsonEntries((entry) => entries.push(entry), { unread: () => {} });
  reader.push(head.subarray(0, 256 * 1024), true);
  return entries.slice(0, 100);
}

/** Whether it could be parsed. */
function parseEntries(json: string, onEntry: (entry: JsonObject) => void): boolean {
  try {
    const value: unknown = JSON.parse(json.endsWith(",") ? json.slice(0, -1) : json);
    for (const entry of Array.isArray(value) ? value : listIn(value)) {
      if (isObject(entry)) onEntry(entry);
    }
    return true;
  } catch {
    return false;
  }
}

function listIn(value: unknown): readonly unknown[] {
  if (!isObject(value)) return [];
  for (const key of LISTS) {
    const list = value[key];
    if (Array.isArray(list)) return list;
  }
  return [value];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
