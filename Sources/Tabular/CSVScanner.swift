/// What the scanner says of one record.
struct RecordSpan {
  /// Bytes from the window's base.
  var start: Int
  /// Bytes of the record without line end.
  var rawLength: Int
  /// Bytes of the record with line end.
  var totalLength: Int
  var firstSlice: Int
  var count: Int
  var line: Int
  var marks: UInt8

  static let needsUnquoting: UInt8 = 1
  static let unterminated: UInt8 = 2
  static let tooManyFields: UInt8 = 4
  static let textAfterQuote: UInt8 = 8
  static let fieldTooLong: UInt8 = 16
}

/// Walks over the bytes that have a meaning in CSV: delimiter, quote, line ends. 64 bytes become one word of bits.
struct StructuralCursor {
  let base: UnsafePointer<UInt8>
  let end: Int
  private let delimiter: SIMD16<UInt8>
  private let quote: SIMD16<UInt8>
  private let lineFeed: SIMD16<UInt8>
  private let carriageReturn: SIMD16<UInt8>
  private var block: Int
  private var bits: UInt64

  /// `carriageReturn` is given as a line feed where lone carriage returns are data.
  init(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int, delimiter: UInt8, carriageReturn: UInt8) {
    self.base = base
    self.end = end
    self.delimiter = SIMD16(repeating: delimiter)
    self.quote = SIMD16(repeating: UInt8(ascii: "\""))
    self.lineFeed = SIMD16(repeating: UInt8(ascii: "\n"))
    self.carriageReturn = SIMD16(repeating: carriageReturn)
    block = start
    bits = 0
    if start < end { load() }
  }

  /// Offset of the next structural byte, −1 when there is none before the end.
  @inline(__always)
  mutating func next() -> Int {
    while bits == 0 {
      block &+= 64
      if block >= end { return -1 }
      load()
    }
    let found = block &+ bits.trailingZeroBitCount
    bits &= bits &- 1
    return found
  }

  /// Goes to another place.
  mutating func move(to start: Int) {
    block = start
    bits = 0
    if start < end { load() }
  }

  @inline(__always)
  private mutating func load() {
    let p = UnsafeRawPointer(base + block)
    bits = word(p) | word(p + 16) << 16 | word(p + 32) << 32 | word(p + 48) << 48
    if block &+ 64 > end { bits &= (1 &<< UInt64(truncatingIfNeeded: end &- block)) &- 1 }
  }

  @inline(__always)
  private func word(_ p: UnsafeRawPointer) -> UInt64 {
    let v = p.loadUnaligned(as: SIMD16<UInt8>.self)
    let hits = (v .== delimiter) .| (v .== quote) .| (v .== lineFeed) .| (v .== carriageReturn)
    let halves = unsafeBitCast(hits, to: SIMD2<UInt64>.self)
    // Gathers the lowest bit of each of eight bytes into one byte.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let gather: UInt64 = 0x0102_0408_1020_4080
    return ((halves[0] & ones) &* gather) >> 56 | (((halves[1] & ones) &* gather) >> 56) << 8
  }
}

/// Cuts a window of CSV into records and fields, many records a call.
///
/// The grammar is RFC 4180 with what is met in practice: a quote counts only at the start of a field; text behind a closing quote
/// belongs to the field; a quoted field that spans lines and whose closing quote is followed by anything but a delimiter
/// or line end, or that never closes, or grows beyond the limit, was never meant to be one: the record ends at that field's
/// first line end and is marked.
struct CSVScanner {
  /// Field separator.
  var delimiter: UInt8
  /// True when a lone carriage return ends a line.
  var returnEndsLine: Bool
  /// True when the delimiter may also be the second byte of a character.
  var checksSecondBytes: Bool
  var limits: Limits

  /// Offset in the window of the first byte not yet cut.
  var cursor = 0
  var line = 1
  var blankLines = 0
  /// Where the field begins that the end of the window cut off.
  var openField = 0
  var spans: UnsafeMutablePointer<RecordSpan>
  var spanCount = 0
  var slices: UnsafeMutablePointer<FieldSlice>
  var sliceCount = 0
  let sliceCapacity: Int

  static let batch = 512
  static let quote = UInt8(ascii: "\"")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  init(delimiter: UInt8, returnEndsLine: Bool, checksSecondBytes: Bool, limits: Limits) {
    self.delimiter = delimiter
    self.returnEndsLine = returnEndsLine
    self.checksSecondBytes = checksSecondBytes
    self.limits = limits
    spans = .allocate(capacity: CSVScanner.batch)
    sliceCapacity = max(1, limits.columns) + 16384
    slices = .allocate(capacity: sliceCapacity)
  }

  func deallocate() {
    spans.deallocate()
    slices.deallocate()
  }

  /// Fills `spans` and `slices` with the records between `cursor` and `end`.
  /// - Parameters:
  ///   - end: end of the data; with `isFinal` the byte before it must be a line end.
  ///   - isFinal: no data follow.
  mutating func scan(_ base: UnsafePointer<UInt8>, to end: Int, isFinal: Bool) {
    spanCount = 0
    sliceCount = 0
    var bits = StructuralCursor(
      base, from: cursor, to: end, delimiter: delimiter,
      carriageReturn: returnEndsLine ? CSVScanner.carriageReturn : CSVScanner.lineFeed)
    while spanCount < CSVScanner.batch, sliceCount <= sliceCapacity - limits.columns {
      let first = sliceCount
      let lineBefore = line
      guard let span = record(&bits, firstSlice: first, isFinal: isFinal) else {
        sliceCount = first
        line = lineBefore
        return
      }
      cursor = span.start + span.totalLength
      if span.totalLength > 0, span.rawLength == 0 {
        blankLines += 1
        sliceCount = first
        continue
      }
      spans[spanCount] = span
      spanCount += 1
    }
  }

  /// Cuts one record at `cursor`; nil when the window ends first.
  @inline(__always)
  private mutating func record(_ bits: inout StructuralCursor, firstSlice: Int, isFinal: Bool) -> RecordSpan? {
    var span = RecordSpan(
      start: cursor, rawLength: 0, totalLength: 0, firstSlice: firstSlice, count: 0, line: line, marks: 0)
    var field = cursor
    while true {
      openField = field
      let isQuoted = field < bits.end && bits.base[field] == CSVScanner.quote
      if isQuoted {
        let stop = quotedField(&bits, at: field, isFinal: isFinal, span: &span)
        if stop < 0 { return nil }
        if span.totalLength > 0 { return span }
        field = stop
        continue
      }
      var stop = bits.next()
      while stop >= 0,
        bits.base[stop] == CSVScanner.quote
          || (checksSecondBytes && bits.base[stop] == delimiter
            && GB18030.isSecondByte(bits.base, at: stop, from: field))
      { stop = bits.next() }
      if stop < 0 { return nil }
      if bits.base[stop] == delimiter {
        append(field, stop &- field, 0, &span)
        field = stop &+ 1
        continue
      }
      guard let contentEnd = lineEnd(&bits, at: stop, isFinal: isFinal, span: &span) else { return nil }
      append(field, contentEnd &- field, 0, &span)
      return span
    }
  }

  /// Cuts a quoted field. - Returns: start of the next field; with `span.totalLength` set the record ended; −1 when the window did.
  private mutating func quotedField(
    _ bits: inout StructuralCursor, at field: Int, isFinal: Bool, span: inout RecordSpan
  ) -> Int {
    let base = bits.base
    guard bits.next() >= 0 else { return -1 }
    var firstBreak = -1
    var breaks = 0
    var isDoubled = false
    while true {
      let stop = bits.next()
      if stop < 0 {
        guard firstBreak >= 0, isFinal || bits.end - field > limits.fieldBytes else { return -1 }
        return cutOff(&bits, field: field, at: firstBreak, isFinal: isFinal, span: &span)
      }
      if stop - field > limits.fieldBytes {
        if firstBreak >= 0 { return cutOff(&bits, field: field, at: firstBreak, isFinal: isFinal, span: &span) }
        span.marks |= RecordSpan.fieldTooLong
        return restOfField(&bits, field: field, from: stop, toLineEnd: true, isFinal: isFinal, span: &span)
      }
      let byte = base[stop]
      if byte == CSVScanner.quote {
        if stop + 1 == bits.end, !isFinal { return -1 }
        if stop + 1 < bits.end, base[stop + 1] == CSVScanner.quote {
          isDoubled = true
          _ = bits.next()
          continue
        }
        return closed(
          &bits, field: field, quote: stop, firstBreak: firstBreak, breaks: breaks, isDoubled: isDoubled,
          isFinal: isFinal, span: &span)
      }
      if byte == CSVScanner.lineFeed || (byte == CSVScanner.carriageReturn && returnEndsLine) {
        if firstBreak < 0 { firstBreak = stop }
        breaks += 1
        if byte == CSVScanner.carriageReturn, stop + 1 < bits.end, base[stop + 1] == CSVScanner.lineFeed {
          _ = bits.next()
        }
      }
    }
  }

  /// Decides what a closing quote ends.
  private mutating func closed(
    _ bits: inout StructuralCursor, field: Int, quote: Int, firstBreak: Int, breaks: Int, isDoubled: Bool,
    isFinal: Bool, span: inout RecordSpan
  ) -> Int {
    let base = bits.base
    let stop = bits.next()
    if stop < 0 { return -1 }
    let byte = base[stop]
    let isDelimiter = byte == delimiter
    let touches =
      stop == quote + 1
      || (stop == quote + 2 && byte == CSVScanner.lineFeed && base[quote + 1] == CSVScanner.carriageReturn)
    guard touches, byte != CSVScanner.quote else {
      if firstBreak >= 0 { return cutOff(&bits, field: field, at: firstBreak, isFinal: isFinal, span: &span) }
      span.marks |= RecordSpan.textAfterQuote
      return restOfField(&bits, field: field, from: stop, toLineEnd: false, isFinal: isFinal, span: &span)
    }
    line += breaks
    var next = stop + 1
    if !isDelimiter {
      guard let contentEnd = lineEnd(&bits, at: stop, isFinal: isFinal, span: &span) else { return -1 }
      next = contentEnd
    }
    if isDoubled {
      append(field, quote + 1 - field, FieldSlice.needsUnquoting, &span)
      span.marks |= RecordSpan.needsUnquoting
    } else {
      append(field + 1, quote - field - 1, 0, &span)
    }
    return next
  }

  /// Ends a field that has text behind its closing quote, or is too long, at the next delimiter or line end.
  private mutating func restOfField(
    _ bits: inout StructuralCursor, field: Int, from first: Int, toLineEnd: Bool, isFinal: Bool,
    span: inout RecordSpan
  ) -> Int {
    let base = bits.base
    var stop = first
    func isLineEnd(_ byte: UInt8) -> Bool {
      byte == CSVScanner.lineFeed || (byte == CSVScanner.carriageReturn && returnEndsLine)
    }
    while stop >= 0, !isLineEnd(base[stop]) {
      let isSecond = checksSecondBytes && GB18030.isSecondByte(base, at: stop, from: field)
      if !toLineEnd, base[stop] == delimiter, !isSecond { break }
      stop = bits.next()
    }
    if stop < 0 { return -1 }
    var next = stop + 1
    var contentEnd = stop
    if isLineEnd(base[stop]) {
      guard let end = lineEnd(&bits, at: stop, isFinal: isFinal, span: &span) else { return -1 }
      contentEnd = end
      next = end
    }
    append(field, contentEnd - field, FieldSlice.needsUnquoting, &span)
    span.marks |= RecordSpan.needsUnquoting
    return next
  }

  /// Ends the record at the first line end of a field whose quote is never closed.
  private mutating func cutOff(
    _ bits: inout StructuralCursor, field: Int, at firstBreak: Int, isFinal: Bool, span: inout RecordSpan
  ) -> Int {
    bits.move(to: firstBreak + 1)
    guard let contentEnd = lineEnd(&bits, at: firstBreak, isFinal: isFinal, span: &span) else { return -1 }
    span.marks |= RecordSpan.unterminated
    append(field, contentEnd - field, 0, &span)
    return contentEnd
  }

  /// Closes the record at the line end at `stop`: sets the span's lengths and counts the line.
  /// - Returns: end of the content; nil when the byte behind a carriage return is not there yet.
  @inline(__always)
  private mutating func lineEnd(
    _ bits: inout StructuralCursor, at stop: Int, isFinal: Bool, span: inout RecordSpan
  ) -> Int? {
    var contentEnd = stop
    var next = stop &+ 1
    if bits.base[stop] == CSVScanner.carriageReturn {
      if next == bits.end, !isFinal { return nil }
      if next < bits.end, bits.base[next] == CSVScanner.lineFeed {
        _ = bits.next()
        next &+= 1
      }
    } else if stop > span.start, bits.base[stop &- 1] == CSVScanner.carriageReturn, !returnEndsLine {
      contentEnd = stop &- 1
    }
    line &+= 1
    span.rawLength = contentEnd &- span.start
    span.totalLength = next &- span.start
    return contentEnd
  }

  @inline(__always)
  private mutating func append(_ start: Int, _ length: Int, _ marks: UInt32, _ span: inout RecordSpan) {
    guard span.count < limits.columns else {
      span.marks |= RecordSpan.tooManyFields
      return
    }
    slices[sliceCount] = FieldSlice(start: start, length: length, marks: marks)
    sliceCount &+= 1
    span.count &+= 1
  }
}
