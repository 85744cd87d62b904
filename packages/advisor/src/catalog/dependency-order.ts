/**
 * The items, each after those that it depends on; otherwise in the order given. A cycle is broken at the item of it
 * that comes first. Dependencies on other things than the items are of no account.
 */
export function dependencyOrder<Item>(
  items: readonly Item[],
  dependencies: readonly { readonly dependent: Item; readonly on: Item }[],
): readonly Item[] {
  const needs = new Map<Item, Item[]>(items.map((item) => [item, []]));
  for (const { dependent, on } of dependencies) {
    if (needs.has(on)) needs.get(dependent)?.push(on);
  }
  const done = new Set<Item>();
  const visited = new Set<Item>();
  for (const first of items) {
    // An explicit stack: chains of views can be longer than the call stack.
    const stack = [first];
    for (let item = stack.at(-1); item !== undefined; item = stack.at(-1)) {
      visited.add(item);
      const next = needs.get(item)?.find((need) => !visited.has(need));
      if (next !== undefined) {
        stack.push(next);
      } else {
        done.add(item);
        stack.pop();
      }
    }
  }
  return [...done];
}
