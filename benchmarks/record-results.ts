import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

export interface Results {
  /** The file is `results/NAME-DAY.md`. */
  readonly name: string;
  readonly title: string;
  /** What was typed: `pnpm bench:pool --record`. */
  readonly command: string;
  /** What else a reader has to know, behind command, versions and load; none by default. */
  readonly about?: string;
  readonly lines: readonly string[];
}

/** Writes what a benchmark printed, with the command, the versions, the day and the machine's load. */
export function recordResults({ name, title, command, about, lines }: Results): void {
  const day = new Date().toISOString().slice(0, 10);
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const [load = 0] = loadavg();
  const text = [
    `# ${title}, ${day}`,
    "",
    `Command: \`${command}\`. Node ${process.version}, ${cpus().length} cores, load average ${load.toFixed(1)} at the end.`,
    ...(about === undefined ? [] : ["", about]),
    "",
    ...lines,
    "",
  ];
  writeFileSync(new URL(`${name}-${day}.md`, folder), text.join("\n"));
}
