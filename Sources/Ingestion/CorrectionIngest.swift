import Foundation
import LabourMarket
import Postgres
import Tabular

/// Takes a clerk's workbook of corrections: each row that was changed goes through its feed's rules as if it stood at its place in its original
/// file. All of it in one transaction, with one row of the ledger for each feed.
///
/// A row that passes is merged, marked `corrected` and linked to the run; its file's own row is not looked at any more. A row that is still
/// wrong stays open under its file and line. Rows that were not changed, that are no longer open, or that the quarantine does not know count as
/// skipped.
public struct CorrectionIngest {
  /// What became of the rows of one feed.
  public struct Outcome: Sendable {
    /// The feed.
    public let feed: Feed
    /// The counts; `passed` are the rows that were taken.
    public var result: FileResult
    /// Rows that stand in the workbook as they stand in the quarantine.
    public var untouched = 0
    /// Rows that were resolved before.
    public var resolved = 0
    /// Rows that the quarantine does not know.
    public var strange = 0
  }

  private let context: IngestContext
  private let program: (Feed, String) -> FeedProgram?

  /// - Parameter program: the program for a feed's file by its name; `nil` where the profile has none any more.
  public init(context: IngestContext, program: @escaping (Feed, String) -> FeedProgram?) {
    self.context = context
    self.program = program
  }

  /// Takes a workbook.
  /// - Parameters:
  ///   - feeds: only rows of these feeds.
  ///   - number: the number of its first feed in the run's ledger.
  ///   - force: look at it although it was taken before under the same rules.
  /// - Throws: ``PostgresError`` when the database fails: then nothing of it is stored.
  public func take(_ workbook: CorrectionFile, feeds: [Feed], number: Int, force: Bool) throws -> [Outcome] {
    let start = DispatchTime.now().uptimeNanoseconds
    let sha = workbook.sha256
    let name = PersonNumbers.masked(workbook.file.name)
    for feed in feeds {
      try context.connection.execute(context.query("open_staging"), [.text(context.city), .text(feed.rawValue)])
    }
    return try context.connection.transaction {
      try feeds.enumerated().map { index, feed in
        var outcome = Outcome(
          feed: feed, result: FileResult(name: name, sha256: sha, bytes: workbook.bytes, status: .replayed))
        let files = try (workbook.rows[feed] ?? [:]).sorted { $0.key < $1.key }.map {
          try original(feed, $0.key, $0.value)
        }
        let programs = files.compactMap(\.program)
        guard let first = programs.first else {
          outcome.strange = files.reduce(0) { $0 + $1.rows.count }
          outcome.result.counts.skipped = outcome.strange
          return outcome
        }
        let ledger = FileIngest(context: context, program: first, fileNumber: number + index)
        let rules = Self.digest(programs)
        if !force, let known = try ledger.knownCounts(sha, rules: rules, status: .replayed) {
          outcome.result.status = .known
          outcome.result.counts = known.counts
        } else {
          for file in files { try take(file, number + index, &outcome) }
          outcome.result.counts.skipped += outcome.untouched + outcome.resolved + outcome.strange
        }
        outcome.result.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        try ledger.record(outcome.result, rules: rules)
        return outcome
      }
    }
  }

  /// Rows of a workbook that come from one file.
  private struct Original {
    let file: OpenFile
    let program: FeedProgram?
    let rows: [CorrectionFile.Row]
  }

  private func original(_ feed: Feed, _ sha256: String, _ rows: [CorrectionFile.Row]) throws -> Original {
    let found = try context.connection.query(
      context.query("quarantined_file"), [.text(context.city), .text(feed.rawValue), .text(sha256)]
    ).first
    let name = try found?.string("file_name") ?? ""
    let file = OpenFile(
      feed: feed, sha256: sha256, name: name, rows: rows.count, form: try found.flatMap { try FileForm($0) },
      hasCode: false)
    return Original(file: file, program: found == nil ? nil : program(feed, name), rows: rows)
  }

  private static func digest(_ programs: [FeedProgram]) -> String {
    var digest = SHA256Digest()
    for rules in programs.map(\.rulesDigest).sorted() { digest.update(rules) }
    return digest.hex()
  }

  // MARK: One original file

  private func take(_ original: Original, _ number: Int, _ outcome: inout Outcome) throws {
    guard let program = original.program, let correctable = CorrectableFile(original.file, program: program) else {
      outcome.strange += original.rows.count
      return
    }
    let stored = try context.connection.query(
      context.query("rows_at_lines"),
      [
        .text(context.city), .text(original.file.feed.rawValue), .text(original.file.sha256),
        .ints(original.rows.map { Int($0.line) }),
      ])
    var known: [Int64: (isOpen: Bool, raw: [UInt8])] = [:]
    for row in stored {
      known[Int64(try row.int("line"))] = (try row.string("status") == "open", try row.bytes("raw"))
    }
    var changed: [CorrectionFile.Row] = []
    for row in original.rows {
      guard let rejected = known[row.line] else {
        outcome.strange += 1
        continue
      }
      if !rejected.isOpen {
        outcome.resolved += 1
      } else if isUntouched(row, correctable, rejected.raw) {
        outcome.untouched += 1
      } else {
        changed.append(row)
      }
    }
    // Contacts that were masked and not typed again are left as they are.
    let contacts = Set(program.schema.columns.filter { $0.role == .contact }.flatMap(program.headers))
    func hasMaskedContact(_ row: CorrectionFile.Row) -> Bool {
      zip(row.headers, row.cells).contains { contacts.contains($0) && CorrectionForm.isMasked($1) }
    }
    for isMasked in [false, true] {
      let rows = changed.filter { hasMaskedContact($0) == isMasked }
      for group in Dictionary(grouping: rows, by: \.headers).sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        try merge(group.value, group.key, original.file, program, hasContacts: !isMasked, number, &outcome)
      }
    }
  }

  private func isUntouched(_ row: CorrectionFile.Row, _ file: CorrectableFile, _ raw: [UInt8]) -> Bool {
    guard let cells = file.cells(raw) else { return false }
    func plain(_ cell: String) -> String { CorrectionForm.isMasked(cell) ? "***" : cell }
    let own = Dictionary(zip(file.headers, cells), uniquingKeysWith: { first, _ in first })
    return zip(row.headers, row.cells).allSatisfy { own[$0].map(plain) == plain($1) }
      && row.surplus == cells.dropFirst(file.headers.count).filter { !$0.isEmpty }
  }

  private func merge(
    _ rows: [CorrectionFile.Row], _ headers: [String], _ file: OpenFile, _ program: FeedProgram, hasContacts: Bool,
    _ number: Int, _ outcome: inout Outcome
  ) throws {
    let ingest = FileIngest(context: context, program: program, fileNumber: number)
    var binding = try program.bind(headers)
    if !hasContacts { binding = binding.without(program.schema) { $0.role == .contact } }
    var result = FileResult(name: file.name, sha256: file.sha256, bytes: 0, status: .replayed)
    result.hasContactColumns = zip(program.schema.columns, binding.sources).contains {
      $0.role == .contact && !$1.fields.isEmpty
    }
    let form = FileForm(type: "csv", charset: "utf-8", delimiter: ",", header: headers)
    let reader = RawRowReader(form: form, name: file.name)
    let lines = rows.map { (line: $0.line, raw: Self.line($0)) }
    func machine(_ reading: Reading) -> RowMachine {
      RowMachine(program: program, binding: binding, type: .csv, form: .utf8, reading: reading)
    }
    let stock = try ingest.openStock(of: file.sha256, rows: rows.count, isReplay: true)
    defer { stock?.stored.close() }
    var first = machine(ingest.firstReading(stock))
    let records = StoredRecords(lines, reader, nil)
    try ingest.stage(records, &first, stock)
    result.counts = first.counts
    try ingest.merge(&result, stock, lines: records.linesRead) { found, place in
      var second = machine(ingest.secondReading(found, place))
      try ingest.store(StoredRecords(lines, reader, nil), &second)
    }
    try context.connection.execute(
      context.query("mark_corrected"),
      [
        .text(context.city), .text(ingest.feed), .text(file.sha256), .int(Int(context.runID)),
        .ints(rows.map { Int($0.line) }),
      ])
    outcome.result.counts += result.counts
    outcome.result.passed += result.passed
  }

  /// A corrected row as a line of CSV. What is still masked is empty; a character that could not be read once is none now either.
  private static func line(_ row: CorrectionFile.Row) -> [UInt8] {
    var line: [UInt8] = []
    for (index, cell) in (row.cells + row.surplus).enumerated() {
      if index > 0 { line.append(0x2C) }
      guard !CorrectionForm.isMasked(cell) else { continue }
      let bytes = cell.unicodeScalars.flatMap { $0 == "\u{FFFD}" ? [0xFF] : Array(String($0).utf8) }
      CSVQuoting.append(bytes, to: &line)
    }
    return line
  }
}
