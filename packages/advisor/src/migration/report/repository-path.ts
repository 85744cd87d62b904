import { posix } from "node:path";

/** A path below the working directory as one below the repository's root. */
export function repositoryPath(prefix: string, file: string): string {
  return posix.join(prefix, file.replaceAll("\\", "/"));
}
