const BLOCKS = "▁▂▃▄▅▆▇█";

/** One character for each value, as high as its share of the greatest; nothing is a blank, little is still seen. */
export function sparkline(values: readonly number[]): string {
  const peak = values.reduce((greatest, value) => Math.max(greatest, value), 0);
  return values
    .map((value) =>
      value <= 0
        ? " "
        : (BLOCKS[Math.max(0, Math.ceil((value / peak) * BLOCKS.length) - 1)] ?? " "),
    )
    .join("");
}
