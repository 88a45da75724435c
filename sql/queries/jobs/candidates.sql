-- Which postings may be the same job as another: those that agree with one of another place (source, or channel of it) of the same employer in
-- whatever the rule wants equal, in any of their versions; and those that share the source's own job number. The program looks closely at
-- these only.
-- $1 city, $2 which of occupation, region, headcount and salary must be equal (texts), $3 whether channels of one source are places of their
-- own, $4 whether only the employers in staging_job_employers are looked at
INSERT INTO staging_job_candidates (city, source, posting_id)
WITH seen AS NOT MATERIALIZED (
  -- What must be equal, as one number, and where. Equal numbers by chance are sorted out by the program.
  SELECT v.source, v.posting_id,
    hashtextextended(coalesce(l.employer, v.credit_code), 0)
      # CASE WHEN 'occupation' = ANY ($2::text[]) THEN hashtextextended(v.occupation, 1) ELSE 0 END
      # CASE WHEN 'region' = ANY ($2::text[]) THEN hashtextextended(v.region, 2) ELSE 0 END
      # CASE WHEN 'headcount' = ANY ($2::text[]) THEN hashint4extended(v.headcount, 3) ELSE 0 END
      # CASE WHEN 'salary' = ANY ($2::text[])
          THEN coalesce(hashfloat8extended(v.salary_min, 4), 0) # coalesce(hashfloat8extended(v.salary_max, 5), 0) ELSE 0 END AS likeness,
    hashtextextended(v.source, 6)
      # CASE WHEN $3::boolean THEN hashtextextended(coalesce(v.channel, ''), 7) ELSE 0 END AS place
  FROM vacancy_versions v
  LEFT JOIN enterprise_employers l ON l.city = $1 AND l.credit_code = v.credit_code AND l.valid_to = 'infinity'
  WHERE v.city = $1
    AND (NOT $4::boolean OR coalesce(l.employer, v.credit_code) IN (SELECT employer FROM staging_job_employers WHERE city = $1))
  UNION ALL
  -- Of postings with a job number: the number, and which posting.
  SELECT v.source, v.posting_id,
    hashtextextended(coalesce(l.employer, v.credit_code), 8) # hashtextextended(v.source, 9) # hashtextextended(v.job, 10),
    hashtextextended(v.posting_id, 11)
  FROM vacancy_versions v
  LEFT JOIN enterprise_employers l ON l.city = $1 AND l.credit_code = v.credit_code AND l.valid_to = 'infinity'
  WHERE v.city = $1 AND v.job IS NOT NULL
    AND (NOT $4::boolean OR coalesce(l.employer, v.credit_code) IN (SELECT employer FROM staging_job_employers WHERE city = $1))
), alike AS (
  SELECT likeness FROM seen GROUP BY likeness HAVING min(place) <> max(place)
)
SELECT DISTINCT $1, source, posting_id FROM seen JOIN alike USING (likeness)
