/// A JSON document in memory, for pages of an API and other small texts. Numbers keep their text, objects their order.
public indirect enum JSONValue: Equatable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number as it was written, such as `12` or `1.50e3`.
  case number(String)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object's members in order.
  case object([Member])

  /// A member of an object.
  public struct Member: Equatable, Sendable {
    /// Name of the member.
    public var key: String
    /// Its value.
    public var value: JSONValue

    /// A member.
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// A number from an integer.
  public static func int(_ value: Int) -> JSONValue { .number(String(value)) }

  /// A number from a double, in the shortest form that reads back the same; `null` for infinities and NaN, which JSON has not.
  public static func double(_ value: Double) -> JSONValue {
    guard value.isFinite else { return .null }
    if value == value.rounded(), abs(value) < 1e15 { return .number(String(Int(value))) }
    return .number(value.description)
  }

  /// Parses a whole document, strictly (RFC 8259); a member named twice is refused.
  /// - Parameters:
  ///   - name: name of the text in messages.
  ///   - depthLimit: deepest nesting.
  /// - Throws: `TableError` of kind `invalidJSON` with the line and byte.
  public static func parse(
    _ bytes: UnsafeRawBufferPointer, name: String = "JSON", depthLimit: Int = 64
  ) throws(TableError) -> JSONValue {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress, UTF8Validation.isValid(bytes) else {
      throw invalid(name, bytes, 0, bytes.isEmpty ? "is empty" : "is not valid UTF-8")
    }
    var scanner = JSONScanner(start, from: 0, to: bytes.count, depthLimit: depthLimit)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { scanner.p = 3 }
    var arena = Arena()
    defer { arena.deallocate() }
    do throws(JSONFault) {
      let value = try value(&scanner, &arena, depth: 0)
      scanner.skipSpace()
      guard scanner.p == bytes.count else { throw scanner.fault() }
      return value
    } catch {
      let words = if case .tooDeep = error { "nests deeper than \(depthLimit)" } else { "is no valid JSON" }
      throw invalid(name, bytes, error.offset, words)
    }
  }

  /// Parses a whole document held in an array.
  public static func parse(
    _ bytes: [UInt8], name: String = "JSON", depthLimit: Int = 64
  ) throws(TableError) -> JSONValue {
    let result = bytes.withUnsafeBytes { raw -> Result<JSONValue, TableError> in
      do throws(TableError) {
        return .success(try parse(raw, name: name, depthLimit: depthLimit))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  static func invalid(
    _ name: String, _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ words: String
  ) -> TableError {
    let line = 1 + bytes.prefix(offset).count { $0 == 0x0A }
    return TableError(
      .invalidJSON, file: name, line: line, "The text \(words) (byte \(offset)).",
      nextStep: "Ask its sender to correct it.")
  }

  /// Parses the value at hand.
  static func value(
    _ scanner: inout JSONScanner, _ arena: inout Arena, depth: Int
  ) throws(JSONFault) -> JSONValue {
    guard depth <= scanner.depthLimit else { throw .tooDeep(scanner.p) }
    scanner.skipSpace()
    let start = scanner.p
    switch scanner.byte {
    case UInt8(ascii: "\""): return .string(try string(&scanner, &arena))
    case UInt8(ascii: "t"):
      try scanner.word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try scanner.word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try scanner.word("null")
      return .null
    case UInt8(ascii: "["):
      var items: [JSONValue] = []
      try scanner.elements(until: UInt8(ascii: "]")) { scanner throws(JSONFault) in
        items.append(try value(&scanner, &arena, depth: depth + 1))
      }
      return .array(items)
    case UInt8(ascii: "{"):
      return .object(
        try members(&scanner, &arena) { _, scanner, arena throws(JSONFault) in
          try value(&scanner, &arena, depth: depth + 1)
        })
    default:
      try scanner.number()
      return .number(
        String(decoding: UnsafeBufferPointer(start: scanner.base + start, count: scanner.p - start), as: UTF8.self))
    }
  }

  /// Parses the members of the object at hand, their values by `body`.
  static func members(
    _ scanner: inout JSONScanner, _ arena: inout Arena,
    _ body: (String, inout JSONScanner, inout Arena) throws(JSONFault) -> JSONValue
  ) throws(JSONFault) -> [Member] {
    var members: [Member] = []
    var keys: Set<String> = []
    try scanner.elements(until: UInt8(ascii: "}")) { scanner throws(JSONFault) in
      let at = scanner.p
      let key = try string(&scanner, &arena)
      guard keys.insert(key).inserted else { throw .malformed(at) }
      scanner.skipSpace()
      try scanner.expect(UInt8(ascii: ":"))
      members.append(Member(key, try body(key, &scanner, &arena)))
    }
    return members
  }

  private static func string(_ scanner: inout JSONScanner, _ arena: inout Arena) throws(JSONFault) -> String {
    let text = try scanner.string()
    guard text.hasEscapes else {
      return String(decoding: UnsafeBufferPointer(start: scanner.base + text.start, count: text.length), as: UTF8.self)
    }
    arena.count = 0
    scanner.unescape(text, into: &arena)
    return String(decoding: UnsafeBufferPointer(start: arena.base, count: arena.count), as: UTF8.self)
  }
}

extension JSONValue {
  /// The member of this name, nil when there is none or this is no object.
  public subscript(_ key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The value at a dotted path (`data.items`); an empty path is the value itself.
  public func at(_ path: String) -> JSONValue? {
    var value = self
    for key in path.split(separator: ".") {
      guard let next = value[String(key)] else { return nil }
      value = next
    }
    return value
  }

  /// The items of an array, nil for anything else.
  public var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }

  /// The text of a string, number or bool; nil for null, arrays and objects.
  public var text: String? {
    switch self {
    case .string(let text), .number(let text): text
    case .bool(let flag): flag ? "true" : "false"
    default: nil
    }
  }

  /// The integer of a number, or of a string of digits.
  public var intValue: Int? { text.flatMap { Int($0) } }

  /// The document as bytes: members in their order, no white space, the same for equal values.
  public func encoded() -> [UInt8] {
    var output: [UInt8] = []
    encode(into: &output)
    return output
  }

  /// Appends the document as bytes.
  public func encode(into output: inout [UInt8]) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let flag): output += (flag ? "true" : "false").utf8
    case .number(let text): output += text.utf8
    case .string(let text): JSONText.append(text, to: &output)
    case .array(let items):
      output.append(UInt8(ascii: "["))
      for (i, item) in items.enumerated() {
        if i > 0 { output.append(UInt8(ascii: ",")) }
        item.encode(into: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (i, member) in members.enumerated() {
        if i > 0 { output.append(UInt8(ascii: ",")) }
        JSONText.append(member.key, to: &output)
        output.append(UInt8(ascii: ":"))
        member.value.encode(into: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }
}

/// Strings of JSON.
enum JSONText {
  private static let hex = Array("0123456789abcdef".utf8)

  static func append(_ text: String, to output: inout [UInt8]) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0), to: &output) }
  }

  /// Appends UTF-8 as a string in quotes; only quotes, backslashes and controls are escaped.
  static func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0x0A: output += "\\n".utf8
      case 0x0D: output += "\\r".utf8
      case 0x09: output += "\\t".utf8
      case 0..<0x20:
        output += "\\u00".utf8
        output.append(hex[Int(byte >> 4)])
        output.append(hex[Int(byte & 15)])
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
