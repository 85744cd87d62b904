import type { Engine } from "../servers/test-server.ts";
import type { Level } from "./history.ts";
import type { CausalSystem } from "./run-clients.ts";

interface Sends {
  query(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Of a router, what is needed here. */
export interface RoutedSystem extends Sends {
  query(
    sql: string,
    parameters?: readonly unknown[],
    options?: { readonly consistency?: Level },
  ): Promise<{ readonly rows: readonly unknown[] }>;
  transaction<Result>(
    fn: (lease: Sends) => Promise<Result>,
    options?: { readonly readOnly?: boolean; readonly consistency?: Level },
  ): Promise<Result>;
  token(): string | undefined;
  accept(token: string): void;
  on(event: "writeMayBeLost", listener: () => void): () => void;
}

/** Where and how registers are kept. */
export interface Registers {
  readonly create: readonly string[];
  readonly update: string;
  readonly upsert: string;
  readonly read: string;
}

export function registersOf(engine: Engine, count: number): Registers {
  const rows = Array.from({ length: count }, (_, id) => `(${id}, 0)`).join(", ");
  const create = [
    "drop table if exists registers",
    "create table registers (id int primary key, version bigint not null)",
    `insert into registers values ${rows}`,
  ];
  if (engine === "postgres") {
    return {
      create,
      update: "update registers set version = greatest(version, $2) where id = $1",
      upsert: `insert into registers values ($1, $2)
        on conflict (id) do update set version = greatest(registers.version, excluded.version) returning version`,
      read: "select version from registers where id = $1",
    };
  }
  return {
    create,
    update: "update registers set version = greatest(version, ?) where id = ?",
    upsert: `insert into registers values (?, ?)
      on duplicate key update version = greatest(version, values(version))${engine === "mariadb" ? " returning version" : ""}`,
    read: "select version from registers where id = ?",
  };
}

/** Registers behind a router. `nodeOf` tells which node took the last query of a scope. */
export function routedRegisters(
  engine: Engine,
  router: RoutedSystem,
  registers: Registers,
  parts: {
    scope<Result>(scope: number, fn: () => Promise<Result>): Promise<Result>;
    nodeOf(): string;
  },
): CausalSystem {
  const updateOf = (register: number, version: number): readonly unknown[] =>
    engine === "postgres" ? [register, version] : [version, register];
  return {
    scope: parts.scope,
    token: router.token,
    accept: router.accept,
    write: async (register, version, random) => {
      const how = Math.floor(random() * 3);
      if (how === 0) await router.query(registers.update, updateOf(register, version));
      else if (how === 1) await router.query(registers.upsert, [register, version]);
      else {
        await router.transaction(async (lease) => {
          await lease.query(registers.update, updateOf(register, version));
        });
      }
    },
    read: async (register, consistency, random) => {
      const { rows } =
        random() < 0.9
          ? await router.query(registers.read, [register], { consistency })
          : await router.transaction((lease) => lease.query(registers.read, [register]), {
              readOnly: true,
              consistency,
            });
      const version = Number((rows[0] as { version: unknown } | undefined)?.version);
      return { version, node: parts.nodeOf() };
    },
  };
}
