import { createPool } from "generic-pool";

/** A connection, or why there is none. Opening never rejects: generic-pool would try again at once, without end. */
export type Opened<Connection> =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly error: unknown };

/** Counts the connections that exist, from the start of connecting to the end of closing. */
export interface Ledger<Connection> {
  /** Opens one more. Throws when that would be one too many: whoever lends must not have asked. */
  open(): Promise<Opened<Connection>>;
  /** Strikes out one that has been closed: only now may another take its place. */
  strike(connection: Connection): Promise<void>;
  /** A new ceiling for those that are opened from now on. */
  resize(max: number): void;
}

/**
 * A ledger kept by generic-pool: each connection is acquired from it once, for its whole life, and destroyed there when its
 * socket is closed. The rest of generic-pool stays off: its way of lending, checking and evicting is replaced.
 */
export function createLedger<Connection>(
  max: number,
  connect: () => Promise<Connection>,
): Ledger<Connection> {
  type Entry = Opened<Connection>;

  /** One generic-pool, whose ceiling is fixed. */
  const page = (ceiling: number) =>
    createPool<Entry>(
      {
        create: async () => {
          try {
            return { ok: true, connection: await connect() };
          } catch (error) {
            return { ok: false, error };
          }
        },
        destroy: () => Promise.resolve(),
      },
      { max: ceiling, min: 0, autostart: false },
    );

  let current = page(max);
  const entries = new Map<Connection, { readonly entry: Entry; readonly on: typeof current }>();

  async function open(): Promise<Opened<Connection>> {
    const on = current;
    if (on.spareResourceCapacity < 1) throw new Error(`More than ${on.max} connections`);
    const entry = await on.acquire();
    if (entry.ok) entries.set(entry.connection, { entry, on });
    else await on.destroy(entry);
    return entry;
  }

  async function strike(connection: Connection): Promise<void> {
    const kept = entries.get(connection);
    if (kept === undefined) return;
    entries.delete(connection);
    await kept.on.destroy(kept.entry);
  }

  return {
    open,
    strike,
    resize: (ceiling) => {
      // What an older page still holds is counted by the lending above, which is what keeps to the new size.
      if (ceiling !== current.max) current = page(ceiling);
    },
  };
}
