import { randomBytes } from "node:crypto";
import { openConnection } from "../connect.ts";
import type { Product } from "../server-traits.ts";
import { scratchServer, type ScratchServer } from "./scratch-server.ts";

/** What is needed of the package testcontainers. */
export interface Containers {
  readonly GenericContainer: new (image: string) => ContainerPlan;
}

export interface ContainerPlan {
  withEnvironment(variables: Readonly<Record<string, string>>): ContainerPlan;
  withExposedPorts(port: number): ContainerPlan;
  withTmpFs(folders: Readonly<Record<string, string>>): ContainerPlan;
  start(): Promise<Container>;
}

export interface Container {
  getHost(): string;
  getMappedPort(port: number): number;
  stop(): Promise<unknown>;
}

const PORT = 3306;

const PRODUCTS = {
  MySQL: { image: "mysql", password: "MYSQL_ROOT_PASSWORD" },
  MariaDB: { image: "mariadb", password: "MARIADB_ROOT_PASSWORD" },
} as const;

/** How long the server may take to come up in its container. */
const START_SECONDS = 120;

/** The package, where the user has installed it. Throws where not. */
export async function loadContainers(): Promise<Containers> {
  // Not a dependency: who plans on servers of their own needs none.
  const name: string = "testcontainers";
  return (await import(name)) as Containers;
}

/** Starts a server of the same series in Docker. Throws what Docker says. */
export async function startContainer(
  { GenericContainer }: Containers,
  product: Product,
  versionNumber: number,
  makePassword: () => string = () => randomBytes(18).toString("hex"),
): Promise<ScratchServer> {
  const { image, password: variable } = PRODUCTS[product];
  const series = `${Math.floor(versionNumber / 10_000)}.${Math.floor(versionNumber / 100) % 100}`;
  const password = makePassword();
  const container = await new GenericContainer(`${image}:${series}`)
    .withEnvironment({ [variable]: password })
    .withExposedPorts(PORT)
    .withTmpFs({ "/var/lib/mysql": "rw" })
    .start();
  const stop = async (): Promise<void> => {
    await container.stop();
  };
  const target = {
    host: container.getHost(),
    port: container.getMappedPort(PORT),
    socket: null,
    user: "root",
    password,
    database: "",
    tls: "preferred",
    ca: null,
    cert: null,
    key: null,
    tlsOptions: null,
    timeoutMilliseconds: 2_000,
  } as const;
  try {
    // The image starts its server twice: the first one makes the accounts.
    for (const until = Date.now() + START_SECONDS * 1000; ;) {
      try {
        return await scratchServer(await openConnection(target), true, stop);
      } catch (error) {
        if (Date.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
}
