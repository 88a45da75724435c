/// The charset of a file's bytes as its readers treat it.
enum Encoding: Equatable {
  case utf8
  case gb18030
  case utf16(bigEndian: Bool)

  /// The name to report.
  var charset: Charset {
    switch self {
    case .utf8: .utf8
    case .gb18030: .gb18030
    case .utf16(let bigEndian): bigEndian ? .utf16be : .utf16le
    }
  }
}

/// Settles a file's charset once, from what was declared, its byte order mark, or its first bytes.
enum CharsetDetection {
  /// Bytes looked at: the first MiB.
  static let sampleBytes = 1 << 20

  /// - Parameters:
  ///   - sample: the first bytes of the file.
  /// - Returns: the encoding and the length of the byte order mark to be skipped.
  static func settle(_ declared: Charset, sample: UnsafeRawBufferPointer) -> (encoding: Encoding, mark: Int) {
    let marked = byteOrderMark(sample)
    func with(_ encoding: Encoding) -> (Encoding, Int) {
      guard let marked, marked.encoding == encoding else { return (encoding, 0) }
      return marked
    }
    switch declared {
    case .auto: return marked ?? (guess(sample), 0)
    case .utf8: return with(.utf8)
    case .gb18030, .gbk, .gb2312: return with(.gb18030)
    case .utf16le: return with(.utf16(bigEndian: false))
    case .utf16be: return with(.utf16(bigEndian: true))
    case .utf16:
      if let marked, case .utf16 = marked.encoding { return marked }
      return (.utf16(bigEndian: false), 0)
    }
  }

  private static func byteOrderMark(_ sample: UnsafeRawBufferPointer) -> (encoding: Encoding, mark: Int)? {
    if sample.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
    if sample.starts(with: [0xFF, 0xFE]) { return (.utf16(bigEndian: false), 2) }
    if sample.starts(with: [0xFE, 0xFF]) { return (.utf16(bigEndian: true), 2) }
    if sample.starts(with: [0x84, 0x31, 0x95, 0x33]) { return (.gb18030, 4) }
    return nil
  }

  /// Zero bytes at every other place are UTF-16. Text that is valid UTF-8 is UTF-8, and so is text with at least twice as
  /// many valid multi-byte sequences as bytes that fit nowhere: a few spoilt rows do not make a file GB 18030, in which
  /// most characters are invalid as UTF-8. All else is GB 18030.
  private static func guess(_ sample: UnsafeRawBufferPointer) -> Encoding {
    var zeros = (even: 0, odd: 0)
    for i in 0..<sample.count where sample[i] == 0 {
      if i & 1 == 0 { zeros.even += 1 } else { zeros.odd += 1 }
    }
    let pairs = sample.count / 2
    if max(zeros.even, zeros.odd) > 0, max(zeros.even, zeros.odd) * 50 >= pairs,
      min(zeros.even, zeros.odd) * 10 <= max(zeros.even, zeros.odd)
    {
      return .utf16(bigEndian: zeros.even > zeros.odd)
    }
    guard let start = sample.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return .utf8 }
    var valid = 0
    var invalid = 0
    var p = 0
    while p < sample.count {
      let length = UTF8Validation.sequenceLength(start, at: p, end: sample.count)
      if length > 1 { valid += 1 }
      // A sequence that the end of the sample cuts off says nothing.
      if length == 0, p + 3 < sample.count || valid == 0 { invalid += 1 }
      p += max(1, length)
    }
    return invalid == 0 || valid >= 2 * invalid ? .utf8 : .gb18030
  }
}
