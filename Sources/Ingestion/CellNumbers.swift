import Glibc

/// Reads numbers as people write them: `1,200`, `1 200`, `12人`, `35.0`, `1.2E+3`, full-width digits folded before.
enum CellNumbers {
  /// The value of a cell that was trimmed and folded to half width; `nil` where it is no number.
  ///
  /// Separators of thousands must stand between groups of three digits: `1,2` is no number, because it could be 1.2 as well as 12.
  /// - Complexity: O(length); no allocation.
  @inline(__always)
  static func number(_ cell: UnsafeRawBufferPointer) -> Double? {
    let count = cell.count
    guard count > 0 else { return nil }
    if count <= 15 {
      var value = 0
      var i = 0
      while i < count {
        let digit = cell[i] &- 0x30
        if digit > 9 { return general(cell) }
        value = value &* 10 &+ Int(digit)
        i &+= 1
      }
      return Double(value)
    }
    return general(cell)
  }

  /// Units that may follow a number: person, persons (times), yuan, post, month.
  private static let units: [[UInt8]] = ["人次", "人", "名", "个", "元/月", "元"].map { Array($0.utf8) }

  @inline(never)
  private static func general(_ cell: UnsafeRawBufferPointer) -> Double? {
    var end = cell.count
    for unit in units where end > unit.count && suffix(cell, end, unit) {
      end -= unit.count
      break
    }
    guard end <= 64 else { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 72) { text -> Double? in
      var length = 0
      var i = 0
      var groupDigits = 0
      var hasSeparator = false
      var isFraction = false
      var hasDigit = false
      while i < end {
        let byte = cell[i]
        switch byte {
        case 0x30...0x39:
          groupDigits += 1
          hasDigit = true
        case 0x2C, 0x20, 0x27:
          // A separator follows one to three digits first, exactly three later.
          guard !isFraction, groupDigits > 0, hasSeparator ? groupDigits == 3 : groupDigits <= 3 else {
            if byte == 0x20, i + 1 >= end { break }
            return nil
          }
          hasSeparator = true
          groupDigits = 0
          i += 1
          continue
        case 0x2E:
          guard !isFraction, !hasSeparator || groupDigits == 3 else { return nil }
          isFraction = true
        case 0x2B, 0x2D:
          let isExponent = i > 0 && (cell[i - 1] | 0x20) == 0x65
          guard i == 0 || isExponent else { return nil }
        case 0x45, 0x65:
          guard hasDigit, i + 1 < end, !hasSeparator else { return nil }
          isFraction = true
        default: return nil
        }
        text[length] = CChar(bitPattern: byte)
        length += 1
        i += 1
      }
      guard hasDigit, !hasSeparator || isFraction || groupDigits == 3 else { return nil }
      text[length] = 0
      guard let base = text.baseAddress else { return nil }
      var stop: UnsafeMutablePointer<CChar>?
      let value = strtod(base, &stop)
      guard stop == base + length, value.isFinite else { return nil }
      return value
    }
  }

  private static func suffix(_ cell: UnsafeRawBufferPointer, _ end: Int, _ unit: [UInt8]) -> Bool {
    for i in 0..<unit.count where cell[end - unit.count + i] != unit[i] { return false }
    return true
  }
}
