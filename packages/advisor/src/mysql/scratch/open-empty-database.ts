import { randomBytes } from "node:crypto";
import { DbadviseError } from "../../dbadvise-error.ts";
import type { EmptyDatabase } from "../../engine.ts";
import { bindParameters } from "../bind-parameters.ts";
import { quoteIdent } from "../quote-ident.ts";
import type { Product } from "../server-traits.ts";
import { nearestProgram } from "./local-programs.ts";
import { startLocalServer } from "./local-server.ts";
import { messageOf } from "./load-tables.ts";
import type { ScratchServer } from "./scratch-server.ts";
import { openServerAt } from "./server-at-url.ts";

const PRODUCTS: Readonly<Record<string, Product>> = { mysql: "MySQL", mariadb: "MariaDB" };

/** The newest version that has been seen: a program near it is preferred. */
const NEWEST: Readonly<Record<Product, number>> = { MySQL: 90_704, MariaDB: 120_000 };

const IMAGES: Readonly<Record<Product, string>> = {
  MySQL: "-e MYSQL_ROOT_PASSWORD=scratch mysql:9",
  MariaDB: "-e MARIADB_ROOT_PASSWORD=scratch mariadb:11.8",
};

/** An empty database on a server of its own, or on the one of `scratchUrl`: to be written to, and dropped with `close`. */
export async function openEmptyDatabase(
  system: string,
  progress: (message: string) => void,
  scratchUrl: string | undefined,
): Promise<EmptyDatabase> {
  const product = PRODUCTS[system];
  if (product === undefined) throw new Error(`there is no product ${system}`);
  const server =
    scratchUrl === undefined
      ? await startProgram(product, progress)
      : await openServerAt(scratchUrl);
  const name = `dbadvise_demo_${randomBytes(4).toString("hex")}`;
  try {
    if (server.product !== product) {
      throw new DbadviseError(
        "connection-failed",
        `The scratch server is ${server.product} ${server.version}, not ${product}.`,
        `Give one of ${product}, or name its engine.`,
      );
    }
    await server.query(`CREATE DATABASE ${quoteIdent(name)}`);
    await server.query(`USE ${quoteIdent(name)}`);
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    session: {
      query: (sql, parameters) => server.query(bindParameters(sql, parameters ?? [])),
      close: async () => undefined,
    },
    async close() {
      try {
        await server.query(`DROP DATABASE ${quoteIdent(name)}`);
      } finally {
        await server.close();
      }
    },
  };
}

async function startProgram(
  product: Product,
  progress: (message: string) => void,
): Promise<ScratchServer> {
  const program = await nearestProgram(product, NEWEST[product]);
  if (program === null) throw noServer(product, "its program is not on this machine");
  progress(`starting ${program.file} (${product} ${program.version}) in a temporary directory`);
  try {
    return await startLocalServer(program, product, undefined);
  } catch (error) {
    throw noServer(product, `${program.file} does not start: ${messageOf(error)}`);
  }
}

function noServer(product: Product, reason: string): DbadviseError {
  return new DbadviseError(
    "connection-failed",
    `No ${product} server can be had here: ${reason}.`,
    `Install its server, or name one that holds nothing else with --scratch-url ${product.toLowerCase()}://user:password@127.0.0.1:3306/. ` +
      `Docker has one: docker run --rm -p 3306:3306 ${IMAGES[product]} (its password is then scratch).`,
  );
}
