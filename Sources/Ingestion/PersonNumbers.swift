import LabourMarket

/// Finds and masks resident identity numbers and mobile numbers in bytes of any charset of the feeds (contract section 4).
///
/// A run of digits, half-width or full-width, possibly ending in X, is searched:
/// - anywhere in it 17 digits and a digit or X whose digits 7–14 are a date from 1900 to 2099: an identity number. The check digit is not
///   asked for, because a mistyped number is somebody's number too;
/// - the whole run is 15 digits whose digits 7–12 are month and day of a date: an identity number of the old form;
/// - the whole run is 11 digits that begin 13…19, or such digits behind 0, 86, 086 or 0086: a mobile number.
/// Spaces, hyphens, dots, slashes and their Chinese forms may part the groups of a number: 3-4-4, 3-8, 7-4, 4-3-4, 4-4-3 and 3-3-5 of a mobile
/// number or each of its digits; 6-8-4 and 6-4-4-4 of an identity number, or any groups if the check digit is right.
/// Masked digits become `*` in the same charset, so that lengths and line structure stay.
public enum PersonNumbers {
  /// How digits stand in the bytes.
  enum Form {
    case utf8
    case gb18030
    case utf16(bigEndian: Bool)
  }

  /// One character that matters: a digit (0…9), X (10), a sign that may part digits (11), or anything else (12).
  private struct Unit {
    var value: UInt8
    var at: Int
    var length: Int
  }

  /// Whether bytes in UTF-8 may hold such a number: at least eleven digits. Fast, no allocation.
  @inline(__always)
  static func mayBeIn(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var digits = 0
    var i = 0
    let count = bytes.count
    guard count >= 11 else { return false }
    while i < count {
      let byte = bytes[i]
      if byte &- 0x30 <= 9 || byte == 0xEF { digits &+= 1 }
      i &+= 1
    }
    return digits >= 11
  }

  /// Masks the numbers in a buffer, in place. - Returns: whether there were any.
  @discardableResult
  static func mask(_ bytes: UnsafeMutableRawBufferPointer, form: Form = .utf8) -> Bool {
    var run: [Unit] = []
    var found = false
    var at = 0
    while at < bytes.count {
      let unit = next(UnsafeRawBufferPointer(bytes), at, form)
      at += unit.length
      if unit.value <= 9 || (!run.isEmpty && unit.value <= 11) {
        run.append(unit)
        if unit.value != 10 { continue }
      }
      if !run.isEmpty {
        if maskRun(run, bytes, form) { found = true }
        run.removeAll(keepingCapacity: true)
      }
    }
    if !run.isEmpty, maskRun(run, bytes, form) { found = true }
    return found
  }

  /// A text with its numbers masked.
  public static func masked(_ text: String) -> String {
    var bytes = Array(text.utf8)
    bytes.withUnsafeMutableBytes { _ = mask($0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func next(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ form: Form) -> Unit {
    let left = bytes.count - at
    switch form {
    case .utf8:
      let first = bytes[at]
      if first < 0x80 { return Unit(value: ascii(first), at: at, length: 1) }
      if first == 0xC2, left >= 2 { return Unit(value: wide(0x80 | Int(bytes[at + 1] & 0x3F)), at: at, length: 2) }
      if first == 0xE2 || first == 0xE3, left >= 3 {
        let code = Int(first & 0x0F) << 12 | Int(bytes[at + 1] & 0x3F) << 6 | Int(bytes[at + 2] & 0x3F)
        return Unit(value: wide(code), at: at, length: 3)
      }
      if first == 0xEF, left >= 3 {
        let code = 0xF000 | Int(bytes[at + 1] & 0x3F) << 6 | Int(bytes[at + 2] & 0x3F)
        return Unit(value: wide(code), at: at, length: 3)
      }
      return Unit(value: 12, at: at, length: 1)
    case .gb18030:
      let first = bytes[at]
      if first < 0x80 || left < 2 { return Unit(value: ascii(first), at: at, length: 1) }
      let second = bytes[at + 1]
      if (0x30...0x39).contains(second) { return Unit(value: 12, at: at, length: min(4, left)) }
      if first == 0xA1, [0xA1, 0xA4, 0xAA].contains(second) { return Unit(value: 11, at: at, length: 2) }
      if first == 0xA3, second >= 0xA1 {
        return Unit(value: ascii(second - 0x80), at: at, length: 2)
      }
      return Unit(value: 12, at: at, length: second >= 0x40 ? 2 : 1)
    case .utf16(let bigEndian):
      guard left >= 2 else { return Unit(value: 12, at: at, length: 1) }
      let code = bigEndian ? Int(bytes[at]) << 8 | Int(bytes[at + 1]) : Int(bytes[at + 1]) << 8 | Int(bytes[at])
      return Unit(value: code < 0x80 ? ascii(UInt8(code)) : wide(code), at: at, length: 2)
    }
  }

  private static func ascii(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x58, 0x78: 10
    case 0x20, 0x2D, 0x2E, 0x2F, 0x5F: 11
    default: 12
    }
  }

  private static func wide(_ code: Int) -> UInt8 {
    switch code {
    case 0xFF01...0xFF5E: ascii(UInt8(code - 0xFEE0))
    // No-break space, middle dot, zero-width space, hyphens and dashes, minus, Chinese space.
    case 0xA0, 0xB7, 0x200B, 0x2010...0x2015, 0x2212, 0x3000: 11
    default: 12
    }
  }

  private static func maskRun(_ run: [Unit], _ bytes: UnsafeMutableRawBufferPointer, _ form: Form) -> Bool {
    // The shortest number has eleven digits; most runs are dates, prices and counts.
    guard run.count >= 11, run.count(where: { $0.value != 11 }) >= 11 else { return false }
    let pieces = run.split(whereSeparator: { $0.value == 11 })
    var found = false
    for piece in pieces where maskDigits(piece, bytes, form) { found = true }
    if pieces.count > 1, maskGrouped(pieces, bytes, form) { found = true }
    return found
  }

  private static func maskDigits(_ run: ArraySlice<Unit>, _ bytes: UnsafeMutableRawBufferPointer, _ form: Form) -> Bool
  {
    var start = run.startIndex
    while start + 18 <= run.endIndex {
      let part = run[start..<start + 18]
      if isIdentity(part) {
        blank(part, bytes, form)
        // A mobile number may stand on either side of it.
        _ = maskDigits(run[run.startIndex..<start], bytes, form)
        _ = maskDigits(run[(start + 18)...], bytes, form)
        return true
      }
      start += 1
    }
    let digits = run.last?.value == 10 ? run.dropLast() : run
    if digits.count == 15, isOldIdentity(digits) {
      blank(digits, bytes, form)
      return true
    }
    guard let mobile = mobile(digits) else { return false }
    blank(mobile, bytes, form)
    return true
  }

  private static let mobileShapes = [
    [3, 4, 4], [3, 8], [7, 4], [4, 3, 4], [4, 4, 3], [3, 3, 5], [Int](repeating: 1, count: 11),
  ]
  private static let identityShapes = [[6, 8, 4], [6, 4, 4, 4]]

  /// Numbers whose groups are parted.
  private static func maskGrouped(
    _ groups: [ArraySlice<Unit>], _ bytes: UnsafeMutableRawBufferPointer, _ form: Form
  ) -> Bool {
    var found = false
    for start in groups.indices {
      var shape: [Int] = []
      var digits: [Unit] = []
      for group in groups[start...] {
        shape.append(group.count)
        digits += group
        guard digits.count <= 18 else { break }
        guard shape.count > 1, isParted(digits[...], shape) else { continue }
        blank(digits[...], bytes, form)
        found = true
      }
    }
    return found
  }

  private static func isParted(_ digits: ArraySlice<Unit>, _ shape: [Int]) -> Bool {
    switch digits.count {
    case 11: mobileShapes.contains(shape) && mobile(digits) != nil
    case 15: shape == [6, 6, 3] && isOldIdentity(digits)
    case 18: isIdentity(digits) && (identityShapes.contains(shape) || hasValidCheck(digits))
    default: false
    }
  }

  private static func hasValidCheck(_ digits: ArraySlice<Unit>) -> Bool {
    ResidentIdentityNumber.isValid(digits.map { $0.value == 10 ? 0x58 : $0.value + 0x30 })
  }

  /// Whether bytes in UTF-8 hold a valid identity number of somebody born from 1920 to 2015: a serial number of eighteen digits is hardly one.
  static func holdsValidIdentity(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var run: [Unit] = []
    func isFound() -> Bool {
      guard run.count >= 18 else { return false }
      return (0...run.count - 18).contains { start in
        let part = run[start..<start + 18]
        let d = part.map { Int($0.value) }
        let year = d[6] * 1000 + d[7] * 100 + d[8] * 10 + d[9]
        return isIdentity(part) && (1920...2015).contains(year) && hasValidCheck(part)
      }
    }
    var at = 0
    while at < bytes.count {
      let unit = next(bytes, at, .utf8)
      at += unit.length
      if unit.value <= 10 {
        run.append(unit)
        if unit.value != 10 { continue }
      }
      if isFound() { return true }
      run.removeAll(keepingCapacity: true)
    }
    return isFound()
  }

  private static func isIdentity(_ run: ArraySlice<Unit>) -> Bool {
    let d = run.map { Int($0.value) }
    guard d.dropLast().allSatisfy({ $0 <= 9 }) else { return false }
    let year = d[6] * 1000 + d[7] * 100 + d[8] * 10 + d[9]
    return (1900...2099).contains(year) && isMonthDay(d[10] * 10 + d[11], d[12] * 10 + d[13])
  }

  private static func isOldIdentity(_ run: ArraySlice<Unit>) -> Bool {
    let d = run.map { Int($0.value) }
    return d[0] >= 1 && isMonthDay(d[8] * 10 + d[9], d[10] * 10 + d[11])
  }

  private static func isMonthDay(_ month: Int, _ day: Int) -> Bool {
    (1...12).contains(month) && (1...31).contains(day)
  }

  private static func mobile(_ run: ArraySlice<Unit>) -> ArraySlice<Unit>? {
    let d = run.map(\.value)
    let prefix: Int
    switch d.count {
    case 11: prefix = 0
    case 12 where d.first == 0: prefix = 1
    case 13 where d.starts(with: [8, 6]): prefix = 2
    case 14 where d.starts(with: [0, 8, 6]): prefix = 3
    case 15 where d.starts(with: [0, 0, 8, 6]): prefix = 4
    default: return nil
    }
    guard d[prefix] == 1, (3...9).contains(d[prefix + 1]) else { return nil }
    return run.dropFirst(prefix)
  }

  private static func blank(_ run: ArraySlice<Unit>, _ bytes: UnsafeMutableRawBufferPointer, _ form: Form) {
    for unit in run {
      switch (form, unit.length) {
      case (.utf16(let bigEndian), _):
        bytes[unit.at] = bigEndian ? 0 : 0x2A
        bytes[unit.at + 1] = bigEndian ? 0x2A : 0
      case (.utf8, 3):
        // U+FF0A, the full-width asterisk.
        bytes[unit.at] = 0xEF
        bytes[unit.at + 1] = 0xBC
        bytes[unit.at + 2] = 0x8A
      case (.gb18030, 2):
        bytes[unit.at] = 0xA3
        bytes[unit.at + 1] = 0xAA
      default: bytes[unit.at] = 0x2A
      }
    }
  }
}
