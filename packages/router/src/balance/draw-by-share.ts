/** Draws an index at random, each as likely as its share says. */
export function drawByShare(shares: readonly number[], random: () => number): number {
  let total = 0;
  for (const share of shares) total += share;
  let left = random() * total;
  let index = 0;
  for (const share of shares) {
    left -= share;
    if (left < 0) return index;
    index += 1;
  }
  return shares.length - 1;
}
