/// Records of a CSV stream, cut from a window in batches and handed out one by one.
///
/// - Complexity: linear in the bytes; memory is the window (which grows to the longest record, at most the limit) and a batch's slices.
final class CSVReader: RecordReader {
  private let window: Window
  private let encoding: Encoding
  private var scanner: CSVScanner
  private var arena = Arena()
  private var slices: UnsafeMutablePointer<FieldSlice>
  private var restored: [UInt8] = []
  private var overlong: [UInt8] = []
  private var spanIndex = 0
  /// Bytes of the window up to which UTF-8 is known to be valid.
  private var validEnd = 0
  private var isFinal = false
  private var isDone = false
  private var hasVirtualLineEnd = false
  /// Offset in the file of the first byte not yet given out, and the same place in the window's stream.
  private var fileOffset: Int
  private var streamOffset: Int

  /// - Parameters:
  ///   - window: the stream in UTF-8 or, for `.gb18030`, as it stands in the file; UTF-16 already turned into UTF-8.
  ///   - start: bytes of the window to be skipped.
  ///   - fileOffset: offset in the file of the first byte read.
  init(
    window: Window, encoding: Encoding, delimiter: UInt8, returnEndsLine: Bool, limits: Limits, start: Int = 0,
    fileOffset: Int = 0, line: Int = 1
  ) {
    self.window = window
    self.encoding = encoding
    self.fileOffset = fileOffset
    streamOffset = window.offset + start
    let isAmbiguous = encoding == .gb18030 && delimiter >= 0x40
    scanner = CSVScanner(
      delimiter: delimiter, returnEndsLine: returnEndsLine, checksSecondBytes: isAmbiguous, limits: limits)
    scanner.cursor = start
    scanner.line = line
    validEnd = start
    slices = .allocate(capacity: max(1, limits.columns))
  }

  deinit {
    scanner.deallocate()
    arena.deallocate()
    slices.deallocate()
  }

  /// Lines without any byte that were skipped.
  var blankLines: Int { scanner.blankLines }

  /// True when the last line of the stream has no line end; known once `next` has answered false.
  private(set) var endsWithoutNewline = false

  func next(_ record: inout Record) throws(TableError) -> Bool {
    while spanIndex >= scanner.spanCount {
      if try !scanMore(&record) { return false }
      if !overlong.isEmpty { return true }
    }
    let span = scanner.spans[spanIndex]
    spanIndex &+= 1
    deliver(span, &record)
    return true
  }

  /// Scans the next batch. - Returns: false at the end of the stream.
  private func scanMore(_ record: inout Record) throws(TableError) -> Bool {
    overlong.removeAll(keepingCapacity: true)
    spanIndex = 0
    while !isDone {
      let end = window.filled + (hasVirtualLineEnd ? 1 : 0)
      scanner.scan(window.base, to: end, isFinal: isFinal)
      if scanner.spanCount > 0 { return true }
      if isFinal {
        if scanner.cursor >= end {
          isDone = true
        } else {
          skipOverlong(to: end, &record)
          return true
        }
        continue
      }
      let held = window.filled - scanner.cursor
      let isTooLong = window.filled - scanner.openField > scanner.limits.fieldBytes
      if held > 0, isTooLong || held > scanner.limits.recordBytes {
        try discardLine(isTooLong ? .fieldTooLong : .recordTooLong, &record)
        return true
      }
      try refill()
    }
    scanner.spanCount = 0
    return false
  }

  private func refill() throws(TableError) {
    let before = window.offset
    let more = try window.refill(keepingFrom: scanner.cursor)
    let moved = window.offset - before
    scanner.cursor -= moved
    validEnd = max(0, validEnd - moved)
    if !more { finishStream() }
  }

  /// Gives the last line the line end that it lacks, so that the scanner needs no case for it.
  private func finishStream() {
    isFinal = true
    guard window.filled > scanner.cursor else { return }
    let last = window.base[window.filled - 1]
    let isEnded = last == CSVScanner.lineFeed || (last == CSVScanner.carriageReturn && scanner.returnEndsLine)
    endsWithoutNewline = !isEnded
    if !isEnded {
      window.base[window.filled] = CSVScanner.lineFeed
      hasVirtualLineEnd = true
    }
  }

  // MARK: - One record

  @inline(__always)
  private func deliver(_ span: RecordSpan, _ record: inout Record) {
    let base = window.base
    record.line = span.line
    record.count = span.count
    record.raw = UnsafeRawBufferPointer(start: base + span.start, count: span.rawLength)
    skipBlankLines(to: span.start)
    record.byteOffset = fileOffset
    var total = span.totalLength
    if hasVirtualLineEnd, span.start &+ total > window.filled { total &-= 1 }
    record.byteCount = total
    record.hasTextAfterQuote = span.marks & RecordSpan.textAfterQuote != 0
    record.defect = nil
    record.defectOffset = 0
    record.slices = UnsafePointer(scanner.slices + span.firstSlice)
    record.window = UnsafeRawPointer(base)
    record.arena = nil
    switch encoding {
    case .utf8: record.isValidEncoding = isValidUTF8(span)
    case .gb18030: record.isValidEncoding = true
    case .utf16(let bigEndian):
      record.isValidEncoding = isValidUTF8(span)
      restore(span, total, bigEndian, &record)
    }
    fileOffset &+= record.byteCount
    streamOffset &+= total
    let isASCII = encoding != .gb18030 || UTF8Validation.isASCII(UnsafeRawPointer(base + span.start), span.rawLength)
    if span.marks & RecordSpan.needsUnquoting != 0 || !isASCII { rewrite(span, decodes: !isASCII, &record) }
    if span.marks != 0 || span.rawLength > scanner.limits.fieldBytes { mark(span, &record) }
  }

  /// Counts the blank lines before a record in: they hold nothing but line ends, of two bytes each in UTF-16.
  @inline(__always)
  private func skipBlankLines(to start: Int) {
    let skipped = window.offset &+ start &- streamOffset
    if skipped == 0 { return }
    streamOffset &+= skipped
    if case .utf16 = encoding { fileOffset &+= skipped * 2 } else { fileOffset &+= skipped }
  }

  /// Validates ahead, up to 64 KiB at a time, so that most records cost one comparison.
  @inline(__always)
  private func isValidUTF8(_ span: RecordSpan) -> Bool {
    let end = span.start &+ span.rawLength
    if validEnd >= end { return true }
    return validate(span.start, end)
  }

  private func validate(_ start: Int, _ end: Int) -> Bool {
    let from = max(start, validEnd)
    let ahead = min(window.filled, max(end, from + (64 << 10)))
    validEnd = UTF8Validation.validEnd(window.base, from: from, to: ahead)
    if validEnd >= end { return true }
    validEnd = end
    return false
  }

  private func restore(_ span: RecordSpan, _ total: Int, _ bigEndian: Bool, _ record: inout Record) {
    restored.removeAll(keepingCapacity: true)
    UTF16Source.restore(
      UnsafeRawBufferPointer(start: window.base + span.start, count: total), bigEndian: bigEndian, into: &restored)
    record.byteCount = restored.count
    // Line ends are two bytes a character in UTF-16; only what stands behind the content is cut off.
    let rawCount = restored.count - 2 * (total - span.rawLength)
    record.raw = restored.withUnsafeBytes { UnsafeRawBufferPointer(start: $0.baseAddress, count: rawCount) }
  }

  /// Unquotes and converts the fields that need it into the arena.
  private func rewrite(_ span: RecordSpan, decodes: Bool, _ record: inout Record) {
    let factor = decodes ? 2 : 1
    arena.count = 0
    arena.reserve(span.rawLength * factor * (decodes ? 2 : 1) + 16)
    for i in 0..<span.count {
      var slice = scanner.slices[span.firstSlice + i]
      let isEscaped = slice.bits & FieldSlice.needsUnquoting != 0
      let source = window.base + Int(slice.start)
      if !isEscaped, !decodes || UTF8Validation.isASCII(source, slice.length) {
        slices[i] = slice
        continue
      }
      let start = arena.count
      if isEscaped {
        unquote(source, slice.length)
      } else {
        arena.append(source, slice.length)
      }
      if decodes {
        let length = arena.count - start
        arena.reserve(GB18030.maximumOutput(length))
        let target = arena.base + arena.count
        let (written, isValid) = GB18030.shared.decode(arena.base + start, length, to: target)
        if !isValid { record.isValidEncoding = false }
        slice = FieldSlice(start: arena.count, length: written, marks: FieldSlice.inArena)
        arena.count += written
      } else {
        slice = FieldSlice(start: start, length: arena.count - start, marks: FieldSlice.inArena)
      }
      slices[i] = slice
    }
    record.slices = UnsafePointer(slices)
    record.arena = UnsafeRawPointer(arena.base)
  }

  /// Appends a quoted field's content: doubled quotes made single, text behind the closing quote as it is.
  private func unquote(_ source: UnsafePointer<UInt8>, _ length: Int) {
    arena.reserve(length)
    let target = arena.base
    var out = arena.count
    var i = 1
    while i < length {
      if source[i] == CSVScanner.quote {
        guard i + 1 < length, source[i + 1] == CSVScanner.quote else { break }
        i += 1
      }
      target[out] = source[i]
      out &+= 1
      i &+= 1
    }
    i += 1
    if i < length {
      (target + out).update(from: source + i, count: length - i)
      out += length - i
    }
    arena.count = out
  }

  private func mark(_ span: RecordSpan, _ record: inout Record) {
    if span.marks & RecordSpan.unterminated != 0 {
      record.defect = .unterminatedQuote
    } else if span.marks & RecordSpan.tooManyFields != 0 {
      record.defect = .tooManyFields
    }
    let limits = scanner.limits
    var isFieldLong = span.marks & RecordSpan.fieldTooLong != 0
    for i in 0..<span.count where scanner.slices[span.firstSlice + i].length > limits.fieldBytes { isFieldLong = true }
    guard isFieldLong || span.rawLength > limits.recordBytes else { return }
    record.defect = isFieldLong ? .fieldTooLong : .recordTooLong
    record.count = 0
    let kept = min(record.raw.count, Limits.keptOfOverlong)
    record.raw = UnsafeRawBufferPointer(rebasing: record.raw[0..<kept])
  }

  // MARK: - Records beyond the limits

  /// Reads to the end of a line that is too long to be held, keeping only its beginning.
  private func discardLine(_ defect: RecordDefect, _ record: inout Record) throws(TableError) {
    let start = scanner.cursor
    skipBlankLines(to: start)
    overlong = Array(window.bytes(from: start).prefix(Limits.keptOfOverlong))
    var total = 0
    var from = max(start, scanner.openField)
    if defect == .fieldTooLong { from += scanner.limits.fieldBytes }
    total += from - start
    while true {
      let end = lineEnd(from: from)
      if end >= 0 {
        total += end - from
        scanner.cursor = end
        cutOverlong(to: total - 1)
        break
      }
      total += window.filled - from
      if try !window.refill(keepingFrom: window.filled) {
        scanner.cursor = window.filled
        isFinal = true
        endsWithoutNewline = true
        break
      }
      from = 0
    }
    validEnd = scanner.cursor
    scanner.spanCount = 0
    fill(&record, line: scanner.line, total: total, defect: defect)
    scanner.line += 1
  }

  /// Cuts what is kept of an overlong record to its content.
  private func cutOverlong(to length: Int) {
    guard overlong.count >= length else { return }
    overlong.removeLast(overlong.count - length)
    if !scanner.returnEndsLine, overlong.last == CSVScanner.carriageReturn { overlong.removeLast() }
  }

  /// Offset behind the first line end at or after `from`, −1 when the window holds none. A carriage return counts alone here.
  private func lineEnd(from: Int) -> Int {
    for i in from..<max(from, window.filled) {
      let byte = window.base[i]
      if byte == CSVScanner.lineFeed || (byte == CSVScanner.carriageReturn && scanner.returnEndsLine) { return i + 1 }
    }
    return -1
  }

  /// Gives out what the scanner cannot cut at the end of the stream as one overlong record.
  private func skipOverlong(to end: Int, _ record: inout Record) {
    let start = scanner.cursor
    skipBlankLines(to: start)
    overlong = Array(window.bytes(from: start).prefix(Limits.keptOfOverlong))
    scanner.cursor = end
    fill(&record, line: scanner.line, total: window.filled - start, defect: .fieldTooLong)
    scanner.line += 1
  }

  private func fill(_ record: inout Record, line: Int, total: Int, defect: RecordDefect) {
    record = Record()
    record.line = line
    record.byteOffset = fileOffset
    record.byteCount = total
    record.defect = defect
    record.raw = overlong.withUnsafeBytes { UnsafeRawBufferPointer(start: $0.baseAddress, count: $0.count) }
    fileOffset += total
    streamOffset += total
  }
}
