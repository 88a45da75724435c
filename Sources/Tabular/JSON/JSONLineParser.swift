/// Turns one line of JSON into fields by column.
struct JSONLineParser {
  private(set) var columns = JSONColumns()
  let fields: UnsafeMutablePointer<FieldSlice>
  var arena = Arena()
  private var path = Arena(capacity: 256)
  private let limits: Limits
  private let nesting: FileFormat.Nesting
  private var guess = 0
  private var defect: RecordDefect?

  init(limits: Limits, nesting: FileFormat.Nesting) {
    self.limits = limits
    self.nesting = nesting
    fields = .allocate(capacity: max(1, limits.columns))
  }

  func deallocate() {
    fields.deallocate()
    arena.deallocate()
    path.deallocate()
  }

  /// Parses a line into `fields`; columns that it brings are kept only when all of it is right.
  /// - Returns: what is wrong, and at which byte of the line.
  mutating func parse(_ base: UnsafePointer<UInt8>, _ length: Int) -> (defect: RecordDefect, offset: Int)? {
    let known = columns.count
    arena.count = 0
    guess = 0
    defect = nil
    fields.update(repeating: FieldSlice(start: 0, length: 0, marks: FieldSlice.missing), count: known)
    var scanner = JSONScanner(base, from: 0, to: length, depthLimit: limits.depth)
    do throws(JSONFault) {
      scanner.skipSpace()
      guard scanner.byte == UInt8(ascii: "{") else { throw scanner.fault() }
      path.count = 0
      try object(&scanner, depth: 1)
      scanner.skipSpace()
      guard scanner.p == length else { throw scanner.fault() }
      return nil
    } catch {
      columns.cut(to: known)
      if let defect { return (defect, error.offset) }
      if case .tooDeep(let offset) = error { return (.tooDeep, offset) }
      return (.malformedJSON, error.offset)
    }
  }

  /// A field with a null in this line: it is missing, yet may not come twice.
  private static let null = FieldSlice(start: 1, length: 0, marks: FieldSlice.missing)

  private mutating func object(_ scanner: inout JSONScanner, depth: Int) throws(JSONFault) {
    guard depth <= limits.depth else { throw .tooDeep(scanner.p) }
    let prefix = path.count
    scanner.p += 1
    scanner.skipSpace()
    if scanner.byte == UInt8(ascii: "}") {
      try scanner.expect(UInt8(ascii: "}"))
      return
    }
    while true {
      scanner.skipSpace()
      let keyAt = scanner.p
      let key = try scanner.string()
      scanner.skipSpace()
      try scanner.expect(UInt8(ascii: ":"))
      scanner.skipSpace()
      path.count = prefix
      if scanner.byte == UInt8(ascii: "{"), nesting == .flatten {
        append(key, scanner)
        path.append(UInt8(ascii: "."))
        try object(&scanner, depth: depth + 1)
      } else {
        let column = try self.column(of: key, scanner, at: keyAt)
        try value(&scanner, column: column, depth: depth + 1)
      }
      path.count = prefix
      scanner.skipSpace()
      guard scanner.byte == UInt8(ascii: ",") else { break }
      scanner.p += 1
    }
    try scanner.expect(UInt8(ascii: "}"))
  }

  private mutating func append(_ key: JSONScanner.Text, _ scanner: JSONScanner) {
    if key.hasEscapes {
      scanner.unescape(key, into: &path)
    } else {
      path.append(scanner.base + key.start, key.length)
    }
  }

  @inline(__always)
  private mutating func column(
    of key: JSONScanner.Text, _ scanner: JSONScanner, at offset: Int
  ) throws(JSONFault) -> Int {
    var start = scanner.base + key.start
    var length = key.length
    if path.count > 0 || key.hasEscapes {
      append(key, scanner)
      start = UnsafePointer(path.base)
      length = path.count
    }
    if let found = columns.position(start, length, guess: guess) {
      guard fields[found].bits & FieldSlice.missing != 0, fields[found].start != Self.null.start else {
        defect = .duplicateKey
        throw .malformed(offset)
      }
      guess = found &+ 1
      return found
    }
    guard length <= Limits.columnName else {
      defect = .fieldTooLong
      throw .malformed(offset)
    }
    guard columns.count < limits.columns else {
      defect = .tooManyFields
      throw .malformed(offset)
    }
    let added = columns.add(start, length)
    fields[added] = FieldSlice(start: 0, length: 0, marks: FieldSlice.missing)
    guess = added + 1
    return added
  }

  @inline(__always)
  private mutating func value(_ scanner: inout JSONScanner, column: Int, depth: Int) throws(JSONFault) {
    let start = scanner.p
    switch scanner.byte {
    case UInt8(ascii: "\""):
      let text = try scanner.string()
      if text.hasEscapes {
        let from = arena.count
        scanner.unescape(text, into: &arena)
        fields[column] = FieldSlice(start: from, length: arena.count - from, marks: FieldSlice.inArena)
      } else {
        fields[column] = FieldSlice(start: text.start, length: text.length)
      }
      return
    case UInt8(ascii: "n"):
      try scanner.word("null")
      fields[column] = Self.null
      return
    default: try scanner.skipValue(depth: depth)
    }
    fields[column] = FieldSlice(start: start, length: scanner.p - start)
  }
}
