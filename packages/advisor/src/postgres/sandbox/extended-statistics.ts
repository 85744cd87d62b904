/** Magic numbers and type codes that PostgreSQL writes before its multi-column statistics. */
const NDISTINCT_MAGIC = 0xa352bfa4;
const DEPENDENCIES_MAGIC = 0xb4549a2c;
const BASIC_TYPE = 1;

/** `{"1, 2": 40}` (distinct combinations by column numbers) in the form that the catalog stores. */
export function serializeDistinct(text: string): Uint8Array {
  const items = Object.entries(parseObject(text)).map(([columns, count]) => {
    const attributes = numbersIn(columns);
    const bytes = Buffer.alloc(12 + 2 * attributes.length);
    bytes.writeDoubleLE(count, 0);
    bytes.writeInt32LE(attributes.length, 8);
    for (const [position, attribute] of attributes.entries())
      bytes.writeInt16LE(attribute, 12 + 2 * position);
    return bytes;
  });
  return Buffer.concat([header(NDISTINCT_MAGIC, items.length), ...items]);
}

/** `{"1 => 2": 1.000000}` (how far columns decide another) in the form that the catalog stores. */
export function serializeDependencies(text: string): Uint8Array {
  const items = Object.entries(parseObject(text)).map(([columns, degree]) => {
    const attributes = numbersIn(columns);
    const bytes = Buffer.alloc(10 + 2 * attributes.length);
    bytes.writeDoubleLE(degree, 0);
    bytes.writeInt16LE(attributes.length, 8);
    for (const [position, attribute] of attributes.entries())
      bytes.writeInt16LE(attribute, 10 + 2 * position);
    return bytes;
  });
  return Buffer.concat([header(DEPENDENCIES_MAGIC, items.length), ...items]);
}

function header(magic: number, items: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(BASIC_TYPE, 4);
  bytes.writeUInt32LE(items, 8);
  return bytes;
}

function numbersIn(text: string): readonly number[] {
  return (text.match(/-?\d+/g) ?? []).map(Number);
}

function parseObject(text: string): Readonly<Record<string, number>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );
}
