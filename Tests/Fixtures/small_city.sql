-- A small city by formula: 12 enterprises in 3 chains and 2 regions, 2 occupations, postings of every month from 2019-01 to 2021-06.
-- Half of a posting is filled at the end of its first month, the rest a month later; every seventh stays open for three months.
INSERT INTO enterprise_versions
SELECT 'suqian', 'E' || e, '-infinity', e, '企业' || e, (ARRAY['321322', '321311'])[1 + e % 2],
  (ARRAY['liquor', 'furnishing', 'big-data'])[1 + e % 3], NULL, '小型', NULL, '2019-01-01', 1, 1, e
FROM generate_series(1, 12) AS e;

CREATE TEMP TABLE posting AS
SELECT e, m, o, 'P' || e || '-' || m || '-' || o AS id, ('2019-01-10'::date + make_interval(months => m))::date AS posted_on,
  2 + (e * 7 + m * 3 + o * 5) % 5 + CASE WHEN m % 12 IN (1, 2) THEN 4 ELSE 0 END AS headcount,
  CASE WHEN (e + m + o) % 7 = 0 THEN 3 ELSE 1 END AS stay
FROM generate_series(1, 12) AS e, generate_series(0, 29) AS m, generate_series(0, 1) AS o;

INSERT INTO vacancy_versions
SELECT 'suqian', 'test', id, known_at, hashtextextended(id || known_at, 0), NULL, NULL, 'E' || e, '企业' || e,
  (ARRAY['321322', '321311'])[1 + e % 2], (ARRAY['liquor', 'furnishing', 'big-data'])[1 + e % 3], (ARRAY['6-04', '2-06'])[1 + o], NULL,
  headcount, filled, 5000, 6000, NULL, posted_on, posted_on + 120, status, '2022-01-01', 1, 1, row_number() OVER ()
FROM (
  SELECT *, posted_on + time '08:00' AS known_at, 0 AS filled, 'open' AS status FROM posting
  UNION ALL
  SELECT *, (date_trunc('month', posted_on) + interval '1 month' - interval '2 days'), headcount / 2, 'open' FROM posting
  UNION ALL
  SELECT *, (date_trunc('month', posted_on) + make_interval(months => 1 + stay) - interval '2 days'), headcount, 'filled' FROM posting
) AS version;

INSERT INTO hiring_plan_versions
SELECT 'suqian', 'E' || e, wave::date, (wave + make_interval(months => lag))::date, '6-04', wave + interval '9 days', hashtextextended(e || wave::text || lag, 0),
  NULL, (ARRAY['321322', '321311'])[1 + e % 2], (ARRAY['liquor', 'furnishing', 'big-data'])[1 + e % 3], 100 + e,
  5 + (e + lag) % 4, 1, 0, '2022-01-01', 1, 1, row_number() OVER ()
FROM generate_series(1, 9) AS e, generate_series('2019-01-01'::timestamp, '2021-04-01', '3 months') AS wave, generate_series(0, 5) AS lag;

INSERT INTO headcount_versions
SELECT 'suqian', 'E' || e, m::date, m + interval '27 days', hashtextextended(e || m::text, 0), 120, 110, 100 + e - CASE WHEN e = 3 THEN extract(month FROM m)::integer ELSE 0 END,
  CASE WHEN e = 3 THEN '订单减少' END, '2022-01-01', 1, 1, row_number() OVER ()
FROM generate_series(1, 6) AS e, generate_series('2021-01-01'::timestamp, '2021-06-01', '1 month') AS m
