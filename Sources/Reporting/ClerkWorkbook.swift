import LabourMarket

/// A workbook that goes to a clerk and comes back: a sheet that explains, then tables whose cells may be changed.
///
/// All cells are text, so that no program reads a code as a number or a content as a formula, and none is merged.
public struct ClerkWorkbook: Sendable {
  /// What a cell is for.
  public enum Mark: Hashable, Sendable {
    /// Says what is wrong; not to be changed.
    case remark
    /// May be changed.
    case input
    /// May be changed, and is where the fault lies.
    case wrong
    /// Was masked and must be typed again.
    case masked
    /// Says which row it is; must not be changed.
    case identity
  }

  /// A column.
  public struct Column: Sendable {
    let title: String
    let width: Double
    let mark: Mark

    /// A column of a width in characters; `mark` is that of its cells unless they have their own.
    public init(_ title: String, width: Double, _ mark: Mark) {
      self.title = title
      self.width = width
      self.mark = mark
    }
  }

  /// A table.
  public struct Table: Sendable {
    /// The sheet's name.
    public let name: String
    let lines: [String]
    let columns: [Column]
    let rows: [[(text: String, mark: Mark)]]

    /// A table from its parts; `lines` stand above its header.
    public init(name: String, lines: [String], columns: [Column], rows: [[(text: String, mark: Mark)]]) {
      self.name = name
      self.lines = lines
      self.columns = columns
      self.rows = rows
    }
  }

  private let title: String
  private let explanation: (name: String, lines: [(text: String, mark: Mark?)])
  private let tables: [Table]

  /// A workbook. A line of the explanation with a mark shows the colour of such cells.
  public init(title: String, explanation: (name: String, lines: [(text: String, mark: Mark?)]), tables: [Table]) {
    self.title = title
    self.explanation = explanation
    self.tables = tables
  }

  /// Writes the workbook to a file that does not exist yet.
  /// - Throws: ``WorkbookFault``.
  public func write(to path: String, temporaryFolder folder: String, created: CalendarDay) throws(WorkbookFault) {
    let book = try Workbook(path: path, folder: folder, title: title, author: "labourwatch", created: created)
    let sheet = try book.sheet(explanation.name)
    sheet.hideGrid()
    sheet.setWidth(96, column: 0)
    sheet.setTab(Self.color)
    for (row, line) in explanation.lines.enumerated() {
      var style = CellStyle(isWrapped: true)
      if row == 0 { style = CellStyle(size: 16, isBold: true, color: Self.color) }
      if let mark = line.mark { style = Self.style(mark) }
      sheet.setHeight(Double(TextWidth.lines(line.text, width: 94)) * 16 + (row == 0 ? 12 : 6), row: row)
      sheet.write(line.text, row: row, column: 0, style)
    }
    sheet.setUpPrinting(landscape: true, headerRow: nil, footer: "&R&8&P / &N")
    for table in tables { try write(table, book) }
    try book.close()
  }

  private static let color: UInt32 = 0x1F3A5F

  private static func style(_ mark: Mark) -> CellStyle {
    var style = CellStyle(isWrapped: true, numberFormat: "@", hasBorder: true)
    switch mark {
    case .remark: style.fill = 0xF1F3F5
    case .input: break
    case .wrong: style.fill = 0xFFF2B3
    case .masked:
      style.fill = 0xF8CBAD
      style.color = 0x8A3B12
    case .identity:
      style.fill = 0xF1F3F5
      style.color = 0x9AA3AD
      style.size = 8
      style.isWrapped = false
    }
    return style
  }

  private func write(_ table: Table, _ book: Workbook) throws(WorkbookFault) {
    let sheet = try book.sheet(table.name)
    sheet.setTab(0xE0A800)
    for (index, column) in table.columns.enumerated() { sheet.setWidth(column.width, column: index) }
    for (row, line) in table.lines.enumerated() {
      sheet.setHeight(row == 0 ? 24 : 17, row: row)
      sheet.write(
        line, row: row, column: 0,
        row == 0 ? CellStyle(size: 14, isBold: true, color: Self.color) : CellStyle(color: 0x5B6570))
    }
    let headerRow = table.lines.count
    sheet.setHeight(
      Double(table.columns.map { TextWidth.lines($0.title, width: $0.width - 1) }.max() ?? 1) * 16 + 8, row: headerRow)
    for (index, column) in table.columns.enumerated() {
      let isInput = column.mark == .input
      sheet.write(
        column.title, row: headerRow, column: index,
        CellStyle(
          isBold: true, isWrapped: true, alignment: .center, fill: isInput ? Self.color : 0xD5DBE2,
          color: isInput ? 0xFFFFFF : Self.color, hasBorder: true))
    }
    for (offset, row) in table.rows.enumerated() {
      let lines = zip(row, table.columns).map { cell, column in
        cell.mark == .identity ? 1 : TextWidth.lines(cell.text, width: column.width - 0.5)
      }
      sheet.setHeight(min(400, Double(lines.max() ?? 1) * 15.5 + 5), row: headerRow + 1 + offset)
      for (index, cell) in row.enumerated() {
        let style = Self.style(cell.mark)
        if cell.text.isEmpty {
          sheet.writeBlank(row: headerRow + 1 + offset, column: index, style)
        } else {
          sheet.write(cell.text, row: headerRow + 1 + offset, column: index, style)
        }
      }
    }
    sheet.freeze(row: headerRow + 1, column: 2)
    sheet.setUpPrinting(
      landscape: true, headerRow: headerRow, footer: "&L&8\(table.name.replacing("&", with: "&&"))&R&8&P / &N")
  }
}
