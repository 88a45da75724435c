/// Why a text is no JSON (RFC 8259), and at which byte.
enum JSONFault: Error, Equatable {
  case malformed(Int)
  case tooDeep(Int)

  var offset: Int {
    switch self {
    case .malformed(let offset), .tooDeep(let offset): offset
    }
  }
}

/// Walks over JSON in memory, strictly, without building anything.
struct JSONScanner {
  let base: UnsafePointer<UInt8>
  let end: Int
  let depthLimit: Int
  var p: Int

  init(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int, depthLimit: Int) {
    self.base = base
    self.end = end
    self.depthLimit = depthLimit
    p = start
  }

  /// A string's content between its quotes.
  struct Text {
    var start: Int
    var length: Int
    var hasEscapes: Bool
  }

  @inline(__always)
  mutating func skipSpace() {
    while p < end, base[p] <= 0x20, base[p] == 0x20 || base[p] == 0x09 || base[p] == 0x0A || base[p] == 0x0D { p &+= 1 }
  }

  /// The byte at hand, 0 at the end.
  @inline(__always)
  var byte: UInt8 { p < end ? base[p] : 0 }

  @inline(__always)
  func fault() -> JSONFault { .malformed(p) }

  @inline(__always)
  mutating func expect(_ wanted: UInt8) throws(JSONFault) {
    guard byte == wanted, p < end else { throw fault() }
    p &+= 1
  }

  /// Passes a string, whose opening quote is at hand, and checks its escapes.
  @inline(__always)
  mutating func string() throws(JSONFault) -> Text {
    try expect(UInt8(ascii: "\""))
    let start = p
    var hasEscapes = false
    while p < end {
      let next = base[p]
      if next == UInt8(ascii: "\"") {
        let text = Text(start: start, length: p &- start, hasEscapes: hasEscapes)
        p &+= 1
        return text
      }
      if next < 0x20 { throw fault() }
      if next == UInt8(ascii: "\\") {
        hasEscapes = true
        try escape()
      } else {
        p &+= 1
      }
    }
    throw fault()
  }

  private mutating func escape() throws(JSONFault) {
    p += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      p += 1
    case UInt8(ascii: "u"):
      let code = try unit()
      if code & 0xFC00 == 0xDC00 { throw fault() }
      if code & 0xFC00 == 0xD800 {
        guard p + 1 < end, base[p] == UInt8(ascii: "\\"), base[p + 1] == UInt8(ascii: "u") else { throw fault() }
        p += 1
        guard try unit() & 0xFC00 == 0xDC00 else { throw fault() }
      }
    default: throw fault()
    }
  }

  /// Passes `uXXXX`.
  private mutating func unit() throws(JSONFault) -> UInt32 {
    guard p + 4 < end, let code = XMLText.hex(base + p + 1) else { throw fault() }
    p += 5
    return code
  }

  /// Passes a number.
  @inline(__always)
  mutating func number() throws(JSONFault) {
    if byte == UInt8(ascii: "-") { p &+= 1 }
    if byte == UInt8(ascii: "0") { p &+= 1 } else { try digits() }
    if byte == UInt8(ascii: ".") {
      p &+= 1
      try digits()
    }
    if byte | 0x20 == UInt8(ascii: "e") {
      p &+= 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { p &+= 1 }
      try digits()
    }
  }

  @inline(__always)
  private mutating func digits() throws(JSONFault) {
    let start = p
    while p < end, base[p] >= 0x30, base[p] <= 0x39 { p &+= 1 }
    if p == start { throw fault() }
  }

  /// Passes `true`, `false` or `null`.
  mutating func word(_ word: StaticString) throws(JSONFault) {
    for i in 0..<word.utf8CodeUnitCount {
      guard p < end, base[p] == word.utf8Start[i] else { throw fault() }
      p += 1
    }
  }

  /// Passes any value.
  mutating func skipValue(depth: Int) throws(JSONFault) {
    guard depth <= depthLimit else { throw .tooDeep(p) }
    skipSpace()
    switch byte {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    case UInt8(ascii: "["):
      try elements(until: UInt8(ascii: "]")) { scanner throws(JSONFault) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "{"):
      try elements(until: UInt8(ascii: "}")) { scanner throws(JSONFault) in
        _ = try scanner.string()
        scanner.skipSpace()
        try scanner.expect(UInt8(ascii: ":"))
        try scanner.skipValue(depth: depth + 1)
      }
    default: try number()
    }
  }

  /// Passes the elements of an array or object, whose opening bracket is at hand. Each is passed by `body`, with white space
  /// before it skipped.
  mutating func elements(
    until close: UInt8, _ body: (inout JSONScanner) throws(JSONFault) -> Void
  ) throws(JSONFault) {
    p += 1
    skipSpace()
    if byte == close {
      try expect(close)
      return
    }
    while true {
      skipSpace()
      try body(&self)
      skipSpace()
      if byte == UInt8(ascii: ",") {
        p += 1
      } else {
        try expect(close)
        return
      }
    }
  }

  /// Appends a string's content with its escapes resolved. The content must have been passed by `string` before.
  func unescape(_ text: Text, into arena: inout Arena) {
    arena.reserve(text.length)
    var i = text.start
    let stop = text.start + text.length
    while i < stop {
      guard base[i] == UInt8(ascii: "\\") else {
        arena.append(base[i])
        i += 1
        continue
      }
      i += 2
      switch base[i - 1] {
      case UInt8(ascii: "b"): arena.append(0x08)
      case UInt8(ascii: "f"): arena.append(0x0C)
      case UInt8(ascii: "n"): arena.append(0x0A)
      case UInt8(ascii: "r"): arena.append(0x0D)
      case UInt8(ascii: "t"): arena.append(0x09)
      case UInt8(ascii: "u"):
        var code = XMLText.hex(base + i) ?? 0xFFFD
        i += 4
        if code & 0xFC00 == 0xD800 {
          code = 0x10000 + ((code & 0x3FF) << 10) + ((XMLText.hex(base + i + 2) ?? 0xDC00) & 0x3FF)
          i += 6
        }
        append(code, to: &arena)
      default: arena.append(base[i - 1])
      }
    }
  }

  private func append(_ code: UInt32, to arena: inout Arena) {
    if code < 0x80 {
      arena.append(UInt8(code))
      return
    }
    arena.reserve(4)
    var out = arena.base + arena.count
    GB18030.encode(code, to: &out)
    arena.count = out - arena.base
  }
}
