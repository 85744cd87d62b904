import type { Engine } from "../engine.ts";
import { capture, captureUsage } from "./capture/capture.ts";
import { connect } from "./connect.ts";
import { mysqlDdl } from "./ddl.ts";
import { identify } from "./identify.ts";
import { mysqlIndexForms } from "./index-forms.ts";
import { mysqlIndexWrites } from "./index-writes.ts";
import { parse } from "./parse.ts";
import { createPlanner, mysqlPlanners } from "./planners.ts";
import { reviewQuery } from "./rewrite/review-query.ts";
import { openEmptyDatabase } from "./scratch/open-empty-database.ts";
import { splitStatements } from "./split-statements.ts";
import { statementFingerprinter } from "./statement-fingerprint.ts";
import { mysqlWords } from "./words.ts";

/** MySQL 8.0 and MariaDB 10.6, and later ones. */
export const mysql: Engine = {
  name: "MySQL",
  schemes: ["mysql:", "mariadb:"],
  systems: ["mysql", "mariadb"],
  connect,
  identify,
  capture,
  captureUsage,
  splitStatements,
  fingerprinter: statementFingerprinter,
  parse,
  reviewQuery,
  createPlanner,
  planners: mysqlPlanners,
  openEmptyDatabase,
  indexForms: mysqlIndexForms,
  indexWrites: mysqlIndexWrites,
  ddl: mysqlDdl,
  words: mysqlWords,
};
