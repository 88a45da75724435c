-- Under which names do enterprises occur, and from when to when have they reported or posted? The register's names have no days.
-- $1 city
SELECT credit_code, enterprise_name, min(known_at)::date AS first, max(known_at)::date AS last
FROM (
  SELECT credit_code, enterprise_name, NULL::timestamp AS known_at FROM enterprise_versions WHERE city = $1
  UNION ALL
  SELECT credit_code, enterprise_name, known_at FROM vacancy_versions WHERE city = $1
  UNION ALL
  SELECT credit_code, enterprise_name, known_at FROM hiring_plan_versions WHERE city = $1
  UNION ALL
  SELECT credit_code, NULL, known_at FROM headcount_versions WHERE city = $1
) seen
GROUP BY credit_code, enterprise_name
ORDER BY credit_code COLLATE "C", enterprise_name COLLATE "C"
