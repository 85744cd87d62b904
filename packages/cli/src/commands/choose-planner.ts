import {
  DbadviseError,
  type Engine,
  engineFor,
  type PlannerChoice,
  redactUrl,
} from "@dbadvise/advisor";
import type { PlannerSettings, Target } from "../resolve-settings.ts";

/**
 * The planner that was asked for; `null` where nobody asked, and the engine has the best that can be had.
 * Throws `DbadviseError` `bad-option` for one that the engine lacks or that can't work with what is given.
 */
export function choosePlanner(
  engine: Engine,
  target: Target,
  { planner, scratchUrl }: PlannerSettings,
): PlannerChoice | null {
  const choice = planner === undefined ? null : plannerNamed(engine, planner);
  if (choice?.needsLiveServer === true && target.kind === "snapshot") {
    throw new DbadviseError(
      "bad-option",
      `The planner ${choice.name} works on a live server, and a snapshot was given.`,
      `Leave --planner out, or give --url. From a snapshot plan: ${listed(
        engine.planners.filter(({ needsLiveServer }) => !needsLiveServer),
      )}.`,
    );
  }
  if (scratchUrl !== undefined)
    checkScratch(engine, choice === null ? engine.planners : [choice], scratchUrl, target);
  return choice;
}

function plannerNamed(engine: Engine, name: string): PlannerChoice {
  const choice = engine.planners.find((known) => known.name === name);
  if (choice === undefined) {
    throw new DbadviseError(
      "bad-option",
      `${engine.name} has no planner "${name}".`,
      `It has ${listed(engine.planners)}. Without --planner the best that can be had plans.`,
    );
  }
  return choice;
}

function checkScratch(
  engine: Engine,
  choices: readonly PlannerChoice[],
  scratchUrl: string,
  target: Target,
): void {
  if (!choices.some(({ takesScratchServer }) => takesScratchServer)) {
    throw new DbadviseError(
      "bad-option",
      `A scratch server was given, and none of these takes one: ${listed(choices)}.`,
      "Leave --scratch-url out.",
    );
  }
  if (engineFor(scratchUrl) !== engine) {
    throw new DbadviseError(
      "bad-option",
      `The scratch server ${redactUrl(scratchUrl)} is not of the engine ${engine.name}.`,
      `Its connection string starts with ${engine.schemes.map((scheme) => `${scheme}//`).join(" or ")}.`,
    );
  }
  const analysed = target.kind === "servers" ? target.urls : [];
  if (analysed.some((url) => addressOf(url) === addressOf(scratchUrl))) {
    throw new DbadviseError(
      "bad-option",
      "The scratch server is a server that is analysed.",
      "Give another one, which holds nothing else: databases are made, filled and dropped there.",
    );
  }
}

/** Who can plan: `sandbox (the embedded PostgreSQL), hypopg (...)`. */
export function listed(choices: readonly PlannerChoice[]): string {
  return choices.map(({ name, who }) => `${name} (${who})`).join(", ");
}

function addressOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
