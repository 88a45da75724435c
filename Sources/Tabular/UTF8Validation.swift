/// Checks of UTF-8 on raw bytes (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Validation {
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// Offset of the first byte at or after `start` that begins no valid sequence before `end`; `end` when all are valid.
  /// A sequence cut off by `end` counts as invalid at its first byte.
  static func validEnd(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    var p = start
    let raw = UnsafeRawPointer(base)
    while p < end {
      if base[p] < 0x80 {
        while p &+ 8 <= end, raw.loadUnaligned(fromByteOffset: p, as: UInt64.self) & highBits == 0 { p &+= 8 }
        while p < end, base[p] < 0x80 { p &+= 1 }
        if p >= end { return end }
      }
      // Runs of three-byte sequences, as Chinese text has them.
      while p &+ 4 <= end {
        let word = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: p, as: UInt32.self))
        guard word & 0x00C0_C0F0 == 0x0080_80E0 else { break }
        let top = ((word & 0x0F) << 6) | ((word >> 8) & 0x3F)
        // top: the code point's upper ten bits; below 0x20 is overlong, 0x360…0x37F are surrogates.
        guard top >= 0x20, top & 0x3E0 != 0x360 else { return p }
        p &+= 3
      }
      if p >= end { return end }
      if base[p] < 0x80 { continue }
      let length = sequenceLength(base, at: p, end: end)
      if length == 0 { return p }
      p &+= length
    }
    return end
  }

  /// Length of the valid sequence at `p`, 0 when there is none that ends before `end`.
  static func sequenceLength(_ base: UnsafePointer<UInt8>, at p: Int, end: Int) -> Int {
    let lead = base[p]
    func isTrail(_ i: Int) -> Bool { p + i < end && base[p + i] & 0xC0 == 0x80 }
    switch lead {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: return isTrail(1) ? 2 : 0
    case 0xE0...0xEF:
      guard isTrail(1), isTrail(2) else { return 0 }
      if lead == 0xE0 && base[p + 1] < 0xA0 { return 0 }
      return lead == 0xED && base[p + 1] > 0x9F ? 0 : 3
    case 0xF0...0xF4:
      guard isTrail(1), isTrail(2), isTrail(3) else { return 0 }
      if lead == 0xF0 && base[p + 1] < 0x90 { return 0 }
      return lead == 0xF4 && base[p + 1] > 0x8F ? 0 : 4
    default: return 0
    }
  }

  /// True when all bytes are valid UTF-8. - Complexity: linear, about 8 bytes a step in ASCII.
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress else { return true }
    return validEnd(start.assumingMemoryBound(to: UInt8.self), from: 0, to: bytes.count) == bytes.count
  }

  /// True when no byte has its high bit set.
  @inline(__always)
  static func isASCII(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
    var i = 0
    while i &+ 8 <= count {
      if start.loadUnaligned(fromByteOffset: i, as: UInt64.self) & highBits != 0 { return false }
      i &+= 8
    }
    while i < count {
      if start.load(fromByteOffset: i, as: UInt8.self) >= 0x80 { return false }
      i &+= 1
    }
    return true
  }
}
