import type { Snapshot } from "../../catalog/snapshot.ts";
import { DbadviseError } from "../../dbadvise-error.ts";
import { serverTraits } from "../server-traits.ts";
import { type Containers, loadContainers, startContainer } from "./docker-server.ts";
import { nearestProgram } from "./local-programs.ts";
import { startLocalServer } from "./local-server.ts";
import { messageOf } from "./load-tables.ts";
import { costStatements } from "./planner-settings.ts";
import type { ScratchServer } from "./scratch-server.ts";
import { openServerAt } from "./server-at-url.ts";

/**
 * A server of the snapshot's product on which databases may be made: that of the URL, else a program of this machine, else Docker by
 * the package testcontainers, where it is installed. `null` where none can be had: `progress` is told why. Throws
 * `DbadviseError` `planner-failed` for a URL's that can't serve.
 */
export async function openScratchServer(
  snapshot: Snapshot,
  progress: (message: string) => void,
  scratchUrl: string | undefined,
): Promise<ScratchServer | null> {
  if (scratchUrl !== undefined) return openUrl(snapshot, scratchUrl);
  return (await startProgram(snapshot, progress)) ?? (await startInDocker(snapshot, progress));
}

async function startProgram(
  snapshot: Snapshot,
  progress: (message: string) => void,
): Promise<ScratchServer | null> {
  const { product, versionNumber } = serverTraits(snapshot.server);
  const program = await nearestProgram(product, versionNumber);
  if (program === null) {
    progress(`no ${product} server program is on this machine`);
    return null;
  }
  progress(`starting ${program.file} (${product} ${program.version}) in a temporary directory`);
  try {
    const names = snapshot.settings["lower_case_table_names"];
    return await startLocalServer(program, product, names, costStatements(snapshot));
  } catch (error) {
    progress(`${program.file} does not start: ${messageOf(error)}`);
    return null;
  }
}

async function startInDocker(
  { server }: Snapshot,
  progress: (message: string) => void,
): Promise<ScratchServer | null> {
  const { product, versionNumber } = serverTraits(server);
  let containers: Containers;
  try {
    containers = await loadContainers();
  } catch {
    progress("Docker is not asked: the package testcontainers is not installed");
    return null;
  }
  progress(`starting ${product} in Docker`);
  try {
    return await startContainer(containers, product, versionNumber);
  } catch (error) {
    progress(`Docker has none: ${messageOf(error)}`);
    return null;
  }
}

async function openUrl(snapshot: Snapshot, url: string): Promise<ScratchServer> {
  const { product } = serverTraits(snapshot.server);
  const server = await openServerAt(url);
  try {
    if (server.product !== product) {
      throw new DbadviseError(
        "planner-failed",
        `The scratch server is ${server.product} ${server.version}, the snapshot is of ${product} ${snapshot.server.version}.`,
        `Give --scratch-url a server of ${product}: the two plan differently.`,
      );
    }
    if (await isProduction(server, snapshot)) {
      throw new DbadviseError(
        "planner-failed",
        "The scratch server is the very server that the snapshot is of.",
        "Give --scratch-url another server: this one would be loaded with databases of made-up rows.",
      );
    }
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** A server's name for itself, as a snapshot's `incarnation` begins with it. */
const IDENTITY = {
  MySQL: "@@server_uuid",
  MariaDB: "CONCAT(@@hostname, ':', @@port, '/', @@server_id)",
} as const;

async function isProduction(server: ScratchServer, { nodes }: Snapshot): Promise<boolean> {
  const [row] = await server.query(`SELECT ${IDENTITY[server.product]} AS identity`);
  const own = `${row?.["identity"]}/`;
  return nodes.some(({ incarnation }) => incarnation?.startsWith(own) === true);
}
