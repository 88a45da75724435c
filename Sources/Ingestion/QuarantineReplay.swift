import Foundation
import LabourMarket
import Postgres
import Tabular

/// A file of which rows stand open in the quarantine.
public struct OpenFile: Sendable {
  /// The feed.
  public let feed: Feed
  /// SHA-256 of the file.
  public let sha256: String
  /// The file's name.
  public let name: String
  /// Open rows.
  public let rows: Int
  /// How the file was read; `nil` where the ledger does not know.
  public let form: FileForm?
  /// Whether a row was rejected for its credit code.
  public let hasCode: Bool

  /// The files with open rows.
  /// - Parameter feed: only this feed's; `nil` for all.
  public static func list(_ context: IngestContext, feed: Feed? = nil) throws -> [OpenFile] {
    try context.connection.query(
      context.query("open_files"), [.text(context.city), .optional(feed?.rawValue) { .text($0) }]
    ).compactMap { row in
      guard let feed = Feed(rawValue: try row.string("feed")) else { return nil }
      return OpenFile(
        feed: feed, sha256: try row.string("file_sha256"), name: try row.string("file_name"),
        rows: try row.int("rows"), form: try FileForm(row), hasCode: try row.bool("has_code"))
    }
  }
}

/// Runs the open rows of a file through today's program: what passes is merged in its place and linked to its rejection.
///
/// Rows are read from the bytes that the quarantine keeps. Where a cell that the feed needs was masked, the row cannot be told from them: it
/// stays open until its file is read again or a clerk corrects it. Contacts are not kept: a row of the register passes without them.
public struct QuarantineReplay {
  /// What became of the rows of a file.
  public struct Outcome: Sendable {
    /// The file's result: counts, and how many passed.
    public var result: FileResult
    /// Rows that only the file itself can bring back, because their bytes were masked.
    public var masked = 0
  }

  private let context: IngestContext
  private let program: FeedProgram

  /// A replay by a program of today.
  public init(context: IngestContext, program: FeedProgram) {
    self.context = context
    self.program = program
  }

  /// Runs the open rows of a file, in one transaction.
  /// - Parameter number: the file's number in the run.
  /// - Throws: ``PostgresError``; ``HeaderFault`` when the description no longer fits the file's header.
  public func run(_ file: OpenFile, number: Int) throws -> Outcome {
    let start = DispatchTime.now().uptimeNanoseconds
    var outcome = Outcome(result: FileResult(name: file.name, sha256: file.sha256, bytes: 0, status: .replayed))
    guard let form = file.form, let header = form.header else {
      outcome.masked = file.rows
      return outcome
    }
    let ingest = FileIngest(context: context, program: program, fileNumber: number)
    let reader = RawRowReader(form: form, name: file.name)
    let binding = reader.withoutContacts(
      try program.bind(header, isComplete: form.type != FileFormat.FileType.jsonl.rawValue), program.schema)
    try ingest.openStaging()
    try context.connection.transaction {
      let stored = try context.connection.query(
        context.query("open_rows"), [.text(context.city), .text(file.feed.rawValue), .text(file.sha256), .null])
      let rows = try stored.map { (line: Int64(try $0.int("line")), raw: try $0.bytes("raw")) }
      func machine(_ reading: Reading) -> RowMachine {
        RowMachine(
          program: program, binding: binding, type: reader.type,
          form: PersonNumbers.Form(type: reader.type, charset: reader.charset), reading: reading)
      }
      let stock = try ingest.openStock(of: file.sha256, rows: rows.count, isReplay: true)
      defer { stock?.stored.close() }
      var first = machine(ingest.firstReading(stock))
      let records = StoredRecords(rows, reader, binding)
      try ingest.stage(records, &first, stock)
      outcome.masked = records.masked
      outcome.result.counts = first.counts
      outcome.result.counts.skipped = 0
      outcome.result.form = form
      try ingest.merge(&outcome.result, stock, lines: records.linesRead) { found, place in
        var second = machine(ingest.secondReading(found, place))
        try ingest.store(StoredRecords(rows, reader, binding), &second)
      }
      outcome.result.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      try ingest.record(outcome.result)
    }
    return outcome
  }
}

/// Rows of the quarantine, for one reading.
final class StoredRecords: RecordSource {
  private let rows: [(line: Int64, raw: [UInt8])]
  private let reader: RawRowReader
  /// Of the file's header; `nil` for rows that a clerk corrected, in which nothing is taken for masked.
  private let binding: HeaderBinding?
  private var at = 0
  /// The lines that hold a row, good or bad.
  private(set) var linesRead: [Int] = []
  /// Rows that cannot be told from their bytes.
  private(set) var masked = 0

  init(_ rows: [(line: Int64, raw: [UInt8])], _ reader: RawRowReader, _ binding: HeaderBinding?) {
    self.rows = rows
    self.reader = reader
    self.binding = binding
  }

  func next(_ machine: inout RowMachine) throws -> Bool {
    guard at < rows.count else { return false }
    machine.lineOverride = rows[at].line
    let read = machine.read
    if try !reader.take(rows[at].raw, by: &machine, binding) { masked += 1 }
    if machine.read > read { linesRead.append(Int(rows[at].line)) }
    at += 1
    return true
  }
}
