/// The header of a table: its names and where it stands.
struct TableHeader {
  var names: [String]
  /// Line of the header, 0 when there is none.
  var line: Int
  /// Records above it.
  var skipped: Int
  /// True when the record last read is the first of the data.
  var recordIsData = false
}

/// Finds the header among the first records of a table.
enum HeaderSearch {
  /// Records looked at.
  static let depth = 20

  /// Reads up to and including the header.
  /// - Returns: nil when the table has no record at all.
  static func read(
    _ reader: any RecordReader, record: inout Record, header: FileFormat.Header, isHeader: ((String) -> Bool)?,
    file: String, limits: Limits
  ) throws(TableError) -> TableHeader? {
    var skipped = 0
    var firstCount = 0
    var firstLine = 0
    while try reader.next(&record) {
      if case .row(let row) = header, record.line < row {
        skipped += 1
        continue
      }
      if record.defect == .tooManyFields || record.count > limits.columns {
        throw TableError(
          .tooManyColumns, file: file, line: record.line, "The row has more than \(limits.columns) columns.",
          nextStep: "Delete the empty columns to the right of the table, or check the delimiter.")
      }
      if case .none = header {
        let names = (0..<record.count).map { "column\($0 + 1)" }
        return TableHeader(names: names, line: 0, skipped: skipped, recordIsData: true)
      }
      let names = self.names(record)
      guard case .auto = header, let isHeader else {
        if names.allSatisfy(\.isEmpty), case .auto = header {
          skipped += 1
          continue
        }
        return TableHeader(names: names, line: record.line, skipped: skipped)
      }
      if accepts(names, isHeader) { return TableHeader(names: names, line: record.line, skipped: skipped) }
      if firstLine == 0 {
        firstCount = names.count
        firstLine = record.line
      }
      skipped += 1
      if skipped == depth { break }
    }
    if skipped == 0 { return nil }
    throw notFound(file, firstLine, firstCount, header)
  }

  /// At least two of the cells that are not empty are known, or half of them.
  static func accepts(_ names: [String], _ isHeader: (String) -> Bool) -> Bool {
    let filled = names.filter { !$0.isEmpty }
    let known = filled.count(where: isHeader)
    return known >= 2 || (known >= 1 && known * 2 >= filled.count)
  }

  private static func names(_ record: Record) -> [String] {
    (0..<record.count).map { String(decoding: Text.trim(record[field: $0]), as: UTF8.self) }
  }

  /// Says how wide the first row is and never what stands in it: a file without a header begins with a person's data.
  private static func notFound(
    _ file: String, _ line: Int, _ columns: Int, _ header: FileFormat.Header
  ) -> TableError {
    if case .row(let row) = header {
      return TableError(
        .headerNotFound, file: file, line: row, "The table ends above row \(row), where its header should stand.",
        nextStep: "Correct the header's row number in the feed's description.")
    }
    return TableError(
      .headerNotFound, file: file, line: line == 0 ? nil : line,
      "None of the first \(depth) rows is a known header; the first row has \(columns) columns.",
      nextStep: "Add the column names to the file, or name them in the feed's description.")
  }
}
