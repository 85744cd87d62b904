import type { TrialOptions } from "../../migration/migration-engine.ts";
import type { Trial } from "../../migration/trial.ts";

export function openTrial(_options: TrialOptions): Promise<Trial | null> {
  return Promise.resolve(null);
}
