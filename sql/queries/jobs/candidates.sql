-- Which postings may be the same job as another: those that agree with one of another place (source, or channel of it) of the same employer in
-- whatever the rule wants equal, in any of their versions; and those that share the source's own job number. The program looks closely at
-- these only.
-- $1 city, $2 which of occupation, region, headcount and salary must be equal (texts), $3 whether channels of one source are places of their
-- own, $4 whether only the employers in staging_job_employers are looked at
INSERT INTO staging_job_candidates (city, source, posting_id)
WITH seen AS NOT MATERIALIZED (
  SELECT v.source, v.posting_id, v.job, coalesce(l.employer, v.credit_code) AS employer,
    hash_record_extended(
      ROW(coalesce(l.employer, v.credit_code),
        CASE WHEN 'occupation' = ANY ($2::text[]) THEN v.occupation END,
        CASE WHEN 'region' = ANY ($2::text[]) THEN v.region END,
        CASE WHEN 'headcount' = ANY ($2::text[]) THEN v.headcount END,
        CASE WHEN 'salary' = ANY ($2::text[]) THEN v.salary_min END,
        CASE WHEN 'salary' = ANY ($2::text[]) THEN v.salary_max END), 0) AS likeness,
    hash_record_extended(
      ROW(v.source, CASE WHEN $3::boolean THEN coalesce(v.channel, '') END), 0) AS place
  FROM vacancy_versions v
  LEFT JOIN enterprise_employers l ON l.city = $1 AND l.credit_code = v.credit_code AND l.valid_to = 'infinity'
  WHERE v.city = $1
    AND (NOT $4::boolean OR coalesce(l.employer, v.credit_code) IN (SELECT employer FROM staging_job_employers WHERE city = $1))
), alike AS (
  SELECT likeness FROM seen GROUP BY likeness HAVING min(place) <> max(place)
), numbered AS (
  SELECT source, job, employer FROM seen WHERE job IS NOT NULL
  GROUP BY source, job, employer HAVING min(posting_id) <> max(posting_id)
)
SELECT $1, source, posting_id FROM seen JOIN alike USING (likeness)
UNION
SELECT $1, s.source, s.posting_id FROM seen s JOIN numbered USING (source, job, employer)
