import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DbadviseError } from "../dbadvise-error.ts";
import { RUNNER_NAMES, type Runner, type RunnerName } from "./runner.ts";
import { RUNNERS } from "./runners.ts";
import { pathBelow } from "./runners/read-text.ts";

export interface DetectedRunner {
  readonly runner: Runner;
  /** Folders or files of the migrations, absolute. */
  readonly paths: readonly string[];
  /** What shows it, one clause. */
  readonly reason: string;
}

export interface DetectOptions {
  /** Folders or files as the user named them, all of one tool; where there are none the usual places are looked at. */
  readonly paths: readonly string[];
  /** The tool that the user named. */
  readonly runner?: string;
  /** The working directory, absolute. */
  readonly directory: string;
}

/** A tool that a folder may be of. */
interface Candidate {
  readonly runner: Runner;
  readonly path: string;
  readonly reason: string;
}

/** Where projects keep their migrations, below the working directory. */
export const USUAL_PLACES: readonly string[] = [
  "prisma/migrations",
  "drizzle",
  "migrations",
  "db/migrations",
  "db/migrate",
  "db/structure.sql",
  "src/migrations",
  "src/db/migrations",
  "src/main/resources/db/migration",
  "database/migrations",
  "server/migrations",
  "sql",
];

/**
 * The migrations to check and the tool that runs them. Throws `DbadviseError` `bad-option` where there are none, where nothing
 * tells the tool, and where several could be meant; the hint says what to type.
 */
export async function detectRunner(options: DetectOptions): Promise<DetectedRunner> {
  const { paths, directory } = options;
  const named = options.runner === undefined ? null : runnerNamed(options.runner);
  if (paths.length === 0) {
    const found = await existing(USUAL_PLACES.map((place) => resolve(directory, place)));
    if (found.length === 0) throw nothingThere(USUAL_PLACES);
    return asDetected(await onlyCandidate(found, named, directory));
  }
  const full = paths.map((path) => resolve(directory, path));
  const there = await existing(full);
  const missing = paths.filter((_, index) => !there.includes(full[index] ?? ""));
  if (missing.length > 0) throw nothingThere(missing);
  if (named !== null) return { runner: named, paths: full, reason: "--runner names it" };

  const candidates: Candidate[] = [];
  for (const path of full) candidates.push(await onlyCandidate([path], null, directory));
  const [first] = candidates;
  if (first === undefined || candidates.some(({ runner }) => runner !== first.runner))
    throw several(candidates, directory);
  return { ...asDetected(first), paths: candidates.map(({ path }) => path) };
}

function asDetected({ runner, path, reason }: Candidate): DetectedRunner {
  return { runner, paths: [path], reason };
}

async function onlyCandidate(
  paths: readonly string[],
  named: Runner | null,
  directory: string,
): Promise<Candidate> {
  const candidates = (await Promise.all(paths.map(candidatesAt))).flat();
  const wanted = candidates.filter(({ runner }) => named === null || runner === named);
  const [only, ...others] = wanted;
  if (only === undefined) throw nothingTells(paths, named, directory);
  if (others.length > 0) throw several(wanted, directory);
  return only;
}

function runnerNamed(name: string): Runner {
  const runner = RUNNERS.find((one) => one.name === name);
  if (runner !== undefined) return runner;
  throw new DbadviseError(
    "bad-option",
    `"${name}" is not a migration tool that is known.`,
    `Give one of --runner ${RUNNER_NAMES.join(", ")}.`,
  );
}

async function existing(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  return paths.filter((_, index) => found[index] !== null);
}

/** Tools whose folder it may be, or one below it named `migrations`. Plain SQL is what no other tool claims. */
async function candidatesAt(path: string): Promise<readonly Candidate[]> {
  for (const place of await existing([path, join(path, "migrations")])) {
    const found = await Promise.all(
      RUNNERS.map(async (runner) => ({ runner, path: place, reason: await runner.detect(place) })),
    );
    const claims = found.flatMap(({ reason, ...rest }) =>
      reason === null ? [] : [{ ...rest, reason }],
    );
    const sure = claims.filter(({ runner }) => !isPlain(runner.name));
    if (claims.length > 0) return sure.length > 0 ? sure : claims;
  }
  return [];
}

function isPlain(name: RunnerName): boolean {
  return name === "sql";
}

function nothingThere(places: readonly string[]): DbadviseError {
  return new DbadviseError(
    "bad-option",
    `No migrations were found: there is no ${places.join(", no ")}.`,
    "Give the folder: dbadvise check path/to/migrations.",
  );
}

function nothingTells(
  paths: readonly string[],
  named: Runner | null,
  directory: string,
): DbadviseError {
  const looked = paths.map((path) => pathBelow(directory, path)).join(", ");
  return new DbadviseError(
    "bad-option",
    `${looked}: nothing there is ${named === null ? "of a migration tool that is known" : `of ${named.title}`}.`,
    `Give the folder and its tool: dbadvise check path/to/migrations --runner ${named?.name ?? "sql"}.` +
      (named === null ? ` Tools: ${RUNNER_NAMES.join(", ")}.` : ""),
  );
}

function several(candidates: readonly Candidate[], directory: string): DbadviseError {
  const told = candidates.map(
    ({ runner, path, reason }) =>
      `${pathBelow(directory, path)} may be of ${runner.title} (${reason})`,
  );
  const commands = candidates.map(
    ({ runner, path }) => `dbadvise check ${pathBelow(directory, path)} --runner ${runner.name}`,
  );
  return new DbadviseError(
    "bad-option",
    `Several migrations could be meant: ${told.join("; ")}.`,
    `Say which: ${commands.join(", or ")}.`,
  );
}
