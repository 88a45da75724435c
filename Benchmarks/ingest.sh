#!/usr/bin/env bash
# Measures ingestion against `psql \copy` of the same rows into a logged table with the same primary key, interleaved (A B A B …), medians.
#   Benchmarks/ingest.sh PROGRAM [ROWS] [ROUNDS]
# Rows, dirt and truth come from vacancies.awk, seeded. CPU is that of the program (or psql) and of the server with all its processes. Nothing else should run
# beside it. BIG=10000000 in the environment measures the peak memory also at that many rows.
set -euo pipefail
program=$(realpath "$1")
rows=${2:-2000000}
rounds=${3:-3}
here=$(cd "$(dirname "$0")" && pwd)
reference=$here/../jobs/suqian/reference
work=$(mktemp -d)
export LABOURWATCH_HOME=$work/home LC_ALL=C
trap '"$program" local stop > /dev/null 2>&1 || true; rm -rf "$work"' EXIT
cp -r "$here/../jobs/suqian" "$work/profile"
sed -i 's/^rules:/rules:\n  full_export: true/' "$work/profile/feeds/vacancies.yaml"   # night 2 looks for what it misses
"$program" migrate --quiet --profile "$work/profile"
url=$("$program" local url)
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$url" "$@"; }
server=$(sql -c "select pg_read_file('postmaster.pid')" | head -n 1)

server_ticks() { # of the server, its processes and those that ended
  { cat /proc/"$server"/stat $(sed 's|[0-9][0-9]*|/proc/&/stat|g' /proc/"$server"/task/"$server"/children) 2> /dev/null || true; } |
    awk '{ sub(/.*\) /, ""); sum += $12 + $13 + $14 + $15 } END { print sum }'
}
wal() { sql -c "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"; }

# cost COMMAND…: seconds, CPU seconds (command and server) and bytes of WAL into `seconds`, `cpu`, `wal`
cost() {
  local status=0 ticks lsn before after
  sql -c checkpoint
  lsn=$(wal); ticks=$(server_ticks); before=$(date +%s.%N)
  { TIMEFORMAT="%U %S"; time "$@" > "$work/log" 2>&1 || status=$?; } 2> "$work/time"
  after=$(date +%s.%N)
  [ "$status" -eq 0 ] || [ "$status" -eq 3 ] || { echo "$1 failed ($status): $(tail -n 3 "$work/log")" >&2; exit 1; }
  sleep 0.2   # for the backend to end and be counted
  wal=$(($(wal) - lsn)); ticks=$(($(server_ticks) - ticks))
  seconds=$(awk "BEGIN { print $after - $before }")
  cpu=$(awk -v ticks="$ticks" -v hertz="$(getconf CLK_TCK)" 'END { print $1 + $2 + ticks / hertz }' "$work/time")
}
count() { [ ! -e "$work/summary.json" ] || sed -nE "s/.*\"$1\":([0-9]+).*/\1/p" "$work/summary.json" | head -n 1; }
ingest() { # ingest FILE CLOCK [OPTION…]
  mkdir -p "$work/inbox"; rm -f "$work"/inbox/*; ln -s "$1" "$work/inbox/vacancies${1##*/}"
  cost "$program" ingest --quiet --profile "$work/profile" --inbox "$work/inbox" --now "$2" --summary "$work/summary.json" "${@:3}"
}
empty() { sql -c "set client_min_messages = warning" -c "truncate labourwatch.vacancy_versions, labourwatch.quarantine, labourwatch.run_files, labourwatch.findings, labourwatch.full_exports,
    labourwatch.absences, labourwatch.unread_records cascade"; }
note() { # note CASE ROWS: keeps a measurement
  echo "$seconds $cpu $wal $(awk "BEGIN { print $2 / $seconds }") $(count peak_memory_bytes || echo 0) $2" >> "$work/measured-$1"
}
median() { sort -g -k "$2,$2" "$work/measured-$1" | awk -v k="$2" '{ v[NR] = $k } END { print v[int((NR + 1) / 2)] }'; }

copy() {
  sql -c "create table bench (source text, channel text, posting_id text, credit_code text, enterprise_name text, region text,
    chain text, occupation text, title text, headcount integer, filled integer, salary_min double precision, salary_max double precision, education text,
    posted_on date, closes_on date, status text, updated_at timestamp, primary key (source, posting_id, updated_at))"
  cost psql -X -q -v ON_ERROR_STOP=1 -d "$url" -c "\\copy bench from '$1' csv header"
}

generate() { mkdir -p "$work/$1"; awk -f "$here/vacancies.awk" -v rows="$2" -v bad="$3" -v seed=1 -v reference="$reference" -v out="$work/$1"; }

# truth FOLDER NIGHT: the rejected rows of the last run must be those that were spoilt, reason by reason
truth() {
  awk -F '\t' -v night="$2" '
    BEGIN { split("missing_columns field_count extra_columns field_count headcount_not_a_number not_a_number impossible_date invalid_date " \
      "negative_headcount out_of_range salary_inverted inconsistent closes_before_posted inconsistent filled_above_headcount inconsistent " \
      "credit_code_check_digit invalid_credit_code empty_posting_id missing_value invalid_encoding invalid_encoding unknown_region unknown_region", w, " ")
      for (i = 1; i in w; i += 2) reason[w[i]] = w[i + 1] }
    $1 == night && sub(/^bad:/, "", $2) { sum[reason[$2]] += $3 }
    END { for (r in sum) print r, sum[r] }' "$work/$1/truth.tsv" | sort > "$work/expected"
  sed -nE 's/.*"rejected_by_reason":\{([^}]*)\}.*/\1/p' "$work/summary.json" | tr ',' '\n' | sed -E 's/"(.*)":(.*)/\1 \2/' | sort > "$work/found"
  diff "$work/expected" "$work/found" > "$work/log" || { echo "rejected rows differ from the truth (< expected, > found):" >&2; cat "$work/log" >&2; exit 1; }
}

generate one "$rows" 0.01
generate ten "$rows" 0.10
for round in $(seq "$rounds"); do
  rm -f "$work/summary.json"; copy "$work/one/clean.csv"; note copy "$(sql -c "select count(*) from bench")"
  sql -c "drop table bench"
  empty; ingest "$work/one/night1.csv" 2026-01-01T02:00; note night1 "$(count read)"; truth one 1
  ingest "$work/one/night2.csv" 2026-01-02T02:00; note night2 "$(count read)"; truth one 2
  ingest "$work/one/night2.csv" 2026-01-03T02:00 --force; note forced "$(count read)"
  empty; ingest "$work/ten/night1.csv" 2026-01-01T02:00; note ten "$(count read)"; truth ten 1
done

line() { # line CASE LABEL ASKED
  printf '%-44s %9.0f rows/s %5.2f x  CPU %6.2f s %5.2f x  WAL %6.1f MB  peak %4.0f MB   %s\n' "$2" "$(median "$1" 4)" \
    "$(awk "BEGIN { print $(median "$1" 4) / $(median copy 4) }")" "$(median "$1" 2)" \
    "$(awk "BEGIN { print $(median "$1" 2) / $(median copy 2) }")" "$(awk "BEGIN { print $(median "$1" 3) / 1e6 }")" \
    "$(awk "BEGIN { print $(median "$1" 5) / 1e6 }")" "$3"
}
echo "$rows rows, medians of $rounds rounds, ratios to \\copy of the good rows into a logged table with the same key; rejected rows equal the truth"
line copy "psql \\copy" ""
line night1 "night 1: all new, 1% bad, every rule" "asked: >= 0.5 x, CPU <= 2.5 x, peak <= 256 MB"
line night2 "night 2: full export, 20% changed, new, closed" "asked: >= 1.0 x"
line forced "the same file again, forced" "asked: >= 1.5 x, WAL < $(awk "BEGIN { printf \"%.1f\", $(median night1 3) / 1e8 }") MB"
line ten "night 1 with 10% bad" "asked: >= $(awk "BEGIN { printf \"%.0f\", $(median night1 4) / 1.2 }") rows/s"

if [ -n "${BIG:-}" ]; then
  rm -rf "$work/one" "$work/ten"; generate big "$BIG" 0.01; rm "$work/big/clean.csv" "$work/big/night2.csv"
  empty; ingest "$work/big/night1.csv" 2026-01-01T02:00; note big "$(count read)"; truth big 1
  line big "night 1 of $BIG rows" "asked: peak as with fewer rows"
else
  generate small 300000 0
fi
if command -v python3 > /dev/null; then
  [ -d "$work/small" ] || generate small 300000 0
  python3 "$here/workbook.py" "$work/small/clean.csv" "$work/small/sheet.xlsx"
  empty; cost "$program" feeds check "$here/../jobs/suqian/feeds/vacancies.yaml" --profile "$here/../jobs/suqian" --sample "$work/small/sheet.xlsx"
  parsed=$seconds
  ingest "$work/small/sheet.xlsx" 2026-01-01T02:00
  printf '%-44s %9.0f rows/s read and checked, %.0f rows/s taken; peak %4.0f MB   asked: >= 150000 rows/s at <= 64 MB\n' "workbook of $(count read) rows" \
    "$(awk "BEGIN { print $(count read) / $parsed }")" "$(awk "BEGIN { print $(count read) / $seconds }")" \
    "$(awk "BEGIN { print $(count peak_memory_bytes) / 1e6 }")"
fi
