import type { OpenShop } from "./shop.ts";

export interface ShopKind {
  /** Whether it can be on a server that is given. */
  readonly takesScratchServer: boolean;
  load(): Promise<OpenShop>;
}

/** How each engine's shop is opened, by the name that a user writes; the first is the default. */
export const SHOPS: Readonly<Record<string, ShopKind>> = {
  postgres: {
    takesScratchServer: false,
    load: async () => (await import("./postgres/open-shop.ts")).openShop,
  },
  mysql: {
    takesScratchServer: true,
    load: async () => (await import("./mysql/open-shop.ts")).openShop("mysql"),
  },
  mariadb: {
    takesScratchServer: true,
    load: async () => (await import("./mysql/open-shop.ts")).openShop("mariadb"),
  },
};
