import { buildSchema, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from "graphql";
import type { Resolvers } from "./resolvers.ts";

const TYPES = `
  type Query { authors: [Author!]! }
  type Author { name: String!, books: [Book!]! }
  type Book { title: String!, reviewCount: Int!, latestReviews(first: Int!): [Review!]! }
  type Review { stars: Int!, reviewer: Reviewer! }
  type Reviewer { name: String! }
`;

/** The types with resolvers for those fields that are no properties. */
export function createSchema(resolvers: Resolvers): GraphQLSchema {
  const schema = buildSchema(TYPES);
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`${typeName} is no object type`);
    for (const [name, resolve] of Object.entries(fields)) {
      const field = type.getFields()[name];
      if (field !== undefined) field.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
    }
  }
  return schema;
}
