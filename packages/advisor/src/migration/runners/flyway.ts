import { basename, dirname, join } from "node:path";
import {
  type Migration,
  type MigrationScript,
  type MigrationStatement,
  type TransactionScope,
} from "../migration.ts";
import type { Runner, RunnerInput } from "../runner.ts";
import { isFile, isFolder, listTree } from "./list-files.ts";
import { locateStatements } from "./locate-statements.ts";
import { pathBelow, readText } from "./read-text.ts";
import { scriptOrProblem, sqlScript } from "./sql-script.ts";
import { prefixesAfter, slugOf, sqlText } from "./written-names.ts";

/** `V1.2__add_orders.sql`: prefix, version (none for R), description. */
const NAME = /^(?:([VUB])([\d._]*\d)|(R))__(.+)\.sql$/;
const CONFIGS = ["flyway.toml", "flyway.conf", "conf/flyway.toml", "conf/flyway.conf"];

/** What Flyway itself runs outside a transaction on PostgreSQL, as its parser tells it by. */
const OUTSIDE =
  /^(?:(?:create|drop)\s+(?:database|tablespace|subscription)|alter\s+system|create\s+(?:unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\s+(?:\([^)]*\)\s*)?(?:schema|database|system|\w+\s+concurrently)|vacuum|discard\s+all)\b/i;

interface VersionedFile {
  readonly path: string;
  readonly kind: "V" | "U" | "B" | "R";
  readonly version: readonly bigint[];
}

interface Settings {
  /** Of the configuration, by their names in it. */
  readonly properties: ReadonlyMap<string, string>;
  /** All pending migrations in one transaction. */
  readonly group: boolean;
  /** A script may hold statements that can't run in a transaction beside others: none of them does then. */
  readonly mixed: boolean;
}

/**
 * Flyway: versioned scripts by their version, then repeatable ones by their names; undo scripts take back the version that
 * they are named after. A baseline counts only where the versions up to it are gone.
 */
export const flyway: Runner = {
  name: "flyway",
  title: "Flyway",
  outsideTransaction:
    "`executeInTransaction=false` in a file beside the script: V5__name.sql.conf. A script of nothing but CONCURRENTLY runs " +
    "outside a transaction by itself.",

  async detect(path) {
    if (!(await isFolder(path))) return null;
    const config = await configAbove(path);
    if (config !== null) return `${basename(config)} is Flyway's`;
    const found = (await listTree(path)).find((file) => NAME.test(basename(file)));
    return found === undefined ? null : `${basename(found)} is named as Flyway's scripts are`;
  },

  async read(input) {
    const files = (await listTree(input.path)).flatMap(fileOf);
    const settings = await readSettings(await configAbove(input.path));
    const undo = new Map(
      files.flatMap((file) => (file.kind === "U" ? [[file.version.join("."), file] as const] : [])),
    );
    const migrations: Migration[] = [];
    for (const file of inOrder(files)) {
      const back = undo.get(file.version.join("."));
      const down = file.kind === "V" && back !== undefined ? back.path : null;
      migrations.push({
        name: basename(file.path).replace(/\.sql$/, ""),
        file: pathBelow(input.directory, join(input.path, file.path)),
        up: await readScript(file.path, settings, input),
        down: down === null ? null : await readScript(down, settings, input),
        ...(down === null ? {} : { downFile: pathBelow(input.directory, join(input.path, down)) }),
      });
    }
    return migrations;
  },

  write(steps, after) {
    const version = /^[VB]([\d._]*\d)__/.exec(after.name)?.[1] ?? "0";
    const [, head = "", last = ""] = /^(.*?)(\d+)$/.exec(version) ?? [];
    const prefixes = prefixesAfter(last, steps.length);
    return steps.flatMap(({ title, up, down, outsideTransaction }, index) => {
      const name = `${head}${prefixes[index] ?? ""}__${slugOf(title)}.sql`;
      const directions = [["V", up] as const, ...(down.length > 0 ? [["U", down] as const] : [])];
      return directions.flatMap(([prefix, statements]) => [
        { name: `${prefix}${name}`, content: sqlText(statements) },
        ...(outsideTransaction
          ? [{ name: `${prefix}${name}.conf`, content: "executeInTransaction=false\n" }]
          : []),
      ]);
    });
  },
};

function fileOf(path: string): readonly VersionedFile[] {
  const [, prefix, version = "", repeatable] = NAME.exec(basename(path)) ?? [];
  if (repeatable !== undefined) return [{ path, kind: "R", version: [] }];
  if (prefix !== "V" && prefix !== "U" && prefix !== "B") return [];
  return [{ path, kind: prefix, version: version.split(/[._]+/).map(BigInt) }];
}

function inOrder(files: readonly VersionedFile[]): readonly VersionedFile[] {
  const versioned = files
    .filter(({ kind }) => kind === "V")
    .toSorted((a, b) => compareVersions(a.version, b.version));
  const oldest = versioned[0]?.version;
  const baseline = files
    .filter(({ kind }) => kind === "B")
    .toSorted((a, b) => compareVersions(b.version, a.version))
    .find(({ version }) => oldest === undefined || compareVersions(version, oldest) < 0);
  const repeatable = files
    .filter(({ kind }) => kind === "R")
    .toSorted((a, b) => (basename(a.path) < basename(b.path) ? -1 : 1));
  return [...(baseline === undefined ? [] : [baseline]), ...versioned, ...repeatable];
}

function compareVersions(a: readonly bigint[], b: readonly bigint[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left = 0n, right = 0n] = [a[index], b[index]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function readScript(
  path: string,
  settings: Settings,
  input: RunnerInput,
): Promise<MigrationScript> {
  const full = join(input.path, path);
  const file = pathBelow(input.directory, full);
  return scriptOrProblem(async () => {
    const text = withPlaceholders(await readText(full, file), settings);
    const statements = locateStatements(file, text, input.splitStatements);
    const config = (await isFile(`${full}.conf`))
      ? propertiesOf(await readText(`${full}.conf`, `${file}.conf`))
      : new Map<string, string>();
    return sqlScript(statements, scopeOf(statements, config.get("executeInTransaction"), settings));
  });
}

/** `${name}` as the configuration says it; what it does not say is left for the parser to refuse. */
function withPlaceholders(text: string, { properties }: Settings): string {
  return text.replace(
    /\$\{(\w+)\}/g,
    (whole, name: string) =>
      properties.get(`flyway.placeholders.${name}`) ??
      properties.get(`placeholders.${name}`) ??
      properties.get(name) ??
      whole,
  );
}

/** Beside others and not `mixed`, Flyway refuses statements that can't run in a transaction: they stay in one here, to be found. */
function scopeOf(
  statements: readonly MigrationStatement[],
  executeInTransaction: string | undefined,
  { group, mixed }: Settings,
): TransactionScope {
  if (executeInTransaction?.toLowerCase() === "false") return "none";
  const outside = statements.filter(({ sql }) => OUTSIDE.test(sql)).length;
  const allowed = mixed ? outside > 0 : outside > 0 && outside === statements.length;
  if (allowed && executeInTransaction === undefined) return "none";
  return group ? "run" : "migration";
}

/** Looked for in the folder of the scripts and the three above it. */
async function configAbove(path: string): Promise<string | null> {
  for (let at = path, left = 4; left > 0; at = dirname(at), left--)
    for (const name of CONFIGS) if (await isFile(join(at, name))) return join(at, name);
  return null;
}

async function readSettings(config: string | null): Promise<Settings> {
  const properties =
    config === null ? new Map<string, string>() : propertiesOf(await readText(config, config));
  const isSet = (name: string): boolean =>
    properties.get(name) === "true" || properties.get(`flyway.${name}`) === "true";
  return { properties, group: isSet("group"), mixed: isSet("mixed") };
}

/** Lines `name = value`, of properties and of TOML. */
function propertiesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^[^\S\n]*([\w.]+)[^\S\n]*=[^\S\n]*"?([^"\n]*?)"?[^\S\n]*$/gm)].map(
      ([, name = "", value = ""]) => [name, value],
    ),
  );
}
