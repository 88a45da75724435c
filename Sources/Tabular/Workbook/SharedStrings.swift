/// A workbook's shared strings: all bytes in one arena, one offset each.
///
/// - Complexity: 4 bytes a string beside its text; constant time to find one.
final class SharedStrings {
  private let stream: XMLStream<SharedStringsState>?

  /// No strings.
  init() { stream = nil }

  init(_ part: ZipPart, path: String, file: String, limits: Limits) throws(TableError) {
    let stream = try XMLStream(
      part, path: path, file: file, state: SharedStringsState(limit: limits.sharedStringBytes), limits: limits,
      pieceBytes: 64 << 10)
    self.stream = stream
    while try stream.parseNext() {
      guard !stream.state.pointee.isFull else {
        throw TableError(
          .unpackedTooLarge, file: file,
          "The workbook's texts take more than \(limits.sharedStringBytes) bytes of memory.",
          nextStep: "Save the sheet as CSV, or raise the limit in the feed's description.")
      }
    }
  }

  deinit { stream?.state.pointee.deallocate() }

  /// The bytes and offsets; string i runs from offset i to offset i + 1.
  var table: SharedTable {
    guard let state = stream?.state else { return SharedTable(base: nil, offsets: nil, count: 0) }
    return SharedTable(
      base: UnsafePointer(state.pointee.arena.base), offsets: UnsafePointer(state.pointee.offsets),
      count: state.pointee.count)
  }
}

/// A view of shared strings, valid as long as they are.
struct SharedTable {
  var base: UnsafePointer<UInt8>?
  var offsets: UnsafePointer<UInt32>?
  var count: Int
}

/// Reads `sharedStrings.xml`: the runs of each string in one piece, phonetic hints left out.
struct SharedStringsState: XMLState {
  var arena = Arena(capacity: 1 << 16)
  var offsets: UnsafeMutablePointer<UInt32>
  var count = 0
  var isFull = false
  private var capacity = 1024
  private let limit: Int
  private var isText = false
  private var phonetic = 0
  private var start = 0

  init(limit: Int) {
    self.limit = min(limit, Int(Int32.max))
    offsets = .allocate(capacity: capacity + 1)
    offsets[0] = 0
  }

  func deallocate() {
    arena.deallocate()
    offsets.deallocate()
  }

  mutating func start(_ name: XMLName, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>) {
    if name.isLetter(UInt8(ascii: "t")) {
      isText = phonetic == 0
    } else if name == "si" {
      start = arena.count
    } else if name == "rPh" {
      phonetic += 1
    }
  }

  mutating func end(_ name: XMLName) {
    if name.isLetter(UInt8(ascii: "t")) {
      isText = false
    } else if name == "rPh" {
      phonetic -= 1
    } else if name == "si" {
      XMLText.unescape(&arena, from: start)
      add()
    }
  }

  mutating func text(_ start: UnsafePointer<CChar>, _ count: Int) {
    guard isText, !isFull else { return }
    arena.append(start, count)
    if arena.count > limit { isFull = true }
  }

  private mutating func add() {
    if count == capacity {
      let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2 + 1)
      larger.update(from: offsets, count: count + 1)
      offsets.deallocate()
      offsets = larger
      capacity *= 2
    }
    count += 1
    offsets[count] = UInt32(arena.count)
    isFull = arena.count + count * 4 > limit
  }
}

/// The escapes of characters that XML does not hold.
enum XMLText {
  /// Turns `_xHHHH_` into the character it stands for (ECMA-376 part 1, 22.9.2.19) in the arena's bytes from `start` on.
  static func unescape(_ arena: inout Arena, from start: Int) {
    let underscore = UInt8(ascii: "_")
    let base = arena.base
    var p = start
    while p < arena.count, base[p] != underscore { p &+= 1 }
    guard p + 6 < arena.count else { return }
    var out = base + p
    while p < arena.count {
      if base[p] == underscore, p + 6 < arena.count, base[p + 1] | 0x20 == UInt8(ascii: "x"), base[p + 6] == underscore,
        let code = hex(base + p + 2)
      {
        if code < 0x80 {
          out.pointee = UInt8(code)
          out += 1
        } else {
          GB18030.encode((0xD800...0xDFFF).contains(code) ? 0xFFFD : code, to: &out)
        }
        p += 7
      } else {
        out.pointee = base[p]
        out += 1
        p += 1
      }
    }
    arena.count = out - base
  }

  /// Value of four hexadecimal digits, nil when they are none.
  static func hex(_ digits: UnsafePointer<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for i in 0..<4 {
      let byte = digits[i]
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
      case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
      case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
      default: return nil
      }
    }
    return value
  }
}
