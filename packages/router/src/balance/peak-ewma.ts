/** A sample loses its weight over this time, milliseconds. */
const DECAY_MS = 10_000;

/**
 * A moving average that a slow answer raises at once, and that quick ones lower over time, however many there are
 * ("peak EWMA", as in Finagle).
 *
 * @param sinceMs time since the sample before
 */
export function peakEwma(averageMs: number, sampleMs: number, sinceMs: number): number {
  if (sampleMs >= averageMs) return sampleMs;
  const kept = Math.exp(-Math.max(0, sinceMs) / DECAY_MS);
  return averageMs * kept + sampleMs * (1 - kept);
}
