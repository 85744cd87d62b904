import { readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MigrationProblem } from "../migration.ts";
import { placeInStack } from "./call-place.ts";
import { lineOf } from "./read-text.ts";
import { isMissing, requireFrom } from "./user-package.ts";

/** What a migration file exports, with what its default export holds where it has one. */
export type MigrationModule = Readonly<Record<string, unknown>>;

const TYPESCRIPT = /\.[cm]?ts$/;
/** Imports and exports of types are left out of what runs. */
const MODULE_SYNTAX =
  /^\s*(?:import\s*(?!type\s)[\w{*"']|export\s+(?!type\b|interface\b|declare\b))/m;
const MISSING_EXPORT = /does not provide an export named|Named export '\w+' not found/;
/** Since Node 22.15. */
const HAS_HOOKS = typeof nodeModule.registerHooks === "function";
/** Whether this Node loads TypeScript by itself. */
const KNOWS_TYPES =
  process.features.typescript !== undefined && process.features.typescript !== false;

/**
 * Loads a migration file of JavaScript or TypeScript: by Node itself, or by the project's own `jiti` where Node can't
 * (enums, aliases of paths, a Node that knows no types). Throws `MigrationProblem` at the line that keeps it from being
 * loaded.
 */
export async function loadModule(path: string, file: string): Promise<MigrationModule> {
  try {
    return await loadByNode(path);
  } catch (error) {
    if (TYPESCRIPT.test(path)) {
      if (HAS_HOOKS && MISSING_EXPORT.test(String(error)))
        return await loadWithoutTypes(path).catch((cause: unknown) => fail(cause, path, file));
      const jiti = jitiOf(path);
      if (jiti !== null)
        return exportsOf(
          await jiti.import(path).catch((cause: unknown) => fail(cause, path, file)),
        );
    }
    return fail(error, path, file);
  }
}

/** Again, by another name, without the imports that only types need: Node keeps them, compilers do not. */
async function loadWithoutTypes(path: string): Promise<MigrationModule> {
  const hooks = withTypeScript(withoutUnusedImports);
  try {
    return exportsOf(await import(`${pathToFileURL(path).href}?types=none`));
  } finally {
    hooks?.deregister();
  }
}

/** `require` first: it leaves the stack whole, and gives what CommonJS exports as it is. */
async function loadByNode(path: string): Promise<MigrationModule> {
  const hooks = TYPESCRIPT.test(path) ? withTypeScript() : null;
  try {
    try {
      return exportsOf(requireFrom(path)(path));
    } catch (error) {
      // A module that awaits something at its top level.
      if (codeOf(error) !== "ERR_REQUIRE_ASYNC_MODULE") throw error;
      return exportsOf(await import(pathToFileURL(path).href));
    }
  } finally {
    hooks?.deregister();
  }
}

function exportsOf(module: unknown): MigrationModule {
  const exported = module as { readonly default?: unknown } & MigrationModule;
  const inner = exported.default;
  return typeof inner === "object" && inner !== null ? { ...inner, ...exported } : exported;
}

/**
 * Lets this thread load TypeScript as its compilers do: imports without an ending or with that of the compiled file find the
 * source, and types are stripped where this Node does not do that by itself. `null` where Node has no hooks for it (< 22.15).
 */
function withTypeScript(
  rewrite: ((source: string) => string) | null = null,
): { deregister(): void } | null {
  if (!HAS_HOOKS) return null;
  return nodeModule.registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!/^\.{1,2}\//.test(specifier)) throw error;
        for (const source of sourcesOf(specifier)) {
          try {
            return next(source, context);
          } catch {
            // Another ending, or the error of the specifier as it is written.
          }
        }
        throw error;
      }
    },
    load(url, context, next) {
      const path = url.startsWith("file:") ? fileURLToPath(url) : "";
      if (!TYPESCRIPT.test(path)) return next(url, context);
      const text = readFileSync(path, "utf8");
      // Compilers write either of the two, whatever package.json says.
      const format = MODULE_SYNTAX.test(text) ? "module" : "commonjs";
      if (KNOWS_TYPES && rewrite === null)
        return next(url, { ...context, format: `${format}-typescript` });
      const source = nodeModule.stripTypeScriptTypes(text);
      return { format, source: rewrite?.(source) ?? source, shortCircuit: true };
    },
  });
}

/** Blanks out imported names that nothing else in a source without types mentions. Everything keeps its place. */
function withoutUnusedImports(source: string): string {
  return source.replace(/^\s*import\b[^;'"]*?\{([^}]*)\}\s*from\b/gm, (clause, names: string) => {
    const kept = names.replace(
      /(\w+)(?:\s+as\s+(\w+))?\s*,?/g,
      (name, imported: string, local?: string) => {
        const uses = source.match(new RegExp(`\\b${local ?? imported}\\b`, "g")) ?? [];
        return uses.length > 1 ? name : name.replace(/\S/g, " ");
      },
    );
    return clause.replace(names, () => kept);
  });
}

function sourcesOf(specifier: string): readonly string[] {
  return [
    specifier.replace(/\.([cm]?)js$/, ".$1ts"),
    `${specifier}.ts`,
    `${specifier}.js`,
    `${specifier}/index.ts`,
    `${specifier}/index.js`,
  ].filter((source) => source !== specifier);
}

interface Jiti {
  import(path: string): Promise<unknown>;
}

/** Of the project, not of ours: `null` where it has none. */
function jitiOf(path: string): Jiti | null {
  try {
    const { createJiti } = requireFrom(path)("jiti") as {
      readonly createJiti: (base: string) => Jiti;
    };
    return createJiti(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function fail(error: unknown, path: string, file: string): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new MigrationProblem(
    placeInStack(error instanceof Error ? (error.stack ?? "") : "", path, file) ?? lineOf(file),
    `${file} can't be loaded: ${message.split("\n")[0] ?? ""}`,
    hintFor(codeOf(error), message, TYPESCRIPT.test(path)),
    { cause: error },
  );
}

function hintFor(code: string, message: string, typescript: boolean): string {
  if (code === "ERR_UNKNOWN_FILE_EXTENSION" || (typescript && !KNOWS_TYPES && !HAS_HOOKS))
    return "TypeScript is loaded by Node 22.15 or later, or by the package jiti of the project: npm install --save-dev jiti.";
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX")
    return "Node only strips types. Write it without enums, namespaces and parameter properties, or add the package jiti to the project.";
  if (MISSING_EXPORT.test(message))
    return "Where that is a type, import it with `import type`: Node does not know which names are types.";
  if (isMissing({ code }))
    return "Install the project's packages before the check, or mend the import.";
  return "Mend what it throws: the file is loaded as the migration tool would load it.";
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}
