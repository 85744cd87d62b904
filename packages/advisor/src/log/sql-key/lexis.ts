/** Lexical rules of a SQL dialect: how its texts fall into words, names, constants and comments. */
export interface Lexis {
  readonly name: LexisName;
  /** Tells shapes of one dialect from those of another whose texts are the same. */
  readonly salt: number;
  /** Characters that open a string. A doubled one stands for itself. */
  readonly stringQuotes: string;
  /** Characters that open a name. */
  readonly nameQuotes: string;
  /** A backslash escapes the next character of a plain string. */
  readonly backslashes: boolean;
  /** Letters right before a string that belong to it. */
  readonly stringPrefixes: string;
  /** Those of them after which backslashes escape. */
  readonly backslashPrefixes: string;
  /** `U&'d\0061t'`. */
  readonly unicodeStrings: boolean;
  /** `$` opens `$1` and `$tag$...$tag$`; elsewhere it is a letter of words. */
  readonly dollarQuotes: boolean;
  /** `#` opens a comment. */
  readonly hashComments: boolean;
  /** `--` opens a comment only where a space, a control character or the end follows. */
  readonly dashesNeedSpace: boolean;
  readonly nestedComments: boolean;
  /** A carriage return ends a comment up to the end of its line, as a line feed does. */
  readonly returnEndsComments: boolean;
  /** The insides of `/*! ... *\/` and of hints (`/*+ ... *\/`) count: they are read as the rest of the text. */
  readonly codeInComments: boolean;
  /** `2fa` is a word. */
  readonly wordsStartWithDigits: boolean;
  /** `?|`, `?&` and `@?` are operators; any other `?` stands for a constant. */
  readonly questionOperators: boolean;
  /** `@name` is a variable. */
  readonly variables: boolean;
  /** Words that mean something else when quoted, in lower case. */
  readonly reserved: readonly string[];
}

export type LexisName = "postgres" | "mysql";

/**
 * PostgreSQL, with `standard_conforming_strings` on, as it is by default. Words are folded to lower case.
 * The reserved words are all but the "unreserved" ones of `pg_get_keywords()`.
 */
const postgres: Lexis = {
  name: "postgres",
  salt: 0,
  stringQuotes: "'",
  nameQuotes: '"',
  backslashes: false,
  stringPrefixes: "benx",
  backslashPrefixes: "e",
  unicodeStrings: true,
  dollarQuotes: true,
  hashComments: false,
  dashesNeedSpace: false,
  nestedComments: true,
  returnEndsComments: true,
  codeInComments: false,
  wordsStartWithDigits: false,
  questionOperators: true,
  variables: false,
  reserved: words(`
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
    char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
    desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
    grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
    json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
    lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize not
    notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary
    real references returning right row select session_user setof similar smallint some substring symmetric system_user
    table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic
    verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
    xmlroot xmlserialize xmltable`),
};

/**
 * MySQL and MariaDB with their default `sql_mode`: double quotes open strings. Words are folded to lower case, though
 * names of tables may depend on it (`lower_case_table_names=0`): two tables that differ in nothing else, unquoted, are
 * taken for one. In backticks they are told apart. The reserved words are those of MySQL 8.4 and MariaDB 11.
 */
const mysql: Lexis = {
  name: "mysql",
  salt: 0x5bd1e995,
  stringQuotes: "'\"",
  nameQuotes: "`",
  backslashes: true,
  stringPrefixes: "bnx",
  backslashPrefixes: "bnx",
  unicodeStrings: false,
  dollarQuotes: false,
  hashComments: true,
  dashesNeedSpace: true,
  nestedComments: false,
  returnEndsComments: false,
  codeInComments: true,
  wordsStartWithDigits: true,
  questionOperators: false,
  variables: true,
  reserved: words(`
    accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call cascade case
    change char character check collate column condition constraint continue convert create cross cube cume_dist
    current_date current_role current_time current_timestamp current_user cursor database databases day_hour
    day_microsecond day_minute day_second dec decimal declare default delayed delete dense_rank desc describe
    deterministic distinct distinctrow div double drop dual each else elseif empty enclosed escaped except exists exit
    explain false fetch first_value float float4 float8 for force foreign from fulltext function generated get grant
    group grouping groups having high_priority hour_microsecond hour_minute hour_second if ignore in index infile inner
    inout insensitive insert int int1 int2 int3 int4 int8 integer intersect interval into io_after_gtids io_before_gtids
    is iterate join json_table key keys kill lag last_value lateral lead leading leave left like limit linear lines load
    localtime localtimestamp lock long longblob longtext loop low_priority manual master_bind match maxvalue mediumblob
    mediumint mediumtext middleint minute_microsecond minute_second mod modifies natural not no_write_to_binlog
    nth_value ntile null numeric of offset on optimize optimizer_costs option optionally or order out outer outfile over
    page_checksum parallel parse_vcol_expr partition percent_rank position precision primary procedure purge qualify
    range rank read reads read_write real recursive ref_system_id references regexp release rename repeat replace
    require resignal restrict return returning revoke right rlike row row_number rows schema schemas second_microsecond
    select sensitive separator set show signal slow smallint spatial specific sql sqlexception sqlstate sqlwarning
    sql_big_result sql_calc_found_rows sql_small_result ssl starting stats_auto_recalc stats_persistent
    stats_sample_pages stored straight_join system table tablesample terminated then tinyblob tinyint tinytext to
    trailing trigger true undo union unique unlock unsigned update usage use user using utc_date utc_time utc_timestamp
    values value varbinary varchar varcharacter varying virtual when where while window with write xor year_month
    zerofill`),
};

export const LEXIS: Readonly<Record<LexisName, Lexis>> = { postgres, mysql };

/** Words after which an operand must follow: a minus after them is a sign. */
export const WORDS_BEFORE_OPERANDS: readonly string[] = words(
  "and between distinct else having limit not on or select then when where",
);

function words(list: string): readonly string[] {
  return list.trim().split(/\s+/);
}
