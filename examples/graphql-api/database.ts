import { type Kysely, sql } from "kysely";

export interface Database {
  readonly author: { id: number; name: string };
  readonly book: { id: number; author_id: number; title: string };
  readonly review: { id: number; book_id: number; reviewer_id: number; stars: number };
  readonly reviewer: { id: number; name: string };
}

export const AUTHORS = 10;
export const BOOKS = 50;
const REVIEWS = 500;
const REVIEWERS = 20;

/** Ten authors of five books each, each of which has ten reviews. */
export async function fill(db: Kysely<Database>): Promise<void> {
  await sql`create table author (id int primary key, name text not null)`.execute(db);
  await sql`create table book (id int primary key, author_id int not null references author, title text not null)`.execute(
    db,
  );
  await sql`create table reviewer (id int primary key, name text not null)`.execute(db);
  await sql`create table review (
    id int primary key, book_id int not null references book, reviewer_id int not null references reviewer,
    stars int not null)`.execute(db);
  await sql`create index on book (author_id, id)`.execute(db);
  await sql`create index on review (book_id, id)`.execute(db);
  await sql`insert into author select n, 'Author ' || n from generate_series(1, ${sql.lit(AUTHORS)}) n`.execute(
    db,
  );
  await sql`insert into book select n, 1 + n % ${sql.lit(AUTHORS)}, 'Book ' || n
    from generate_series(1, ${sql.lit(BOOKS)}) n`.execute(db);
  await sql`insert into reviewer select n, 'Reviewer ' || n from generate_series(1, ${sql.lit(REVIEWERS)}) n`.execute(
    db,
  );
  await sql`insert into review select n, 1 + n % ${sql.lit(BOOKS)}, 1 + n % ${sql.lit(REVIEWERS)}, 1 + n % 5
    from generate_series(1, ${sql.lit(REVIEWS)}) n`.execute(db);
}
