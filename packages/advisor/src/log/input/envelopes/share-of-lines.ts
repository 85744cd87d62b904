/** Lines of a head that are looked at. */
const MAX_LINES = 200;

/** The share of a head's lines, of the first ones, that are of a kind: 0 to 1. Its last line may be cut. */
export function shareOfLines(head: Buffer, isOfKind: (line: string) => boolean): number {
  const lines = head
    .toString("latin1", 0, 256 * 1024)
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .slice(0, MAX_LINES);
  return lines.length === 0 ? 0 : lines.filter((line) => isOfKind(line)).length / lines.length;
}
