import { type DebianServer, startDebianPostgres, startPostgres } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, type TestContext } from "vitest";
import type { Trial } from "../../../../migration/trial.ts";
import { postgresMigration } from "../../engine.ts";
import { checkStatements, type TestMigration, type Told } from "./check-statements.ts";
import { type EffectMeter, openEffectMeter } from "./measure-effect.ts";
import { BASE, isOfServersOnly } from "./rule-cases.ts";

/** A real server, and a trial that all servers' tests share. */
export interface RuleServer {
  /** Its major version. */
  readonly major: number;
  /** Skips the test where there is no such server. */
  meter(context: TestContext): EffectMeter;
  trial(): Trial;
}

/** Defines the same tests for the newest PostgreSQL and for Debian's. */
export function describeServers(define: (server: RuleServer) => void): void {
  let debian: DebianServer | null = null;
  let trial: Trial | null = null;
  beforeAll(async () => {
    debian = await startDebianPostgres("plpgsql");
    trial = await postgresMigration.openTrial({ url: null, progress: () => {} });
  }, 60_000);
  afterAll(async () => {
    await trial?.close();
    await debian?.close();
  });

  describe.each([
    ["PostgreSQL 18", 18],
    ["PostgreSQL 15", 15],
  ] as const)("%s", (_, major) => {
    let meter: EffectMeter | null = null;
    let close = (): Promise<void> => Promise.resolve();
    beforeAll(async () => {
      if (major === 15) {
        if (debian !== null) meter = await openEffectMeter(debian.url);
        return;
      }
      const database = await startPostgres();
      close = database.close;
      meter = await openEffectMeter(database.url);
    }, 60_000);
    afterAll(async () => {
      await meter?.close();
      await close();
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
  await trial?.run("drop schema public cascade");
  await trial?.run("create schema public");
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
