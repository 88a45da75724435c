/// A file that was opened and whose form was settled.
struct OpenedTable {
  var reader: any TableReader
  var source: (any ByteSource)?
  var type: FileFormat.FileType
  var isGzipped: Bool
  var charset: Charset
  var delimiter: UInt8?
  /// Lines before the first record that only speak of the form.
  var skippedLines = 0
}

/// Settles packing, type, charset, delimiter and line ends of a file, once.
struct TableOpener {
  var source: any ByteSource
  var path: String?
  var name: String
  var format: FileFormat
  var isHeader: ((String) -> Bool)?
  var windowBytes: Int

  func open() throws(TableError) -> OpenedTable {
    var source = self.source
    var window = Window(source, capacity: windowBytes)
    try window.fill(to: 64)
    var isGzipped = false
    if window.bytes().starts(with: [0x1F, 0x8B]) {
      isGzipped = true
      source = try GzipSource(
        PrefixedSource(prefix: Array(window.bytes()), rest: source), name: name, limits: format.limits)
      window = Window(source, capacity: windowBytes)
      try window.fill(to: 64)
    }
    let start = window.bytes()
    if start.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
      throw TableError(
        .unsupportedType, file: name, "This is a workbook of the old .xls type or one with a password.",
        nextStep: "Open it in a spreadsheet program and save it as .xlsx without a password.")
    }
    let isZip = start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06])
    if format.type == .xlsx || (format.type == .auto && isZip) { return try openWorkbook(isZip, isGzipped) }
    try window.fill(to: CharsetDetection.sampleBytes)
    return try openText(window, source, isGzipped)
  }

  private func openWorkbook(_ isZip: Bool, _ isGzipped: Bool) throws(TableError) -> OpenedTable {
    guard isZip, !isGzipped, let path else {
      throw TableError(
        .unsupportedType, file: name, "This is no .xlsx workbook that can be read from here.",
        nextStep: "Save it as .xlsx, unpacked, in the inbox.")
    }
    let reader = try WorkbookReader(path: path, name: name, sheet: format.sheet, limits: format.limits)
    return OpenedTable(
      reader: reader, source: nil, type: .xlsx, isGzipped: false, charset: .utf8, delimiter: UInt8(ascii: ","))
  }

  private func openText(
    _ first: Window, _ source: any ByteSource, _ isGzipped: Bool
  ) throws(TableError) -> OpenedTable {
    let settled = CharsetDetection.settle(format.charset, sample: first.bytes())
    if isJSONArray(first.bytes(from: settled.mark)) {
      return try openArray(first, source, settled.encoding.charset, isGzipped)
    }
    var window = first
    var start = settled.mark
    var fileOffset = settled.mark
    if case .utf16(let bigEndian) = settled.encoding {
      let rest = PrefixedSource(prefix: Array(first.bytes(from: settled.mark)), rest: source)
      window = Window(UTF16Source(rest, bigEndian: bigEndian), capacity: windowBytes)
      try window.fill(to: CharsetDetection.sampleBytes)
      start = 0
    }
    if isJSONLines(window.bytes(from: start)) {
      let reader = JSONLinesReader(
        window: window, encoding: settled.encoding, limits: format.limits, nesting: format.nesting, start: start,
        fileOffset: fileOffset)
      return OpenedTable(
        reader: reader, source: source, type: .jsonl, isGzipped: isGzipped, charset: settled.encoding.charset,
        delimiter: nil)
    }
    let returnEndsLine = CSVSniffer.returnEndsLine(window.bytes(from: start))
    var delimiter: UInt8?
    var skipped = 0
    if let directive = CSVSniffer.directive(window.bytes(from: start)) {
      delimiter = directive.delimiter
      let scale = if case .utf16 = settled.encoding { 2 } else { 1 }
      fileOffset += directive.length * scale
      start += directive.length
      skipped = 1
    }
    let separator: UInt8
    if case .byte(let byte) = format.delimiter {
      separator = byte
    } else if let delimiter {
      separator = delimiter
    } else {
      separator = try CSVSniffer.delimiter(
        window.bytes(from: start), encoding: settled.encoding, returnEndsLine: returnEndsLine, limits: format.limits)
    }
    let reader = CSVReader(
      window: window, encoding: settled.encoding, delimiter: separator, returnEndsLine: returnEndsLine,
      limits: format.limits, start: start, fileOffset: fileOffset, line: 1 + skipped)
    return OpenedTable(
      reader: reader, source: source, type: .csv, isGzipped: isGzipped, charset: settled.encoding.charset,
      delimiter: separator, skippedLines: skipped)
  }

  /// An array of rows is read as a whole, then as JSON Lines: a line is the number of a row.
  private func openArray(
    _ first: Window, _ source: any ByteSource, _ charset: Charset, _ isGzipped: Bool
  ) throws(TableError) -> OpenedTable {
    while first.filled <= Limits.arrayBytes, try first.refill(keepingFrom: 0) {}
    guard first.filled <= Limits.arrayBytes else {
      throw TableError(
        .unpackedTooLarge, file: name,
        "An array of rows in JSON may be \(Limits.arrayBytes) bytes long, and this one is longer.",
        nextStep: "Export it as JSON Lines, a row a line.")
    }
    let lines = try JSONPage.lines(Array(first.bytes()), charset: charset, name: name)
    let window = Window(MemorySource(lines), capacity: windowBytes)
    try window.fill(to: CharsetDetection.sampleBytes)
    let reader = JSONLinesReader(
      window: window, encoding: .utf8, limits: format.limits,
      nesting: format.nesting, start: 0, fileOffset: 0)
    return OpenedTable(
      reader: reader, source: source, type: .jsonl, isGzipped: isGzipped, charset: .utf8, delimiter: nil)
  }

  /// By a bracket at the start, where the name says JSON, or an object follows and the name does not say otherwise.
  private func isJSONArray(_ sample: UnsafeRawBufferPointer) -> Bool {
    let signs = Array(sample.lazy.filter { $0 > 0x20 }.prefix(2))
    guard format.type == .auto || format.type == .jsonl, signs.first == UInt8(ascii: "[") else { return false }
    let plain = name.lowercased()
    if plain.hasSuffix(".json") || plain.hasSuffix(".json.gz") { return true }
    if Self.isSeparated(plain) || format.type == .jsonl { return false }
    return signs.last == UInt8(ascii: "{")
  }

  private static func isSeparated(_ name: String) -> Bool {
    [".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz"].contains(where: name.hasSuffix)
  }

  /// By what is declared, else by the name's ending, else by a brace at the start that opens a key.
  private func isJSONLines(_ sample: UnsafeRawBufferPointer) -> Bool {
    if format.type != .auto { return format.type == .jsonl }
    let plain = name.lowercased()
    if [".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"].contains(where: plain.hasSuffix) { return true }
    if Self.isSeparated(plain) { return false }
    let signs = sample.lazy.filter { $0 > 0x20 }.prefix(2)
    return Array(signs) == Array("{\"".utf8) || Array(signs) == Array("{}".utf8)
  }
}
