-- What do the postings say: how did every cell move month by month, who recruits in it, what is offered? In one pass, for it costs most.
-- $1 city, $2 known_until (timestamp). The rows are of three kinds:
--   month     unfilled openings (change), persons newly sought, hired, and jobs whose end was reported, by cell and month
--   employer  openings, persons sought in the last 12 months, persons ever sought, what is offered and since when, by employer and cell
--   salary    the median offer (middle of the bounds, a month) by cell, by larger node, and by occupation in the whole city; a dimension that is
--             summed over is null; no offer, no row
-- A job's state at a month's end is the newest version of any of its postings by then; it counts while its status is open, it has been posted, and its
-- last day has not passed. Each version adds its gap in the first month whose end it covers and takes it away in the first that it does not: the
-- running sum over months is the stock, without a join per month. Postings that are decided to be one job by the rule in force at the moment
-- (`job_decisions`) follow one another as one posting would, and are one offer, the newest. `ended` counts jobs whose end was reported (a status
-- other than open): where none ever is, earlier months show survivors only. Linked enterprises are one employer, under the code that stands for them.
-- The window's first key is a hash: the versions of a job only have to stand together, and numbers sort several times faster than texts.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), employer AS (
  SELECT credit_code, employer FROM enterprise_employers
  WHERE city = $1 AND valid_from <= $2::timestamp AND valid_to > $2::timestamp
), follower AS (
  SELECT d.source, d.posting_id, d.job_source, d.job_posting_id
  FROM job_decisions d JOIN job_rules r ON r.city = $1 AND r.version = d.rule_version
  WHERE d.city = $1 AND r.valid_from <= $2::timestamp AND r.valid_to > $2::timestamp AND d.since <= $2::timestamp
), version AS (
  SELECT v.credit_code, v.chain, v.region, v.occupation, v.headcount, v.filled, v.status, v.known_at, v.posted_on, v.closes_on,
    v.salary_min, v.salary_max, lead(v.known_at) OVER before AS next_known_at, max(v.headcount) OVER before AS headcount_before,
    max(v.filled) OVER before AS filled_before, lag(v.status) OVER before AS status_before
  FROM vacancy_versions v
  LEFT JOIN follower f ON f.source = v.source AND f.posting_id = v.posting_id
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
  WINDOW before AS (
    PARTITION BY hashtextextended(coalesce(f.job_posting_id, v.posting_id), 0), coalesce(f.job_posting_id, v.posting_id),
      coalesce(f.job_source, v.source)
    ORDER BY v.known_at, v.source, v.posting_id, v.received_at, v.run_id, v.file_no, v.line
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), state AS MATERIALIZED (
  SELECT v.credit_code, coalesce(v.chain, e.chain, '') AS chain, v.region, v.occupation,
    CASE WHEN v.status = 'open' THEN greatest(v.headcount - v.filled, 0) ELSE 0 END AS gap,
    greatest(v.headcount - coalesce(v.headcount_before, 0), 0) AS sought, greatest(v.filled - coalesce(v.filled_before, 0), 0) AS hired,
    v.status <> 'open' AND coalesce(v.status_before, 'open') = 'open' AS ends,
    date_trunc('month', greatest(v.known_at, v.posted_on::timestamp))::date AS first_month,
    date_trunc('month', least(v.next_known_at, v.closes_on + interval '1 day'))::date AS gone_month,
    v.next_known_at IS NULL AS is_newest, v.headcount, greatest(v.headcount, v.headcount_before) AS most, v.posted_on, v.closes_on,
    v.salary_min, v.salary_max
  FROM version v LEFT JOIN enterprise e ON e.credit_code = v.credit_code
), spell AS (
  SELECT chain, region, occupation, first_month, gone_month, sum(gap) AS gap, sum(sought) AS sought, sum(hired) AS hired,
    count(*) FILTER (WHERE ends) AS ended
  FROM state
  GROUP BY chain, region, occupation, first_month, gone_month
), event AS (
  SELECT chain, region, occupation, first_month AS month, gap AS change, sought, hired, ended FROM spell
  UNION ALL
  -- A spell that is over before its first month's end never counts.
  SELECT chain, region, occupation, greatest(gone_month, first_month), -gap, 0, 0, 0
  FROM spell WHERE gap > 0 AND gone_month IS NOT NULL
), job AS MATERIALIZED (
  SELECT coalesce(m.employer, s.credit_code) AS employer, s.chain, s.region, s.occupation, s.headcount, s.most, s.posted_on, s.salary_min,
    s.salary_max, CASE WHEN s.closes_on IS NULL OR s.closes_on >= $2::timestamp::date THEN s.gap ELSE 0 END AS gap
  FROM state s LEFT JOIN employer m ON m.credit_code = s.credit_code
  WHERE s.is_newest
), told AS (
  SELECT 'month' AS kind, chain, region, occupation, NULL AS credit_code, month AS day, sum(change)::bigint AS openings,
    sum(sought)::bigint AS sought, sum(hired)::bigint AS hired, sum(ended)::bigint AS ended, NULL::bigint AS ever_sought,
    NULL::double precision AS salary_min, NULL::double precision AS salary_max
  FROM event
  WHERE month <= $2::timestamp
  GROUP BY chain, region, occupation, month
  UNION ALL
  SELECT 'employer', chain, region, occupation, employer, min(posted_on) FILTER (WHERE gap > 0 AND posted_on <= $2::timestamp),
    coalesce(sum(gap) FILTER (WHERE posted_on <= $2::timestamp), 0)::bigint,
    coalesce(sum(headcount) FILTER (WHERE posted_on > $2::timestamp - interval '12 months'), 0)::bigint, NULL, NULL, sum(most)::bigint,
    min(salary_min) FILTER (WHERE gap > 0 AND posted_on <= $2::timestamp),
    max(salary_max) FILTER (WHERE gap > 0 AND posted_on <= $2::timestamp)
  FROM job
  GROUP BY employer, chain, region, occupation
  UNION ALL
  SELECT 'salary', chain, region, occupation, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY (coalesce(salary_min, salary_max) + coalesce(salary_max, salary_min)) / 2), NULL
  FROM job
  WHERE gap > 0 AND coalesce(salary_min, salary_max) IS NOT NULL
  GROUP BY GROUPING SETS ((chain, region, occupation), (chain, region), (chain), (region), (occupation), ())
  HAVING count(*) > 0
)
SELECT kind, chain, region, occupation, credit_code, day, openings, sought, hired, ended, ever_sought, salary_min, salary_max
FROM told
ORDER BY kind, chain NULLS FIRST, region NULLS FIRST, occupation NULLS FIRST, credit_code, day
