import { ENGINES } from "@dbadvise/advisor";
import { Option } from "commander";
import { listed } from "../commands/choose-planner.ts";
import { PLANNERS } from "../config.ts";

export function plannerOption(): Option {
  const engines = ENGINES.map(({ name, planners }) => `on ${name} ${listed(planners)}`);
  return new Option(
    "--planner <planner>",
    `who plans: ${engines.join("; ")} (default: the best that can be had)`,
  ).choices(PLANNERS);
}

export function scratchUrlOption(): Option {
  return new Option(
    "--scratch-url <url>",
    "server of the same kind that holds nothing else, to plan on in a database of its own (MySQL, MariaDB)",
  );
}
