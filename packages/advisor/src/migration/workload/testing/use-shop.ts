import { afterAll, beforeAll } from "vitest";
import { type Shop, type ShopParts, startShop } from "./real-shop.ts";

/** What the testkit gives. */
type Start = () => Promise<ShopParts["database"]>;

/** A shop for all tests of a file: filled before the first one, `further` first, and closed after the last. */
export function useShop(
  start: Start,
  parts: Omit<ShopParts, "database">,
  further?: string,
): Omit<Shop, "close"> {
  let shop: Shop | undefined;
  beforeAll(async () => {
    shop = await startShop({ ...parts, database: await start() }, further);
  });
  afterAll(() => shop?.close());
  const opened = (): Shop => {
    if (shop === undefined) throw new Error("the shop opens before the first test");
    return shop;
  };
  return {
    engine: parts.engine,
    get snapshot() {
      return opened().snapshot;
    },
    statementsOf: (ddl) => opened().statementsOf(ddl),
    verdictsOn: (...given) => opened().verdictsOn(...given),
    afterReally: (...given) => opened().afterReally(...given),
  };
}
