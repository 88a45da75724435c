import LabourMarket

/// Finds and masks resident identity numbers and mobile numbers in bytes of any charset of the feeds (contract section 4).
///
/// A run of digits, half-width or full-width, possibly ending in X, is searched:
/// - anywhere in it 17 digits and a digit or X whose digits 7–14 are a date from 1900 to 2099: an identity number. The check digit is not
///   asked for, because a mistyped number is somebody's number too;
/// - the whole run is 15 digits whose digits 7–12 are month and day of a date: an identity number of the old form;
/// - the whole run is 11 digits that begin 13…19, or such digits behind 86, 086 or 0086: a mobile number. Single spaces or hyphens may part its
///   groups 3-4-4.
/// Masked digits become `*` in the same charset, so that lengths and line structure stay.
enum PersonNumbers {
  /// How digits stand in the bytes.
  enum Form {
    case utf8
    case gb18030
    case utf16(bigEndian: Bool)
  }

  /// One character that matters: a digit (0…9), X (10), a space or hyphen between digits (11), or anything else (12).
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
  static func masked(_ text: String) -> String {
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
    case 0x20, 0x2D: 11
    default: 12
    }
  }

  private static func wide(_ code: Int) -> UInt8 {
    switch code {
    case 0xFF01...0xFF5E: ascii(UInt8(code - 0xFEE0))
    default: 12
    }
  }

  private static func maskRun(_ run: [Unit], _ bytes: UnsafeMutableRawBufferPointer, _ form: Form) -> Bool {
    var found = false
    // Pieces without separators first.
    for piece in run.split(whereSeparator: { $0.value == 11 }) {
      if maskDigits(Array(piece), bytes, form) { found = true }
    }
    if !found, run.contains(where: { $0.value == 11 }) { found = maskGrouped(run, bytes, form) }
    return found
  }

  private static func maskDigits(_ run: [Unit], _ bytes: UnsafeMutableRawBufferPointer, _ form: Form) -> Bool {
    var found = false
    var start = 0
    while start + 18 <= run.count {
      if isIdentity(run[start..<start + 18]) {
        blank(run[start..<start + 18], bytes, form)
        found = true
        start += 18
      } else {
        start += 1
      }
    }
    if found { return true }
    let digits = run.last?.value == 10 ? run.dropLast() : run[...]
    if digits.count == 15, isOldIdentity(digits) {
      blank(digits, bytes, form)
      return true
    }
    if let mobile = mobile(digits) {
      blank(mobile, bytes, form)
      return true
    }
    return false
  }

  /// Numbers whose groups are parted by single spaces or hyphens: mobiles 3-4-4, identity numbers 6-8-4 and 6-4-4-4.
  private static func maskGrouped(_ run: [Unit], _ bytes: UnsafeMutableRawBufferPointer, _ form: Form) -> Bool {
    let groups = run.split(omittingEmptySubsequences: false, whereSeparator: { $0.value == 11 }).map { Array($0) }
    var found = false
    for start in groups.indices {
      for shape in [[3, 4, 4], [6, 8, 4], [6, 4, 4, 4]] where start + shape.count <= groups.count {
        let part = groups[start..<start + shape.count]
        guard part.map(\.count) == shape else { continue }
        let digits = Array(part.joined())
        if shape.count == 3 && shape[0] == 3 ? mobile(digits[...]) != nil : isIdentity(digits[...]) {
          blank(digits[...], bytes, form)
          found = true
        }
      }
    }
    return found
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
