import Glibc

/// Parses XML in UTF-8 in place, in its own buffer: tags are ended by zero bytes where they stand, so that nothing is copied.
///
/// What workbooks hold and no more: elements, attributes, text, the five named entities and character references, CDATA,
/// comments, processing instructions. A document type is refused. Tags must match, sizes and depth are bounded.
///
/// A struct, and its methods mutating, so that no access is checked at run time in the inner loops; its owner calls `deallocate`.
struct XMLScanner<State: XMLState> {
  private let state: UnsafeMutablePointer<State>
  private let depthLimit: Int
  private let pieceBytes: Int
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var filled = 0
  private var validated = 0
  /// Names of the open elements, one behind the other, and their lengths.
  private var names = Arena(capacity: 1024)
  private var lengths: [Int] = []
  private var hasRoot = false
  private let attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>
  /// Ends of names and values by turns, to be made zero once the tag is known to be complete.
  private let ends: UnsafeMutablePointer<Int>
  private static var most: Int { 256 }

  init(state: UnsafeMutablePointer<State>, depthLimit: Int, pieceBytes: Int) {
    self.state = state
    self.depthLimit = depthLimit
    self.pieceBytes = pieceBytes
    capacity = pieceBytes * 2
    base = .allocate(capacity: capacity + 1)
    attributes = .allocate(capacity: 2 * XMLScanner.most + 2)
    ends = .allocate(capacity: 2 * XMLScanner.most + 2)
  }

  func deallocate() {
    base.deallocate()
    attributes.deallocate()
    ends.deallocate()
    names.deallocate()
  }

  /// Room for the next piece.
  mutating func space() -> UnsafeMutableRawBufferPointer {
    if capacity - filled < pieceBytes {
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2 + 1)
      larger.update(from: base, count: filled)
      base.deallocate()
      base = larger
      capacity *= 2
    }
    return UnsafeMutableRawBufferPointer(start: base + filled, count: pieceBytes)
  }

  /// Counts the bytes in that were put into `space`.
  mutating func take(_ count: Int) { filled += count }

  /// The bytes taken, given away.
  mutating func drain() -> UnsafeRawBufferPointer {
    let bytes = UnsafeRawBufferPointer(start: base, count: filled)
    filled = 0
    return bytes
  }

  /// False when the first piece begins in, or declares, another charset.
  var isUTF8: Bool {
    let bytes = UnsafeBufferPointer(start: base, count: filled)
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.prefix(4).contains(0) {
      return false
    }
    let text = String(decoding: bytes.prefix(200).prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self).lowercased()
    guard text.contains("<?xml"), text.contains("encoding") else { return true }
    return text.contains("utf-8") || text.contains("us-ascii")
  }

  /// Parses what is complete of the bytes taken and keeps the rest.
  mutating func scan(isFinal: Bool) throws(XMLFault) {
    try validate(isFinal)
    // A character that is not all there yet is not looked at.
    let cutOff = filled - validated
    filled = validated
    var p = 0
    if !hasRoot, lengths.isEmpty, filled >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF { p = 3 }
    while p < filled {
      let next = base[p] == UInt8(ascii: "<") ? try markup(p, isFinal) : try text(p, isFinal)
      if next < 0 { break }
      p = next
    }
    if isFinal, p < filled || !lengths.isEmpty || !hasRoot { throw .malformed("it ends early") }
    let rest = filled + cutOff - p
    guard rest < XMLFault.longestToken else { throw .malformed("a tag is too long") }
    if p > 0, rest > 0 { base.update(from: base + p, count: rest) }
    validated -= p
    filled = rest
  }

  private mutating func validate(_ isFinal: Bool) throws(XMLFault) {
    validated = UTF8Validation.validEnd(base, from: validated, to: filled)
    if filled - validated > 3 || (isFinal && validated < filled) { throw .malformed("it is not valid UTF-8") }
  }

  // MARK: - Text

  /// Passes text up to the next tag; −1 when nothing can be passed yet.
  @inline(__always)
  private mutating func text(_ start: Int, _ isFinal: Bool) throws(XMLFault) -> Int {
    var stop = filled
    if let found = memchr(base + start, 0x3C, filled - start) {
      stop = UnsafeRawPointer(found) - UnsafeRawPointer(base)
    } else if !isFinal {
      // A reference or line end at the end of the piece may not be all there.
      var p = filled - 1
      while p >= start, filled - p < 16, base[p] != UInt8(ascii: ";") {
        if base[p] == UInt8(ascii: "&") || base[p] == 0x0D { stop = p }
        p -= 1
      }
      if stop == start { return -1 }
    }
    guard !lengths.isEmpty else {
      for i in start..<stop where base[i] > 0x20 { throw .malformed("text stands outside of all elements") }
      return stop
    }
    let end = try resolve(start, stop)
    state.pointee.text(UnsafeRawPointer(base + start).assumingMemoryBound(to: CChar.self), end - start)
    return stop
  }

  /// Resolves references and line ends in place; in an attribute white space becomes spaces (XML 1.0, 2.11 and 3.3.3). - Returns: end of what is left.
  @inline(__always)
  private mutating func resolve(_ start: Int, _ stop: Int, isAttribute: Bool = false) throws(XMLFault) -> Int {
    var p = start
    let lineFeed: UInt8 = isAttribute ? 0x0A : 0x0D
    let tab: UInt8 = isAttribute ? 0x09 : 0x0D
    while p < stop, base[p] != UInt8(ascii: "&"), base[p] != 0x0D, base[p] != lineFeed, base[p] != tab { p &+= 1 }
    return p == stop ? stop : try rewrite(from: p, to: stop, isAttribute: isAttribute)
  }

  private mutating func rewrite(from start: Int, to stop: Int, isAttribute: Bool) throws(XMLFault) -> Int {
    var p = start
    var out = base + start
    while p < stop {
      if base[p] == 0x0D {
        out.pointee = isAttribute ? 0x20 : 0x0A
        out += 1
        p += p + 1 < stop && base[p + 1] == 0x0A ? 2 : 1
      } else if base[p] == UInt8(ascii: "&") {
        p = try reference(p, stop, &out)
      } else {
        out.pointee = isAttribute && base[p] < 0x20 ? 0x20 : base[p]
        out += 1
        p += 1
      }
    }
    return out - base
  }

  private mutating func reference(_ start: Int, _ stop: Int, _ out: inout UnsafeMutablePointer<UInt8>) throws(XMLFault)
    -> Int
  {
    var end = start + 1
    while end < stop, end - start < 12, base[end] != UInt8(ascii: ";") { end += 1 }
    guard end < stop, base[end] == UInt8(ascii: ";") else { throw .malformed("a reference has no end") }
    let name = UnsafeBufferPointer(start: base + start + 1, count: end - start - 1)
    var code: UInt32?
    switch String(decoding: name, as: UTF8.self) {
    case "amp": code = 0x26
    case "lt": code = 0x3C
    case "gt": code = 0x3E
    case "quot": code = 0x22
    case "apos": code = 0x27
    case let other where other.hasPrefix("#x"): code = UInt32(other.dropFirst(2), radix: 16)
    case let other where other.hasPrefix("#"): code = UInt32(other.dropFirst())
    default: break
    }
    guard let code, code != 0, Unicode.Scalar(code) != nil else { throw .malformed("a reference is unknown") }
    if code < 0x80 {
      out.pointee = UInt8(code)
      out += 1
    } else {
      GB18030.encode(code, to: &out)
    }
    return end + 1
  }

  // MARK: - Markup

  /// Passes a tag, comment, section or instruction; −1 when it is not complete.
  @inline(__always)
  private mutating func markup(_ start: Int, _ isFinal: Bool) throws(XMLFault) -> Int {
    guard start + 1 < filled else { return -1 }
    switch base[start + 1] {
    case UInt8(ascii: "/"): return try endTag(start)
    case UInt8(ascii: "!"): return try declaration(start, isFinal)
    case UInt8(ascii: "?"): return find("?>", from: start + 2)
    default: return try startTag(start)
    }
  }

  private mutating func declaration(_ start: Int, _ isFinal: Bool) throws(XMLFault) -> Int {
    if begins("<!--", start) { return find("-->", from: start + 4) }
    if begins("<![CDATA[", start) {
      let stop = find("]]>", from: start + 9)
      if stop < 0 { return -1 }
      guard !lengths.isEmpty else { throw .malformed("text stands outside of all elements") }
      let end = joinLineEnds(start + 9, stop - 3)
      let text = UnsafeRawPointer(base + start + 9).assumingMemoryBound(to: CChar.self)
      state.pointee.text(text, end - (start + 9))
      return stop
    }
    if filled - start < 9, !isFinal { return -1 }
    throw .documentType
  }

  /// Makes every line end one line feed, in place (XML 1.0, 2.11). - Returns: end of what is left.
  private mutating func joinLineEnds(_ start: Int, _ stop: Int) -> Int {
    var out = start
    var p = start
    while p < stop {
      let isReturn = base[p] == 0x0D
      base[out] = isReturn ? 0x0A : base[p]
      out += 1
      p += isReturn && p + 1 < stop && base[p + 1] == 0x0A ? 2 : 1
    }
    return out
  }

  private func begins(_ literal: StaticString, _ at: Int) -> Bool {
    let count = literal.utf8CodeUnitCount
    return filled - at >= count && memcmp(base + at, literal.utf8Start, count) == 0
  }

  /// Offset behind the next occurrence of a literal, −1 when there is none.
  private func find(_ literal: StaticString, from start: Int) -> Int {
    let count = literal.utf8CodeUnitCount
    var p = start
    while p + count <= filled {
      guard let found = memchr(base + p, Int32(literal.utf8Start[0]), filled - p) else { return -1 }
      p = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      if p + count <= filled, memcmp(base + p, literal.utf8Start, count) == 0 { return p + count }
      p += 1
    }
    return -1
  }

  @inline(__always)
  private mutating func endTag(_ start: Int) throws(XMLFault) -> Int {
    let from = start &+ 2
    var p = from
    while p < filled, base[p] != UInt8(ascii: ">") { p &+= 1 }
    if p >= filled { return -1 }
    var end = p
    while end > from, base[end &- 1] <= 0x20 { end &-= 1 }
    guard let length = lengths.popLast(), length == end &- from,
      memcmp(names.base + (names.count - length), base + from, length) == 0
    else { throw .malformed("an end tag does not match") }
    names.count -= length
    base[end] = 0
    state.pointee.end(XMLName(UnsafeRawPointer(base + from).assumingMemoryBound(to: CChar.self)))
    return p &+ 1
  }

  /// True for the bytes that end a name.
  @inline(__always)
  private func endsName(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=")
  }

  @inline(__always)
  private mutating func startTag(_ start: Int) throws(XMLFault) -> Int {
    let from = start &+ 1
    var p = from
    while p < filled, !endsName(base[p]) { p &+= 1 }
    if p >= filled { return -1 }
    let nameEnd = p
    guard nameEnd > from, isNameStart(base[from]) else { throw .malformed("a tag has no name") }
    var count = 0
    while true {
      let before = p
      while p < filled, base[p] <= 0x20 { p &+= 1 }
      if p >= filled { return -1 }
      if base[p] == UInt8(ascii: ">") || base[p] == UInt8(ascii: "/") { break }
      guard p > before, count < XMLScanner.most else { throw .malformed("attributes are not well-formed") }
      p = try attribute(p, count)
      if p < 0 { return -1 }
      count += 1
    }
    let isEmpty = base[p] == UInt8(ascii: "/")
    if isEmpty {
      p &+= 1
      if p >= filled { return -1 }
      guard base[p] == UInt8(ascii: ">") else { throw .malformed("a tag is not well-formed") }
    }
    try open(from, nameEnd, attributes: count, isEmpty: isEmpty)
    return p &+ 1
  }

  @inline(__always)
  private func isNameStart(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte >= 0x80 || byte == 0x5F || byte == 0x3A
  }

  /// Notes an attribute without changing a byte. - Returns: offset behind it, −1 when it is not complete.
  @inline(__always)
  private mutating func attribute(_ start: Int, _ index: Int) throws(XMLFault) -> Int {
    var p = start
    while p < filled, !endsName(base[p]) { p &+= 1 }
    let nameEnd = p
    while p < filled, base[p] <= 0x20 { p &+= 1 }
    if p >= filled { return -1 }
    guard base[p] == UInt8(ascii: "="), nameEnd > start, isNameStart(base[start]) else {
      throw .malformed("attributes are not well-formed")
    }
    p &+= 1
    while p < filled, base[p] <= 0x20 { p &+= 1 }
    if p >= filled { return -1 }
    let quote = base[p]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      throw .malformed("attributes are not well-formed")
    }
    p &+= 1
    let value = p
    while p < filled, base[p] != quote {
      if base[p] == UInt8(ascii: "<") { throw .malformed("attributes are not well-formed") }
      p &+= 1
    }
    if p >= filled { return -1 }
    attributes[2 &* index] = UnsafeRawPointer(base + start).assumingMemoryBound(to: CChar.self)
    attributes[2 &* index &+ 1] = UnsafeRawPointer(base + value).assumingMemoryBound(to: CChar.self)
    ends[2 &* index] = nameEnd
    ends[2 &* index &+ 1] = p
    return p &+ 1
  }

  /// Hands a complete start tag on.
  @inline(__always)
  private mutating func open(_ from: Int, _ end: Int, attributes count: Int, isEmpty: Bool) throws(XMLFault) {
    guard lengths.count < depthLimit else { throw .malformed("elements nest too deep") }
    if lengths.isEmpty {
      if hasRoot { throw .malformed("a second root element") }
      hasRoot = true
    }
    let length = end &- from
    if !isEmpty {
      names.append(base + from, length)
      lengths.append(length)
    }
    for i in 0..<count {
      base[ends[2 &* i]] = 0
      guard let value = attributes[2 &* i &+ 1] else { continue }
      let start = UnsafeRawPointer(value) - UnsafeRawPointer(base)
      let end = try resolve(start, ends[2 &* i &+ 1], isAttribute: true)
      base[end] = 0
    }
    attributes[2 &* count] = nil
    attributes[2 &* count &+ 1] = nil
    base[end] = 0
    let name = XMLName(UnsafeRawPointer(base + from).assumingMemoryBound(to: CChar.self))
    state.pointee.start(name, attributes)
    if isEmpty { state.pointee.end(name) }
  }
}
