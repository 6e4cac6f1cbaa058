select count(*) from flights;

SELECT median(dep_delay), quantile_cont(dep_delay, 0.95), quantile_disc(dep_delay, [0.1, 0.9]), mad(dep_delay), mode(carrier) FROM
Flights

select avg((dep_delay > 15)::int) as late_share from flights -- a comment

from flights

from flights select carrier, sum(dep_delay) group by all order by all

select carrier, count(*) n, n * 2 twice from flights group by 1 having n > 1 order by n desc, 1 limit 2 offset 0

select f.carrier, a.name, avg(f.dep_delay) from flights as f left join airlines a on a.carrier = f.carrier group by f.carrier,
a.name order by 1

select * from flights join Airlines using (carrier) order by id

select date_trunc('month', ts), date_part('dow', ts), extract(year from ts), strftime(ts, '%Y-%m'), dayname(ts) from flights order
by id

select ts + interval 3 day, ts - interval '2' month, date_diff('day', timestamp '2020-01-01', ts), ts::date from flights order by
id

select date '2020-03-01' - date '2020-02-01', last_day(ts), epoch(ts), epoch_ms(ts), time_bucket(interval 1 week, ts) from flights
order by id

select make_date(2020, month, 1), make_timestamp(2020, 1, 1, 2, 3, 4.5), strptime('2020', '%Y') from flights order by id

select sum(dep_delay) filter (where ok), count(distinct carrier), count_if(ok), arg_max(id, dep_delay), bool_or(ok) from flights

select id, row_number() over (partition by carrier order by dep_delay desc, id) r, lag(id) over w from flights window w as (order
by id) order by id

select id from flights qualify rank() over (order by dep_delay desc nulls last, id) <= 2 order by id

select sum(id) over (order by id rows between 1 preceding and current row) from flights order by id

with a as (select carrier c, avg(dep_delay) d from flights group by 1), b as (select max(d) m from a) select c from a, b where d =
m

with recursive r as (select 1 i union all select i + 1 from r where i < 9) select max(i) from r

with flights as (select * from flights where ok) select count(*) from flights

select (select max(dep_delay) from flights g where g.month = f.month) from flights f order by id

select carrier from flights union all select name from Airlines order by carrier

select month from flights except select 3 order by 1

values (1, 'a'), (2, null)

select x from (values (1), (2)) v(x) order by x

select * from range(3) r(i)

select unnest(generate_series(1, 3))

select id, t from flights, unnest(tags) as u(t) order by id, t

select id, unnest(tags) t from flights order by id, t

select list_transform(tags, lambda x: upper(x)), [length(x) for x in tags if x <> 'b'], tags[1], tags[1:2], len(tags) from flights
order by id

select list_filter(tags, lambda x: x > 'a'), list_sort(tags), list_max(tags), array_to_string(tags, '-') from flights order by id

select {'a': id, 'b': carrier}.a, struct_pack(x := id).x, map {'k': id}['k'] from flights order by id

select max(columns('dep.*')), min(columns(* exclude (tags))) from flights

select * exclude (tags), upper(carrier) u from flights order by id

select * replace (dep_delay + 1 as dep_delay) from flights order by id

select "tail num", flights."tail num" from flights order by id

select case when dep_delay > 15 then 'late' when dep_delay is null then 'gone' else 'fine' end k, count(*) from flights group by k
order by k

select if(ok, 1, 2), ifnull(dep_delay, 0), coalesce(dep_delay, -1), nullif(month, 3), dep_delay is not distinct from null from
flights order by id

select id / 2, id // 2, id % 2, id ** 2, id ^ 2, -id, round(dep_delay / 3, 2), floor(2.5), ceil(dep_delay) from flights order by
id

select carrier || '-' || month, carrier like 'A%', carrier ilike 'a%', carrier not in ('AA', 'UA'), month between 1 and 2 from
flights order by id

select regexp_matches(carrier, '^[A-Z]+$'), regexp_extract(carrier, '(.)', 1), regexp_replace(carrier, 'A', 'b', 'g'), carrier ~
'A.*' from flights order by id

select 'it''s', $$it's \ here$$, 'a\b', length('a\\b'), chr(10)

select substr(carrier, 1, 1), carrier[1], left(carrier, 1), lpad(carrier, 4, '.'), split_part('a-b', '-', 2), strip_accents('é'),
format('{}', id) from flights order by id

select carrier, month, grouping(carrier), count(*) from flights group by cube (carrier, month) order by all

select carrier, count(*) from flights group by grouping sets ((carrier), ()) order by 1 nulls first

select stddev(dep_delay), var_pop(dep_delay), corr(id, dep_delay), regr_slope(dep_delay, id), skewness(dep_delay),
entropy(carrier) from flights

select string_agg(carrier, ',' order by id), list(carrier order by id desc), histogram(month), product(id), any_value(1) from
flights

select try_cast(carrier as int), cast(id as decimal(10, 2)), id::varchar, '3'::double, true and not false or null from flights
order by id

select distinct on (carrier) carrier, id from flights order by carrier, id

select a.id from flights a semi join flights b on a.id = b.id + 1 order by 1

select ts at time zone 'UTC' from flights order by id

select json_extract_string('{"a": 1}', '$.a'), '{"a": {"b": 2}}'::json -> 'a' ->> 'b', to_json(id) from flights order by id

select 1e5, .5, 1_000, 1.50, 9223372036854775807

select month, count(*) * 100.0 / sum(count(*)) over () from flights group by month order by month

(select 1 union select 2) order by 1 limit 1
