/** Rows by table. Together more than a million. */
export const SHOP_ROWS = {
  customers: 60_000,
  categories: 40,
  products: 8_000,
  orders: 260_000,
  order_items: 560_000,
  reviews: 60_000,
  events: 240_000,
} as const;

/** Products from here on were never sold. */
export const FIRST_UNSOLD_PRODUCT = 7_900;

/** The last moment of the shop's two years: fixed, so that every run has the same data. */
export const SHOP_NOW = "2026-01-01 00:00:00";
