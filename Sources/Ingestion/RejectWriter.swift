import LabourMarket
import Tabular

/// Replaces a person's name in other texts of the same row.
enum NameMask {
  /// The bytes with every occurrence of the name replaced by `***`.
  static func masked(_ bytes: [UInt8], name: UnsafeRawBufferPointer) -> [UInt8] {
    guard !name.isEmpty, bytes.count >= name.count else { return bytes }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var i = 0
    while i < bytes.count {
      if i + name.count <= bytes.count, bytes[i] == name[0], bytes[i..<i + name.count].elementsEqual(name) {
        out += [0x2A, 0x2A, 0x2A]
        i += name.count
      } else {
        out.append(bytes[i])
        i += 1
      }
    }
    return out
  }
}

/// Writes the last three fields of a rejected row: column, sentence, and the raw bytes without persons (contract section 4).
struct RejectWriter: Sendable {
  /// Most raw bytes that are kept of a row.
  static let rawLimit = 65_536

  /// What a rebuilt row begins with: the byte order mark of UTF-8, which no row of a file begins with.
  static let rebuiltMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private let program: FeedProgram
  private let form: PersonNumbers.Form
  private let isJSON: Bool
  private let sentence: RejectionSentence
  /// Whether only cells stay that cannot name a person, wherever they stand.
  private let isStrict: Bool
  /// Whether the file has fields that are not kept: personal ones, and those that the feed does not know.
  private let hasHidden: Bool
  /// Indices of fields that speak of persons.
  private let personalFields: Set<Int>
  /// Indices of fields that the feed knows and that do not speak of persons.
  private let plainFields: Set<Int>
  /// Indices of plain fields that hold no free text, so that a name in them has slipped there.
  private let wordFields: Set<Int>
  /// Indices of fields whose content is looked for in the others.
  private let nameFields: Set<Int>
  /// The field in which a person's name may stand: the name of an enterprise.
  private let enterpriseField: Int?

  init(program: FeedProgram, binding: HeaderBinding, form: PersonNumbers.Form, type: FileFormat.FileType) {
    self.program = program
    self.form = form
    isJSON = type == .jsonl
    var personal: Set<Int> = []
    for (column, source) in zip(program.schema.columns, binding.sources) where column.isPersonal {
      personal.formUnion(source.fields.filter { $0 >= 0 })
    }
    personalFields = personal
    plainFields = binding.usedFields.subtracting(personal)
    nameFields = personal.union(binding.nameFields)
    var words: Set<Int> = []
    for (column, source) in zip(program.schema.columns, binding.sources)
    where ![.text, .freeText].contains(column.kind) {
      words.formUnion(source.fields.filter { $0 >= 0 })
    }
    wordFields = words.subtracting(personal)
    hasHidden = plainFields.count < binding.fieldCount
    isStrict = program.schema.isPersonal
    enterpriseField = program.schema.columns.firstIndex { $0.name == "enterprise_name" }
      .flatMap { binding.sources[$0].fields.first }
    sentence = RejectionSentence(
      schema: program.schema, language: program.environment.language, quotes: !isStrict && nameFields.isEmpty)
  }

  /// - Returns: the sentence.
  func write(_ fault: Fault, cell: UnsafeRawBufferPointer?, record: borrowing Record, to out: inout RowWriter) -> String
  {
    if fault.column >= 0 { out.text(program.schema.columns[fault.column].name) } else { out.null() }
    let message = sentence.text(fault, cell: cell).filter { $0 != "\0" }
    out.text(message)
    let isWhole = !isStrict && fault.reason != .fieldCount && fault.reason != .invalidEncoding
    let isRebuilt = mustRebuild(record, isWhole: isWhole)
    var raw = isRebuilt ? rebuilt(record, isWhole: isWhole) : Array(record.raw.prefix(Self.rawLimit))
    raw.withUnsafeMutableBytes { bytes in
      PersonNumbers.mask(bytes, form: isRebuilt ? .utf8 : form)
      out.bytes(UnsafeRawBufferPointer(bytes))
    }
    return message
  }

  /// Whether the bytes of the record may not be kept as they are: where they hold something in a field that is not kept, where the cells may
  /// have slipped out of their columns beside such a field, and where JSON writes its characters by number, so that no digit is seen.
  private func mustRebuild(_ record: borrowing Record, isWhole: Bool) -> Bool {
    if isStrict { return true }
    if isJSON, Self.hasEscapes(record.raw) { return true }
    guard hasHidden else { return false }
    guard isWhole else { return true }
    for i in 0..<record.count where !plainFields.contains(i) {
      if !Text.isBlank(record[field: i]) { return true }
    }
    return false
  }

  /// Whether JSON writes a character by its number.
  private static func hasEscapes(_ raw: UnsafeRawBufferPointer) -> Bool {
    for i in raw.indices.dropLast() where raw[i] == 0x5C && raw[i + 1] == 0x75 { return true }
    return false
  }

  /// The record as a line of CSV in UTF-8 without its personal cells and those of columns that the feed does not know. Where rows speak of
  /// persons, or the cells may have slipped out of their columns, only those stay that cannot name a person: dates, short numbers, codes and
  /// words of the reference data.
  private func rebuilt(_ record: borrowing Record, isWhole: Bool) -> [UInt8] {
    var raw = Self.rebuiltMark
    for i in 0..<record.count where raw.count < Self.rawLimit {
      if i > 0 { raw.append(0x2C) }
      let cell = record[field: i]
      if cell.isEmpty { continue }
      if isWhole ? !plainFields.contains(i) || isSlippedName(Text.trim(cell), at: i) : !isHarmless(Text.trim(cell)) {
        raw += [0x2A, 0x2A, 0x2A]
        continue
      }
      append(Array(cell), at: i, to: &raw, masking: record)
    }
    return raw
  }

  private func append(_ cell: [UInt8], at index: Int, to raw: inout [UInt8], masking record: borrowing Record) {
    var cell = cell
    for field in 0..<record.count {
      let name = Text.trim(record[field: field])
      let isWanted =
        isStrict ? !plainFields.contains(field) : nameFields.contains(field) || isSlippedName(name, at: field)
      guard isWanted else { continue }
      if name.count >= 4, index != enterpriseField, nameFields.contains(field) || !isHarmless(name) {
        cell = NameMask.masked(cell, name: name)
      }
    }
    CSVQuoting.append(cell, to: &raw)
  }

  /// Whether a cell that should hold a code, a word, a number or a date holds what looks like a person's name.
  private func isSlippedName(_ cell: UnsafeRawBufferPointer, at field: Int) -> Bool {
    guard wordFields.contains(field), (6...16).contains(cell.count) else { return false }
    return PersonText.looksLikeName(String(decoding: cell, as: UTF8.self))
  }

  private func isHarmless(_ cell: UnsafeRawBufferPointer) -> Bool {
    if cell.count <= 32, CellDates.stamp(cell) != nil { return true }
    if cell.count <= 6, CellNumbers.number(cell) != nil { return true }
    if cell.count == 18, CreditCode.check(cell) == nil { return true }
    return program.spellings.contains { $0?.view.find(cell) != nil }
  }
}
