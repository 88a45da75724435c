/// A file of records, whatever its type, charset, delimiter and packing: opens it, settles what is left to detection, finds the
/// header, then hands out records.
///
///     let file = try TableFile(path: path, isHeader: known.contains)
///     var record = Record()
///     while try file.next(&record) { use(record[field: 0], record.line) }
///
/// Memory stays at a few MiB whatever the size of the file; see `Limits` for what one record or workbook may ask for.
public final class TableFile: RecordReader {
  /// Name of the file as it is to appear in messages.
  public let name: String
  /// Type of the file, never `.auto`.
  public let type: FileFormat.FileType
  /// True when the file is packed by gzip.
  public let isGzipped: Bool
  /// Charset of the file, never `.auto` or `.utf16`; UTF-8 for workbooks.
  public let charset: Charset
  /// Field separator of a CSV file, a comma for workbooks (see `Record.raw`), nil for JSON Lines.
  public let delimiter: UInt8?
  /// Size of the file in bytes, as it stands on disk.
  public let fileSize: Int
  /// Names of the columns, trimmed. May change while records are read: see `headerGeneration`.
  public private(set) var headers: [String] = []
  /// Line (row of the sheet) of the header, 0 when there is none.
  public private(set) var headerLine = 0
  /// Grows by one when `headers` change: a JSON key that was not seen before adds a column at the end; the next of several
  /// sheets brings its own header. Compare it after each `next`.
  public private(set) var headerGeneration = 0
  /// Title, unit and other rows above the header; of all sheets read so far.
  public private(set) var skippedTitleRows = 0
  /// Visible sheets that were passed over because they have no known header.
  public private(set) var skippedSheets: [String] = []
  /// Name of the sheet being read, nil when the file is no workbook.
  public var sheetName: String? { sheets?.sheetName }

  private let reader: any TableReader
  private let source: (any ByteSource)?
  private var sheets: (any SheetedReader)? { reader as? any SheetedReader }
  private let format: FileFormat
  private let isHeader: ((String) -> Bool)?
  private var pending: Record?

  /// Opens a file and reads up to its header.
  /// - Parameters:
  ///   - path: the file.
  ///   - name: its name in messages; default: `path`.
  ///   - format: how it is to be read; default: all detected.
  ///   - isHeader: true for the names that a header may hold (trimmed); nil takes the first record as header.
  /// - Throws: `TableError` when the file cannot be read, is of no known type, or has no header.
  public convenience init(
    path: String, name: String? = nil, format: FileFormat = FileFormat(), isHeader: ((String) -> Bool)? = nil
  ) throws(TableError) {
    let shown = name ?? path
    let file = try FileSource(path: path, name: shown)
    try self.init(
      source: file, path: path, name: shown, size: file.size, format: format, isHeader: isHeader,
      windowBytes: CharsetDetection.sampleBytes + 64)
  }

  /// Reads CSV or JSON Lines (packed or not) from memory; workbooks are read from files only.
  public convenience init(
    bytes: [UInt8], name: String, format: FileFormat = FileFormat(), isHeader: ((String) -> Bool)? = nil
  ) throws(TableError) {
    try self.init(
      source: MemorySource(bytes), path: nil, name: name, size: bytes.count, format: format, isHeader: isHeader,
      windowBytes: min(bytes.count, CharsetDetection.sampleBytes) + 64)
  }

  init(
    source: any ByteSource, path: String?, name: String, size: Int, format: FileFormat,
    isHeader: ((String) -> Bool)?, windowBytes: Int
  ) throws(TableError) {
    let opened = try TableOpener(
      source: source, path: path, name: name, format: format, isHeader: isHeader, windowBytes: windowBytes
    ).open()
    self.name = name
    self.format = format
    self.isHeader = isHeader
    fileSize = size
    self.source = opened.source
    type = opened.type
    isGzipped = opened.isGzipped
    charset = opened.charset
    delimiter = opened.delimiter
    reader = opened.reader
    skippedTitleRows = opened.skippedLines
    try readFirstHeader()
  }

  /// Bytes of the file read so far, of `fileSize`; unpacked bytes and unpacked size for workbooks are not counted.
  public var bytesRead: Int { source?.fileBytesRead ?? sheets?.fileBytesRead ?? 0 }

  /// Lines without any byte (rows without any cell) that were skipped so far.
  public var blankLines: Int { reader.blankLines }

  /// True when the file's last line has no line end, as in a file that was cut off. Known once `next` has answered false.
  public var endsWithoutNewline: Bool { reader.endsWithoutNewline }

  /// Reads the next record below the header. Its fields stand in the order of `headers`.
  public func next(_ record: inout Record) throws(TableError) -> Bool {
    if let kept = pending {
      record = kept
      pending = nil
      return true
    }
    while true {
      if try reader.next(&record) {
        if reader.columnsChanged { try takeColumns(at: record.line) }
        return true
      }
      guard case .allVisible = format.sheet, try readNextSheet(&record) else { return false }
      if pending != nil {
        pending = nil
        return true
      }
    }
  }

  private func takeColumns(at line: Int) throws(TableError) {
    guard let columns = reader.takeColumns() else { return }
    guard headerGeneration < format.limits.lateColumns else {
      throw TableError(
        .tooManyColumns, file: name, line: line,
        "More than \(format.limits.lateColumns) rows bring keys that no row before them has: the keys are data.",
        nextStep: "Export the rows with the same keys in each.")
    }
    headers = columns
    headerGeneration += 1
  }

  private func readFirstHeader() throws(TableError) {
    if let columns = reader.takeColumns() {
      headers = columns
      return
    }
    var record = Record()
    guard case .auto = format.sheet, sheets != nil else {
      if case .allVisible = format.sheet, sheets != nil, isHeader != nil {
        var firstFailure: TableError?
        if try readHeader(&record, failure: &firstFailure) { return }
        if try readNextSheet(&record) { return }
        if let firstFailure { throw firstFailure }
        return
      }
      try setHeader(
        HeaderSearch.read(
          reader, record: &record, header: format.header, isHeader: isHeader, file: name, limits: format.limits),
        record)
      return
    }
    var firstFailure: TableError?
    if try readHeader(&record, failure: &firstFailure) { return }
    if try readNextSheet(&record) { return }
    if let firstFailure { throw firstFailure }
  }

  /// Moves on to the next visible sheet that has a header.
  private func readNextSheet(_ record: inout Record) throws(TableError) -> Bool {
    guard let sheets else { return false }
    while try sheets.openNextSheet() {
      var failure: TableError?
      if try readHeader(&record, failure: &failure) { return true }
    }
    return false
  }

  /// Reads the header of the sheet that is open. - Returns: false when it has none, with the reason when it has rows.
  private func readHeader(_ record: inout Record, failure: inout TableError?) throws(TableError) -> Bool {
    do {
      let found = try HeaderSearch.read(
        reader, record: &record, header: format.header, isHeader: isHeader, file: name, limits: format.limits)
      if let found {
        setHeader(found, record)
        return true
      }
    } catch {
      guard error.kind == .headerNotFound else { throw error }
      failure = error
    }
    if let sheet = sheetName { skippedSheets.append(sheet) }
    return false
  }

  private func setHeader(_ found: TableHeader?, _ record: Record) {
    guard let found else { return }
    if !headers.isEmpty { headerGeneration += 1 }
    headers = found.names
    headerLine = found.line
    skippedTitleRows += found.skipped
    if found.recordIsData { pending = record }
    sheets?.columnCount = found.names.count
  }
}

/// What `TableFile` needs of a reader beside records.
protocol TableReader: RecordReader {
  var blankLines: Int { get }
  var endsWithoutNewline: Bool { get }
  /// True when `takeColumns` has news.
  var columnsChanged: Bool { get }
  /// The names of the columns, for a type that has no header row.
  func takeColumns() -> [String]?
}

extension TableReader {
  var columnsChanged: Bool { false }
  func takeColumns() -> [String]? { nil }
}

/// A reader of a file with several tables.
protocol SheetedReader: TableReader {
  var sheetName: String { get }
  var fileBytesRead: Int { get }
  /// Columns to which shorter rows are filled up.
  var columnCount: Int { get set }
  func openNextSheet() throws(TableError) -> Bool
}

extension CSVReader: TableReader {}
