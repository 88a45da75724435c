-- Takes the keys of a file's good rows of the feed vacancies.
COPY staging_vacancies FROM STDIN (FORMAT binary);
