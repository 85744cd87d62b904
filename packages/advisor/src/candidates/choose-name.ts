/**
 * `table_part_part_suffix`, numbered where that is taken, cut until it fits: the longer of table and parts, character by
 * character, so that both stay recognisable.
 * @param first number of the first attempt; default 0, which is no number
 */
export function chooseName(
  table: string,
  parts: readonly string[],
  suffix: string,
  {
    isTaken,
    fits,
    first = 0,
  }: {
    readonly isTaken: (name: string) => boolean;
    readonly fits: (name: string) => boolean;
    readonly first?: number;
  },
): string {
  const keys = parts.map(words).filter(Boolean).join("_");
  for (let attempt = first; ; attempt += 1) {
    const name = cut(words(table), keys, `_${suffix}${attempt === 0 ? "" : attempt}`, fits);
    if (!isTaken(name)) return name;
  }
}

function words(text: string): string {
  return (text.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? []).join("_");
}

function cut(table: string, keys: string, suffix: string, fits: (name: string) => boolean): string {
  const left = Array.from(table);
  const right = Array.from(keys);
  const name = (): string => [left.join(""), right.join("")].filter(Boolean).join("_") + suffix;
  while (!fits(name())) {
    if (left.length > right.length) left.pop();
    else right.pop();
  }
  return name();
}
