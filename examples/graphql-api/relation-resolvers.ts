import { count, many, one } from "@dbadvise/loader/kysely";
import type { Kysely } from "kysely";
import type { Database } from "./database.ts";
import type { Resolvers } from "./resolvers.ts";

/** The same with relations: what belongs together is said once. */
export function relationResolvers(db: Kysely<Database>): Resolvers {
  const books = many(db, {
    from: "book",
    key: "author_id",
    query: (q) => q.selectAll().orderBy("id"),
  });
  const reviewCount = count(db, { from: "review", key: "book_id" });
  const latestReviews = many(db, {
    from: "review",
    key: "book_id",
    query: (q, { first }: { first: number }) => q.selectAll().orderBy("id", "desc").limit(first),
  });
  const reviewer = one(db, { from: "reviewer", key: "id", missing: "error" });
  return {
    Query: {
      authors: () => db.selectFrom("author").selectAll().orderBy("id").execute(),
    },
    Author: { books: (author) => books.load(author.id) },
    Book: {
      reviewCount: (book) => reviewCount.load(book.id),
      latestReviews: (book, args) => latestReviews.load(book.id, { args }),
    },
    Review: { reviewer: (review) => reviewer.load(review.reviewer_id) },
  };
}
