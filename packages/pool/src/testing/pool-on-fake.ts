import { createPoolIn } from "../create-pool.ts";
import type { Lease } from "../lease.ts";
import type { PoolOptions } from "../pool-options.ts";
import type { Pool } from "../pool.ts";
import {
  type FakeBehaviour,
  type FakeClient,
  type FakeConnector,
  fakeConnector,
} from "./fake-connector.ts";
import { type VirtualEnvironment, virtualEnvironment } from "./virtual-environment.ts";

/** A pool over connections without a server, on a clock that the test moves. */
export interface PoolOnFake {
  readonly pool: Pool<FakeClient>;
  readonly connector: FakeConnector;
  readonly time: VirtualEnvironment;
  /** Acquires that many, on connections of their own. */
  acquireAll(count: number): Promise<Lease<FakeClient>[]>;
}

export function poolOnFake(
  options: Omit<PoolOptions<FakeClient>, "connector"> = {},
  behaviour: (time: VirtualEnvironment) => FakeBehaviour = () => ({}),
): PoolOnFake {
  const time = virtualEnvironment();
  const connector = fakeConnector(time, behaviour(time));
  const pool = createPoolIn({ ...options, connector }, time);
  return {
    pool,
    connector,
    time,
    acquireAll: async (count) => {
      const leases = Promise.all(Array.from({ length: count }, () => pool.acquire()));
      await time.advance(50);
      return leases;
    },
  };
}

/** Resolves when the clock has moved on; what hangs for ever is never settled. */
export function sleep(time: VirtualEnvironment, ms: number): Promise<void> {
  if (ms === Number.POSITIVE_INFINITY) return Promise.withResolvers<void>().promise;
  return new Promise((resolve) => {
    time.setTimer(resolve, ms);
  });
}

/** What a promise has become by now, without waiting for it. */
export function watch<Value>(promise: Promise<Value>): {
  readonly value: Value | undefined;
  readonly error: unknown;
  readonly settled: boolean;
} {
  const seen = {
    value: undefined as Value | undefined,
    error: undefined as unknown,
    settled: false,
  };
  promise.then(
    (value) => Object.assign(seen, { value, settled: true }),
    (error: unknown) => Object.assign(seen, { error, settled: true }),
  );
  return seen;
}
