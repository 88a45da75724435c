-- Takes key, moment and hash of a file's good rows of the feed vacancies, in the order of the file.
COPY staging_vacancies FROM STDIN (FORMAT binary);
