/** Lines of a head that are looked at, and the bytes of each. */
const MAX_LINES = 200;
const MAX_LINE_BYTES = 4096;
const LINE_FEED = 10;

/** The share of a head's lines, of the first ones that aren't empty, that are of a kind: 0 to 1. */
export function shareOfLines(head: Buffer, isOfKind: (line: string) => boolean): number {
  let lines = 0;
  let ofKind = 0;
  for (let from = 0; from < head.length && lines < MAX_LINES;) {
    const feed = head.indexOf(LINE_FEED, from);
    const to = feed === -1 ? head.length : feed;
    const line = head.toString("latin1", from, Math.min(to, from + MAX_LINE_BYTES)).trimEnd();
    if (line !== "") lines++;
    if (line !== "" && isOfKind(line)) ofKind++;
    from = to + 1;
  }
  return lines === 0 ? 0 : ofKind / lines;
}
