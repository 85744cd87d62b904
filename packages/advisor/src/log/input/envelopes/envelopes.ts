import type { EnvelopeName } from "../../log-format.ts";
import { azure } from "./azure.ts";
import { cloudSql } from "./cloud-sql.ts";
import { cloudnativepg } from "./cloudnativepg.ts";
import { cloudwatch } from "./cloudwatch.ts";
import { cri } from "./cri.ts";
import { docker } from "./docker.ts";
import type { EnvelopeReader } from "./envelope.ts";
import { heroku } from "./heroku.ts";
import { syslog } from "./syslog.ts";

/** Readers by name, in the order in which they are tried: what is told by less comes later. */
export const ENVELOPES: Readonly<Record<EnvelopeName, EnvelopeReader>> = {
  docker,
  cloudnativepg,
  azure,
  "cloud-sql": cloudSql,
  cri,
  heroku,
  syslog,
  cloudwatch,
};

export const ENVELOPE_NAMES: readonly EnvelopeName[] = Object.keys(ENVELOPES) as EnvelopeName[];
