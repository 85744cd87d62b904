import type { Fingerprinter } from "../digest/merge-by-fingerprint.ts";
import { FINGERPRINT_VERSION, statementFingerprint } from "./statement-fingerprint.ts";

export const postgresFingerprinter: Fingerprinter = {
  lexis: "postgres",
  version: FINGERPRINT_VERSION,
  fingerprint: statementFingerprint,
};
