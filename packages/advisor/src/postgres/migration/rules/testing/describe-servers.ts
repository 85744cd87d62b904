import { afterAll, beforeAll, describe, expect, type TestContext } from "vitest";
import type { Trial } from "../../../../migration/trial.ts";
import { postgresMigration } from "../../engine.ts";
import { emptyTrial } from "../../testing/empty-trial.ts";
import { checkStatements, type TestMigration, type Told } from "./check-statements.ts";
import { type EffectMeter, openEffectMeter } from "./measure-effect.ts";
import { BASE, isOfServersOnly } from "./rule-cases.ts";

interface Started {
  readonly url: string;
  close(): Promise<void>;
}

/** What the testkit gives. */
export interface RuleServers {
  readonly start: () => Promise<Started>;
  /** `null` where there is no such server. */
  readonly startDebian: (extension: string) => Promise<Started | null>;
}

/** A real server, and a trial that all servers' tests share. */
export interface RuleServer {
  /** Its major version. */
  readonly major: number;
  /** Skips the test where there is no such server. */
  meter(context: TestContext): EffectMeter;
  trial(): Trial;
}

/** Defines the same tests for the newest PostgreSQL and for Debian's. */
export function describeServers(
  { start, startDebian }: RuleServers,
  define: (server: RuleServer) => void,
): void {
  let trial: Trial | null = null;
  beforeAll(async () => {
    trial = await postgresMigration.openTrial({ url: null, progress: () => {} });
  }, 60_000);
  afterAll(async () => {
    await trial?.close();
  });

  describe.each<[number, () => Promise<Started | null>]>([
    [18, start],
    [15, () => startDebian("plpgsql")],
  ])("PostgreSQL %i", (major, startServer) => {
    let database: Started | null = null;
    let meter: EffectMeter | null = null;
    beforeAll(async () => {
      database = await startServer();
      if (database !== null) meter = await openEffectMeter(database.url);
    }, 60_000);
    afterAll(async () => {
      await meter?.close();
      await database?.close();
    });

    define({
      major,
      meter: (context) => meter ?? context.skip("no such server here"),
      trial() {
        if (trial === null) throw new Error("the trial is not open");
        return trial;
      },
    });
  });
}

/** What the rules say of a change to tables as the servers have them, without rows: by the text alone, or with a trial, which is emptied first. */
export async function toldOnBase(
  setup: readonly string[],
  change: readonly TestMigration[],
  trial: Trial | null,
  serverVersion: number,
): Promise<readonly Told[]> {
  if (trial !== null) await emptyTrial(trial);
  const { told, problems } = await checkStatements({
    migrations: [
      { up: withoutRows([...BASE, ...setup]), old: true, transaction: "none" },
      ...change,
    ],
    trial,
    serverVersion,
    lockTimeoutMs: null,
  });
  expect(problems).toEqual([]);
  return told;
}

function withoutRows(texts: readonly string[]): readonly string[] {
  return texts.filter((sql) => !isOfServersOnly(sql));
}
