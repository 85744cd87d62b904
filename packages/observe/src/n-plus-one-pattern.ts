import type { CallSite } from "./call-site.ts";
import type { DatabaseSystem } from "./query-message.ts";

/** Queries of one shape that one scope sent again and again. Holds no values. */
export interface NPlusOnePattern {
  /** `n-plus-one`: with ever other parameters. `duplicate-query`: with the same ones, and no write between. */
  readonly kind: "n-plus-one" | "duplicate-query";
  /** The text without its constants, see `statementShape`. */
  readonly shape: string;
  readonly system: DatabaseSystem;
  readonly database: string | undefined;
  /** Names of scopes that it was seen in, the first few. */
  readonly scopeNames: readonly string[];
  /** How many scopes it was seen in. */
  readonly scopes: number;
  /** Queries in those scopes together. */
  readonly queries: number;
  /** Most queries in one scope. */
  readonly occurrences: number;
  /** Most different parameter lists in one scope: counted to 200, or to the threshold where that is higher. */
  readonly distinctParameters: number;
  /**
   * Queries that were sent while another of the pattern was under way in the same scope. Few does not mean that the
   * application awaits each: concurrent calls may have waited for a connection.
   */
  readonly overlapping: number;
  /** Lines of code that sent it, most queries first. The stacks of a few queries of each scope are taken. */
  readonly callSites: readonly NPlusOneCallSite[];
  /**
   * Lines of the application that led to one of the queries, innermost first, up to 8: where the first one is a helper
   * that every query goes through, the loop is further out.
   */
  readonly stack: readonly CallSite[];
}

export interface NPlusOneCallSite extends CallSite {
  /** Queries of those whose stack was taken. */
  readonly queries: number;
}

/** What was found until now, and what was not judged. */
export interface NPlusOneReport {
  readonly patterns: readonly NPlusOnePattern[];
  readonly notJudged: {
    /** Queries outside of any `withScope`: nothing says where one unit of work ends and the next begins. */
    readonly outsideScope: number;
    /** Queries of further shapes in a scope that has sent 500 of them. */
    readonly beyondShapes: number;
    /** Patterns of further shapes when 500 are held. */
    readonly beyondPatterns: number;
  };
}
