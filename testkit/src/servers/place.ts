import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where one server keeps its files, and as whom it runs. Paths are as the server sees them. */
export interface Place {
  readonly directory: string;
  /** Makes a directory that only the server's account can enter. */
  makeDirectory(name: string): string;
  /** Writes a file that only the server's account can read. */
  writeFile(name: string, text: string): string;
  /** Copies a folder of this machine to where the server's account can read it. */
  copyFolder(name: string, from: string): string;
  /** Runs a program to its end as the server's account; returns what it printed. */
  run(file: string, args: readonly string[]): string;
  /** Starts a program as the server's account, its errors on a pipe. */
  spawn(file: string, args: readonly string[]): ChildProcess;
  /** Removes all files. */
  remove(): void;
}

/** Where Debian has it; such a folder is made on Debian only. Not every PATH leads there. */
const CHROOT = "/usr/sbin/chroot";

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Makes a temporary directory for a server: inside the folder `root` where that becomes the server's root directory. */
export function makePlace(prefix: string, root: string | undefined): Place {
  const account = process.getuid?.() === 0 ? unprivilegedAccount() : undefined;
  // As root the files belong to another user, who may not reach a TMPDIR below root's home.
  const temporary = account === undefined ? tmpdir() : "/tmp";
  const outside = mkdtempSync(join(root ?? "", temporary, prefix));
  const directory = outside.slice((root ?? "").length);
  const own = (path: string): void => {
    if (account !== undefined) chownSync(path, account.uid, account.gid);
  };
  own(outside);

  const launch = (
    file: string,
    args: readonly string[],
  ): { file: string; args: string[]; options: Partial<Account> & { cwd: string } } => {
    if (root === undefined) return { file, args: [...args], options: { ...account, cwd: outside } };
    // chroot needs root's rights, and changes the account itself.
    const user = account === undefined ? [] : [`--userspec=${account.uid}:${account.gid}`];
    return { file: CHROOT, args: [...user, root, file, ...args], options: { cwd: outside } };
  };

  return {
    directory,
    makeDirectory: (name) => {
      const path = join(outside, name);
      mkdirSync(path, { mode: 0o700 });
      own(path);
      return join(directory, name);
    },
    writeFile: (name, text) => {
      const path = join(outside, name);
      writeFileSync(path, text, { mode: 0o600 });
      own(path);
      return join(directory, name);
    },
    copyFolder: (name, from) => {
      cpSync(from, join(outside, name), { recursive: true, verbatimSymlinks: true });
      return join(directory, name);
    },
    run: (program, given) => {
      const { file, args, options } = launch(program, given);
      return execFileSync(file, args, {
        ...options,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    },
    spawn: (program, given) => {
      const { file, args, options } = launch(program, given);
      return spawn(file, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
    },
    remove: () => rmSync(outside, { recursive: true, force: true }),
  };
}

/** Database servers refuse to run as root. Every Unix has the user `nobody`, so none has to be created. */
function unprivilegedAccount(): Account {
  const id = (flag: string): number =>
    Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
