import LabourMarket
import Tabular

/// The records of a file, for one reading.
final class FileRecords: RecordSource {
  /// Lines of a second sheet are counted from here, of a third from twice here, so that a line names one row of the file.
  static let sheetStride: Int64 = 10_000_000

  /// The file as it was opened.
  let table: TableFile
  private let program: FeedProgram
  private var record = Record()
  private var generation: Int
  private var sheet: Int64 = 0
  private var lastLine = 0
  /// The header as it is understood so far.
  private(set) var binding: HeaderBinding
  /// Headers that the feed does not know.
  private(set) var unknown: [String]
  /// The file's name, its rows' persons masked.
  private(set) var shownName: String
  private let corrected: Set<Int64>
  private let firstHeaders: [String]
  /// Whether it has columns of contacts.
  private(set) var hasContacts: Bool

  /// Opens a file and reads up to its header.
  /// - Throws: `TableError`; ``HeaderFault`` when the header does not fit the feed; ``FileIngest/Refusal`` when there is none.
  /// - Parameters:
  ///   - named: the file's name as it may be shown.
  ///   - corrected: lines for which a clerk's correction stands.
  init(_ file: InboxFile, _ program: FeedProgram, named name: String, corrected: Set<Int64>) throws {
    shownName = name
    self.corrected = corrected
    table = try TableFile(
      path: file.path, name: name, format: program.description.format, isHeader: program.isHeader)
    guard !table.headers.isEmpty else {
      throw FileIngest.Refusal(message: Self.nothing(table))
    }
    self.program = program
    generation = table.headerGeneration
    firstHeaders = table.headers
    binding = try Self.bind(table, program)
    unknown = binding.unknown
    hasContacts = Self.hasContacts(binding, program)
  }

  /// Why a file without headers is refused.
  static func nothing(_ table: TableFile) -> String {
    table.type == .jsonl && table.fileSize > 0
      ? "none of its first rows is an object in JSON with a key at least. Ask its sender to correct it."
      : "the file is empty: not even a header stands in it. Export it again."
  }

  /// How the file was read. Rows of several sheets under different headers cannot be read again by one of them.
  var form: FileForm {
    let isOneHeader = table.type != .xlsx || table.headers == firstHeaders
    return FileForm(
      type: table.type.rawValue, charset: table.charset.rawValue,
      delimiter: table.delimiter.map { String(UnicodeScalar($0)) }, header: isOneHeader ? shownHeaders : nil)
  }

  /// The header as the ledger keeps it: what the feed does not know without persons.
  private var shownHeaders: [String] {
    let used = binding.usedFields
    return table.headers.indices.map {
      used.contains($0)
        ? table.headers[$0] : PersonText.shown(table.headers[$0], at: $0, isPersonal: program.schema.isPersonal)
    }
  }

  /// A machine for these records.
  func machine(_ reading: Reading) -> RowMachine {
    RowMachine(
      program: program, binding: binding, type: table.type,
      form: PersonNumbers.Form(type: table.type, charset: table.charset), reading: reading)
  }

  func next(_ machine: inout RowMachine) throws -> Bool {
    guard try table.next(&record) else { return false }
    if table.headerGeneration != generation { try rebind(&machine) }
    if record.line < lastLine { sheet += 1 }
    lastLine = record.line
    if sheet > 0 { machine.lineOverride = sheet * Self.sheetStride + Int64(record.line) }
    if !corrected.isEmpty, corrected.contains(sheet * Self.sheetStride + Int64(record.line)) {
      machine.passOver()
      return true
    }
    machine.take(record)
    if program.schema.isPersonal { machine.maskNames(record, in: &shownName) }
    return true
  }

  private func rebind(_ machine: inout RowMachine) throws {
    generation = table.headerGeneration
    binding = try Self.bind(table, program)
    machine.rebind(binding)
    let known = Set(unknown)
    unknown += binding.unknown.filter { !known.contains($0) }
    hasContacts = hasContacts || Self.hasContacts(binding, program)
  }

  /// The keys of JSON Lines become known record by record: a column may still come.
  private static func bind(_ table: TableFile, _ program: FeedProgram) throws -> HeaderBinding {
    try program.bind(table.headers, isComplete: table.type != .jsonl)
  }

  private static func hasContacts(_ binding: HeaderBinding, _ program: FeedProgram) -> Bool {
    zip(program.schema.columns, binding.sources).contains { $0.role == .contact && !$1.fields.isEmpty }
  }
}
