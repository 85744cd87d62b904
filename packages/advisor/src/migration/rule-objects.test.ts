import { expect, test } from "vitest";
import { objectLabel, qualifiedName } from "../report/object-label.ts";
import { columnObject, indexObject, tableObject, tableText } from "./rule-objects.ts";

const OWN = { schema: "", name: "orders" };
const PUBLIC = { schema: "public", name: "orders" };

test("a table with its schema, or alone where it is of the connection's own database", () => {
  expect(tableText(PUBLIC)).toBe("public.orders");
  expect(tableText(OWN)).toBe("orders");
});

test.each([
  [tableObject(OWN), "orders", "orders"],
  [columnObject(OWN, "note"), "orders.note", "orders.note"],
  [indexObject(OWN, "orders_n", ["n"]), "orders_n on orders (n)", "orders.orders_n"],
  [tableObject(PUBLIC), "public.orders", "public.orders"],
  [
    indexObject(PUBLIC, "orders_n", ["n"]),
    "public.orders_n on public.orders (n)",
    "public.orders.orders_n",
  ],
])("labels of %o", (object, label, name) => {
  expect(objectLabel({ code: "any", object })).toBe(label);
  expect(qualifiedName({ object })).toBe(name);
});
