import type { WellIndexedDatabase } from "./well-indexed-database.ts";

/** Texts, documents and what people say to each other. */
export const CONTENT: readonly WellIndexedDatabase[] = [
  {
    name: "social feed with keyset pagination",
    setup: `
      create table users (id bigint primary key, handle text not null);
      create unique index users_handle on users (lower(handle));
      create table follows (follower_id bigint not null references users, followee_id bigint not null references users, primary key (follower_id, followee_id));
      create index follows_followee on follows (followee_id);
      create table posts (id bigint primary key, author_id bigint not null references users, body text not null, created_at timestamptz not null);
      create index posts_author on posts (author_id, created_at desc, id desc);
      create table likes (post_id bigint not null references posts on delete cascade, user_id bigint not null references users, primary key (post_id, user_id));
      create index likes_user on likes (user_id);
      insert into users select i, 'u' || i from generate_series(1, :n / 20) i;
      insert into follows select u, 1 + (u * 13 + k * 101) % (:n / 20) from generate_series(1, :n / 20) u, generate_series(1, 20) k on conflict do nothing;
      insert into posts select i, 1 + i * 37 % (:n / 20), repeat('text ', 20), '2024-01-01'::timestamptz + i * interval '30 seconds' from generate_series(1, :n) i;
      insert into likes select 1 + i % :n, 1 + i * 7 % (:n / 20) from generate_series(1, :n) i on conflict do nothing;`,
    workload: [
      "select * from users where lower(handle) = 'u17'",
      "select * from posts where author_id = 17 order by created_at desc, id desc limit 20",
      "select * from posts where author_id = 17 and (created_at, id) < ('2024-01-05', 9000) order by created_at desc, id desc limit 20",
      "select followee_id from follows where follower_id = 17",
      "select count(*) from follows where followee_id = 17",
      "select count(*) from likes where post_id = 400",
      "select p.id from likes l join posts p on p.id = l.post_id where l.user_id = 17",
      "insert into likes values (1, 1) on conflict do nothing",
      "delete from follows where follower_id = 3 and followee_id = 4",
    ],
  },
  {
    name: "full-text search",
    setup: `
      create table articles (id bigint primary key, title text not null, body text not null, published_at timestamptz, search tsvector generated always as (to_tsvector('english', title || ' ' || body)) stored);
      create index articles_search on articles using gin (search);
      create index articles_published on articles (published_at desc) where published_at is not null;
      insert into articles (id, title, body, published_at) select i, 'Title ' || md5((i % 500)::text), 'word' || i % 700 || ' term' || i % 90 || ' ' || md5(i::text), case when i % 10 > 0 then '2024-01-01'::timestamptz + i * interval '1 minute' end from generate_series(1, :n / 2) i;`,
    workload: [
      "select id, title from articles where search @@ to_tsquery('english', 'word55 & term55')",
      "select id, title, ts_rank(search, to_tsquery('english', 'word77')) as rank from articles where search @@ to_tsquery('english', 'word77') order by rank desc limit 10",
      "select id, title from articles where published_at is not null order by published_at desc limit 20",
      "select * from articles where id = 99",
      "update articles set body = 'new' where id = 99",
      "select id from articles where published_at < '2024-01-02' and published_at is not null order by published_at desc limit 20",
    ],
  },
  {
    name: "jsonb document store",
    setup: `
      create table documents (id uuid primary key, collection text not null, body jsonb not null, updated_at timestamptz not null);
      create index documents_body on documents using gin (body jsonb_path_ops);
      create index documents_collection on documents (collection, updated_at desc);
      create index documents_external on documents ((body ->> 'external_id'));
      insert into documents select md5(i::text)::uuid, 'c' || i % 40, jsonb_build_object('external_id', 'x' || i, 'kind', i % 300, 'tags', jsonb_build_array('t' || i % 500)), '2024-01-01'::timestamptz + i * interval '1 minute' from generate_series(1, :n / 2) i;`,
    workload: [
      "select * from documents where id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'",
      `select id from documents where body @> '{"kind": 17, "tags": ["t17"]}'`,
      "select * from documents where body ->> 'external_id' = 'x77'",
      "select id, updated_at from documents where collection = 'c7' order by updated_at desc limit 50",
      `update documents set body = body || '{"seen": true}' where id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'`,
      "select id from documents where collection = 'c7' and updated_at > '2024-01-08' order by updated_at desc limit 50",
      "delete from documents where id = 'c4ca4238-a0b9-2382-0dcc-509a6f758490'",
    ],
  },
  {
    name: "CMS with slugs",
    setup: `
      create table authors (id int primary key, email text not null, name text not null);
      create unique index authors_email on authors (lower(email));
      create table pages (id bigint primary key, slug text not null unique, author_id int not null references authors, state text not null, published_at timestamptz, body text not null);
      create index pages_author on pages (author_id);
      create index pages_live on pages (published_at desc) where state = 'published';
      create table redirects (path text primary key, page_id bigint not null references pages);
      create index redirects_page on redirects (page_id);
      insert into authors select i, 'A' || i || '@Example.com', 'Author ' || i from generate_series(1, 2000) i;
      insert into pages select i, 'page-' || i, 1 + i % 2000, case when i % 5 = 0 then 'draft' else 'published' end, '2023-01-01'::timestamptz + i * interval '7 minutes', repeat('lorem ', 40) from generate_series(1, :n / 2) i;
      insert into redirects select '/old/' || i, i from generate_series(1, :n / 10) i;`,
    workload: [
      "select * from pages where slug = 'page-77'",
      "select * from authors where lower(email) = 'a12@example.com'",
      "select id, slug from pages where state = 'published' order by published_at desc limit 10",
      "select p.slug from redirects r join pages p on p.id = r.page_id where r.path = '/old/12'",
      "select p.id, a.name from pages p join authors a on a.id = p.author_id where p.author_id = 12",
      "update pages set body = 'x' where id = 5",
      "delete from redirects where page_id = 44",
    ],
  },
  {
    name: "messaging",
    setup: `
      create table conversations (id bigint primary key, updated_at timestamptz not null);
      create table members (conversation_id bigint not null references conversations on delete cascade, user_id bigint not null, last_read_id bigint not null, primary key (conversation_id, user_id));
      create index members_user on members (user_id);
      create table messages (id bigint primary key, conversation_id bigint not null references conversations on delete cascade, sender_id bigint not null, body text not null, sent_at timestamptz not null);
      create index messages_conversation on messages (conversation_id, id desc);
      insert into conversations select i, now() - i * interval '1 minute' from generate_series(1, :n / 20) i;
      insert into members select c, 1 + (c * 3 + k * 7919) % (:n / 10), 0 from generate_series(1, :n / 20) c, generate_series(1, 3) k on conflict do nothing;
      insert into messages select i, 1 + i * 37 % (:n / 20), 1 + i % 500, 'hello ' || i, '2024-01-01'::timestamptz + i * interval '1 minute' from generate_series(1, :n) i;`,
    workload: [
      "select * from messages where conversation_id = 7 order by id desc limit 50",
      "select * from messages where conversation_id = 7 and id < 4000 order by id desc limit 50",
      "select c.* from members m join conversations c on c.id = m.conversation_id where m.user_id = 55",
      "select m.conversation_id, count(x.id) from members m left join messages x on x.conversation_id = m.conversation_id and x.id > m.last_read_id where m.user_id = 55 group by 1",
      "select user_id from members where conversation_id = 7",
      "update members set last_read_id = 88 where conversation_id = 7 and user_id = 12",
      "insert into messages values (-1, 7, 12, 'hi', now())",
    ],
  },
  {
    name: "tags, many to many",
    setup: `
      create table photos (id bigint primary key, taken_at timestamptz not null, title text not null);
      create index photos_taken on photos (taken_at desc);
      create table tags (id int primary key, name text not null unique);
      create table photo_tags (photo_id bigint not null references photos on delete cascade, tag_id int not null references tags, primary key (photo_id, tag_id));
      create index photo_tags_tag on photo_tags (tag_id, photo_id);
      insert into photos select i, '2024-01-01'::timestamptz + i * interval '1 minute', 'P' || i from generate_series(1, :n / 3) i;
      insert into tags select i, 'tag' || i from generate_series(1, 3000) i;
      insert into photo_tags select p, 1 + (p * 17 + k * 997) % 3000 from generate_series(1, :n / 3) p, generate_series(1, 3) k on conflict do nothing;`,
    workload: [
      "select t.name from photo_tags pt join tags t on t.id = pt.tag_id where pt.photo_id = 77",
      "select p.* from tags t join photo_tags pt on pt.tag_id = t.id join photos p on p.id = pt.photo_id where t.name = 'tag17'",
      "select a.photo_id from photo_tags a join photo_tags b on b.photo_id = a.photo_id where a.tag_id = 17 and b.tag_id = 18",
      "select * from photos order by taken_at desc limit 30",
      "select count(*) from photo_tags where tag_id = 9",
      "insert into photo_tags values (1, 1) on conflict do nothing",
      "delete from photo_tags where photo_id = 7",
    ],
  },
  {
    name: "versioned documents",
    setup: `
      create table pages (id bigint primary key, name text not null unique, current_version int not null);
      create table versions (page_id bigint not null references pages, version int not null, body text not null, saved_by bigint not null, saved_at timestamptz not null, primary key (page_id, version));
      create index versions_saver on versions (saved_by, saved_at desc);
      insert into pages select i, 'Page ' || i, 10 from generate_series(1, :n / 10) i;
      insert into versions select p, v, repeat('x', 100), (p * 7 + v) % 900, '2024-01-01'::timestamptz + (p * 10 + v) * interval '1 minute' from generate_series(1, :n / 10) p, generate_series(1, 10) v;`,
    workload: [
      "select v.* from pages p join versions v on v.page_id = p.id and v.version = p.current_version where p.name = 'Page 7'",
      "select version, saved_at from versions where page_id = 7 order by version desc",
      "select body from versions where page_id = 7 and version = 3",
      "select page_id, version from versions where saved_by = 44 order by saved_at desc limit 20",
      "select distinct on (page_id) page_id, version from versions where page_id in (1, 2, 3) order by page_id, version desc",
      "update pages set current_version = 11 where id = 7",
      "insert into versions values (7, 11, 'x', 44, now())",
    ],
  },
  {
    name: "notifications",
    setup: `
      create table notifications (id bigint primary key, user_id bigint not null, kind text not null, payload jsonb not null, created_at timestamptz not null, read_at timestamptz);
      create index notifications_user on notifications (user_id, created_at desc);
      create index notifications_unread on notifications (user_id) where read_at is null;
      insert into notifications select i, 1 + i * 37 % (:n / 30), 'kind' || i % 5, '{}', '2024-01-01'::timestamptz + i * interval '1 minute', case when i % 20 > 0 then now() end from generate_series(1, :n) i;`,
    workload: [
      "select * from notifications where user_id = 17 order by created_at desc limit 20",
      "select count(*) from notifications where user_id = 17 and read_at is null",
      "update notifications set read_at = now() where user_id = 17 and read_at is null",
      "select * from notifications where id = 5",
      "select * from notifications where user_id = 17 and created_at < '2024-01-20' order by created_at desc limit 20",
      "insert into notifications values (-1, 17, 'kind1', '{}', now(), null)",
    ],
  },
  {
    name: "polls",
    setup: `
      create table polls (id int primary key, question text not null, closes_at timestamptz not null);
      create index polls_closing on polls (closes_at);
      create table options (id bigint primary key, poll_id int not null references polls on delete cascade, label text not null);
      create index options_poll on options (poll_id);
      create table votes (poll_id int not null references polls on delete cascade, user_id bigint not null, option_id bigint not null references options, primary key (poll_id, user_id));
      create index votes_option on votes (option_id);
      insert into polls select i, 'Q' || i, '2024-01-01'::timestamptz + i * interval '1 hour' from generate_series(1, :n / 50) i;
      insert into options select i, 1 + (i - 1) / 4, 'O' || i from generate_series(1, :n / 50 * 4) i;
      insert into votes select p, u, (p - 1) * 4 + 1 + u % 4 from generate_series(1, :n / 50) p, generate_series(1, 50) u;`,
    workload: [
      "select o.id, o.label, count(v.user_id) from options o left join votes v on v.option_id = o.id where o.poll_id = 7 group by o.id, o.label",
      "select option_id from votes where poll_id = 7 and user_id = 3",
      "select * from polls where closes_at between '2024-01-03' and '2024-01-04' order by closes_at",
      "insert into votes values (7, 3, 27) on conflict (poll_id, user_id) do update set option_id = excluded.option_id",
      "select count(*) from votes where poll_id = 9",
      "delete from votes where poll_id = 9 and user_id = 12",
    ],
  },
];
