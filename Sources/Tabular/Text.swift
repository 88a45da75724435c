/// Small operations on the bytes of a cell in UTF-8, none of which makes a String.
public enum Text {
  /// The cell without white space at its ends: ASCII space and controls to U+0020, U+00A0, U+3000, U+FEFF, U+200B.
  public static func trim(_ cell: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = 0
    var end = cell.count
    while start < end {
      let length = spaceLength(cell, at: start, end: end)
      if length == 0 { break }
      start += length
    }
    while end > start {
      let length = spaceLengthBackward(cell, start: start, end: end)
      if length == 0 { break }
      end -= length
    }
    return UnsafeRawBufferPointer(rebasing: cell[start..<end])
  }

  /// True when the cell is empty or white space only.
  @inline(__always)
  public static func isBlank(_ cell: UnsafeRawBufferPointer) -> Bool { cell.isEmpty || trim(cell).isEmpty }

  /// True when no byte has its high bit set.
  @inline(__always)
  public static func isASCII(_ cell: UnsafeRawBufferPointer) -> Bool {
    guard let start = cell.baseAddress else { return true }
    return UTF8Validation.isASCII(start, cell.count)
  }

  /// True when the bytes are valid UTF-8.
  public static func isValidUTF8(_ cell: UnsafeRawBufferPointer) -> Bool { UTF8Validation.isValid(cell) }

  /// Writes the cell to `output` with full-width forms made half-width: U+FF01…U+FF5E become ASCII, U+3000 and U+00A0 a
  /// space; U+FEFF and U+200B go. Everything else stays.
  /// - Parameter output: room for `cell.count` bytes; may be the cell's own memory.
  /// - Returns: bytes written.
  /// - Complexity: linear; a copy when the cell is ASCII.
  public static func foldWidth(_ cell: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int {
    precondition(output.count >= cell.count, "foldWidth needs as much room as the cell has bytes")
    guard let source = cell.baseAddress, let target = output.baseAddress else { return 0 }
    if UTF8Validation.isASCII(source, cell.count) {
      target.copyMemory(from: source, byteCount: cell.count)
      return cell.count
    }
    let count = cell.count
    var out = 0
    var i = 0
    while i < count {
      let first = cell[i]
      if first == 0xEF, i + 2 < count {
        let code = UInt32(0xF000) | UInt32(cell[i + 1] & 0x3F) << 6 | UInt32(cell[i + 2] & 0x3F)
        if code >= 0xFF01, code <= 0xFF5E {
          output[out] = UInt8(truncatingIfNeeded: code - 0xFEE0)
          out += 1
          i += 3
          continue
        }
      }
      let space = first < 0x80 ? 0 : spaceLength(cell, at: i, end: count)
      if space > 0 {
        let isWide = first == 0xC2 || (first == 0xE3)
        if isWide {
          output[out] = 0x20
          out += 1
        }
        i += space
        continue
      }
      output[out] = first
      out += 1
      i += 1
    }
    return out
  }

  /// The cell folded to half width and trimmed, as a String: for header names and messages.
  public static func folded(_ text: String) -> String {
    var bytes = Array(text.utf8)
    let count = bytes.withUnsafeMutableBytes { foldWidth(UnsafeRawBufferPointer($0), into: $0) }
    return bytes.withUnsafeBytes {
      String(decoding: trim(UnsafeRawBufferPointer(rebasing: $0[0..<count])), as: UTF8.self)
    }
  }

  private static let totalLabels = ["合计", "总计", "小计", "共计", "总合计", "total", "subtotal", "grandtotal", "sum"]

  /// True when the cell, spaces and a colon left out, is one of the labels of a sum row.
  static func isTotalLabel(_ cell: UnsafeRawBufferPointer) -> Bool {
    // Most cells are told apart by their first three bytes: tot, sum, sub, gra in any case, 合 总 小 共, or a full-width form.
    guard cell.count >= 3 else { return false }
    let first = UInt32(cell[0]) << 16 | UInt32(cell[1]) << 8 | UInt32(cell[2])
    let mayBegin: Bool
    switch cell[0] < 0x80 ? first | 0x20_2020 : first {
    case 0x74_6F74, 0x73_756D, 0x73_7562, 0x67_7261: mayBegin = true
    case 0xE5_9088, 0xE6_80BB, 0xE5_B08F, 0xE5_85B1: mayBegin = true
    default: mayBegin = cell[0] == 0xEF
    }
    guard mayBegin else { return false }
    let plain = folded(String(decoding: cell, as: UTF8.self)).lowercased().filter {
      $0 != " " && $0 != ":" && $0 != "\u{3000}"
    }
    return totalLabels.contains(plain)
  }

  /// Length of the white space character at `i`, 0 when there is none.
  @inline(__always)
  private static func spaceLength(_ cell: UnsafeRawBufferPointer, at i: Int, end: Int) -> Int {
    let first = cell[i]
    if first <= 0x20 { return first == 0 ? 0 : 1 }
    if first < 0x80 { return 0 }
    if first == 0xC2, i + 1 < end, cell[i + 1] == 0xA0 { return 2 }
    guard i + 2 < end else { return 0 }
    switch (first, cell[i + 1], cell[i + 2]) {
    case (0xE3, 0x80, 0x80), (0xEF, 0xBB, 0xBF), (0xE2, 0x80, 0x8B): return 3
    default: return 0
    }
  }

  /// Length of the white space character that ends at `end`, 0 when there is none.
  @inline(__always)
  private static func spaceLengthBackward(_ cell: UnsafeRawBufferPointer, start: Int, end: Int) -> Int {
    let last = cell[end - 1]
    if last < 0x80 { return last <= 0x20 && last != 0 ? 1 : 0 }
    if end - start >= 2, spaceLength(cell, at: end - 2, end: end) == 2 { return 2 }
    if end - start >= 3, spaceLength(cell, at: end - 3, end: end) == 3 { return 3 }
    return 0
  }
}
