/** Characters of the statement's text before the part and before what follows it. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface Column extends Place {
  readonly kind: "column";
  /** `schema.table.column`, `table.column` or `column`, without quotes; a last `*` stands for all columns. */
  readonly parts: readonly string[];
}

export interface Literal extends Place {
  readonly kind: "literal";
  readonly type: "string" | "number" | "null" | "boolean" | "temporal" | "bytes";
  /** Without quotes. */
  readonly value: string;
  /** As SQL, on its own. */
  readonly text: string;
}

/** `?`, or the `...` that stands for several constants in the server's own digests. */
export interface Placeholder extends Place {
  readonly kind: "placeholder";
}

/** `@name`, `@@global.name`. */
export interface Variable extends Place {
  readonly kind: "variable";
  readonly name: string;
}

/** `+ - ~ ! not binary`. */
export interface Unary extends Place {
  readonly kind: "unary";
  readonly operator: string;
  readonly operand: Expression;
}

/**
 * `and or xor`, `= <=> <> < <= > >=`, `+ - * / div mod % ^ | & << >>`, `like regexp sounds like`, `member of`, `collate`,
 * `:=`; lower case, one spelling of those that have several.
 */
export interface Binary extends Place {
  readonly kind: "binary";
  readonly operator: string;
  readonly negated: boolean;
  readonly left: Expression;
  readonly right: Expression;
  /** `LIKE ... ESCAPE`. */
  readonly escape?: Expression;
}

export interface Between extends Place {
  readonly kind: "between";
  readonly negated: boolean;
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
}

export interface InList extends Place {
  readonly kind: "in";
  readonly negated: boolean;
  readonly operand: Expression;
  readonly items: readonly Expression[];
}

/** `IN (SELECT ...)`, `= ANY (SELECT ...)`, `> ALL (SELECT ...)`. */
export interface QuantifiedQuery extends Place {
  readonly kind: "quantified";
  readonly operator: string;
  readonly quantifier: "any" | "all";
  readonly negated: boolean;
  readonly operand: Expression;
  readonly query: Query;
}

export interface Is extends Place {
  readonly kind: "is";
  readonly negated: boolean;
  readonly what: "null" | "true" | "false" | "unknown" | "json";
  readonly operand: Expression;
}

export interface Call extends Place {
  readonly kind: "call";
  /** Lower case; of a function of the user's own with its schema. */
  readonly name: string;
  readonly args: readonly Expression[];
  /** Words among the arguments, where there are any: `day`, `year from`, `both from`, `as char(10)`. */
  readonly form?: string;
  readonly distinct: boolean;
  /** ORDER BY inside: of `GROUP_CONCAT`. */
  readonly orderBy: readonly OrderItem[];
  readonly over: Window | string | null;
}

/** `CAST(x AS type)`, `CONVERT(x, type)`, `CONVERT(x USING charset)`. */
export interface Cast extends Place {
  readonly kind: "cast";
  readonly operand: Expression;
  /** Lower case: `char(10)`, `signed`, `using utf8mb4`, `char(10) array`. */
  readonly type: string;
}

export interface Match extends Place {
  readonly kind: "match";
  readonly columns: readonly Expression[];
  readonly against: Expression;
}

export interface Case extends Place {
  readonly kind: "case";
  readonly operand: Expression | null;
  readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
  readonly otherwise: Expression | null;
}

export interface Row extends Place {
  readonly kind: "row";
  readonly items: readonly Expression[];
}

/** `INTERVAL value unit`. */
export interface Interval extends Place {
  readonly kind: "interval";
  readonly value: Expression;
  readonly unit: string;
}

export interface Subquery extends Place {
  readonly kind: "subquery";
  readonly exists: boolean;
  readonly query: Query;
}

/** `DEFAULT`, `DEFAULT(column)`, `VALUES(column)`, `NEXT VALUE FOR sequence`: values that no expression of columns gives. */
export interface Special extends Place {
  readonly kind: "special";
  readonly name: "default" | "values" | "sequence";
  readonly args: readonly Expression[];
}

export type Expression =
  | Between
  | Binary
  | Call
  | Case
  | Cast
  | Column
  | InList
  | Interval
  | Is
  | Literal
  | Match
  | Placeholder
  | QuantifiedQuery
  | Row
  | Special
  | Subquery
  | Unary
  | Variable;

export interface OrderItem {
  readonly expression: Expression;
  readonly direction: "asc" | "desc";
}

export interface Window {
  /** The window that it starts from. */
  readonly base: string | null;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
}

export interface NamedWindow {
  readonly name: string;
  readonly window: Window;
}

export interface TableItem extends Place {
  readonly kind: "table";
  readonly schema: string | null;
  readonly name: string;
  readonly alias: string | null;
  /** Indexes of USE INDEX, FORCE INDEX and IGNORE INDEX. */
  readonly hinted: readonly string[];
}

export interface DerivedItem extends Place {
  readonly kind: "derived";
  readonly query: Query;
  readonly alias: string | null;
  readonly columns: readonly string[];
  readonly lateral: boolean;
}

export interface JsonTableItem extends Place {
  readonly kind: "json-table";
  readonly input: Expression;
  readonly alias: string | null;
  readonly columns: readonly string[];
}

export interface JoinItem extends Place {
  readonly kind: "join";
  readonly type: "inner" | "left" | "right" | "full";
  readonly natural: boolean;
  readonly left: FromItem;
  readonly right: FromItem;
  readonly on: Expression | null;
  readonly using: readonly string[];
}

export type FromItem = DerivedItem | JoinItem | JsonTableItem | TableItem;

export interface SelectItem extends Place {
  readonly expression: Expression;
  readonly alias: string | null;
}

export interface Select extends Place {
  readonly kind: "select";
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  /** Comma-separated items; none where there is no FROM. */
  readonly from: readonly FromItem[];
  readonly where: Expression | null;
  readonly groupBy: readonly OrderItem[];
  readonly having: Expression | null;
  readonly windows: readonly NamedWindow[];
}

export interface SetOperation extends Place {
  readonly kind: "set";
  readonly operator: "union" | "except" | "intersect";
  readonly all: boolean;
  readonly left: Query;
  readonly right: Query;
}

export interface Values extends Place {
  readonly kind: "values";
  readonly rows: readonly (readonly Expression[])[];
}

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
}

export interface With {
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}

export interface Limit {
  readonly count: Expression | null;
  readonly offset: Expression | null;
}

export interface Query extends Place {
  readonly kind: "query";
  readonly with: With | null;
  /** A query in parentheses is a body of its own where something follows them. */
  readonly body: Query | Select | SetOperation | Values;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | null;
}

export interface Assignment {
  readonly column: Column;
  readonly value: Expression;
}

export interface Insert extends Place {
  readonly kind: "insert";
  readonly replace: boolean;
  readonly with: With | null;
  readonly table: TableItem;
  /** Names in parentheses before the values; `null` for all columns. */
  readonly columns: readonly string[] | null;
  /** Rows, or what selects them. */
  readonly source: Query | readonly (readonly Expression[])[];
  /** `AS new(a, b)` after the values. */
  readonly rowAlias: { readonly name: string; readonly columns: readonly string[] } | null;
  readonly onDuplicate: readonly Assignment[];
  readonly returning: readonly SelectItem[];
}

export interface Update extends Place {
  readonly kind: "update";
  readonly with: With | null;
  readonly from: readonly FromItem[];
  readonly assignments: readonly Assignment[];
  readonly where: Expression | null;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | null;
}

export interface Delete extends Place {
  readonly kind: "delete";
  readonly with: With | null;
  /** Names of the items in `from` that lose rows. */
  readonly targets: readonly Column[];
  readonly from: readonly FromItem[];
  readonly where: Expression | null;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | null;
  readonly returning: readonly SelectItem[];
}

export type SyntaxTree = Delete | Insert | Query | Update;
