import { createHmac, timingSafeEqual } from "node:crypto";
import type { DatabaseSystem } from "@dbadvise/observe";
import type { Position } from "./position.ts";
import { RouterError } from "./router-error.ts";

/** What a scope has written and seen, as far as it is known. */
export interface Seen {
  readonly wrote: Position | undefined;
  readonly saw: Position | undefined;
  /** Set where it has written and the place is not known. */
  readonly unplaced: Unplaced | undefined;
}

/** A write of which nobody knows the place. */
export interface Unplaced {
  /** Name of the node that acknowledged it. */
  readonly primary: string;
}

/** Tokens that travel through hands that are not ours: readable, and refused when changed. */
export interface TokenSeal {
  seal(seen: Seen): string;
  /** Throws `INVALID_TOKEN`. */
  open(token: string): Seen;
}

const VERSION = 1;
/** GTID sets are a few hundred bytes: what is longer was not signed by us, and is not worth hashing. */
const MAX_LENGTH = 16_384;
/** What is signed with the same secret for other purposes is no token. */
const PURPOSE = "dbadvise route token ";

interface Payload {
  readonly v: number;
  readonly s: string;
  readonly w?: readonly [string, string];
  readonly r?: readonly [string, string];
  readonly u?: string;
}

export function createTokenSeal(system: DatabaseSystem, secret: string | Uint8Array): TokenSeal {
  const sign = (payload: string): Buffer =>
    createHmac("sha256", secret)
      .update(PURPOSE + payload)
      .digest();

  function open(token: string): Seen {
    const [payload, signature, ...rest] = token.length > MAX_LENGTH ? [] : token.split(".");
    if (payload === undefined || signature === undefined || rest.length > 0)
      throw invalid("its form");
    const given = Buffer.from(signature, "base64url");
    const expected = sign(payload);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw invalid("its signature");
    }
    const value = JSON.parse(Buffer.from(payload, "base64url").toString()) as Payload;
    if (value.v !== VERSION) throw invalid(`its version ${value.v}`);
    if (value.s !== system) throw invalid(`its database system ${value.s}`);
    return {
      wrote: positionOf(value.w),
      saw: positionOf(value.r),
      unplaced: value.u === undefined ? undefined : { primary: value.u },
    };
  }

  return {
    seal: ({ wrote, saw, unplaced }) => {
      const value = {
        v: VERSION,
        s: system,
        w: pairOf(wrote),
        r: pairOf(saw),
        u: unplaced?.primary,
      };
      const payload = Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${payload}.${sign(payload).toString("base64url")}`;
    },
    open,
  };
}

function pairOf(position: Position | undefined): readonly [string, string] | undefined {
  return position === undefined ? undefined : [position.epoch, position.at];
}

function positionOf(pair: readonly [string, string] | undefined): Position | undefined {
  return pair === undefined ? undefined : { epoch: pair[0], at: pair[1] };
}

function invalid(what: string): RouterError {
  return new RouterError(
    "INVALID_TOKEN",
    `The token is refused for ${what}`,
    "Pass what router.token() gave, unchanged, to a router with the same tokenSecret and database system.",
  );
}
