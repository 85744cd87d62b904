import { words } from "../words.ts";

/**
 * Native functions of both systems that leave nothing behind and mean the same on a replica (MySQL 9 manual, 14.1; MariaDB
 * documentation, "Function and Operator Reference"). Left out: those that tell of the session (`last_insert_id`, `found_rows`,
 * `row_count`, `connection_id`), locks, waits for replication, files of the server. A native function can't be replaced by a stored
 * one of its name; where a system lacks one, a stored one may have the name: hence a list for each.
 * Since MySQL 9.6 `md5`, `sha` and `sha1` are loadable; a stored one is not likely to be named so.
 */
const BOTH = words(`
  abs acos adddate addtime aes_decrypt aes_encrypt ascii asin atan atan2 avg benchmark bin
  bit_and bit_count bit_length bit_or bit_xor ceil ceiling char char_length character_length charset coalesce coercibility
  collation compress concat concat_ws conv convert convert_tz cos cot count crc32 cume_dist curdate current_date
  current_role current_time current_timestamp current_user curtime database date date_add date_format date_sub datediff
  day dayname dayofmonth dayofweek dayofyear default degrees dense_rank elt exp export_set extract extractvalue field
  find_in_set first_value floor format from_base64 from_days from_unixtime get_format greatest group_concat
  hex hour if ifnull inet6_aton inet6_ntoa inet_aton inet_ntoa insert instr interval is_ipv4 is_ipv4_compat
  is_ipv4_mapped is_ipv6 isnull
  json_array json_array_append json_array_insert json_arrayagg json_contains json_contains_path json_depth json_extract
  json_insert json_keys json_length json_merge json_merge_patch json_merge_preserve json_object json_objectagg
  json_overlaps json_pretty json_quote json_remove json_replace json_search json_set json_table
  json_type json_unquote json_valid json_value
  lag last_day last_value lcase lead least left length ln localtime localtimestamp locate log log10 log2 lower lpad ltrim
  make_set makedate maketime max md5 microsecond mid min minute mod month monthname name_const now nth_value ntile nullif
  oct octet_length ord percent_rank period_add period_diff pi position pow power quarter quote radians rand
  random_bytes rank regexp_instr regexp_replace regexp_substr repeat replace reverse right round row_number rpad rtrim
  schema sec_to_time second session_user sha sha1 sha2 sign sin sleep soundex space sqrt
  st_area st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_buffer st_centroid st_contains st_convexhull st_crosses
  st_difference st_dimension st_disjoint st_distance st_distance_sphere st_endpoint st_envelope st_equals st_exteriorring
  st_geometryn st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb st_interiorringn st_intersection
  st_intersects st_isclosed st_isempty st_issimple st_length st_numgeometries st_numinteriorrings st_numpoints st_overlaps
  st_pointfromtext st_pointn st_polyfromtext st_srid st_startpoint st_symdifference st_touches st_union
  st_within st_x st_y
  std stddev stddev_pop stddev_samp str_to_date strcmp subdate substr substring substring_index subtime sum
  sysdate system_user tan time time_format time_to_sec timediff timestamp timestampadd timestampdiff to_base64 to_days
  to_seconds trim truncate ucase uncompress uncompressed_length unhex unix_timestamp updatexml upper user utc_date
  utc_time utc_timestamp uuid uuid_short values var_pop var_samp variance version week weekday weekofyear
  weight_string year yearweek
  geometrycollection linestring multilinestring multipoint multipolygon point polygon
`);

const OWN: Readonly<Record<"mysql" | "mariadb", ReadonlySet<string>>> = {
  mysql: words(`
    any_value bin_to_uuid format_bytes format_pico_time grouping gtid_subset gtid_subtract is_uuid json_schema_valid
    json_schema_validation_report json_storage_free json_storage_size regexp_like st_frechetdistance st_geohash st_hausdorffdistance st_isvalid
    st_latfromgeohash st_latitude st_lineinterpolatepoint st_longfromgeohash st_longitude st_makeenvelope
    st_pointfromgeohash st_swapxy st_transform st_simplify st_validate statement_digest statement_digest_text uuid_to_bin
    mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin
  `),
  mariadb: words(`
    add_months chr column_check column_create column_exists column_get column_json column_list crc32c decode
    decode_histogram des_decrypt encode encrypt json_compact json_detailed json_equals json_exists json_loose json_normalize json_query
    lengthb median natural_sort_key nvl nvl2 percentile_cont percentile_disc sformat st_boundary st_isring
    st_pointonsurface st_relate sys_guid to_char trim_oracle
  `),
};

export function nativeFunctions(system: "mysql" | "mariadb"): ReadonlySet<string> {
  return new Set([...BOTH, ...OWN[system]]);
}
