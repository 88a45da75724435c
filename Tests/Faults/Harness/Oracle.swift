import Foundation
import Postgres

/// What a command leaves behind, in a form in which two runs can be compared: nothing of it depends on when or how often it ran.
struct Outcome: Sendable {
  /// A digest a table, over what its rows say in any order.
  var tables: [String: String] = [:]
  /// One line a file that was taken or replayed, with its accounting; sorted.
  var ledger: [String] = []
  /// The lists and exports: bytes by path.
  var files: [String: [UInt8]] = [:]
  /// What may never be, whatever happened.
  var violations: [String] = []

  /// What another outcome has otherwise; empty when nothing.
  func differences(_ other: Outcome) -> [String] {
    var words: [String] = []
    for name in Set(tables.keys).union(other.tables.keys).sorted() where tables[name] != other.tables[name] {
      words.append("table \(name): \(other.tables[name] ?? "missing"), undisturbed \(tables[name] ?? "missing")")
    }
    for (mark, lines) in [("+", other.ledger.difference(ledger)), ("-", ledger.difference(other.ledger))] {
      words += lines.map { "ledger \(mark) \($0)" }
    }
    for name in Set(files.keys).union(other.files.keys).sorted() where files[name] != other.files[name] {
      words.append(
        "file \(name): \(other.files[name] == nil ? "missing" : files[name] == nil ? "left over" : "differs")")
    }
    return words + other.violations
  }
}

extension [String] {
  /// The lines of this list that another one lacks; a line that occurs twice here must occur twice there.
  func difference(_ other: [String]) -> [String] {
    var counts: [String: Int] = [:]
    for line in other { counts[line, default: 0] += 1 }
    return filter { line in
      counts[line, default: 0] -= 1
      return counts[line, default: 0] < 0
    }
  }
}

/// Reads an ``Outcome`` from a database and a folder.
struct Oracle {
  let server: FaultServer
  /// Columns that are left out beside those that name runs.
  var ignoring: [String] = []
  /// Files whose quarantine rows and ledger lines are left out.
  var without: [String] = []
  /// Whether the ledger's lines name their files.
  var namesFiles = true

  /// Tables that tell of runs and not of what was learnt: runs are compared by the ledger's lines.
  private static let ofRuns: Set<String> = [
    "runs", "run_files", "file_traits", "findings", "migrations", "report_runs",
  ]
  private static let runColumns = ["run_id", "resolved_run_id", "forecast_run_id", "decided_run_id", "silence_id"]

  /// Reads it, and looks for what may never be.
  func outcome(_ database: String, folder: String?) throws -> Outcome {
    try outcome(try server.connect(database), folder: folder)
  }

  /// Reads it from a session.
  func outcome(_ connection: Connection, folder: String?) throws -> Outcome {
    var outcome = Outcome()
    let names = try connection.query(
      """
      select table_name from information_schema.tables
       where table_schema = 'labourwatch' and table_type = 'BASE TABLE' order by table_name collate "C"
      """
    ).map { try $0.string(0) }
    outcome.tables["(all)"] = names.joined(separator: " ")
    guard !names.isEmpty else { return outcome }
    for row in try connection.query(Query(name: "digests", text: digests(names)), [.texts(without)]) {
      outcome.tables[try row.string(0)] = try row.string(1)
    }
    for name in names where name.hasPrefix("staging") && outcome.tables[name]?.hasPrefix("0 ") == false {
      outcome.violations.append("rows left in \(name)")
    }
    outcome.ledger = try ledger(connection)
    outcome.violations += try violations(connection, names.filter { $0.hasSuffix("_versions") })
    if let folder { outcome.files = Self.files(folder) }
    return outcome
  }

  /// All rows of a table as texts, without the columns that are left out.
  func rows(_ table: String, _ connection: Connection) throws -> [String] {
    try connection.query(Query(name: "rows", text: "select (\(stripped))::text from labourwatch.\(table) t")).map {
      try $0.string(0)
    }
  }

  private var stripped: String {
    "to_jsonb(t) - array['\((Self.runColumns + ignoring).joined(separator: "', '"))']"
  }

  private func digests(_ names: [String]) -> String {
    names.filter { !Self.ofRuns.contains($0) }.map { name in
      let filter = name == "quarantine" ? "where file_name <> all ($1::text[])" : "where $1::text[] is not null"
      return """
        select '\(name)', count(*) || ' ' || coalesce(md5(string_agg(md5(row), '' order by md5(row) collate "C")), '')
          from (select (\(stripped))::text as row from labourwatch.\(name) t \(filter)) rows
        """
    }.joined(separator: "\nunion all\n")
  }

  private func ledger(_ connection: Connection) throws -> [String] {
    try connection.query(
      """
      select concat_ws(' ', f.feed, case when $2 then f.name end, left(f.sha256, 12), f.status, 'read', f.read, 'inserted',
                       f.inserted, 'updated', f.updated, 'late', f.late, 'unchanged', f.unchanged, 'rejected', f.rejected,
                       'skipped', f.skipped, 'closed', f.closed, 'reopened', f.reopened, f.rejected_by_reason::text, f.unknown_columns::text)
        from labourwatch.run_files f
       where f.status in ('taken', 'replayed') and f.name <> all ($1::text[])
       order by 1
      """, [.texts(without), .bool(namesFiles)]
    ).map { try $0.string(0) }
  }

  private func violations(_ connection: Connection, _ versions: [String]) throws -> [String] {
    // Line 0 is of versions that full exports derive: no row of a file is one.
    let stored = versions.map { "select run_id, file_no from labourwatch.\($0) where line > 0" }.joined(
      separator: " union all ")
    let text = """
      select 'the run ' || run_id || ' stays ' || status from labourwatch.runs where status = 'running'
      union all
      select 'accounting of ' || f.name || ': ' || f.stored || ' stored by the ledger, ' || coalesce(v.stored, 0)
             || ' in the tables'
        from (select feed, sha256, min(name) as name, sum(inserted) as inserted, sum(inserted + updated + late) as stored
                from labourwatch.run_files group by feed, sha256) f
        left join (select feed, sha256, count(*) as stored
                     from (\(stored)) v join labourwatch.run_files using (run_id, file_no) group by 1, 2) v
             using (feed, sha256)
       -- A row of the register that brings another contact alone counts as updated and is no version.
       where f.feed <> 'alerts' and case when f.feed = 'enterprises' then f.inserted > coalesce(v.stored, 0)
                  else f.stored <> coalesce(v.stored, 0) end
      union all
      select 'versions of no file in the ledger: ' || count(*)
        from (\(stored)) v
       where not exists (select from labourwatch.run_files f where f.run_id = v.run_id and f.file_no = v.file_no)
      having count(*) > 0
      union all
      select 'quarantine of ' || min(f.name) || ': ' || max(f.rejected) || ' rows by the ledger, '
             || (select count(*) from labourwatch.quarantine q where q.feed = f.feed and q.file_sha256 = f.sha256)
        from labourwatch.run_files f
       where f.status = 'taken'
       group by f.feed, f.sha256
      having max(f.rejected)
             <> (select count(*) from labourwatch.quarantine q where q.feed = f.feed and q.file_sha256 = f.sha256)
      union all
      -- The place of a row (file, sheet, line) ends the words of each of its events: a row that steps and asks for quiet has two.
      select 'lists of the run ' || coalesce(f.run_id, e.run_id) || ': ' || coalesce(f.worked, 0) || ' rows worked by the ledger, '
             || coalesce(e.worked, 0) || ' in ' || coalesce(e.events, 0) || ' events of the alerts, ' || coalesce(e.once, 0) || ' of them once'
        from (select run_id, sum(updated + late) as worked from labourwatch.run_files where feed = 'alerts' group by 1) f
        full join (select run_id, count(distinct (fingerprint, substring(reason from '（[^（）]+）$'))) as worked, count(*) as events,
                          count(distinct (fingerprint, event, substring(reason from '（[^（）]+）$'))) as once
                     from labourwatch.alert_events where actor <> 'nightly' group by 1) e using (run_id)
       where coalesce(f.worked, 0) <> coalesce(e.worked, 0) or coalesce(e.events, 0) <> coalesce(e.once, 0)
      union all
      select 'nobody was told of ' || f.unknown_columns::text || ' in ' || f.name
        from labourwatch.run_files f
       where f.status = 'taken' and f.unknown_columns <> '{}'
         and not exists (select from labourwatch.findings n where n.feed = f.feed and n.kind = 'unknown_columns'
                            and starts_with(n.message, f.name))
      union all
      select 'nothing is known of the calendar of ' || f.name
        from labourwatch.run_files f
       where f.status = 'taken' and f.feed <> 'alerts'
         and not exists (select from labourwatch.file_traits t
                          where t.city = f.city and t.run_id = f.run_id and t.file_no = f.file_no)
      union all
      select 'a lock is still held' from pg_locks
       where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
      """
    return try connection.query(Query(name: "violations", text: text)).map { try $0.string(0) }
  }

  /// The files below a folder, hidden ones too. Pages name the run of their forecast, which is another each time; of workbooks, which
  /// are packed, only that they are whole counts, of summaries, which tell times, that they are there.
  static func files(_ folder: String) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    guard let found = FileManager.default.enumerator(atPath: folder) else { return files }
    for case let name as String in found {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder) else { continue }
      if isFolder.boolValue {
        files[name + "/"] = []
        continue
      }
      let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) } ?? []
      switch (name as NSString).pathExtension {
      case "html": files[name] = withoutRunNumbers(bytes)
      case "json": files[name] = []
      case "xlsx": files[name] = isWholeWorkbook(bytes) ? Array("a whole workbook".utf8) : Array(bytes.prefix(64))
      default: files[name] = bytes
      }
    }
    return files
  }

  private static func isWholeWorkbook(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 3, 4]) && bytes.suffix(22).starts(with: [0x50, 0x4B, 5, 6])
  }

  /// Digits in groups of sixteen and more are numbers of runs.
  private static func withoutRunNumbers(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var digits: [UInt8] = []
    for byte in bytes + [0] {
      if byte >= 0x30 && byte <= 0x39 {
        digits.append(byte)
        continue
      }
      out += digits.count >= 16 ? [0x23] : digits
      digits = []
      out.append(byte)
    }
    return out
  }
}
