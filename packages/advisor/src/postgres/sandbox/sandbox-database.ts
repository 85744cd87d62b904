import { createRequire } from "node:module";
import { join } from "node:path";
import { type Extension, PGlite } from "@electric-sql/pglite";
import { cacheDirectory, readTemplate, writeTemplate } from "./template-cache.ts";
import { openRelationFiles, type RelationFiles } from "./relation-files.ts";

export type Row = Readonly<Record<string, unknown>>;

/** An embedded PostgreSQL, in memory, of one session. */
export interface SandboxDatabase {
  /** `18.6` */
  readonly version: string;
  readonly files: RelationFiles;
  /** Runs statements through the simple protocol; the last one's rows. Warnings are collected where asked for. */
  run(sql: string, warnings?: string[]): Promise<readonly Row[]>;
  /** Runs one statement with values for its parameters. */
  query(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** PGlite's own start parameters with two changes: parallel plans are possible, and nothing runs in the background. */
const START_PARAMETERS: readonly string[] = [
  "--single",
  "-F",
  "-O",
  "-j",
  ...[
    "search_path=public",
    "exit_on_error=false",
    "log_checkpoints=false",
    "io_method=sync",
    "max_worker_processes=8",
    "max_parallel_maintenance_workers=0",
    "autovacuum=off",
  ].flatMap((setting) => ["-c", setting]),
];

/** Whether text compares by bytes (`C`) or by a language's rules: decides what LIKE 'prefix%' can use. */
export type TextOrder = "bytes" | "language";

const LOCALE: Readonly<Record<TextOrder, string>> = { bytes: "C", language: "en_US.utf8" };

/**
 * Boots an empty database: from the cached template in under a second; without one in a few, leaving a template behind.
 * @param extensions names of extensions to have at hand; those that PGlite does not ship are left out
 */
export async function openSandboxDatabase(
  order: TextOrder,
  extensions: readonly string[],
  directory: string = cacheDirectory(),
): Promise<SandboxDatabase> {
  const template = join(directory, `pglite-${pgliteVersion()}-${order}.template`);
  const loaded = await loadExtensions(extensions);
  const pglite =
    (await bootFromTemplate(template, loaded)) ?? (await bootFresh(template, order, loaded));
  const files = openRelationFiles(pglite);
  const version = await pglite.query<{ server_version: string }>("show server_version");
  return {
    version: /^[\d.]+/.exec(version.rows[0]?.server_version ?? "")?.[0] ?? "unknown",
    files,
    async run(sql, warnings) {
      const results = await pglite.exec(sql, {
        onNotice: (notice) => {
          if (notice.severity === "WARNING" && notice.message !== undefined)
            warnings?.push(notice.message);
        },
      });
      return results.at(-1)?.rows ?? [];
    },
    query: async (sql, parameters) => (await pglite.query<Row>(sql, [...parameters])).rows,
    close: () => pglite.close(),
  };
}

async function bootFromTemplate(
  path: string,
  extensions: Record<string, Extension>,
): Promise<PGlite | null> {
  const template = await readTemplate(path);
  if (template === null) return null;
  try {
    return await PGlite.create({
      loadDataDir: new Blob([template]),
      startParams: [...START_PARAMETERS],
      extensions,
    });
  } catch {
    return null;
  }
}

async function bootFresh(
  path: string,
  order: TextOrder,
  extensions: Record<string, Extension>,
): Promise<PGlite> {
  // Without checksums, pages can be written around the server.
  const initDbStartParams = ["--no-data-checksums", `--lc-collate=${LOCALE[order]}`];
  const fresh = await PGlite.create({ initDbStartParams, startParams: [...START_PARAMETERS] });
  await fresh.exec("checkpoint");
  const template = new Uint8Array(await (await fresh.dumpDataDir("none")).arrayBuffer());
  await fresh.close();
  await writeTemplate(path, template);
  return PGlite.create({
    loadDataDir: new Blob([template]),
    startParams: [...START_PARAMETERS],
    extensions,
  });
}

async function loadExtensions(names: readonly string[]): Promise<Record<string, Extension>> {
  const loaded: Record<string, Extension> = {};
  for (const name of names) {
    const file = name.replaceAll("-", "_");
    if (!/^[a-z0-9_]+$/.test(file)) continue;
    try {
      const module: unknown = await import(`@electric-sql/pglite/contrib/${file}`);
      const extension: unknown =
        typeof module === "object" && module !== null ? Reflect.get(module, file) : undefined;
      if (isExtension(extension)) loaded[file] = extension;
    } catch {
      // PGlite does not ship it: CREATE EXTENSION will fail, which is told there.
    }
  }
  return loaded;
}

function isExtension(value: unknown): value is Extension {
  return (
    typeof value === "object" && value !== null && typeof Reflect.get(value, "setup") === "function"
  );
}

function pgliteVersion(): string {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const manifest: unknown = createRequire(import.meta.url)(join(entry, "..", "..", "package.json"));
  const version: unknown =
    typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "version") : null;
  return typeof version === "string" ? version : "unknown";
}
