/** Functions of PostgreSQL that are IMMUTABLE or STABLE in `pg_proc.provolatile`, and ordinary aggregates and window functions. */
export const SAFE_FUNCTIONS: ReadonlySet<string> = new Set(
  [
    // Conditionals
    "coalesce nullif greatest least",
    // Aggregates
    "count sum avg min max array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or every",
    "bit_and bit_or stddev stddev_pop stddev_samp variance var_pop var_samp corr percentile_cont percentile_disc mode",
    // Windows
    "row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value",
    // Text
    "lower upper initcap length char_length character_length octet_length bit_length concat concat_ws left right lpad rpad",
    "ltrim rtrim btrim trim replace translate reverse repeat split_part strpos position substr substring starts_with md5",
    "ascii chr quote_ident quote_literal regexp_replace regexp_match to_char to_number to_hex encode decode format unaccent",
    // Numbers
    "abs ceil ceiling floor round trunc sign sqrt cbrt power exp ln log mod div width_bucket",
    // Time: one statement has one time
    "date_trunc date_part extract age to_timestamp to_date make_date make_timestamp now timezone",
    // JSON and arrays
    "to_json to_jsonb json_build_object jsonb_build_object json_build_array jsonb_build_array json_array_length",
    "jsonb_array_length jsonb_extract_path jsonb_extract_path_text json_extract_path json_extract_path_text jsonb_typeof",
    "json_typeof jsonb_strip_nulls json_strip_nulls row_to_json array_length array_position array_to_string cardinality any all unnest",
    // Full text
    "to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline",
  ].flatMap((names) => names.split(" ")),
);
