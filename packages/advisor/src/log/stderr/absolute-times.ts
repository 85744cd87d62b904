import { createPrefixMatcher, matchPrefix } from "./prefix-matcher.ts";
import { SPAN } from "./prefix-ops.ts";

/**
 * Whether the times of a log say what moment they mean, by its first line that has one: false where its zone is told by
 * letters that several zones share (`CST`). Then only differences mean something.
 */
export function hasAbsoluteTimes(prefixes: readonly string[], head: Buffer): boolean {
  const matchers = prefixes.map(createPrefixMatcher);
  for (let from = 0; from < head.length;) {
    const newline = head.indexOf(10, from);
    const to = newline < 0 ? head.length : newline;
    for (const matcher of matchers) {
      if (!matchPrefix(matcher, head, from, to) || Number.isNaN(matcher.at)) continue;
      const time = head.toString("latin1", matcher.spans[SPAN.time], matcher.spans[SPAN.time + 1]);
      return !/[A-Za-z]$/.test(time) || /(?:UTC|GMT|UCT|Z)$/i.test(time);
    }
    from = to + 1;
  }
  return true;
}
