import type { Engine } from "../engine.ts";
import { capture, captureUsage } from "./capture/capture.ts";
import { connect } from "./connect.ts";
import { postgresDdl } from "./ddl.ts";
import { postgresFingerprinter } from "./fingerprinter.ts";
import { identify } from "./identify.ts";
import { postgresIndexForms } from "./index-forms.ts";
import { postgresIndexWrites } from "./index-writes.ts";
import { parse } from "./parse.ts";
import { postgresPlanners } from "./planners.ts";
import { reviewQuery } from "./rewrite/review-query.ts";
import { changeSnapshot } from "./sandbox/change-snapshot.ts";
import { createSandbox } from "./sandbox/create-sandbox.ts";
import { splitStatements } from "./split-statements.ts";
import { postgresWords } from "./words.ts";

/** PostgreSQL 12 and later; planned by the embedded PostgreSQL of the sandbox. */
export const postgres: Engine = {
  name: "PostgreSQL",
  schemes: ["postgres:", "postgresql:"],
  systems: ["postgresql"],
  connect,
  identify,
  capture,
  captureUsage,
  splitStatements,
  fingerprinter: postgresFingerprinter,
  parse,
  reviewQuery,
  createPlanner: createSandbox,
  planners: postgresPlanners,
  changeSnapshot,
  indexForms: postgresIndexForms,
  indexWrites: postgresIndexWrites,
  ddl: () => postgresDdl,
  words: postgresWords,
};
