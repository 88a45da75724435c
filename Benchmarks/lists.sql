-- A forecast of a large city, made up from fixed numbers: 20 chains × 9 regions × 33 occupations, and :enterprises enterprises in three occupations each.
SET search_path = labourwatch;
INSERT INTO runs VALUES ('suqian', 1, 'forecast', '2022-01-05', '2022-01-05', '2022-01-05', '2022-01-05', 'done', 0, NULL, '0', 'h', 1, NULL);
INSERT INTO forecast_runs VALUES ('suqian', 1, '', '2021-12-01', '2021-12-31 23:59:59', 6, 100, 1, 'test', 'lists', '{}', '2022-01-05');

CREATE TEMP TABLE chain AS
  SELECT row_number() OVER (ORDER BY position) - 1 AS n, code FROM chains WHERE city = 'suqian'
  UNION ALL SELECT 16 + g, 'chain-' || 17 + g FROM generate_series(1, 3) g;
CREATE TEMP TABLE place AS
  SELECT row_number() OVER (ORDER BY position) - 1 AS n, code FROM regions WHERE city = 'suqian' AND parent IS NOT NULL;
CREATE TEMP TABLE job AS
  SELECT row_number() OVER (ORDER BY position) - 1 AS n, code FROM occupations WHERE city = 'suqian';
CREATE TEMP TABLE firm AS
  SELECT i, '91' || lpad(i::text, 16, '0') AS code, c.code AS chain, p.code AS region
    FROM generate_series(1, :enterprises) i
    JOIN chain c ON c.n = i % 20 JOIN place p ON p.n = (i / 20) % 9;

INSERT INTO enterprise_versions
SELECT 'suqian', code, '-infinity', i, '宿迁市第' || i || '制造有限公司', region, chain, NULL, NULL, NULL, '2021-01-01', 1, 1, i FROM firm;
INSERT INTO enterprise_contacts
SELECT 'suqian', code, '联系人' || i % 50, '0527-8' || lpad((i % 1000000)::text, 6, '0'), '2021-01-01', 1 FROM firm;
INSERT INTO forecast_enterprises
SELECT 'suqian', 1, '', f.code, f.chain, f.region, j.code, 1 + (f.i * 13 + k * 7) % 8, (f.i + k) % 12, 1 + (f.i * 11 + k * 5) % 9,
       DATE '2021-10-01' + (f.i % 60)::integer, 4000 + f.i % 1500, 6000 + f.i % 2500
  FROM firm f CROSS JOIN generate_series(0, 2) k JOIN job j ON j.n = (f.i / 180 + k * 11) % 33;
INSERT INTO forecast_surpluses
SELECT 'suqian', 1, '', code, chain, region, 100 + i % 900, 120 + i % 900, 130 + i % 900, 5 + i % 60, NULL, 20, 5, 10 FROM firm WHERE i % 8 = 0;

CREATE TEMP TABLE node AS
  SELECT CASE WHEN occupation IS NOT NULL THEN 'cell' WHEN chain IS NOT NULL AND region IS NOT NULL THEN 'chain_region'
              WHEN chain IS NOT NULL THEN 'chain' WHEN region IS NOT NULL THEN 'region' ELSE 'city' END AS level,
         coalesce(chain, '') AS chain, coalesce(region, '') AS region, coalesce(occupation, '') AS occupation,
         sum(openings) AS openings, sum(expected) AS expected
    FROM forecast_enterprises
   WHERE city = 'suqian' AND run_id = 1
   GROUP BY GROUPING SETS ((chain, region, occupation), (chain, region), (chain), (region), ());
INSERT INTO forecast_nodes
SELECT 'suqian', 1, '', level, chain, region, occupation, openings, openings * 0.9, openings * 1.2, openings * 9, openings * 0.7, 5000, 5200, 36,
       0.8, 0.6, CASE WHEN hashtext(chain || region || occupation) % 5 = 0 THEN '{imputed,short_history}'::text[] ELSE '{imputed}' END
  FROM node;
INSERT INTO forecast_values
SELECT 'suqian', 1, '', level, chain, region, occupation, DATE '2021-12-01' + make_interval(months => h), h, expected, expected * 0.7, expected,
       expected * 1.4, openings * 0.8, 0.2 + abs(hashtext(chain || region || occupation) % 79) / 100.0
  FROM node CROSS JOIN generate_series(1, 6) h;
INSERT INTO forecast_drivers
SELECT 'suqian', 1, '', level, chain, region, occupation, DATE '2021-12-01' + make_interval(months => h), d.driver, expected * d.share
  FROM node CROSS JOIN generate_series(1, 6) h CROSS JOIN (VALUES ('carried_over', 0.5), ('planned', 0.3), ('replacement', 0.2)) d (driver, share)
 WHERE level = 'cell';
INSERT INTO forecast_history
SELECT 'suqian', 1, '', level, chain, region, DATE '2021-12-01' - make_interval(months => m), openings * (0.8 + 0.01 * m)
  FROM node CROSS JOIN generate_series(0, 23) m
 WHERE level <> 'cell';
INSERT INTO forecast_occupations
SELECT 'suqian', 1, '', region, occupation, DATE '2021-12-01' - make_interval(months => m), sum(openings) * (0.8 + 0.01 * m)
  FROM node CROSS JOIN generate_series(0, 23) m
 WHERE level = 'cell'
 GROUP BY region, occupation, m;
ANALYZE;
