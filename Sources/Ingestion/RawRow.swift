import Foundation
import LabourMarket
import Postgres
import Tabular

extension FileForm {
  /// The form in a row of the ledger; `nil` where it does not know.
  init?(_ row: Row) throws {
    guard let header = try row.optionalStrings("header") else { return nil }
    self.init(
      type: try row.string("file_type"), charset: try row.string("charset"),
      delimiter: try row.optionalString("delimiter"), header: header.map { $0 ?? "" })
  }
}

/// Reads single rows from the bytes that the quarantine keeps.
public struct RawRowReader {
  let type: FileFormat.FileType
  let charset: Charset
  private let format: FileFormat
  private let header: [String]
  private let name: String

  /// Rows that were rebuilt when they were rejected: CSV in UTF-8, whatever the file was.
  private static let rebuilt = {
    var format = FileFormat(type: .csv, charset: .utf8, header: .none)
    format.delimiter = .byte(0x2C)
    return format
  }()

  /// A reader of a file's rows.
  public init(form: FileForm, name: String) {
    let isJSON = form.type == FileFormat.FileType.jsonl.rawValue
    // The raw bytes of a workbook's row are a line of CSV in UTF-8.
    type = isJSON ? .jsonl : .csv
    charset = Charset(name: form.charset) ?? .utf8
    var format = FileFormat(type: type, charset: charset, header: isJSON ? .auto : .none)
    if let byte = form.delimiter?.utf8.first { format.delimiter = .byte(byte) }
    self.format = format
    header = form.header ?? []
    self.name = name
  }

  private static func isRebuilt(_ raw: [UInt8]) -> Bool { raw.starts(with: RejectWriter.rebuiltMark) }

  /// The bytes as text: in the charset of the file; of rows that were rebuilt in UTF-8.
  public static func text(_ raw: [UInt8], charset: String?) -> String {
    if isRebuilt(raw) { return String(decoding: raw.dropFirst(RejectWriter.rebuiltMark.count), as: UTF8.self) }
    let isUTF8 = raw.withUnsafeBytes { Text.isValidUTF8($0) }
    return (charset.flatMap { Charset(name: $0) } ?? (isUTF8 ? .utf8 : .gb18030)).text(raw)
  }

  /// The row's cells under the header of its file; cells beyond it at the end. `nil` where the bytes hold no record.
  func cells(_ raw: [UInt8]) throws -> [String]? {
    let isRebuilt = Self.isRebuilt(raw)
    let table = try TableFile(bytes: raw, name: name, format: isRebuilt ? Self.rebuilt : format)
    var record = Record()
    guard try table.next(&record) else { return nil }
    let cells = (0..<record.count).map { record.string($0) }
    guard type == .jsonl, !isRebuilt else { return cells }
    let own = Dictionary(zip(table.headers, cells), uniquingKeysWith: { first, _ in first })
    return header.map { own[$0] ?? "" }
  }

  /// Gives the one record of the bytes to a machine. Bytes that hold no record are no row: they are left out, as is a masked one.
  /// - Parameter binding: of the file's header; `nil` for a row that a clerk corrected, in which nothing is taken for masked.
  /// - Returns: false where a cell that the feed needs was masked, so that the row cannot be told from its bytes.
  func take(_ raw: [UInt8], by machine: inout RowMachine, _ binding: HeaderBinding?) throws -> Bool {
    let isRebuilt = Self.isRebuilt(raw)
    let table = try TableFile(bytes: raw, name: name, format: isRebuilt ? Self.rebuilt : format)
    var record = Record()
    guard try table.next(&record) else {
      machine.leaveOut()
      return true
    }
    if type == .jsonl, let binding {
      // The keys of the object are the header of the record.
      machine.rebind(
        isRebuilt
          ? binding
          : withoutContacts(try machine.program.bind(table.headers, isComplete: false), machine.program.schema))
    }
    if binding != nil, isMasked(record, machine.binding, machine.program.schema) {
      machine.leaveOut()
      return false
    }
    machine.take(record)
    return true
  }

  /// The binding without columns that the quarantine does not keep and the feed can do without.
  func withoutContacts(_ binding: HeaderBinding, _ schema: FeedSchema) -> HeaderBinding {
    binding.without(schema) { $0.role == .contact || $0.role == .transient }
  }

  /// Whether something that the feed reads was masked. Numbers in free texts are masked in rows that are taken, too: they do no harm.
  private func isMasked(_ record: borrowing Record, _ binding: HeaderBinding, _ schema: FeedSchema) -> Bool {
    for (column, source) in zip(schema.columns, binding.sources) {
      for field in source.fields where field >= 0 {
        let text = record.string(field)
        guard text.contains("***") || text.contains("＊＊＊") else { continue }
        if column.kind != .freeText || text.trimmingCharacters(in: .whitespaces) == "***" { return true }
      }
    }
    return false
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
