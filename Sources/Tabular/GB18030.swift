import CIconv

/// GB 18030 to UTF-8 by tables, which are made once from the C library's own converter.
///
/// No byte of a multi-byte character is a quote, comma, semicolon, tab or line end, so a scanner may work on the bytes as they
/// are. `|` is the exception: it may be a second byte (see `isSecondByte`).
struct GB18030 {
  /// Code points of the two-byte characters, by (first − 0x81) × 190 + second's rank; 0 where there is none.
  private let pairs: [UInt16]
  /// Code points of the four-byte characters of the basic plane, by their linear order; 0 where there is none.
  private let quads: [UInt16]

  private static let firstSupplementary = 189_000
  private static let quadCount = 39_420

  static let shared = GB18030()

  private init() {
    var pairs = [UInt16](repeating: 0, count: 126 * 190)
    var quads = [UInt16](repeating: 0, count: GB18030.quadCount)
    let converter = iconv_open("UTF-16LE", "GB18030")
    if Int(bitPattern: converter) != -1 {
      for i in 0..<pairs.count {
        let rank = i % 190
        pairs[i] = convert(converter, [UInt8(0x81 + i / 190), UInt8(0x40 + rank + (rank >= 63 ? 1 : 0))])
      }
      for i in 0..<quads.count {
        let bytes = [0x81 + i / 12600, 0x30 + i / 1260 % 10, 0x81 + i / 10 % 126, 0x30 + i % 10].map { UInt8($0) }
        quads[i] = convert(converter, bytes)
      }
      iconv_close(converter)
    }
    self.pairs = pairs
    self.quads = quads
  }

  /// Bytes of UTF-8 that `decode` writes at most for a number of input bytes.
  static func maximumOutput(_ count: Int) -> Int { count * 3 }

  /// Writes the characters of `count` bytes at `input` as UTF-8 to `output`; what is no character becomes U+FFFD byte by byte.
  /// - Returns: bytes written, and whether all was valid.
  func decode(_ input: UnsafePointer<UInt8>, _ count: Int, to output: UnsafeMutablePointer<UInt8>) -> (Int, Bool) {
    pairs.withUnsafeBufferPointer { pairs in
      var isValid = true
      var p = 0
      var out = output
      while p < count {
        let first = input[p]
        if first < 0x80 {
          out.pointee = first
          out += 1
          p &+= 1
          continue
        }
        var code: UInt32 = 0
        var length = 1
        if first != 0x80, first != 0xFF, p &+ 1 < count {
          let second = input[p &+ 1]
          if second >= 0x40, second != 0x7F, second != 0xFF {
            let rank = Int(second) &- (second > 0x7F ? 0x41 : 0x40)
            code = UInt32(pairs[(Int(first) &- 0x81) &* 190 &+ rank])
            length = 2
          } else if second >= 0x30, second <= 0x39, p &+ 3 < count {
            code = quad(input + p)
            length = 4
          }
        }
        if code == 0 {
          code = 0xFFFD
          length = 1
          isValid = false
        }
        GB18030.encode(code, to: &out)
        p &+= length
      }
      return (out - output, isValid)
    }
  }

  /// Code point of the four-byte character at `input`, 0 when there is none.
  private func quad(_ input: UnsafePointer<UInt8>) -> UInt32 {
    guard input[2] >= 0x81, input[2] <= 0xFE, input[3] >= 0x30, input[3] <= 0x39 else { return 0 }
    let high = (Int(input[0]) - 0x81) * 10 + Int(input[1]) - 0x30
    let linear = (high * 126 + Int(input[2]) - 0x81) * 10 + Int(input[3]) - 0x30
    if linear < GB18030.quadCount { return UInt32(quads[linear]) }
    let code = linear - GB18030.firstSupplementary + 0x10000
    return code >= 0x10000 && code <= 0x10FFFF ? UInt32(code) : 0
  }

  /// Writes one code point ≥ U+0080 as UTF-8.
  @inline(__always)
  static func encode(_ code: UInt32, to out: inout UnsafeMutablePointer<UInt8>) {
    if code < 0x800 {
      out[0] = UInt8(truncatingIfNeeded: 0xC0 | code >> 6)
      out[1] = UInt8(truncatingIfNeeded: 0x80 | code & 0x3F)
      out += 2
    } else if code < 0x10000 {
      out[0] = UInt8(truncatingIfNeeded: 0xE0 | code >> 12)
      out[1] = UInt8(truncatingIfNeeded: 0x80 | code >> 6 & 0x3F)
      out[2] = UInt8(truncatingIfNeeded: 0x80 | code & 0x3F)
      out += 3
    } else {
      out[0] = UInt8(truncatingIfNeeded: 0xF0 | code >> 18)
      out[1] = UInt8(truncatingIfNeeded: 0x80 | code >> 12 & 0x3F)
      out[2] = UInt8(truncatingIfNeeded: 0x80 | code >> 6 & 0x3F)
      out[3] = UInt8(truncatingIfNeeded: 0x80 | code & 0x3F)
      out += 4
    }
  }

  /// True when the byte at `p` is the second byte of a two-byte character: an odd number of bytes ≥ 0x81 stand before it.
  static func isSecondByte(_ base: UnsafePointer<UInt8>, at p: Int, from start: Int) -> Bool {
    var first = p
    while first > start, base[first - 1] >= 0x81, base[first - 1] != 0xFF { first -= 1 }
    return (p - first) & 1 == 1
  }
}

/// The basic-plane code point of one GB 18030 character, 0 when the converter knows none.
private func convert(_ converter: iconv_t?, _ bytes: [UInt8]) -> UInt16 {
  var input = bytes.map { CChar(bitPattern: $0) }
  var output = [CChar](repeating: 0, count: 8)
  var left = input.count
  var room = output.count
  let result = input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      var from = source.baseAddress
      var to = target.baseAddress
      return iconv(converter, &from, &left, &to, &room)
    }
  }
  guard result != -1, room == 6 else {
    iconv(converter, nil, nil, nil, nil)
    return 0
  }
  let code = UInt16(UInt8(bitPattern: output[0])) | UInt16(UInt8(bitPattern: output[1])) << 8
  return (0xD800...0xDFFF).contains(code) ? 0 : code
}
