import type { CaptureGap } from "../../catalog/snapshot.ts";
import type { Row, SandboxDatabase } from "./sandbox-database.ts";

/** A database under construction: what can't be made becomes a gap, and the rest goes on. */
export interface Restoration {
  readonly database: SandboxDatabase;
  readonly gaps: CaptureGap[];
  /** Runs one statement; `null` and a gap for `object` where it fails. */
  attempt(object: string, sql: string): Promise<readonly Row[] | null>;
}

/** Codes of "exists already": as good as made. */
const EXISTS: ReadonlySet<unknown> = new Set(["42P06", "42P07", "42710", "42723"]);

export function beginRestoration(database: SandboxDatabase): Restoration {
  const gaps: CaptureGap[] = [];
  return {
    database,
    gaps,
    async attempt(object, sql) {
      try {
        return await database.run(sql);
      } catch (error) {
        if (isExisting(error)) return [];
        gaps.push({ object, reason: reasonOf(error) });
        return null;
      }
    },
  };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && EXISTS.has(Reflect.get(error, "code"));
}
