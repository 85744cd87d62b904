import schema from "../../snapshot.schema.json" with { type: "json" };

/** The part of JSON Schema that the published schema is written in. */
interface Schema {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}

const ROOT: Schema = schema;
const DEFINITIONS: Readonly<Record<string, Schema>> = schema.$defs;

/** The first place where a value is not as packages/advisor/snapshot.schema.json says, as a sentence; else `null`. */
export function faultIn(value: unknown): string | null {
  return fault(value, ROOT, "");
}

function fault(value: unknown, given: Schema, path: string): string | null {
  const rule =
    given.$ref === undefined ? given : (DEFINITIONS[given.$ref.replace("#/$defs/", "")] ?? {});
  const at = path === "" ? "the file" : path;
  if (rule.const !== undefined && value !== rule.const)
    return `${at} is not ${JSON.stringify(rule.const)}`;
  if (rule.enum && !rule.enum.includes(value))
    return `${at} is none of ${JSON.stringify(rule.enum)}`;
  if (rule.oneOf) {
    const faults = rule.oneOf.map((one) => fault(value, one, path));
    // The first alternative is the one that is meant where a value is there; the other is null.
    return faults.includes(null) ? null : (faults[0] ?? null);
  }
  const types = typeof rule.type === "string" ? [rule.type] : rule.type;
  if (types && !types.some((type) => isOf(value, type)))
    return `${at} is not ${types.join(" or ")}`;
  if (typeof value === "number") {
    if (rule.minimum !== undefined && value < rule.minimum)
      return `${at} is less than ${rule.minimum}`;
    if (rule.maximum !== undefined && value > rule.maximum)
      return `${at} is more than ${rule.maximum}`;
  }
  if (Array.isArray(value)) return faultInItems(value, rule, path);
  if (typeof value === "object" && value !== null) return faultInFields(value, rule, path);
  return null;
}

function faultInItems(value: readonly unknown[], rule: Schema, path: string): string | null {
  if (!rule.items) return null;
  for (const [place, item] of value.entries()) {
    const found = fault(item, rule.items, `${path}[${place}]`);
    if (found !== null) return found;
  }
  return null;
}

function faultInFields(value: object, rule: Schema, path: string): string | null {
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  for (const name of rule.required ?? []) {
    if (!Object.hasOwn(value, name)) return `${at(name)} is missing`;
  }
  for (const [name, field] of Object.entries(value)) {
    const known =
      rule.properties && Object.hasOwn(rule.properties, name) ? rule.properties[name] : undefined;
    const fieldRule = known ?? rule.additionalProperties;
    const found = fieldRule ? fault(field, fieldRule, at(name)) : null;
    if (found !== null) return found;
  }
  return null;
}

function isOf(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
