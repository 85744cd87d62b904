import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DbadviseError } from "@dbadvise/advisor/logs";
import type { Config } from "./config.ts";

const NAMES = ["dbadvise.config.ts", "dbadvise.config.js", "dbadvise.config.json"] as const;

/**
 * Reads the configuration file of a folder; an empty configuration where there is none.
 * Throws `DbadviseError`: `file-not-readable` for a file that does not load, `bad-option` for a wrong key or value.
 */
export async function loadConfig(folder: string): Promise<Config> {
  const found: string[] = [];
  for (const name of NAMES) if (await exists(join(folder, name))) found.push(name);
  const [name, second] = found;
  if (name === undefined) return {};
  if (second !== undefined) {
    throw new DbadviseError(
      "bad-option",
      `There are two configuration files: ${name} and ${second}.`,
      "Keep one of them.",
    );
  }
  const path = join(folder, name);
  // It knows the values of all commands, and so most of the advisor.
  const { validateConfig } = await import("./config.ts");
  return validateConfig(
    name.endsWith(".json") ? await readJson(path, name) : await importModule(path, name),
    name,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function readJson(path: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw notLoaded(name, cause, "Correct the file; JSON has no comments and no trailing commas.");
  }
}

async function importModule(path: string, name: string): Promise<unknown> {
  // Node strips the types itself; one that does not is told so before it fails on the first colon.
  if (name.endsWith(".ts") && (process.features.typescript ?? false) === false) {
    throw new DbadviseError(
      "file-not-readable",
      `Node ${process.version} does not read TypeScript, so ${name} can't be loaded.`,
      "Use Node 22.18 or later, or name the file dbadvise.config.js or dbadvise.config.json.",
    );
  }
  try {
    const module: unknown = await import(pathToFileURL(path).href);
    return typeof module === "object" && module !== null && "default" in module
      ? module.default
      : undefined;
  } catch (cause) {
    throw notLoaded(name, cause, "Correct the file, or try it alone: node " + name);
  }
}

function notLoaded(name: string, cause: unknown, hint: string): DbadviseError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DbadviseError("file-not-readable", `${name} can't be loaded: ${reason}`, hint, {
    cause,
  });
}
