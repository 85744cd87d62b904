/** Elements of a one-dimensional array as PostgreSQL prints it: `{a,"b,c",NULL}`. Nested arrays stay one text each. */
export function parseArrayLiteral(literal: string): readonly (string | null)[] {
  const elements: (string | null)[] = [];
  let position = literal.indexOf("{") + 1;
  while (position < literal.length && literal[position] !== "}") {
    const element = readElement(literal, position);
    elements.push(element.value);
    position = element.end + (literal[element.end] === "," ? 1 : 0);
  }
  return elements;
}

function readElement(
  literal: string,
  start: number,
): { readonly value: string | null; readonly end: number } {
  let value = "";
  let depth = 0;
  let quoted = false;
  let position = start;
  for (; position < literal.length; position++) {
    const character = literal[position];
    if (character === "\\") value += literal[++position] ?? "";
    else if (character === '"') quoted = !quoted;
    else if (!quoted && depth === 0 && (character === "," || character === "}")) break;
    else {
      if (!quoted && character === "{") depth++;
      if (!quoted && character === "}") depth--;
      value += character;
    }
  }
  return { value: value === "NULL" && literal[start] !== '"' ? null : value, end: position };
}

/** The opposite of {@link parseArrayLiteral}. */
export function arrayLiteral(elements: readonly (string | null)[]): string {
  return `{${elements.map(elementLiteral).join(",")}}`;
}

function elementLiteral(element: string | null): string {
  if (element === null) return "NULL";
  return element === "" || /[{}",\\\s]/.test(element) || element.toUpperCase() === "NULL"
    ? `"${element.replaceAll(/["\\]/g, String.raw`\$&`)}"`
    : element;
}
