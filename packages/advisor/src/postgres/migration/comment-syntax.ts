import type { CommentSyntax } from "../../migration/source-comments.ts";

/** PostgreSQL's comments and strings, with `standard_conforming_strings` on. */
export const commentSyntax: CommentSyntax = {
  lineComment: "--",
  nestedComments: true,
  quotes: ["'", '"'],
  backslash: "after-e",
  dollarQuotes: true,
  script: false,
};
