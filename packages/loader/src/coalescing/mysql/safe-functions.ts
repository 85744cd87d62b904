/** Functions of MySQL and MariaDB that change nothing and whose result one statement's arguments and time decide. */
export const SAFE_FUNCTIONS: ReadonlySet<string> = new Set(
  [
    // Conditionals
    "coalesce nullif ifnull if greatest least isnull",
    // Aggregates
    "count sum avg min max group_concat json_arrayagg json_objectagg bit_and bit_or bit_xor std stddev stddev_pop stddev_samp",
    "var_pop var_samp variance",
    // Windows
    "row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value",
    // Text
    "lower lcase upper ucase length char_length character_length octet_length bit_length concat concat_ws left right lpad rpad",
    "ltrim rtrim trim replace reverse repeat substring substr mid substring_index instr locate position ascii hex unhex",
    "md5 sha1 sha2 quote soundex strcmp elt field find_in_set insert space format",
    // Numbers
    "abs ceil ceiling floor round truncate sign sqrt power pow exp ln log log2 log10 mod crc32 conv",
    // Time: one statement has one time
    "now current_timestamp curdate current_date curtime date time year quarter month week weekofyear day dayofmonth dayofweek",
    "dayofyear weekday hour minute second microsecond last_day date_format str_to_date from_unixtime unix_timestamp datediff",
    "timediff makedate maketime to_days from_days",
    // JSON
    "json_extract json_unquote json_object json_array json_contains json_contains_path json_length json_keys json_type json_valid",
    "json_search",
  ].flatMap((names) => names.split(" ")),
);
