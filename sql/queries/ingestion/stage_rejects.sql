-- Takes a file's rejected rows, of any feed.
COPY staging_rejects FROM STDIN (FORMAT binary);
