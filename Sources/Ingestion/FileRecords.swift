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
  /// Whether it has columns of contacts.
  private(set) var hasContacts: Bool

  /// Opens a file and reads up to its header.
  /// - Throws: `TableError`; ``HeaderFault`` when the header does not fit the feed; ``FileIngest/Refusal`` when there is none.
  init(_ file: InboxFile, _ program: FeedProgram) throws {
    table = try TableFile(
      path: file.path, name: file.name, format: program.description.format, isHeader: program.isHeader)
    guard !table.headers.isEmpty else {
      throw FileIngest.Refusal(message: "the file is empty: not even a header stands in it. Export it again.")
    }
    self.program = program
    generation = table.headerGeneration
    binding = try Self.bind(table, program)
    unknown = binding.unknown
    hasContacts = Self.hasContacts(binding, program)
  }

  /// How the file was read.
  var form: FileForm {
    FileForm(
      type: table.type.rawValue, charset: table.charset.rawValue,
      delimiter: table.delimiter.map { String(UnicodeScalar($0)) }, header: table.headers)
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
    machine.take(record)
    return true
  }

  private func rebind(_ machine: inout RowMachine) throws {
    generation = table.headerGeneration
    binding = try Self.bind(table, program)
    machine.rebind(binding)
    for name in binding.unknown where !unknown.contains(name) { unknown.append(name) }
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
