/// A page of a list as JSON: an array of rows, and what stands around it (number of rows, cursor of the next page).
///
/// One damaged row costs itself alone: where the text goes on soundly behind it, the others are read, and the damaged one is kept as it stands. A text
/// that is damaged elsewhere, or was cut off, is no page.
public struct JSONPage {
  /// A row of the page.
  public enum Row {
    /// A row that is valid JSON.
    case value(JSONValue)
    /// One that is not, as a line of UTF-8; what was invalid in the page's charset is invalid in it.
    case damaged([UInt8])
  }

  /// What stands around the rows; the array itself is empty here.
  public let document: JSONValue
  /// The rows; nil where there is no array at the path.
  public let rows: [Row]?

  /// Reads a page.
  /// - Parameters:
  ///   - charset: the charset; `.auto` looks for a byte order mark, else guesses as for files.
  ///   - path: dotted path of the array (`data.items`); an empty one is the document itself.
  ///   - name: name of the text in messages.
  /// - Throws: `TableError` of kind `invalidJSON` with the line and byte.
  /// - Complexity: linear; each damaged row, of which a page may have 1,000, costs a look at the 64 KiB behind its start.
  public init(
    _ bytes: [UInt8], charset: Charset = .auto, rows path: String, name: String = "JSON"
  ) throws(TableError) {
    let text = try JSONPage.decoded(bytes, charset)
    let result = text.withUnsafeBytes { raw -> Result<(JSONValue, [Row]?), TableError> in
      do throws(TableError) { return .success(try JSONPage.read(raw, path, name)) } catch { return .failure(error) }
    }
    (document, rows) = try result.get()
  }

  /// Makes the rows of a document that is an array JSON Lines in UTF-8; each row, damaged ones too, is one line.
  /// - Throws: `TableError` of kind `invalidJSON`, where the text is no array or was cut off.
  static func lines(_ bytes: [UInt8], charset: Charset, name: String) throws(TableError) -> [UInt8] {
    var text = try decoded(bytes, charset)
    let result = text.withUnsafeMutableBytes { raw -> Result<Int, TableError> in
      guard let start = raw.bindMemory(to: UInt8.self).baseAddress else { return .success(0) }
      var scanner = JSONScanner(start, from: 0, to: raw.count, depthLimit: 64)
      do throws(JSONFault) {
        scanner.skipSpace()
        let rows = try scanner.items()
        scanner.skipSpace()
        guard scanner.p == raw.count else { throw scanner.fault() }
        return .success(compact(start, rows))
      } catch {
        return .failure(
          JSONValue.invalid(name, UnsafeRawBufferPointer(raw), error.offset, "is no array of rows in JSON"))
      }
    }
    text.removeLast(text.count - (try result.get()))
    return text
  }

  /// Moves rows to the front, a line each: behind every one of them stands at least the sign that ends it.
  private static func compact(_ text: UnsafeMutablePointer<UInt8>, _ rows: [Range<Int>]) -> Int {
    var out = 0
    for row in rows {
      for p in row {
        text[out] = lineByte(text[p])
        out += 1
      }
      text[out] = 0x0A
      out += 1
    }
    return out
  }

  /// A tab is white space as a line end is, and no more allowed in a string.
  private static func lineByte(_ byte: UInt8) -> UInt8 { byte == 0x0A || byte == 0x0D ? 0x09 : byte }

  /// The text in UTF-8, without a byte order mark.
  private static func decoded(_ bytes: [UInt8], _ charset: Charset) throws(TableError) -> [UInt8] {
    let settled = bytes.withUnsafeBytes {
      CharsetDetection.settle(
        charset, sample: UnsafeRawBufferPointer(rebasing: $0.prefix(CharsetDetection.sampleBytes)))
    }
    let rest = settled.mark == 0 ? bytes : Array(bytes.dropFirst(settled.mark))
    switch settled.encoding {
    case .utf8: return rest
    case .gb18030:
      var isValid = true
      var text = [UInt8](unsafeUninitializedCapacity: GB18030.maximumOutput(rest.count)) { room, count in
        guard let output = room.baseAddress else { return }
        rest.withUnsafeBufferPointer { input in
          guard let start = input.baseAddress else { return }
          (count, isValid) = GB18030.shared.decode(start, input.count, to: output)
        }
      }
      // U+FFFD stands for what is no character: a byte that is never valid does so too, and flags its row.
      var p = 0
      while !isValid, p + 2 < text.count {
        if text[p] == 0xEF, text[p + 1] == 0xBF, text[p + 2] == 0xBD {
          text.replaceSubrange(p..<p + 3, with: [0xFF])
        }
        p += 1
      }
      return text
    case .utf16(let bigEndian):
      let source = UTF16Source(MemorySource(rest), bigEndian: bigEndian)
      var text: [UInt8] = []
      let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
      defer { space.deallocate() }
      while true {
        let count = try source.read(into: space)
        guard count > 0 else { return text }
        text += space.prefix(count)
      }
    }
  }

  private static func read(
    _ raw: UnsafeRawBufferPointer, _ path: String, _ name: String
  ) throws(TableError) -> (JSONValue, [Row]?) {
    guard let start = raw.bindMemory(to: UInt8.self).baseAddress else {
      throw JSONValue.invalid(name, raw, 0, "is empty")
    }
    var scanner = JSONScanner(start, from: 0, to: raw.count, depthLimit: 64)
    var arena = Arena()
    defer { arena.deallocate() }
    var found: [Range<Int>]?
    do throws(JSONFault) {
      let document = try document(&scanner, &arena, path.split(separator: ".").map(String.init)[...], depth: 0, &found)
      scanner.skipSpace()
      guard scanner.p == raw.count else { throw scanner.fault() }
      let isValid = UTF8Validation.isValid(raw)
      guard let rows = found else {
        guard isValid else { throw .malformed(0) }
        return (document, nil)
      }
      if !isValid {
        let around = [0..<(rows.first?.lowerBound ?? raw.count), (rows.last?.upperBound ?? raw.count)..<raw.count]
        for part in around where !UTF8Validation.isValid(UnsafeRawBufferPointer(rebasing: raw[part])) {
          throw .malformed(part.lowerBound)
        }
      }
      return (document, rows.map { row(UnsafeRawBufferPointer(rebasing: raw[$0]), isValid) })
    } catch {
      throw JSONValue.invalid(name, raw, error.offset, "is no valid JSON")
    }
  }

  private static func row(_ bytes: UnsafeRawBufferPointer, _ isValid: Bool) -> Row {
    if isValid || UTF8Validation.isValid(bytes), let value = try? JSONValue.parse(bytes) { return .value(value) }
    return .damaged(bytes.map(lineByte))
  }

  /// Reads a document but for its rows, whose places are noted only.
  private static func document(
    _ scanner: inout JSONScanner, _ arena: inout Arena, _ path: ArraySlice<String>, depth: Int,
    _ rows: inout [Range<Int>]?
  ) throws(JSONFault) -> JSONValue {
    scanner.skipSpace()
    if path.isEmpty, scanner.byte == UInt8(ascii: "[") {
      rows = try scanner.items()
      return .array([])
    }
    guard let wanted = path.first, scanner.byte == UInt8(ascii: "{") else {
      return try JSONValue.value(&scanner, &arena, depth: depth)
    }
    return .object(
      try JSONValue.members(&scanner, &arena) { key, scanner, arena throws(JSONFault) in
        guard key == wanted else { return try JSONValue.value(&scanner, &arena, depth: depth + 1) }
        return try document(&scanner, &arena, path.dropFirst(), depth: depth + 1, &rows)
      })
  }
}
