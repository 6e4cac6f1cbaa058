"""What SQL from outside may use: function names of DuckDB that only compute, and syntax nodes that only read.

Data for `sql_safety`; no logic. Left out on purpose: everything that reaches files, settings, secrets, sequences, other sessions, the
catalog, the log or other SQL, everything that waits, and what builds values of any size (`repeat`, `list_resize`).
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALLOWED_FUNCTIONS = _words(
    """
    abs acos acosh add aggregate asin asinh atan atan2 atanh bin bit_count bit_length bit_position cbrt ceil ceiling cos cosh cot
    decimal_division degrees divide even exp factorial fdiv floor fmod gamma gcd greatest greatest_common_divisor hash hex isfinite isinf
    isnan lcm least least_common_multiple lgamma ln log log10 log2 mod multiply nextafter pi pow power radians round round_even
    roundbankers sign signbit sin sinh sqrt subtract tan tanh to_base to_binary to_hex trunc unbin unhex xor

    ascii bar base64 char_length character_length chr concat concat_ws contains damerau_levenshtein decode editdist3 encode ends_with
    format format_bytes from_base64 from_hex hamming ilike_escape instr jaccard jaro_similarity jaro_winkler_similarity lcase left
    left_grapheme len length length_grapheme levenshtein like_escape lower lpad ltrim md5 mismatches nfc_normalize not_ilike_escape
    not_like_escape octet_length ord overlay position prefix printf regexp_escape regexp_extract regexp_extract_all regexp_full_match
    regexp_matches regexp_replace regexp_split_to_array replace reverse right right_grapheme rpad rtrim sha1 sha256 split
    split_part starts_with str_split str_split_regex string_split string_split_regex string_to_array strip_accents strlen strpos substr
    substring substring_grapheme suffix to_base64 translate trim ucase unicode upper url_decode url_encode

    age century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek
    dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era hour isodow isoyear julian last_day make_date make_time
    make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz microsecond millennium millisecond minute month monthname
    nanosecond quarter second strftime strptime time_bucket timezone timezone_hour timezone_minute to_centuries to_days to_decades
    to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years
    try_strptime week weekday weekofyear year yearweek

    case cast coalesce constant_or_null if ifnull nullif switch try try_cast typeof

    array_aggr array_aggregate array_append array_apply array_cat array_concat array_contains array_cosine_distance
    array_cosine_similarity array_cross_product array_distance array_distinct array_dot_product array_extract array_filter array_has
    array_has_all array_has_any array_indexof array_inner_product array_intersect array_length array_pop_back array_pop_front
    array_position array_prepend array_push_back array_push_front array_reduce array_reverse array_reverse_sort
    array_select array_slice array_sort array_to_string array_transform array_unique array_value array_where array_zip cardinality
    element_at apply filter flatten generate_series grade_up list_aggr list_aggregate list_any_value list_append list_apply list_avg
    list_bool_and list_bool_or list_cat list_concat list_contains list_count list_distinct list_element list_entropy list_extract
    list_filter list_first list_grade_up list_has list_has_all list_has_any list_histogram list_indexof list_intersect list_kurtosis
    list_last list_mad list_max list_median list_min list_mode list_pack list_position list_prepend list_product list_reduce
    list_reverse list_reverse_sort list_select list_skewness list_slice list_sort list_stddev_pop list_stddev_samp
    list_string_agg list_sum list_transform list_unique list_value list_var_pop list_var_samp list_where list_zip map map_concat
    map_contains map_entries map_extract map_extract_value map_from_entries map_keys map_values range reduce row struct_concat
    struct_extract struct_extract_at struct_insert struct_keys struct_pack struct_values unnest

    json json_array json_array_length json_contains json_exists json_extract json_extract_path json_extract_path_text
    json_extract_string json_keys json_object json_quote json_type json_valid json_value to_json

    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min arg_min_null argmax argmin
    array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop covar_samp entropy favg
    first fsum geomean geometric_mean group_concat grouping grouping_id histogram kahan_sum kurtosis kurtosis_pop last list listagg mad
    max max_by mean median min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept
    regr_r2 regr_slope regr_sxx regr_sxy regr_syy reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum
    sum_no_overflow sumkahan var_pop var_samp variance wavg weighted_avg

    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
    """
)

# allowed, but the answer depends on the clock or on chance: such a figure cannot be kept as the table's
VOLATILE_FUNCTIONS = _words(
    """
    current_date current_localtime current_localtimestamp current_time current_timestamp gen_random_uuid get_current_time
    get_current_timestamp localtime localtimestamp now random today transaction_timestamp uuid uuidv4 uuidv7
    """
)

# sqlglot's classes of functions whose SQL names differ from DuckDB's
ALLOWED_FUNCTION_CLASSES = _words(
    """
    ArrayMax ArrayMin BitwiseAndAgg BitwiseOrAgg BitwiseXorAgg DateBin DateFromParts Explode JSONArray JSONExtractScalar JSONObject
    JarowinklerSimilarity Pad ParseJSON PercentileCont PercentileDisc RegexpSplit SHA2 SortArray StrPosition StrToTime TimeFromParts
    TimeToStr TimeToUnix TimestampFromParts TimestampTrunc Transform UnixToTime
    """
)
VOLATILE_CLASSES = frozenset({"TableSample"})

# sqlglot's classes of syntax that only reads
ALLOWED_SYNTAX = _words(
    """
    Select From Where Group Having Order Ordered Limit Offset Fetch LimitOptions Distinct Qualify Window WindowSpec With CTE Subquery Union
    Except Intersect Values Tuple Table TableAlias TableSample Join Lateral Unnest Alias Aliases Column Identifier Literal RawString Star
    Null Boolean Var DataType DataTypeParam ColumnDef Interval IntervalSpan Paren Neg Not And Or Xor Add Sub Mul Div IntDiv Mod Pow DPipe
    EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Is Between In Like ILike SimilarTo Glob RegexpLike
    RegexpILike Escape Any All Exists Filter WithinGroup IgnoreNulls RespectNulls Bracket Slice Dot PropertyEQ Kwarg Lambda
    Comprehension Columns Cube Rollup GroupingSets PositionalColumn AtTimeZone Collate BitwiseAnd BitwiseOr BitwiseXor BitwiseNot
    BitwiseLeftShift BitwiseRightShift JSONKeyValue JSONPath JSONPathRoot JSONPathKey JSONPathSubscript JSONPathWildcard JSONPathSlice
    ArrayContainsAll ArrayContainedBy ArrayOverlaps Cast TryCast Case If Coalesce Extract Struct Array Map ToMap
    """
)

# those that change something or tell about the server: named in the message as what they are
STATEMENTS = _words(
    """
    Alter AlterColumn Analyze Attach Cache Command Commit Copy Create Delete Describe Detach Drop Execute Export Grant Insert Install
    Into Kill LoadData Lock Merge Pragma Refresh Returning Revoke Rollback Set Show Summarize Transaction TruncateTable Uncache Update
    Use
    """
)
