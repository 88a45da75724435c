/// What the first bytes of a CSV file say of its form.
enum CSVSniffer {
  /// In order of preference where counts are equal.
  static let candidates: [UInt8] = [",", "\t", ";", "|"].map { UInt8(ascii: $0) }
  /// Bytes looked at.
  static let sampleBytes = 64 << 10
  private static let records = 100

  /// True when lines end in lone carriage returns: the sample has some and no line feed.
  static func returnEndsLine(_ sample: UnsafeRawBufferPointer) -> Bool {
    var hasReturn = false
    for byte in sample {
      if byte == CSVScanner.lineFeed { return false }
      if byte == CSVScanner.carriageReturn { hasReturn = true }
    }
    return hasReturn
  }

  /// Length of a first line `sep=X`, with which a file tells Excel its delimiter, and that delimiter.
  static func directive(_ sample: UnsafeRawBufferPointer) -> (delimiter: UInt8, length: Int)? {
    guard sample.count > 5, sample.starts(with: Array("sep=".utf8)), sample[4] < 0x80 else { return nil }
    if sample[5] == CSVScanner.lineFeed { return (sample[4], 6) }
    guard sample[5] == CSVScanner.carriageReturn else { return nil }
    return (sample[4], sample.count > 6 && sample[6] == CSVScanner.lineFeed ? 7 : 6)
  }

  /// The candidate that cuts the most records into the same number of fields, more than one; the larger number where
  /// two are level; a comma when none cuts anything.
  static func delimiter(
    _ sample: UnsafeRawBufferPointer, encoding: Encoding, returnEndsLine: Bool, limits: Limits
  ) throws(TableError) -> UInt8 {
    let bytes = Array(sample.prefix(sampleBytes))
    var best = (delimiter: candidates[0], agreeing: 0, fields: 0)
    for candidate in candidates {
      let window = Window(MemorySource(bytes), capacity: bytes.count + 64)
      let reader = CSVReader(
        window: window, encoding: encoding, delimiter: candidate, returnEndsLine: returnEndsLine, limits: limits)
      var counts: [Int: Int] = [:]
      var record = Record()
      var seen = 0
      // The last record may be cut off by the end of the sample.
      var last = 0
      while seen < records, try reader.next(&record) {
        if last > 1 { counts[last, default: 0] += 1 }
        last = record.count
        seen += 1
      }
      if last > 1, counts.isEmpty || seen == records { counts[last, default: 0] += 1 }
      let top = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
      if let top, (top.value, top.key) > (best.agreeing, best.fields) {
        best = (candidate, top.value, top.key)
      }
    }
    return best.delimiter
  }
}
