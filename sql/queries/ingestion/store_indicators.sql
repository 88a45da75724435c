-- Stores the versions of the feed indicators that the program found to be new.
COPY indicator_versions (known_at, content_hash, series, region, chain, month, openings_end, openings_new, hires, separations, employment, unemployed, line,
     city, received_at, run_id, file_no)
FROM STDIN (FORMAT binary);
