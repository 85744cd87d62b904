import type { Kysely, Selectable } from "kysely";
import type { Database } from "./database.ts";

export interface Resolvers {
  readonly Query: { authors(): Promise<unknown> };
  readonly Author: { books(author: Selectable<Database["author"]>): Promise<unknown> };
  readonly Book: {
    reviewCount(book: Selectable<Database["book"]>): Promise<number>;
    latestReviews(
      book: Selectable<Database["book"]>,
      args: { readonly first: number },
    ): Promise<unknown>;
  };
  readonly Review: { reviewer(review: Selectable<Database["review"]>): Promise<unknown> };
}

/** Resolvers as one writes them: each asks for what it needs, and knows nothing of the others. */
export function plainResolvers(db: Kysely<Database>): Resolvers {
  return {
    Query: {
      authors: () => db.selectFrom("author").selectAll().orderBy("id").execute(),
    },
    Author: {
      books: (author) =>
        db
          .selectFrom("book")
          .selectAll()
          .where("author_id", "=", author.id)
          .orderBy("id")
          .execute(),
    },
    Book: {
      async reviewCount(book) {
        const { reviews } = await db
          .selectFrom("review")
          .select(({ fn }) => fn.countAll<string>().as("reviews"))
          .where("book_id", "=", book.id)
          .executeTakeFirstOrThrow();
        return Number(reviews);
      },
      latestReviews: (book, { first }) =>
        db
          .selectFrom("review")
          .selectAll()
          .where("book_id", "=", book.id)
          .orderBy("id", "desc")
          .limit(first)
          .execute(),
    },
    Review: {
      reviewer: (review) =>
        db
          .selectFrom("reviewer")
          .selectAll()
          .where("id", "=", review.reviewer_id)
          .executeTakeFirstOrThrow(),
    },
  };
}
