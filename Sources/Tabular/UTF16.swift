/// UTF-16 as a stream of UTF-8 from which the original bytes can be had back exactly.
///
/// A lone surrogate becomes its three-byte form, and an odd last byte the bytes FE 80+x 80+y: neither is valid UTF-8, so the
/// record they stand in is flagged, and both turn back into what they were.
final class UTF16Source: ByteSource {
  private let source: any ByteSource
  private let bigEndian: Bool
  private let input: UnsafeMutableRawBufferPointer
  private var kept = 0
  private var high: UInt32 = 0
  private var isDone = false

  init(_ source: any ByteSource, bigEndian: Bool, inputBytes: Int = 256 << 10) {
    self.source = source
    self.bigEndian = bigEndian
    input = .allocate(byteCount: max(2, inputBytes), alignment: 16)
  }

  deinit { input.deallocate() }

  var fileBytesRead: Int { source.fileBytesRead }

  func read(into space: UnsafeMutableRawBufferPointer) throws(TableError) -> Int {
    guard let start = space.bindMemory(to: UInt8.self).baseAddress, !isDone else { return 0 }
    // Two bytes become three at most; a waiting high surrogate and the last odd byte may add six.
    let most = min(input.count, (space.count - 6) / 3 * 2)
    precondition(most > 1, "a reader of UTF-16 needs at least 12 bytes of space")
    var out = start
    while out == start, !isDone {
      let room = UnsafeMutableRawBufferPointer(rebasing: input[kept..<most])
      let count = try source.read(into: room)
      if count == 0 {
        finish(&out)
      } else {
        convert(kept + count, &out)
      }
    }
    return out - start
  }

  private func convert(_ available: Int, _ out: inout UnsafeMutablePointer<UInt8>) {
    var p = 0
    while p + 1 < available {
      let low = UInt32(input[bigEndian ? p + 1 : p])
      let unit = UInt32(input[bigEndian ? p : p + 1]) << 8 | low
      p += 2
      if high != 0 {
        if unit & 0xFC00 == 0xDC00 {
          GB18030.encode(0x10000 + ((high & 0x3FF) << 10 | unit & 0x3FF), to: &out)
          high = 0
          continue
        }
        GB18030.encode(high, to: &out)
        high = 0
      }
      if unit < 0x80 {
        out.pointee = UInt8(unit)
        out += 1
      } else if unit & 0xFC00 == 0xD800 {
        high = unit
      } else {
        GB18030.encode(unit, to: &out)
      }
    }
    kept = available - p
    if kept == 1 { input[0] = input[p] }
  }

  private func finish(_ out: inout UnsafeMutablePointer<UInt8>) {
    isDone = true
    if high != 0 { GB18030.encode(high, to: &out) }
    if kept == 1 {
      out[0] = 0xFE
      out[1] = 0x80 | input[0] >> 6
      out[2] = 0x80 | input[0] & 0x3F
      out += 3
    }
  }

  /// The original bytes of a stretch of the stream's output.
  static func restore(_ bytes: UnsafeRawBufferPointer, bigEndian: Bool, into output: inout [UInt8]) {
    func put(_ unit: UInt32) {
      let high = UInt8(truncatingIfNeeded: unit >> 8)
      let low = UInt8(truncatingIfNeeded: unit)
      output.append(bigEndian ? high : low)
      output.append(bigEndian ? low : high)
    }
    func trail(_ i: Int) -> UInt32 { i < bytes.count ? UInt32(bytes[i] & 0x3F) : 0 }
    var p = 0
    while p < bytes.count {
      let first = UInt32(bytes[p])
      switch first {
      case 0..<0x80:
        put(first)
        p += 1
      case 0x80..<0xE0:
        put((first & 0x1F) << 6 | trail(p + 1))
        p += 2
      case 0xE0..<0xF0:
        put((first & 0x0F) << 12 | trail(p + 1) << 6 | trail(p + 2))
        p += 3
      case 0xFE:
        output.append(UInt8(truncatingIfNeeded: trail(p + 1) << 6 | trail(p + 2)))
        p += 3
      default:
        let code = (first & 0x07) << 18 | trail(p + 1) << 12 | trail(p + 2) << 6 | trail(p + 3)
        let rest = code - 0x10000
        put(0xD800 | rest >> 10)
        put(0xDC00 | rest & 0x3FF)
        p += 4
      }
    }
  }
}
