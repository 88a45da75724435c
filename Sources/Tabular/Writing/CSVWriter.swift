import CIconv
import Glibc

/// Writes CSV as a stream: RFC 4180 with the least quotes, the same bytes for the same fields.
///
///     let writer = try CSVWriter(AtomicFile(path: path), charset: .utf8WithMark)
///     try writer.record(["县区", "缺口"])
///     writer.field("沭阳县")
///     writer.field(120)
///     try writer.endRecord()
///     try writer.finish()
public final class CSVWriter {
  /// Charsets that files are written in.
  public enum Charset: Sendable {
    /// UTF-8 with byte order mark, which Excel needs to recognise it.
    case utf8WithMark
    /// UTF-8 without mark.
    case utf8
    /// GB 18030.
    case gb18030
  }

  private let sink: any ByteSink
  private let delimiter: UInt8
  private let lineEnd: [UInt8]
  private let escapesFormulas: Bool
  private let converter: iconv_t?
  private var buffer = Arena(capacity: 1 << 16)
  private var converted: [UInt8] = []
  private var fieldsInRecord = 0
  private var recordStart = 0
  /// Records completed so far.
  public private(set) var records = 0

  /// - Parameters:
  ///   - sink: where the bytes go; `finish` finishes it.
  ///   - charset: charset of the file.
  ///   - delimiter: field separator, an ASCII byte.
  ///   - lineEnd: end of each record.
  ///   - escapesFormulas: puts an apostrophe before a text that a spreadsheet program would run as a formula: one that begins
  ///     with `=`, `+`, `-`, `@`, their full-width forms, tab or carriage return (OWASP, "CSV Injection"), unless it reads as
  ///     a number. Numbers written as such are never changed.
  public init(
    _ sink: any ByteSink, charset: Charset = .utf8WithMark, delimiter: UInt8 = UInt8(ascii: ","),
    lineEnd: String = "\r\n", escapesFormulas: Bool = true
  ) throws(TableError) {
    self.sink = sink
    self.delimiter = delimiter
    self.lineEnd = Array(lineEnd.utf8)
    self.escapesFormulas = escapesFormulas
    guard charset == .gb18030 else {
      converter = nil
      if charset == .utf8WithMark { for byte: UInt8 in [0xEF, 0xBB, 0xBF] { buffer.append(byte) } }
      recordStart = buffer.count
      return
    }
    converter = iconv_open("GB18030", "UTF-8")
    if Int(bitPattern: converter) == -1 {
      throw TableError(
        .unencodable, file: "CSV", "The C library has no converter to GB18030.",
        nextStep: "Install the locale's charset modules, or write UTF-8.")
    }
  }

  deinit {
    if let converter, Int(bitPattern: converter) != -1 { iconv_close(converter) }
    buffer.deallocate()
  }

  /// Appends a field of text in UTF-8 to the record.
  public func field(_ text: UnsafeRawBufferPointer) {
    separate()
    let isFormula = escapesFormulas && CSVWriter.isFormula(text)
    guard CSVQuoting.needsQuotes(text, delimiter: delimiter) else {
      if isFormula { buffer.append(UInt8(ascii: "'")) }
      buffer.append(text)
      return
    }
    let start = buffer.count
    CSVQuoting.appendQuoted(text, to: &buffer)
    if isFormula {
      buffer.reserve(1)
      (buffer.base + start + 2).update(from: buffer.base + start + 1, count: buffer.count - start - 1)
      buffer.base[start + 1] = UInt8(ascii: "'")
      buffer.count += 1
    }
  }

  /// Appends a field of text.
  public func field(_ text: String) {
    var text = text
    text.withUTF8 { field(UnsafeRawBufferPointer($0)) }
  }

  /// Appends a whole number.
  public func field(_ number: Int) { raw(String(number)) }

  /// Appends a number in the shortest form that reads back the same; nothing for infinities and NaN.
  public func field(_ number: Double) {
    guard number.isFinite else {
      separate()
      return
    }
    raw(number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : number.description)
  }

  /// Appends an empty field.
  public func emptyField() { separate() }

  /// Ends the record.
  /// - Throws: when the sink fails, or the record is not valid UTF-8 and the file is GB 18030.
  public func endRecord() throws(TableError) {
    // An empty line would not be read as a record of one empty field.
    if buffer.count == recordStart, fieldsInRecord == 1 {
      buffer.append(CSVScanner.quote)
      buffer.append(CSVScanner.quote)
    }
    for byte in lineEnd { buffer.append(byte) }
    fieldsInRecord = 0
    records += 1
    recordStart = buffer.count
    if buffer.count >= 1 << 16 { try flush() }
  }

  /// Writes a record of texts.
  public func record(_ fields: [String]) throws(TableError) {
    for text in fields { field(text) }
    try endRecord()
  }

  /// Writes what is left and finishes the sink.
  public func finish() throws(TableError) {
    try flush()
    try sink.finish()
  }

  private func separate() {
    if fieldsInRecord > 0 { buffer.append(delimiter) }
    fieldsInRecord += 1
  }

  private func raw(_ number: String) {
    separate()
    for byte in number.utf8 { buffer.append(byte) }
  }

  private func flush() throws(TableError) {
    let bytes = UnsafeRawBufferPointer(start: buffer.base, count: buffer.count)
    defer {
      buffer.count = 0
      recordStart = 0
    }
    guard converter != nil else {
      try sink.write(bytes)
      return
    }
    try convert()
    var failure: TableError?
    converted.withUnsafeBytes { bytes in
      do throws(TableError) { try sink.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private func convert() throws(TableError) {
    var left = buffer.count
    // A character of two bytes in UTF-8 may take four.
    var room = buffer.count * 2 + 16
    let size = room
    converted = [UInt8](unsafeUninitializedCapacity: size) { space, count in
      space.withMemoryRebound(to: CChar.self) { target in
        buffer.base.withMemoryRebound(to: CChar.self, capacity: left) { source in
          var from: UnsafeMutablePointer<CChar>? = source
          var to = target.baseAddress
          _ = iconv(converter, &from, &left, &to, &room)
        }
      }
      count = size - room
    }
    if left > 0 {
      throw TableError(
        .unencodable, file: "CSV", line: records, "A text near record \(records) is not valid UTF-8.",
        nextStep: "Correct the text where it comes from.")
    }
  }

  /// True for a text that a spreadsheet program takes for a formula.
  static func isFormula(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let first = text.first else { return false }
    switch first {
    case UInt8(ascii: "="), UInt8(ascii: "@"), 0x09, 0x0D: return true
    case UInt8(ascii: "+"), UInt8(ascii: "-"): return !isNumber(text)
    case 0xEF:
      // U+FF1D, U+FF0B, U+FF0D, U+FF20.
      return text.count > 2 && text[1] == 0xBC && [0x9D, 0x8B, 0x8D, 0xA0].contains(text[2])
    default: return false
    }
  }

  /// True for a sign, digits, at most one point and an exponent, with or without a percent sign.
  private static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let start = text.bindMemory(to: UInt8.self).baseAddress else { return false }
    var scanner = JSONScanner(start, from: 1, to: text.count, depthLimit: 0)
    guard scanner.byte != UInt8(ascii: "-") else { return false }
    guard (try? scanner.number()) != nil else { return false }
    return scanner.p == text.count || (scanner.p == text.count - 1 && text[scanner.p] == UInt8(ascii: "%"))
  }
}
