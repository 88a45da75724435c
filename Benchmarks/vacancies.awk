# Writes a vacancies feed with known dirt, the next night's full export, and the truth about both. Seeded: the same arguments give the same bytes.
#   awk -f vacancies.awk -v rows=2000000 -v bad=0.01 -v seed=1 -v reference=jobs/suqian/reference -v out=DIR
# DIR gets night1.csv, night2.csv (of the records 10% changed, 5% closed, 5% new, none missing), clean.csv (what is good in night 1, each version
# once: what \copy can take) and truth.tsv: night, what, rows. Of the rows 1.5% are exact repeats and 1.5% newer versions within the file; every kind of
# bad row comes equally often.

function pick(n) { return int(rand() * n) + 1 }

# Unified social credit code (GB 32100-2015) around an organisation code (GB 11714).
function credit_code(region,    base, sum, i) {
  base = "91" (region ~ /^[0-9][0-9][0-9][0-9][0-9][0-9]$/ ? region : "321391") "MA"
  for (i = 1; i <= 6; i++) base = base substr(ALPHABET, pick(31), 1)
  sum = 0
  for (i = 0; i < 8; i++) sum += organisation_value[substr(base, 9 + i, 1)] * organisation_weight[i + 1]
  sum = 11 - sum % 11
  base = base (sum == 10 ? "X" : sum == 11 ? "0" : sum)
  sum = 0
  for (i = 1; i <= 17; i++) sum += (index(ALPHABET, substr(base, i, 1)) - 1) * code_weight[i]
  return base substr(ALPHABET, (31 - sum % 31) % 31 + 1, 1)
}

function moment(day) { return sprintf("%sT%02d:%02d:00", days[day], int(rand() * 24), int(rand() * 60)) }

# A new posting in the fields of the row at hand.
function post(i,    e, o, p, h, low) {
  e = pick(enterprises); o = pick(occupations); p = pick(500); h = 1 + int(-log(1 - rand()) / 0.3); low = (30 + int(rand() * 60)) * 100
  id = sprintf("P%09d", i); channel = channels[pick(5)]; code = codes[e]; name = names[e]; region = region_of[e]; chain = chain_of[e]
  occupation = occupation_codes[o]; title = occupation_names[o] (rand() < 0.02 ? endings[pick(3)] : "")
  headcount = h; filled = int(rand() * h); least = low; most = low + (5 + int(rand() * 55)) * 100
  education = educations[pick(5)]; posted = days[p]; closes = days[p + 30 + int(rand() * 150)]; status = "open"; updated = moment(p)
}

# The row at hand; `,` `"` and line breaks stand in quotes.
function row() {
  return "suqian-hr," channel "," id "," code "," name "," region "," chain "," occupation "," (title ~ /\n/ ? "\"" title "\"" : title) "," \
    headcount "," filled "," least "," most "," education "," posted "," closes "," status "," updated "\n"
}

function keep() {
  return id SUBSEP channel SUBSEP code SUBSEP name SUBSEP region SUBSEP chain SUBSEP occupation SUBSEP title SUBSEP headcount SUBSEP filled SUBSEP \
    least SUBSEP most SUBSEP education SUBSEP posted SUBSEP closes SUBSEP status SUBSEP updated
}

function restore(kept,    f) {
  split(kept, f, SUBSEP); id = f[1]; channel = f[2]; code = f[3]; name = f[4]; region = f[5]; chain = f[6]; occupation = f[7]; title = f[8]
  headcount = f[9]; filled = f[10]; least = f[11]; most = f[12]; education = f[13]; posted = f[14]; closes = f[15]; status = f[16]; updated = f[17]
}

function change(day) { headcount += pick(3); least += 100; most += 300; updated = moment(day) }

# A bad row of the next kind; the row at hand stays as it is.
function spoil(night,    kind, text, n, kept) {
  n = spoiled[night]++; kind = kinds[n % 12 + 1]
  kept = keep()
  post(900000000 + n)
  if (kind == "headcount_not_a_number") headcount = "若干"
  else if (kind == "impossible_date") posted = "2023-13-45"
  else if (kind == "negative_headcount") headcount = "-3"
  else if (kind == "salary_inverted") { least += 100000 }
  else if (kind == "credit_code_check_digit") code = substr(code, 1, 17) substr(ALPHABET, index(ALPHABET, substr(code, 18)) % 31 + 1, 1)
  else if (kind == "empty_posting_id") id = ""
  else if (kind == "closes_before_posted") closes = "2022-01-01"
  else if (kind == "unknown_region") region = "999999"
  else if (kind == "filled_above_headcount") filled = headcount + 2
  text = row()
  if (kind == "missing_columns") { sub(/,[^,]*,[^,]*,[^,]*\n$/, "\n", text) }
  else if (kind == "extra_columns") { sub(/\n$/, ",多余,x\n", text) }
  else if (kind == "invalid_encoding") { sub(/宿迁/, "\313\336\377", text) }
  bad_rows[night, kind]++
  restore(kept)
  return text
}

# Writes the row at hand to a night, with its repeats, newer versions and bad rows.
function write(night, day,    text, chance) {
  text = row(); printf "%s", text > file[night]; count[night, "good"]++; total[night]++
  if (night == 1) printf "%s", text > clean
  chance = rand()
  if (chance < 0.015) { printf "%s", text > file[night]; count[night, "repeats"]++; total[night]++ }
  else if (chance < 0.03) {
    change(day); text = row(); printf "%s", text > file[night]; count[night, "newer_in_file"]++; total[night]++
    if (night == 1) printf "%s", text > clean
  }
  if (rand() < bad) { printf "%s", spoil(night) > file[night]; total[night]++ }
}

function words(text, list,    n) { n = split(text, list, " "); return n }

function table(path,    line, cells, n) {
  rows_of_table = 0
  getline line < path
  while ((getline line < path) > 0) { split(line, cells, ","); n = ++rows_of_table; first[n] = cells[1]; second[n] = cells[2]; third[n] = cells[3] }
  close(path)
}

function prepare(    i, n, day, month, year, length_of) {
  ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
  words("1 3 9 27 19 26 16 17 20 29 25 13 8 24 10 30 28", code_weight); words("3 7 9 10 5 8 4 2", organisation_weight)
  for (i = 1; i <= 31; i++) organisation_value[substr(ALPHABET, i, 1)] = i <= 10 ? i - 1 : index("ABCDEFGHIJKLMNOPQRSTUVWXYZ", substr(ALPHABET, i, 1)) + 9
  words("missing_columns extra_columns headcount_not_a_number impossible_date negative_headcount salary_inverted " \
    "credit_code_check_digit empty_posting_id invalid_encoding closes_before_posted unknown_region filled_above_headcount", kinds)
  words("云招聘 周六市场 直播 远程招聘 自助终端", channels); words("不限 高中 中专 大专 本科", educations)
  endings[1] = "（夜班）"; endings[2] = "，包食宿"; endings[3] = "\n两班倒"
  n = words("31 28 31 30 31 30 31 31 30 31 30 31", length_of); i = 0
  for (year = 2023; year <= 2025; year++) for (month = 1; month <= n; month++)
    for (day = 1; day <= length_of[month] + (month == 2 && year == 2024); day++) days[++i] = sprintf("%d-%02d-%02d", year, month, day)
  table(reference "/regions.csv"); for (i = 1; i <= rows_of_table; i++) if (third[i] != "city") all_regions[++regions] = first[i]
  table(reference "/chains.csv"); for (i = 1; i <= rows_of_table; i++) all_chains[++chains] = first[i]
  table(reference "/occupations.csv")
  for (i = 1; i <= rows_of_table; i++) { occupations++; occupation_codes[i] = first[i]; occupation_names[i] = second[i] }
  words("华创 达鑫 瑞恒 中信 科源 盛泰 联安 天宇 博远 光新", first_names)
  words("纺织 光伏 \"家居，家具\" 食品 \"\"\"智造\"\"装备\" 新材料", trades)
  enterprises = int(rows / 30); if (enterprises < 50) enterprises = 50; if (enterprises > 60000) enterprises = 60000
  for (i = 1; i <= enterprises; i++) {
    region_of[i] = all_regions[pick(regions)]; codes[i] = credit_code(region_of[i]); chain_of[i] = all_chains[pick(chains)]
    name = trades[pick(6)]; n = "宿迁" first_names[pick(10)] first_names[pick(10)]
    names[i] = name ~ /^"/ ? "\"" n substr(name, 2, length(name) - 2) "有限公司\"" : n name "有限公司"
  }
}

BEGIN {
  srand(seed); prepare()
  file[1] = out "/night1.csv"; file[2] = out "/night2.csv"; clean = out "/clean.csv"
  header = "source,channel,posting_id,credit_code,enterprise_name,region,chain,occupation,title,headcount,filled,salary_min,salary_max,education,posted_on,closes_on,status,updated_at\n"
  printf "%s", header > file[1]; printf "%s", header > file[2]; printf "%s", header > clean
  records = int(rows / (1.03 + bad)); added = int(records / 20)
  for (i = 1; i <= records + added; i++) {
    post(i)
    if (i <= records) { before = keep(); write(1, 700); restore(before) }
    if (i <= int(records / 10)) { change(720); count[2, "changed"]++ }
    else if (i <= int(records / 10) + added) { status = "closed"; updated = days[720] "T20:00:00"; count[2, "closed"]++ }
    else if (i > records) count[2, "new"]++
    write(2, 700)
  }
  truth = out "/truth.tsv"
  for (night = 1; night <= 2; night++) {
    printf "%d\trows\t%d\n", night, total[night] > truth
    for (key in count) { split(key, part, SUBSEP); if (part[1] == night) printf "%d\t%s\t%d\n", night, part[2], count[key] > truth }
    for (i = 1; i <= 12; i++) printf "%d\tbad:%s\t%d\n", night, kinds[i], bad_rows[night, kinds[i]] > truth
  }
}
