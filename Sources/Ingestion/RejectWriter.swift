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

  private let program: FeedProgram
  private let binding: HeaderBinding
  private let form: PersonNumbers.Form
  private let sentence: RejectionSentence
  /// Whether the raw row is kept cell by cell.
  private let isPersonal: Bool
  /// Whether only cells stay that cannot name a person, wherever they stand.
  private let isStrict: Bool
  /// Indices of fields that speak of persons.
  private let personalFields: Set<Int>
  /// Indices of fields that the feed knows and that do not speak of persons.
  private let plainFields: Set<Int>

  init(program: FeedProgram, binding: HeaderBinding, form: PersonNumbers.Form) {
    self.program = program
    self.binding = binding
    self.form = form
    personalFields = Self.personalFields(program, binding)
    plainFields = binding.usedFields.subtracting(personalFields)
    isPersonal = Self.hidesCells(program, binding)
    isStrict = program.schema.isPersonal
    sentence = RejectionSentence(
      schema: program.schema, language: program.environment.language, quotes: !isStrict && personalFields.isEmpty)
  }

  /// Whether rejected rows of such a file lose cells, so that they cannot be read again from what is kept of them: where it has columns that
  /// speak of persons, or columns that the feed does not know beside a feed that may speak of them.
  static func hidesCells(_ program: FeedProgram, _ binding: HeaderBinding) -> Bool {
    guard program.schema.hasPersonalColumns else { return false }
    return program.schema.isPersonal || !personalFields(program, binding).isEmpty
      || binding.usedFields.count < binding.fieldCount
  }

  private static func personalFields(_ program: FeedProgram, _ binding: HeaderBinding) -> Set<Int> {
    var fields: Set<Int> = []
    for (column, source) in zip(program.schema.columns, binding.sources) where column.isPersonal {
      fields.formUnion(source.fields.filter { $0 >= 0 })
    }
    return fields
  }

  func write(_ fault: Fault, cell: UnsafeRawBufferPointer?, record: borrowing Record, to out: inout RowWriter) {
    if fault.column >= 0 { out.text(program.schema.columns[fault.column].name) } else { out.null() }
    out.text(sentence.text(fault, cell: cell).filter { $0 != "\0" })
    var raw =
      isPersonal
      ? rebuilt(record, isWhole: !isStrict && fault.reason != .fieldCount && fault.reason != .invalidEncoding)
      : Array(record.raw.prefix(Self.rawLimit))
    raw.withUnsafeMutableBytes { bytes in
      PersonNumbers.mask(bytes, form: isPersonal ? .utf8 : form)
      out.bytes(UnsafeRawBufferPointer(bytes))
    }
  }

  /// The record as a line of CSV in UTF-8 without its personal cells and those of columns that the feed does not know. Where rows speak of
  /// persons, or the cells may have slipped out of their columns, only those stay that cannot name a person: dates, short numbers, codes and
  /// words of the reference data.
  private func rebuilt(_ record: borrowing Record, isWhole: Bool) -> [UInt8] {
    var raw: [UInt8] = []
    for i in 0..<record.count where raw.count < Self.rawLimit {
      if i > 0 { raw.append(0x2C) }
      let cell = record[field: i]
      if cell.isEmpty { continue }
      if isWhole ? !plainFields.contains(i) : !isHarmless(Text.trim(cell)) {
        raw += [0x2A, 0x2A, 0x2A]
        continue
      }
      append(Array(cell), to: &raw, masking: record)
    }
    return raw
  }

  private func append(_ cell: [UInt8], to raw: inout [UInt8], masking record: borrowing Record) {
    var cell = cell
    for field in 0..<record.count where !plainFields.contains(field) {
      let name = Text.trim(record[field: field])
      if name.count >= 4, personalFields.contains(field) || !isHarmless(name) {
        cell = NameMask.masked(cell, name: name)
      }
    }
    guard cell.contains(where: { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }) else {
      raw += cell
      return
    }
    raw.append(0x22)
    for byte in cell {
      if byte == 0x22 { raw.append(0x22) }
      raw.append(byte)
    }
    raw.append(0x22)
  }

  private func isHarmless(_ cell: UnsafeRawBufferPointer) -> Bool {
    if cell.count <= 32, CellDates.stamp(cell) != nil { return true }
    if cell.count <= 6, CellNumbers.number(cell) != nil { return true }
    if cell.count == 18, CreditCode.check(cell) == nil { return true }
    return program.spellings.contains { $0?.view.find(cell) != nil }
  }
}
