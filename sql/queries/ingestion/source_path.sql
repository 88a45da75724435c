-- Names in a source's query are looked for where its own role looks for them.
RESET search_path;
