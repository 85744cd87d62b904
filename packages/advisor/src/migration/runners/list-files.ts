import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DbadviseError } from "../../dbadvise-error.ts";

/** Names of the files of a folder, in the order of their UTF-16 units. Throws `DbadviseError` `bad-option` where there is none. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  return (await entriesOf(folder)).filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Names of the folders in a folder, likewise. */
export async function listFolders(folder: string): Promise<readonly string[]> {
  return (await entriesOf(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Paths below a folder of all files in it and in its folders, with `/`. */
export async function listTree(folder: string): Promise<readonly string[]> {
  const folders = await listFolders(folder);
  const below = await Promise.all(
    folders.map(async (name) =>
      (await listTree(join(folder, name))).map((path) => `${name}/${path}`),
    ),
  );
  return [...(await listFiles(folder)), ...below.flat()];
}

/** The same as `listFiles`, none where there is no such folder. */
export async function filesIfAny(folder: string): Promise<readonly string[]> {
  return (await isFolder(folder)) ? listFiles(folder) : [];
}

/** The same as `listFolders`, none where there is no such folder. */
export async function foldersIfAny(folder: string): Promise<readonly string[]> {
  return (await isFolder(folder)) ? listFolders(folder) : [];
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

async function entriesOf(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new DbadviseError(
      "bad-option",
      `${folder} is not a folder that can be read.`,
      "Give the folder of the migrations.",
      { cause: error },
    );
  }
}
