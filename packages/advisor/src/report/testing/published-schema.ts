import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { expect } from "vitest";

interface Properties {
  readonly properties: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
}

/** A schema of this package, as tests look into it. */
export interface PublishedSchema extends Properties {
  readonly definitions: Readonly<Record<string, Properties>>;
  readonly validate: ValidateFunction;
}

/** `name`: of a file in the package's folder, without `.schema.json`. */
export function publishedSchema(name: string): PublishedSchema {
  const file = new URL(`../../../${name}.schema.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, "utf8"));
  const validate = new Ajv({
    strict: true,
    allErrors: true,
    allowUnionTypes: true,
    formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/ },
  }).compile(schema);
  return { ...schema, validate };
}

/** The text fits the schema. */
export function expectToFit({ validate }: PublishedSchema, json: string): void {
  const valid = validate(JSON.parse(json));
  expect(validate.errors).toBeNull();
  expect(valid).toBe(true);
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The schema refuses every missing key and every key too many, at any depth. */
export function expectExactKeys({ validate }: PublishedSchema, json: string): void {
  const value: Json = JSON.parse(json);
  let keys = 0;
  for (const object of objectsOf(value)) {
    for (const [key, kept] of Object.entries(object)) {
      delete object[key];
      expect(validate(value), `without ${key}`).toBe(false);
      object[key] = kept;
      keys++;
    }
    object["extra"] = 1;
    expect(validate(value), `extra key beside ${Object.keys(object).join()}`).toBe(false);
    delete object["extra"];
  }
  expect(keys).toBeGreaterThan(100);
  expect(validate(value)).toBe(true);
}

/** The text says all that the report holds; what is undefined there is null. */
export function expectWhole(json: string, report: object): void {
  const whole = JSON.stringify(report, (_, value: unknown) => (value === undefined ? null : value));
  expect(JSON.parse(json)).toEqual(JSON.parse(whole));
}

function objectsOf(value: Json): { [key: string]: Json }[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  if (value === null || typeof value !== "object") return [];
  return [value, ...Object.values(value).flatMap(objectsOf)];
}
