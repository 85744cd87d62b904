import type { UnreadSink } from "../../block-reader.ts";
import type { Envelope, LogFormat } from "../../log-format.ts";
import { createPrefixMatcher, matchPrefix } from "../../stderr/prefix-matcher.ts";
import type { InnerLog, Unwrapper } from "./envelope.ts";
import { ENVELOPES } from "./envelopes.ts";

/** What takes a log's envelopes off; `null`: it has none. */
export function openEnvelope(format: LogFormat, unread: UnreadSink): Unwrapper | null {
  const { envelope } = format;
  return envelope === null ? null : openNested(envelope, innerLog(format), unread);
}

/** The log inside of a head. */
export function insideOf(format: LogFormat, head: Buffer): Buffer {
  const unwrapper = openEnvelope(format, { unread: () => {} });
  return unwrapper === null ? head : Buffer.from(unwrapper.push(head, true));
}

function openNested(
  { name, stamped, inner }: Envelope,
  log: Omit<InnerLog, "stamped">,
  unread: UnreadSink,
): Unwrapper {
  const outer = ENVELOPES[name].open(
    { stamped, startsField: inner === null ? log.startsField : null },
    unread,
  );
  if (inner === null) return outer;
  const next = openNested(inner, log, unread);
  return { push: (chunk, last) => next.push(outer.push(chunk, last), last) };
}

function innerLog({ name, prefixes }: LogFormat): Omit<InnerLog, "stamped"> {
  if (name !== "stderr") return { startsField: null };
  const matchers = prefixes.map(createPrefixMatcher);
  return {
    startsField: (line) => matchers.some((matcher) => matchPrefix(matcher, line, 0, line.length)),
  };
}
