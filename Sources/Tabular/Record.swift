/// Where the bytes of a field stand: an offset into one of two buffers and a length whose top bits are marks.
struct FieldSlice {
  /// Bytes from the base of the window, or of the arena when `inArena` is set.
  var start: UInt32
  /// Length in the low 29 bits, marks above.
  var bits: UInt32

  static let inArena: UInt32 = 1 << 31
  static let needsUnquoting: UInt32 = 1 << 30
  static let missing: UInt32 = 1 << 29
  static let lengthMask: UInt32 = (1 << 29) - 1

  @inline(__always) init(start: Int, length: Int, marks: UInt32 = 0) {
    self.start = UInt32(truncatingIfNeeded: start)
    self.bits = UInt32(truncatingIfNeeded: length) | marks
  }

  @inline(__always) var length: Int { Int(bits & FieldSlice.lengthMask) }
}

/// What is wrong with the form of a record. Its raw bytes and its line are right all the same.
public enum RecordDefect: String, Sendable {
  /// A quote opens a field and nothing closes it: the record was ended at the first line end.
  case unterminatedQuote = "unterminated_quote"
  /// A field is longer than the limit; the fields are not given, `raw` holds the first 64 KiB.
  case fieldTooLong = "field_too_long"
  /// The record is longer than the limit; the fields are not given, `raw` holds the first 64 KiB.
  case recordTooLong = "record_too_long"
  /// There are more fields than the limit; the first ones are given.
  case tooManyFields = "too_many_fields"
  /// The line is no JSON object; `defectOffset` is the byte where that shows. No field is given.
  case malformedJSON = "malformed_json"
  /// JSON nests deeper than the limit. No field is given.
  case tooDeep = "too_deep"
  /// A JSON object names the same key twice. No field is given.
  case duplicateKey = "duplicate_key"
}

/// One record of a table as slices of a buffer, valid until the next call of the reader that filled it.
///
/// A record owns nothing: copy what is to outlive the next call.
public struct Record {
  /// 1-based line of the file (row of the sheet) in which the record begins.
  public internal(set) var line = 0
  /// Number of fields.
  public internal(set) var count = 0
  /// The record's bytes as they stand in the file, in its charset, without line end. For a row of a workbook: its cells
  /// as a line of CSV in UTF-8 with commas.
  public internal(set) var raw = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Offset of the record's first byte in the unpacked file (workbooks: 0).
  public internal(set) var byteOffset = 0
  /// Bytes that the record takes in the unpacked file, line end included (workbooks: 0).
  public internal(set) var byteCount = 0
  /// False when the record is not valid in the file's charset; its fields then hold the bytes as well as they can be had.
  public internal(set) var isValidEncoding = true
  /// True when text follows the closing quote of a quoted field (`"a"b` is read as `ab`).
  public internal(set) var hasTextAfterQuote = false
  /// What is wrong with the record's form, nil when nothing is.
  public internal(set) var defect: RecordDefect?
  /// Byte of `raw` where the defect shows, 0 when no one place can be named.
  public internal(set) var defectOffset = 0

  var slices: UnsafePointer<FieldSlice>?
  var window: UnsafeRawPointer?
  var arena: UnsafeRawPointer?

  /// An empty record, to be filled by a reader.
  public init() {}

  /// The bytes of field `i` in UTF-8, without its quotes and with doubled quotes made single; empty beyond `count`.
  @inline(__always)
  public subscript(field i: Int) -> UnsafeRawBufferPointer {
    guard i >= 0, i < count, let slices else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let slice = slices[i]
    let base = slice.bits & FieldSlice.inArena == 0 ? window : arena
    return UnsafeRawBufferPointer(start: base.map { $0 + Int(slice.start) }, count: slice.length)
  }

  /// Field `i` as a String, for messages and small files; invalid bytes become U+FFFD.
  public func string(_ i: Int) -> String { String(decoding: self[field: i], as: UTF8.self) }

  /// True when all fields are empty or white space, as in the `,,,,` that spreadsheets leave below a table.
  public var isBlank: Bool {
    for i in 0..<count where !Text.isBlank(self[field: i]) { return false }
    return defect == nil
  }

  /// True when the first field that is not blank says 合计, 总计, 小计, 共计 or total, as the sum rows of spreadsheets do.
  public var isTotalRow: Bool {
    for i in 0..<count {
      let cell = Text.trim(self[field: i])
      if !cell.isEmpty { return cell.count <= 32 && Text.isTotalLabel(cell) }
    }
    return false
  }
}

/// A source of records. `next` fills the record given and answers false at the end of the table.
///
/// The shape is a pull of one trivial value: no allocation, no reference counting, no closure per record.
public protocol RecordReader: AnyObject {
  /// Reads the next record. What the record pointed to before is no longer valid.
  /// - Returns: false when there is none, then and ever after.
  /// - Throws: `TableError` when the file itself fails; a bad record is flagged, never thrown.
  func next(_ record: inout Record) throws(TableError) -> Bool
}
