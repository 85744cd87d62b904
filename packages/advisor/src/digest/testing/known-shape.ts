/** What is known of one shape's executions, since the test itself sent them. */
export interface KnownShape {
  calls: number;
  /** Failures by SQLSTATE, or by the server's number. */
  readonly failures: Record<string, number>;
}

/** By the table that only statements of the shape name. */
export type KnownShapes = ReadonlyMap<string, KnownShape>;

/** One statement of a run. */
export interface Step<Client> {
  readonly table: string;
  /** SQLSTATE or the server's number, of a statement that has to fail; `null`: it has to succeed. */
  readonly code: string | null;
  send(client: Client): Promise<unknown>;
}

/** Sends statements one after another and counts them in `known`. Throws where one does not end as it has to. */
export async function sendSteps<Client>(
  client: Client,
  steps: readonly Step<Client>[],
  known: Map<string, KnownShape>,
): Promise<void> {
  for (const { table, code, send } of steps) {
    const ended = await send(client).then(
      () => null,
      (error: { readonly code?: unknown; readonly errno?: unknown }) =>
        String(error.errno ?? error.code),
    );
    if (ended !== code) throw new Error(`A statement on ${table} ended with ${ended}, not ${code}`);
    const shape = known.get(table) ?? { calls: 0, failures: {} };
    known.set(table, shape);
    if (code === null) shape.calls++;
    else shape.failures[code] = (shape.failures[code] ?? 0) + 1;
  }
}

/** The table by which a statement's shape is known; `null`: it is none of the run's. */
export function tableIn(sql: string): string | null {
  return sql.startsWith("prepare ") ? null : (/\bshape_[a-z]+/.exec(sql)?.[0] ?? null);
}
