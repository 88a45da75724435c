import Foundation
import LabourMarket
import Tabular

/// What a feed's description makes of a sample file, without a database: the header as it is understood and the first rows as they would be
/// stored.
public struct FeedPreview: Sendable {
  /// A canonical column and the headers it is filled from.
  public struct Column: Sendable {
    /// The canonical name.
    public let name: String
    /// Whether it must be filled.
    public let isRequired: Bool
    /// The headers of the file, or what else fills it, in words; empty where nothing does.
    public let source: String
  }

  /// A row of the sample.
  public struct Row: Sendable {
    /// Its line in the file.
    public let line: Int
    /// The values by canonical column, `nil` for NULL; empty where the row is rejected.
    public let values: [String?]
    /// Why it is rejected; `nil` where it is not.
    public let rejection: String?
  }

  /// How the file was read.
  public let form: FileForm
  /// The columns in the order of the schema.
  public let columns: [Column]
  /// Headers that the feed does not know.
  public let unknownColumns: [String]
  /// How the header differs from what the description looks for, in words.
  public let differences: [String]
  /// The first rows.
  public let rows: [Row]
  /// Counts over the whole sample; what would be stored is not told apart.
  public let counts: RowCounts
  /// Why the sample would be refused as a whole for the rows that are wrong in it; `nil` where it would not.
  public let refusal: String?

  /// Reads a sample.
  /// - Parameters:
  ///   - path: the file.
  ///   - limit: rows to show.
  /// - Throws: `TableError`, ``HeaderFault``.
  public init(of path: String, by program: FeedProgram, limit: Int) throws {
    let name = (path as NSString).lastPathComponent
    let table = try TableFile(path: path, name: name, format: program.description.format, isHeader: program.isHeader)
    guard !table.headers.isEmpty else {
      throw HeaderFault(description: FileRecords.nothing(table))
    }
    let isJSON = table.type == .jsonl
    var binding = try program.bind(table.headers, isComplete: !isJSON)
    var machine = RowMachine(
      program: program, binding: binding, type: table.type, form: .init(type: table.type, charset: table.charset),
      reading: Reading(.whole))
    var rows: [Row] = []
    var record = Record()
    var generation = table.headerGeneration
    while try table.next(&record) {
      if table.headerGeneration != generation {
        generation = table.headerGeneration
        binding = try program.bind(table.headers, isComplete: !isJSON)
        machine.rebind(binding)
      }
      machine.take(record)
      if rows.count < limit { rows += Self.rows(machine, program) }
      machine.rows.count = 0
      machine.asides.count = 0
    }
    form = FileForm(
      type: table.type.rawValue, charset: table.charset.rawValue,
      delimiter: table.delimiter.map { String(UnicodeScalar($0)) }, header: table.headers)
    columns = Self.columns(program, binding, table.headers)
    unknownColumns = binding.unknown
    differences = HeaderDrift.differences(program, binding)
    self.rows = rows
    refusal = program.refusal(machine.counts, machine.examplesByReason)
    var counts = machine.counts
    counts.skipped += table.blankLines
    self.counts = counts
  }

  private static func columns(_ program: FeedProgram, _ binding: HeaderBinding, _ headers: [String]) -> [Column] {
    zip(program.schema.columns, binding.sources).map { column, source in
      let description = program.description
      var text: String
      if let constant = description.constants[column.name] {
        text = "always “\(constant)”"
      } else {
        text = source.fields.filter { $0 >= 0 }.map { headers[$0] }.joined(separator: " + ")
        let fallback = description.columns[column.name]?.fallback ?? column.fallback
        if let fallback, !fallback.isEmpty { text += text.isEmpty ? "“\(fallback)”" : ", else “\(fallback)”" }
      }
      return Column(name: column.name, isRequired: program.isRequired(column), source: text)
    }
  }

  /// Reads back a row as it would be sent to the database; none of a record that is skipped.
  private static func rows(_ machine: borrowing RowMachine, _ program: FeedProgram) -> [Row] {
    if machine.rows.count > 0 { return [goodRow(RowReader(machine.rows.bytes), program, machine.moment)] }
    if machine.asides.count > 0 { return [rejectedRow(RowReader(machine.asides.bytes))] }
    return []
  }

  private static func goodRow(_ reader: RowReader, _ program: FeedProgram, _ moment: Int?) -> Row {
    var reader = reader
    reader.skipCount()
    _ = reader.field()
    let line = reader.integer() ?? 0
    _ = reader.field()
    var values: [String?] = []
    for column in program.schema.columns {
      switch (column.role, column.kind) {
      case (.clock, _): values.append(moment.map { LocalTimestamp(seconds: $0 / 1_000_000).description })
      case (.transient, _): values.append(nil)
      case (_, .personID): values.append(reader.field() == nil ? nil : "(pseudonym)")
      case (_, .contactName), (_, .contactPhone): values.append(reader.field() == nil ? nil : "(stored apart)")
      case (_, .month), (_, .date): values.append(reader.date())
      case (_, .persons): values.append(reader.integer().map(String.init))
      case (_, .number): values.append(reader.number())
      default: values.append(reader.text())
      }
    }
    return Row(line: line, values: values, rejection: nil)
  }

  private static func rejectedRow(_ reader: RowReader) -> Row {
    var reader = reader
    reader.skipCount()
    _ = reader.field()
    let line = reader.integer() ?? 0
    let reason = reader.text() ?? ""
    let column = reader.text()
    let message = reader.text() ?? ""
    return Row(line: line, values: [], rejection: "\(reason)\(column.map { ", \($0)" } ?? ""): \(message)")
  }
}
