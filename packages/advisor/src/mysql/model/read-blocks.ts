import { type Catalog, type Table, tableKey } from "../../catalog/catalog.ts";
import { parseStatement } from "../syntax/parse-statement.ts";
import { printExpression } from "../syntax/print.ts";
import type {
  Column,
  Expression,
  FromItem,
  OrderItem,
  Query,
  Select,
  SyntaxTree,
} from "../syntax/tree.ts";
import { walkExpression } from "../syntax/walk.ts";
import {
  type Alternatives,
  type BlockKey,
  type BlockTable,
  expressionKey,
  type Filter,
  type ModelBlock,
  type ModelSubquery,
  type Sarg,
} from "./blocks.ts";

import {
  andBranches,
  constant,
  count,
  hasWindow,
  orBranches,
  withoutAliases,
} from "./expressions.ts";

interface Scope {
  readonly tables: Draft[];
  readonly parent: Scope | null;
  readonly queries: ReadonlyMap<string, Query>;
  /** Whether a column of a query around it was met. */
  dependent: boolean;
}

interface Draft extends Omit<BlockTable, "columns"> {
  columns: Set<string> | "*";
}

interface Parts {
  readonly sargs: Sarg[];
  readonly alternatives: Alternatives[];
  readonly filters: Filter[];
  readonly subqueries: ModelSubquery[];
}

/** What a statement asks, block by block. Throws for what the model does not know. */
export function readBlocks(sql: string, catalog: Catalog, semiJoins: SemiJoins): ModelBlock {
  const parsed = parseStatement(sql);
  if (parsed === null) throw new Error("a statement without a plan");
  return blockReader(catalog, semiJoins)(parsed.tree);
}

/** Which subqueries a product joins with the tables around them. */
export interface SemiJoins {
  readonly anti: boolean;
}

function blockReader(catalog: Catalog, semiJoins: SemiJoins): (tree: SyntaxTree) => ModelBlock {
  const byKey = new Map(catalog.tables.map((table) => [tableKey(table), table]));
  const views = new Map(catalog.views.map((view) => [tableKey(view), view]));
  const [home = ""] = catalog.searchPath;

  function ofTree(tree: SyntaxTree): ModelBlock {
    switch (tree.kind) {
      case "query":
        return ofQuery(tree, null, new Map());
      case "insert":
        return Array.isArray(tree.source)
          ? emptyBlock()
          : ofQuery(tree.source as Query, null, named(tree.with?.tables ?? [], new Map()));
      case "update":
      case "delete": {
        const scope: Scope = {
          tables: [],
          parent: null,
          queries: named(tree.with?.tables ?? [], new Map()),
          dependent: false,
        };
        const parts = newParts();
        for (const item of tree.from) readFrom(item, scope, parts, []);
        if (tree.where !== null) readCondition(tree.where, scope, parts);
        // Rows that change are fetched whole.
        for (const table of scope.tables) {
          if (tree.kind === "delete" || scope.tables.length === 1) table.columns = "*";
        }
        if (tree.kind === "update") {
          for (const { column, value } of tree.assignments) {
            const draft = resolve(column, scope)?.draft;
            if (draft !== undefined) draft.columns = "*";
            noteColumns(value, scope, parts);
          }
        }
        return finish(scope, parts, {
          order: keysOf(tree.orderBy, scope),
          limit: count(tree.limit?.count ?? null),
          writes: scope.tables.length === 1,
        });
      }
    }
  }

  function ofQuery(
    query: Query,
    parent: Scope | null,
    outer: ReadonlyMap<string, Query>,
  ): ModelBlock {
    const queries = named(query.with?.tables ?? [], outer);
    const { body } = query;
    if (body.kind === "query") return ofQuery(body, parent, queries);
    if (body.kind === "values") return emptyBlock();
    if (body.kind === "set") {
      const union = [body.left, body.right].map((one) => ofQuery(one, parent, queries));
      return { ...emptyBlock(), union };
    }
    return ofSelect(body, query, { tables: [], parent, queries, dependent: false });
  }

  function ofSelect(select: Select, query: Query, scope: Scope): ModelBlock {
    const parts = newParts();
    for (const item of select.from) readFrom(item, scope, parts, []);
    if (select.where !== null) readCondition(select.where, scope, parts);
    const aggregates = new Set<string>();
    const expressions = [
      ...select.items.map(({ expression }) => expression),
      ...[...select.groupBy, ...query.orderBy].map(({ expression }) => expression),
      ...(select.having === null ? [] : [select.having]),
    ];
    for (const expression of expressions) {
      noteColumns(expression, scope, parts);
      walkExpression(expression, (node) => {
        if (node.kind === "call" && node.over === null && AGGREGATES.has(node.name))
          aggregates.add(node.distinct ? "distinct" : node.name);
      });
    }
    const windows = expressions.some((expression) => hasWindow(expression));
    return finish(scope, parts, {
      order: windows ? null : keysOf(withoutAliases(query.orderBy, select), scope),
      group: select.groupBy.length === 0 ? [] : keysOf(select.groupBy, scope),
      // What is selected is what rows are told apart by.
      ...(select.distinct && {
        distinct: true,
        group: keysOf(
          select.items.map(({ expression }) => ({ expression, direction: "asc" })),
          scope,
        ),
      }),
      aggregate: aggregates.size > 0 && select.groupBy.length === 0,
      onlyEnds: [...aggregates].every((name) => name === "min" || name === "max"),
      limit: count(query.limit?.count ?? null),
    });
  }

  function finish(scope: Scope, parts: Parts, rest: Partial<ModelBlock>): ModelBlock {
    parts.sargs.push(...carriedOver(parts.sargs, scope.tables));
    return { ...emptyBlock(), ...parts, ...rest, tables: scope.tables };
  }

  function readFrom(
    item: FromItem,
    scope: Scope,
    parts: Parts,
    after: readonly string[],
    role: BlockTable["role"] = "inner",
  ): void {
    if (item.kind === "join") {
      const [left, right] =
        item.type === "right" ? [item.right, item.left] : [item.left, item.right];
      const start = scope.tables.length;
      readFrom(left, scope, parts, after, role);
      const before = scope.tables.slice(start).map(({ alias }) => alias);
      const outer = item.type !== "inner";
      readFrom(right, scope, parts, outer ? before : after, outer ? "outer" : role);
      if (item.on !== null) readCondition(item.on, scope, parts);
      for (const column of item.using) {
        const sides = scope.tables.slice(start).filter(({ table }) => hasColumn(table, column));
        const [one, other] = [sides[0], sides.at(-1)];
        if (one !== undefined && other !== undefined && one !== other)
          readEquality([one, column], [other, column], parts);
      }
      return;
    }
    if (item.kind === "json-table") throw new Error("JSON_TABLE is not part of the model");
    const draft = { after, role, columns: new Set<string>() };
    if (item.kind === "derived") {
      const derived = ofQuery(item.query, item.lateral ? scope : null, scope.queries);
      scope.tables.push({ ...draft, alias: item.alias ?? "derived", table: null, derived });
      return;
    }
    const alias = item.alias ?? item.name;
    const common = item.schema === null ? scope.queries.get(item.name.toLowerCase()) : undefined;
    const name = { schema: item.schema ?? home, name: item.name };
    const view = views.get(tableKey(name));
    const query = common ?? (view === undefined ? undefined : queryOf(view.definition));
    if (query !== undefined) {
      const queries = new Map(scope.queries);
      // A recursive one stands for its first part.
      queries.delete(item.name.toLowerCase());
      scope.tables.push({ ...draft, alias, table: null, derived: ofQuery(query, null, queries) });
      return;
    }
    const table =
      byKey.get(tableKey(name)) ??
      catalog.tables.find(
        (one) => one.schema === name.schema && one.name.toLowerCase() === name.name.toLowerCase(),
      );
    if (table === undefined) throw new Error(`table ${item.name} is not in the snapshot`);
    scope.tables.push({ ...draft, alias, table, derived: null });
  }

  function queryOf(definition: string): Query {
    const tree = parseStatement(definition.replace(/^create\b[\s\S]*?\bas\b/i, ""))?.tree;
    if (tree?.kind !== "query") throw new Error("a view's definition can't be read");
    return tree;
  }

  function readCondition(node: Expression, scope: Scope, parts: Parts): void {
    noteColumns(node, scope, parts, true);
    if (node.kind === "binary" && node.operator === "and" && !node.negated) {
      readCondition(node.left, scope, parts);
      readCondition(node.right, scope, parts);
      return;
    }
    const joined = semiJoin(node, scope, parts);
    if (joined) return;
    const sargs = sargsOf(node, scope);
    if (sargs.length > 0) {
      parts.sargs.push(...sargs);
      return;
    }
    const branches = alternativesOf(node, scope);
    if (branches !== null) {
      parts.alternatives.push(branches);
      return;
    }
    noteSubqueries(node, scope, parts);
    parts.filters.push({ needs: aliasesIn(node, scope) });
  }

  /** Adds the tables of IN (SELECT ...) and EXISTS to the block's own where the server would. */
  function semiJoin(node: Expression, scope: Scope, parts: Parts): boolean {
    const negated = node.kind === "unary" && node.operator === "not";
    const inner = negated ? node.operand : node;
    const isExists = inner.kind === "subquery" && inner.exists;
    const isIn =
      inner.kind === "quantified" && inner.quantifier === "any" && inner.operator === "=";
    if (!isExists && !isIn) return false;
    const anti = negated || (inner.kind === "quantified" && inner.negated);
    const select = inner.query.body;
    if (anti && (!semiJoins.anti || isIn)) return false;
    if (
      select.kind !== "select" ||
      select.groupBy.length > 0 ||
      select.having !== null ||
      select.from.length === 0 ||
      inner.query.limit !== null ||
      inner.query.with !== null
    )
      return false;
    const start = scope.tables.length;
    const before = scope.tables.map(({ alias }) => alias);
    for (const item of select.from)
      readFrom(item, scope, parts, anti ? before : [], anti ? "anti" : "semi");
    const own = scope.tables.slice(start).map(({ alias }) => alias);
    if (new Set(scope.tables.map(({ alias }) => alias)).size < scope.tables.length)
      throw new Error("a name stands for two tables of a join");
    if (select.where !== null) readCondition(select.where, scope, parts);
    const [item] = select.items;
    if (isIn && item !== undefined && inner.operand.kind !== "row") {
      const sides = [inner.operand, item.expression].map((side) => sideOf(side, scope));
      const [left, right] = sides;
      if (left?.column != null && right?.column != null)
        readEquality([left.draft, left.column], [right.draft, right.column], parts);
      else parts.filters.push({ needs: own });
      noteColumns(item.expression, scope, parts);
    }
    return true;
  }

  function readEquality(
    [left, leftColumn]: readonly [Draft, string],
    [right, rightColumn]: readonly [Draft, string],
    parts: Parts,
  ): void {
    for (const [one, column, other, otherColumn] of [
      [left, leftColumn, right, rightColumn],
      [right, rightColumn, left, leftColumn],
    ] as const) {
      note(one, column);
      parts.sargs.push({
        alias: one.alias,
        column,
        expression: expressionKey(column),
        kind: "equal",
        values: [],
        needs: [other.alias],
        ref: `${other.alias}.${otherColumn}`,
        isJoin: true,
      });
    }
  }

  function alternativesOf(node: Expression, scope: Scope): Alternatives | null {
    if (node.kind !== "binary" || node.operator !== "or" || node.negated) return null;
    const branches = [node.left, node.right].flatMap((side) => orBranches(side));
    const sargs = branches.map((branch) =>
      andBranches(branch).flatMap((one) => sargsOf(one, scope).filter(({ isJoin }) => !isJoin)),
    );
    const [first] = sargs.flat();
    if (first === undefined || sargs.some((branch) => branch.length === 0)) return null;
    return sargs.flat().every(({ alias }) => alias === first.alias)
      ? { alias: first.alias, branches: sargs }
      : null;
  }

  function sargsOf(node: Expression, scope: Scope): readonly Sarg[] {
    const make = (
      side: Expression,
      kind: Sarg["kind"],
      rest: Partial<Sarg> = {},
    ): readonly Sarg[] => {
      const found = sideOf(side, scope);
      if (found === null) return [];
      const { draft, column, expression } = found;
      const base = { alias: draft.alias, column, expression, kind };
      return [{ ...base, values: [], needs: [], ref: "const", isJoin: false, ...rest }];
    };
    if (node.kind === "binary" && !node.negated) return comparison(node, scope, make);
    if (node.kind === "is" && node.what === "null")
      return make(node.operand, node.negated ? "not-null" : "null", { values: [null] });
    if (node.kind === "between" && !node.negated) {
      const [low, high] = [constant(node.low), constant(node.high)];
      if (low !== undefined && high !== undefined)
        return make(node.operand, "range", { low, high });
    }
    if (node.kind === "in" && !node.negated) {
      const values = node.items.map(constant);
      if (!values.includes(undefined))
        return make(node.operand, "equal", { values: values.map((value) => value ?? null) });
    }
    return [];
  }

  function comparison(
    { operator, left, right }: Extract<Expression, { kind: "binary" }>,
    scope: Scope,
    make: (side: Expression, kind: Sarg["kind"], rest?: Partial<Sarg>) => readonly Sarg[],
  ): readonly Sarg[] {
    const value = constant(right);
    if (operator === "like") {
      const prefix = typeof value === "string" ? /^[^%_\\]*/.exec(value)?.[0] : "a";
      return value === undefined || prefix === ""
        ? []
        : make(left, "like", { low: prefix ?? null });
    }
    const turned = TURNED[operator];
    if (turned === undefined) return [];
    if (constant(left) !== undefined && value === undefined)
      return comparison(
        {
          kind: "binary",
          operator: turned,
          negated: false,
          left: right,
          right: left,
          start: 0,
          end: 0,
        },
        scope,
        make,
      );
    if (operator === "=" || operator === "<=>") {
      if (value !== undefined) return make(left, "equal", { values: [value] });
      // A column of another table, here or around.
      return [
        [left, right],
        [right, left],
      ].flatMap(([side, other]) => {
        if (side === undefined || other === undefined) return [];
        const needs = aliasesIn(other, scope);
        const own = sideOf(side, scope);
        if (own === null || needs.includes(own.draft.alias)) return [];
        const of = other.kind === "column" ? resolve(other, scope) : null;
        const ref = of === null ? "func" : `${of.draft.alias}.${of.column}`;
        return make(side, "equal", { needs, ref, isJoin: true });
      });
    }
    if (value === undefined) return [];
    return make(left, "range", operator.startsWith("<") ? { high: value } : { low: value });
  }

  /** A column or an expression of one table of the scope itself. */
  function sideOf(
    node: Expression,
    scope: Scope,
  ): { readonly draft: Draft; readonly column: string | null; readonly expression: string } | null {
    if (node.kind === "column") {
      const found = resolve(node, scope);
      return found === null ? null : { ...found, expression: expressionKey(found.column) };
    }
    if (node.kind === "literal" || node.kind === "placeholder") return null;
    const aliases = aliasesIn(node, scope);
    const draft = scope.tables.find(({ alias }) => alias === aliases[0]);
    const printed = printExpression(node);
    if (aliases.length !== 1 || draft === undefined || printed === null) return null;
    const plain = expressionKey(printed).replaceAll(`${draft.alias.toLowerCase()}.`, "");
    return { draft, column: null, expression: plain };
  }

  function resolve(
    { parts }: Column,
    scope: Scope,
  ): { readonly draft: Draft; readonly column: string } | null {
    const name = parts.at(-1) ?? "";
    const qualifier = parts.at(-2)?.toLowerCase();
    for (const draft of scope.tables) {
      if (qualifier !== undefined && draft.alias.toLowerCase() !== qualifier) continue;
      if (draft.table === null) {
        if (qualifier !== undefined) return { draft, column: name };
        continue;
      }
      const column = draft.table.columns.find(
        (one) => one.name.toLowerCase() === name.toLowerCase(),
      );
      if (column !== undefined) return { draft, column: column.name };
    }
    return null;
  }

  function aliasesIn(node: Expression, scope: Scope): readonly string[] {
    const found = new Set<string>();
    walkExpression(node, (one) => {
      if (one.kind !== "column") return;
      const draft = resolve(one, scope)?.draft;
      if (draft !== undefined) found.add(draft.alias);
    });
    return [...found];
  }

  /** Marks columns as read; those of queries around make the scope dependent. */
  function noteColumns(node: Expression, scope: Scope, parts: Parts, isCondition = false): void {
    walkExpression(node, (one) => {
      if (one.kind !== "column") return;
      if (one.parts.at(-1) === "*") {
        const qualifier = one.parts.at(-2)?.toLowerCase();
        for (const draft of scope.tables) {
          if (qualifier === undefined || draft.alias.toLowerCase() === qualifier)
            draft.columns = "*";
        }
        return;
      }
      const found = resolve(one, scope);
      if (found !== null) note(found.draft, found.column);
      else markOutside(one, scope);
    });
    if (!isCondition) noteSubqueries(node, scope, parts);
  }

  function markOutside(column: Column, scope: Scope): void {
    for (let at = scope; at.parent !== null; at = at.parent) {
      at.dependent = true;
      const found = resolve(column, at.parent);
      if (found !== null) {
        note(found.draft, found.column);
        return;
      }
    }
  }

  function noteSubqueries(node: Expression, scope: Scope, parts: Parts): void {
    walkExpression(node, (one) => {
      if (one.kind !== "subquery" && one.kind !== "quantified") return;
      const below: Scope = { tables: [], parent: scope, queries: scope.queries, dependent: false };
      const { body } = one.query;
      const block =
        body.kind === "select"
          ? ofSelect(body, one.query, below)
          : ofQuery(one.query, scope, scope.queries);
      const isTest = one.kind === "quantified" || one.exists;
      parts.subqueries.push({ block, dependent: below.dependent, isTest });
    });
  }

  function keysOf(items: readonly OrderItem[], scope: Scope): readonly BlockKey[] | null {
    const keys: BlockKey[] = [];
    for (const { expression, direction } of items) {
      const side = sideOf(expression, scope);
      if (side === null) return null;
      const { draft, column } = side;
      keys.push({ alias: draft.alias, column, expression: side.expression, direction });
    }
    return keys;
  }

  return ofTree;
}

/** What is known of a column holds for those that it is joined with. */
function carriedOver(sargs: readonly Sarg[], tables: readonly Draft[]): readonly Sarg[] {
  const isInner = (alias: string): boolean =>
    tables.some((one) => one.alias === alias && one.role === "inner");
  return sargs.flatMap(({ alias, column, expression, isJoin, needs, ref }) => {
    const [other] = needs;
    if (!isJoin || other === undefined || !isInner(alias) || !isInner(other)) return [];
    return sargs
      .filter((one) => !one.isJoin && `${one.alias}.${one.column}` === ref)
      .map((one) => ({ ...one, alias, column, expression }));
  });
}

const AGGREGATES = new Set(["count", "sum", "avg", "min", "max", "group_concat", "any_value"]);

const TURNED: Readonly<Record<string, string>> = {
  "=": "=",
  "<=>": "<=>",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

function note(draft: Draft, column: string): void {
  if (draft.columns !== "*") draft.columns.add(column);
}

function hasColumn(table: Table | null, column: string): boolean {
  return table?.columns.some(({ name }) => name.toLowerCase() === column.toLowerCase()) === true;
}

function named(
  tables: readonly { readonly name: string; readonly query: Query }[],
  outer: ReadonlyMap<string, Query>,
): ReadonlyMap<string, Query> {
  return new Map([
    ...outer,
    ...tables.map(({ name, query }) => [name.toLowerCase(), query] as const),
  ]);
}

function newParts(): Parts {
  return { sargs: [], alternatives: [], filters: [], subqueries: [] };
}

function emptyBlock(): ModelBlock {
  return {
    tables: [],
    ...newParts(),
    order: [],
    group: [],
    distinct: false,
    aggregate: false,
    onlyEnds: true,
    limit: null,
    union: [],
    writes: false,
  };
}
