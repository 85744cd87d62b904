/** The first bytes of some input. */
export interface Head {
  readonly bytes: Buffer;
  /** The input has no more. */
  readonly ended: boolean;
}

/** A stream whose first bytes can be looked at before they are read. */
export interface Lookahead {
  /**
   * The first bytes, up to `bytes` of them; fewer where the stream ends, or has given more than `moreThan` (default 0) and
   * pauses, as a log does that is being written.
   */
  head(bytes: number, moreThan?: number): Promise<Head>;
  /** All bytes from the first on; to be called once. */
  chunks(): AsyncGenerator<Buffer>;
}

/** A stream that gives nothing for so long pauses. */
const PAUSE_MS = 1000;

export function createLookahead(source: AsyncGenerator<Buffer>): Lookahead {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let ended = false;
  let next: Promise<IteratorResult<Buffer>> | null = null;

  return {
    async head(bytes, moreThan = 0) {
      while (!ended && heldBytes < bytes) {
        next ??= source.next();
        const result = heldBytes <= moreThan ? await next : await unlessPaused(next);
        if (result === null) break;
        next = null;
        if (result.done === true) {
          ended = true;
        } else {
          held.push(result.value);
          heldBytes += result.value.length;
        }
      }
      const joined = Buffer.concat(held);
      return { bytes: joined.subarray(0, bytes), ended: ended && joined.length <= bytes };
    },
    async *chunks() {
      try {
        for (let chunk = held.shift(); chunk !== undefined; chunk = held.shift()) yield chunk;
        if (next !== null) {
          const first = await next;
          if (first.done === true) return;
          yield first.value;
        }
        yield* source;
      } finally {
        await source.return(undefined);
      }
    },
  };
}

/** The first bytes of a source that is read for them alone. */
export async function readHead(source: AsyncGenerator<Buffer>, bytes: number): Promise<Head> {
  const head = await createLookahead(source).head(bytes, bytes);
  await source.return(undefined);
  return head;
}

async function unlessPaused<T>(next: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const pause = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PAUSE_MS, null);
  });
  try {
    return await Promise.race([next, pause]);
  } finally {
    clearTimeout(timer);
  }
}
