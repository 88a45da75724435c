-- How did unfilled openings, new openings and hires of every cell move, month by month, as far as known at a moment?
-- $1 city, $2 known_until (timestamp). A posting's state at a month's end is its newest version by then; it counts while its status is
-- open, it has been posted, and its last day has not passed. Each version adds its gap in the first month whose end it covers and takes
-- it away in the first that it does not: the running sum over months is the stock, without a join per month.
-- `ended` counts postings whose end was reported (a status other than open): where none ever is, earlier months show survivors only.
-- Postings that share a job are one job: the largest of them counts (`stock`, `job_*`), month by month.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), version AS (
  SELECT source, posting_id, job, credit_code, chain, region, occupation, headcount, filled, status, known_at, posted_on, closes_on,
    lead(known_at) OVER w AS next_known_at,
    lag(headcount) OVER w AS headcount_before,
    lag(filled) OVER w AS filled_before,
    lag(status) OVER w AS status_before
  FROM vacancy_versions
  WHERE city = $1 AND known_at <= $2::timestamp
  WINDOW w AS (PARTITION BY source, posting_id ORDER BY known_at, received_at, run_id, file_no, line)
), shared AS (
  SELECT source, job FROM vacancy_versions
  WHERE city = $1 AND known_at <= $2::timestamp AND job IS NOT NULL
  GROUP BY source, job HAVING min(posting_id) <> max(posting_id)
), spell AS (
  SELECT v.source, v.job, s.job IS NOT NULL AS is_shared, coalesce(v.chain, e.chain, '') AS chain, v.region, v.occupation,
    v.headcount, v.filled, v.headcount_before, v.filled_before,
    CASE WHEN v.status = 'open' THEN greatest(v.headcount - v.filled, 0) ELSE 0 END AS gap,
    date_trunc('month', greatest(v.known_at, v.posted_on::timestamp))::date AS first_month,
    date_trunc('month', least(v.next_known_at, v.closes_on + interval '1 day'))::date AS gone_month,
    v.status <> 'open' AND coalesce(v.status_before, 'open') = 'open' AS ends
  FROM version v
  LEFT JOIN enterprise e ON e.credit_code = v.credit_code
  LEFT JOIN shared s ON s.source = v.source AND s.job = v.job
), event AS (
  SELECT chain, region, occupation, first_month AS month, gap AS change,
    CASE WHEN headcount_before IS NULL THEN headcount ELSE greatest(headcount - headcount_before, 0) END AS sought,
    greatest(filled - coalesce(filled_before, 0), 0) AS hired, ends::integer AS ended
  FROM spell WHERE NOT is_shared
  UNION ALL
  SELECT chain, region, occupation, gone_month, -gap, 0, 0, 0
  FROM spell WHERE NOT is_shared AND gap > 0 AND gone_month > first_month
  UNION ALL
  -- A spell that is over before its first month's end never counts.
  SELECT chain, region, occupation, first_month, -gap, 0, 0, 0
  FROM spell WHERE NOT is_shared AND gap > 0 AND gone_month <= first_month
), job_month AS (
  SELECT DISTINCT ON (source, job, month) source, job, month::date AS month, chain, region, occupation, gap, headcount, filled
  FROM spell, generate_series(first_month, coalesce(gone_month - interval '1 month', $2::timestamp), interval '1 month') AS month
  WHERE is_shared
  ORDER BY source, job, month, gap DESC, chain, region, occupation
), job_flow AS (
  SELECT chain, region, occupation, month, gap,
    greatest(headcount - coalesce(lag(headcount) OVER j, 0), 0) AS sought,
    greatest(filled - coalesce(lag(filled) OVER j, 0), 0) AS hired
  FROM job_month WINDOW j AS (PARTITION BY source, job ORDER BY month)
), part AS (
  SELECT chain, region, occupation, month, sum(change) AS change, 0 AS stock, sum(sought) AS sought, sum(hired) AS hired,
    sum(ended) AS ended
  FROM event GROUP BY chain, region, occupation, month
  UNION ALL
  SELECT chain, region, occupation, month, 0, sum(gap), sum(sought), sum(hired), 0
  FROM job_flow GROUP BY chain, region, occupation, month
  UNION ALL
  SELECT chain, region, occupation, first_month, 0, 0, 0, 0, count(*) FILTER (WHERE ends)
  FROM spell WHERE is_shared GROUP BY chain, region, occupation, first_month
)
SELECT chain, region, occupation, month, sum(change)::bigint AS change, sum(stock)::bigint AS stock,
  sum(sought)::bigint AS sought, sum(hired)::bigint AS hired, sum(ended)::bigint AS ended
FROM part
WHERE month <= $2::timestamp
GROUP BY chain, region, occupation, month
ORDER BY chain, region, occupation, month
