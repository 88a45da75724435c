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
      var form: FileForm?
      if let header = try row.optionalStrings("header") {
        form = FileForm(
          type: try row.string("file_type"), charset: try row.string("charset"),
          delimiter: try row.optionalString("delimiter"), header: header.map { $0 ?? "" })
      }
      return OpenFile(
        feed: feed, sha256: try row.string("file_sha256"), name: try row.string("file_name"),
        rows: try row.int("rows"), form: form, hasCode: try row.bool("has_code"))
    }
  }
}

/// Runs the open rows of a file through today's program: what passes is merged in its place and linked to its rejection.
///
/// Rows are read from the bytes that the quarantine keeps. Where these were masked (persons' numbers, contacts), the row cannot be told from
/// them: it stays open until its file is read again.
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
    guard let form = file.form else {
      outcome.masked = file.rows
      return outcome
    }
    let ingest = FileIngest(context: context, program: program, fileNumber: number)
    let binding = try program.bind(form.header, isComplete: form.type != FileFormat.FileType.jsonl.rawValue)
    // A row whose personal cells were replaced cannot be read from what is kept of it.
    if RejectWriter.hidesCells(program, binding) {
      outcome.masked = file.rows
      return outcome
    }
    try ingest.openStaging()
    try context.connection.transaction {
      let stored = try context.connection.query(
        context.query("open_rows"), [.text(context.city), .text(file.feed.rawValue), .text(file.sha256)])
      let reader = RawRowReader(form: form, name: file.name)
      let rows = try reader.readable(stored)
      outcome.masked = stored.count - rows.count
      func machine(_ reading: Reading) -> RowMachine {
        RowMachine(
          program: program, binding: binding, type: reader.type,
          form: PersonNumbers.Form(type: reader.type, charset: reader.charset), reading: reading)
      }
      var first = machine(ingest.firstReading)
      let records = StoredRecords(rows, reader)
      try ingest.stage(records, &first)
      outcome.result.counts = first.counts
      outcome.result.counts.skipped = 0
      outcome.result.form = form
      try ingest.merge(&outcome.result, lines: records.linesRead) { wanted, place in
        var second = machine(ingest.secondReading(wanted, place))
        try ingest.store(StoredRecords(rows, reader), &second)
      }
      outcome.result.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      try ingest.record(outcome.result)
    }
    return outcome
  }
}

/// Rows of the quarantine, for one reading.
final class StoredRecords: RecordSource {
  private let rows: [RawRowReader.Row]
  private let reader: RawRowReader
  private var at = 0
  /// The lines that hold a row, good or bad.
  private(set) var linesRead: [Int] = []

  init(_ rows: [RawRowReader.Row], _ reader: RawRowReader) {
    self.rows = rows
    self.reader = reader
  }

  func next(_ machine: inout RowMachine) throws -> Bool {
    guard at < rows.count else { return false }
    machine.lineOverride = Int64(rows[at].line)
    let read = machine.read
    try reader.take(rows[at].raw, by: &machine)
    if machine.read > read { linesRead.append(rows[at].line) }
    at += 1
    return true
  }
}

/// Reads single rows from the bytes that the quarantine keeps.
struct RawRowReader {
  let type: FileFormat.FileType
  let charset: Charset
  private let format: FileFormat
  private let name: String

  init(form: FileForm, name: String) {
    let isJSON = form.type == FileFormat.FileType.jsonl.rawValue
    // The raw bytes of a workbook's row are a line of CSV in UTF-8.
    type = isJSON ? .jsonl : .csv
    charset = Charset(name: form.charset) ?? .utf8
    var format = FileFormat(type: type, charset: charset, header: isJSON ? .auto : .none)
    if let byte = form.delimiter?.utf8.first { format.delimiter = .byte(byte) }
    self.format = format
    self.name = name
  }

  /// A row as it is kept.
  struct Row {
    let line: Int
    let raw: [UInt8]
  }

  /// The rows that can be read from what is kept of them.
  func readable(_ rows: Rows) throws -> [Row] {
    try rows.compactMap { row in
      let raw = try row.bytes("raw")
      return isMasked(raw) ? nil : Row(line: try row.int("line"), raw: raw)
    }
  }

  /// Whether a person's number was masked in the bytes: eleven asterisks or more in a row, half-width or full-width.
  func isMasked(_ raw: [UInt8]) -> Bool {
    var run = 0
    for byte in raw where byte != 0 {
      run = byte == 0x2A ? run + 1 : 0
      if run == 11 { return true }
    }
    return String(decoding: raw, as: UTF8.self).contains("＊＊＊＊＊＊＊＊＊＊＊")
  }

  /// Gives the one record of the bytes to a machine. Bytes that hold no record or several are no row: they are left out.
  func take(_ raw: [UInt8], by machine: inout RowMachine) throws {
    let table = try TableFile(bytes: raw, name: name, format: format)
    var record = Record()
    guard try table.next(&record) else { return }
    if type == .jsonl {
      // The keys of the object are the header of the record.
      machine.rebind(try machine.program.bind(table.headers, isComplete: false))
    }
    machine.take(record)
  }
}

extension PersonNumbers.Form {
  /// The form of digits in the raw bytes of a file.
  init(type: FileFormat.FileType, charset: Charset) {
    switch (type, charset) {
    case (.xlsx, _): self = .utf8
    case (_, .gb18030), (_, .gbk), (_, .gb2312): self = .gb18030
    case (_, .utf16le), (_, .utf16): self = .utf16(bigEndian: false)
    case (_, .utf16be): self = .utf16(bigEndian: true)
    default: self = .utf8
    }
  }
}
