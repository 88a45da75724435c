import Glibc

/// Records of a JSON Lines stream: each line an object, each key a column.
///
/// Columns stand in order of their first appearance, those of the first 100 lines from the start. A line that is no object is
/// flagged and has no fields.
final class JSONLinesReader: TableReader {
  private let window: Window
  private let encoding: Encoding
  private let limits: Limits
  private var parser: JSONLineParser
  private var converted = Arena()
  private var restored: [UInt8] = []
  private var kept: [UInt8] = []
  private var cursor: Int
  private var line = 1
  private var fileOffset: Int
  private(set) var blankLines = 0
  private(set) var endsWithoutNewline = false
  private var taken = -1

  init(
    window: Window, encoding: Encoding, limits: Limits, nesting: FileFormat.Nesting, start: Int, fileOffset: Int
  ) {
    self.window = window
    self.encoding = encoding
    self.limits = limits
    self.fileOffset = fileOffset
    cursor = start
    parser = JSONLineParser(limits: limits, nesting: nesting)
    learnColumns()
  }

  deinit {
    parser.deallocate()
    converted.deallocate()
  }

  var columnsChanged: Bool { parser.columns.count != taken }

  func takeColumns() -> [String]? {
    taken = parser.columns.count
    return parser.columns.names
  }

  /// Looks at the lines that the window holds, without reading them.
  private func learnColumns() {
    var p = cursor
    for _ in 0..<100 {
      let end = lineFeed(from: p)
      guard end >= 0 || p < window.filled else { return }
      let stop = end >= 0 ? end : window.filled
      if stop > p { _ = parse(p, stop - p) }
      p = stop + 1
    }
  }

  /// Offset of the next line feed in the window, −1 when there is none.
  private func lineFeed(from start: Int) -> Int {
    guard start < window.filled, let found = memchr(window.base + start, 0x0A, window.filled - start) else { return -1 }
    return UnsafeRawPointer(found) - UnsafeRawPointer(window.base)
  }

  func next(_ record: inout Record) throws(TableError) -> Bool {
    while true {
      var end = lineFeed(from: cursor)
      var searched = window.filled - cursor
      while end < 0 {
        if window.filled - cursor > limits.recordBytes { return try discardLine(&record) }
        let before = window.offset
        let more = try window.refill(keepingFrom: cursor)
        cursor -= window.offset - before
        if !more { break }
        end = lineFeed(from: cursor + searched)
        searched = window.filled - cursor
      }
      guard end >= 0 || cursor < window.filled else { return false }
      if end < 0 { endsWithoutNewline = true }
      let total = (end >= 0 ? end + 1 : window.filled) - cursor
      var length = total - (end >= 0 ? 1 : 0)
      if length > 0, window.base[cursor + length - 1] == 0x0D { length -= 1 }
      let start = cursor
      cursor += total
      line += 1
      if isBlank(start, length) {
        blankLines += 1
        fileOffset += originalLength(start, total)
        continue
      }
      deliver(start, length, total, &record)
      return true
    }
  }

  private func isBlank(_ start: Int, _ length: Int) -> Bool {
    for i in start..<start + length where window.base[i] != 0x20 && window.base[i] != 0x09 && window.base[i] != 0x0D {
      return false
    }
    return true
  }

  /// Bytes that a stretch of the stream takes in the file.
  private func originalLength(_ start: Int, _ count: Int) -> Int {
    guard case .utf16(let bigEndian) = encoding else { return count }
    restored.removeAll(keepingCapacity: true)
    UTF16Source.restore(
      UnsafeRawBufferPointer(start: window.base + start, count: count), bigEndian: bigEndian, into: &restored)
    return restored.count
  }

  private func deliver(_ start: Int, _ length: Int, _ total: Int, _ record: inout Record) {
    record = Record()
    record.line = line - 1
    record.byteOffset = fileOffset
    record.byteCount = originalLength(start, total)
    fileOffset += record.byteCount
    record.raw = UnsafeRawBufferPointer(start: window.base + start, count: length)
    if case .utf16 = encoding {
      let rawCount = restored.count - 2 * (total - length)
      record.raw = restored.withUnsafeBytes { UnsafeRawBufferPointer(start: $0.baseAddress, count: rawCount) }
    }
    if encoding != .gb18030 {
      record.isValidEncoding = UTF8Validation.validEnd(window.base, from: start, to: start + length) == start + length
    }
    let (text, fault, isValid) = parse(start, length)
    if !isValid { record.isValidEncoding = false }
    if let fault {
      record.defect = fault.defect
      record.defectOffset = fault.offset
    } else if length > limits.recordBytes {
      record.defect = .recordTooLong
    } else {
      record.count = parser.columns.count
    }
    record.slices = UnsafePointer(parser.fields)
    record.window = UnsafeRawPointer(text)
    record.arena = UnsafeRawPointer(parser.arena.base)
  }

  /// Parses a stretch of the window, converted to UTF-8 when it must be.
  private func parse(
    _ start: Int, _ length: Int
  ) -> (text: UnsafePointer<UInt8>, fault: (defect: RecordDefect, offset: Int)?, isValid: Bool) {
    let source = UnsafePointer(window.base + start)
    guard encoding == .gb18030, !UTF8Validation.isASCII(source, length) else {
      return (source, parser.parse(source, length), true)
    }
    converted.count = 0
    converted.reserve(GB18030.maximumOutput(length))
    let (count, isValid) = GB18030.shared.decode(source, length, to: converted.base)
    let text = UnsafePointer(converted.base)
    return (text, parser.parse(text, count), isValid)
  }

  /// Passes a line that is too long to be held and flags it.
  private func discardLine(_ record: inout Record) throws(TableError) -> Bool {
    kept = Array(window.bytes(from: cursor).prefix(Limits.keptOfOverlong))
    record = Record()
    record.line = line
    record.byteOffset = fileOffset
    record.defect = .recordTooLong
    record.raw = kept.withUnsafeBytes { UnsafeRawBufferPointer(start: $0.baseAddress, count: $0.count) }
    var total = 0
    while true {
      let end = lineFeed(from: cursor)
      let stop = end >= 0 ? end + 1 : window.filled
      total += originalLength(cursor, stop - cursor)
      cursor = stop
      if end >= 0 { break }
      if try !window.refill(keepingFrom: window.filled) {
        cursor = window.filled
        endsWithoutNewline = true
        break
      }
      cursor = 0
    }
    line += 1
    record.byteCount = total
    fileOffset += total
    return true
  }
}
