import Tabular

/// Writes tables as CSV for spreadsheets; cells that a spreadsheet would take for a formula become texts.
public enum CSVList {
  /// The table with its header, its rows and, as the last rows, its sums and the whole.
  /// - Throws: `TableError` where a text cannot be written in the charset.
  /// - Complexity: O(cells).
  public static func bytes(
    _ table: ListTable, _ strings: StringTable, charset: CSVWriter.Charset
  ) throws(TableError) -> [UInt8] {
    let sink = MemorySink()
    let writer = try CSVWriter(sink, charset: charset)
    try writer.record(table.columns.map(\.title))
    for row in table.rows { try write(row, writer, strings) }
    if !table.total.isEmpty && !table.rows.isEmpty { try write(table.total, writer, strings) }
    if !table.whole.isEmpty { try write(table.whole, writer, strings) }
    try writer.finish()
    return sink.bytes
  }

  private static func write(
    _ cells: [TableCell], _ writer: CSVWriter, _ strings: StringTable
  ) throws(TableError) {
    for cell in cells {
      switch cell {
      case .empty: writer.emptyField()
      case .count(let value): writer.field(value)
      case .probability(let value): writer.field(TableText.percent(value))
      // A plain hyphen, so that a spreadsheet reads a number.
      case .percent, .change, .decimal:
        writer.field(TableText.text(cell, strings, groups: false).replacing("−", with: "-"))
      default: writer.field(TableText.text(cell, strings, groups: false))
      }
    }
    try writer.endRecord()
  }
}
