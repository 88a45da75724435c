import Assistance
import CLibXLSXWriter
import LabourMarket

/// Writes tables as sheets of a workbook: headline, lines below it, header, rows, sums; set up for printing.
struct TableSheet {
  let book: Workbook
  let strings: StringTable

  private static let headerFill: UInt32 = 0x1F3A5F
  private static let titleColor: UInt32 = 0x1F3A5F
  private static let mutedColor: UInt32 = 0x5B6570
  private static let totalFill: UInt32 = 0xE8EDF3
  private static let restFill: UInt32 = 0xF6F7F9
  private static let inputHeaderFill: UInt32 = 0xB45309
  private static let inputFill: UInt32 = 0xFFF8E6
  /// More columns than these cannot be read on one printed A4 page: they take two, beside one another.
  private static let mostColumnsOnA4 = 20

  /// Adds a sheet.
  /// - Parameters:
  ///   - lines: what stands between headline and header.
  ///   - frozen: columns that stay in sight, and stand on both pages where the table takes two.
  ///   - hasRest: whether the last row sums what is not shown.
  ///   - empty: what stands in the place of the rows where there are none.
  ///   - footer: what stands at the foot of every page, beside its number.
  func write(
    _ table: ListTable, name: String, headline: String, lines: [String], frozen: Int, hasRest: Bool = false,
    empty: String, footer: String, tab: UInt32
  ) throws(WorkbookFault) {
    let sheet = try book.sheet(name)
    sheet.setTab(tab)
    sheet.hideGrid()
    let columns = table.columns.map { column in
      var column = column
      column.width = max(column.width, TextWidth.longestWord(column.title) + 0.8)
      return column
    }
    for (index, column) in columns.enumerated() { sheet.setWidth(column.width, column: index) }
    let count = table.columns.count
    let isWide = count > Self.mostColumnsOnA4
    let titled = min(count, Self.mostColumnsOnA4)
    sheet.setHeight(28, row: 0)
    sheet.merge(
      headline, row: 0, columns: titled, CellStyle(size: 16, isBold: true, alignment: .center, color: Self.titleColor))
    let room = columns.prefix(titled).reduce(0) { $0 + $1.width }
    for (index, line) in lines.enumerated() {
      sheet.setHeight(Double(TextWidth.lines(line, width: room)) * 15.5 + 2.5, row: 1 + index)
      sheet.merge(
        line, row: 1 + index, columns: titled,
        CellStyle(isWrapped: true, alignment: .center, color: Self.mutedColor))
    }
    let headerRow = 1 + lines.count
    let titleLines = columns.map { TextWidth.lines($0.title, width: $0.width - 1) }.max() ?? 1
    sheet.setHeight(Double(titleLines) * 15.5 + 8, row: headerRow)
    let header = CellStyle(
      isBold: true, isWrapped: true, alignment: .center, fill: Self.headerFill, color: 0xFFFFFF, hasBorder: true)
    for (index, column) in table.columns.enumerated() {
      var header = header
      if column.input != nil { header.fill = Self.inputHeaderFill }
      sheet.write(column.title, row: headerRow, column: index, header)
    }
    let first = headerRow + 1
    if !table.rows.isEmpty { sheet.filter(headerRow: headerRow, lastRow: headerRow + table.rows.count, columns: count) }
    for (offset, row) in table.rows.enumerated() {
      let isRest = hasRest && offset == table.rows.count - 1
      sheet.setHeight(height(row, columns), row: first + offset)
      for (index, cell) in row.enumerated() {
        let input = table.columns[index].input == nil ? nil : Self.inputFill
        write(
          cell, sheet, row: first + offset, column: index, table.columns[index], fill: isRest ? Self.restFill : input)
      }
    }
    let last = first + table.rows.count - 1
    if table.rows.isEmpty {
      sheet.merge(
        empty, row: first, columns: count, CellStyle(alignment: .center, color: Self.mutedColor))
    } else {
      writeTotal(sheet, table, first: first, last: last)
      for (index, column) in table.columns.enumerated() {
        guard let input = column.input else { continue }
        var words: [String] = []
        if case .words(let offered) = input { words = offered }
        book.offer(
          words, on: sheet, rows: first...last, column: index, title: strings("fill.title"),
          message: strings("fill.message"))
      }
    }
    let printed = table.columns.prefix { $0.isPrinted }.count
    if printed < count {
      let below = table.rows.isEmpty ? 1 : (table.total.isEmpty ? 0 : 1) + (table.whole.isEmpty ? 0 : 1)
      sheet.setPrintArea(rows: first + table.rows.count + below, columns: printed, breaks: [])
    }
    sheet.freeze(row: first, column: frozen)
    sheet.setUpPrinting(
      landscape: true, pagesWide: isWide ? 2 : 1, headerRow: headerRow, repeated: isWide ? frozen : 0,
      footer: "&L&8\(footer.replacing("&", with: "&&"))&R&8\(strings("page", "&P", "&N"))")
  }

  /// A row's height in points: as many lines as the fullest of its cells needs, because not every program fits rows by itself.
  private func height(_ row: [TableCell], _ columns: [TableColumn]) -> Double {
    var lines = 1
    for (cell, column) in zip(row, columns) {
      guard case .text(let text) = cell else { continue }
      lines = max(lines, TextWidth.lines(text, width: column.width))
    }
    return Double(lines) * 15.5 + 5
  }

  private func writeTotal(_ sheet: Sheet, _ table: ListTable, first: Int, last: Int) {
    sheet.setHeight(21, row: last + 1)
    for (index, cell) in table.total.enumerated() {
      var style = style(cell, table.columns[index])
      style.isBold = true
      style.fill = Self.totalFill
      if case .count(let value) = cell {
        // 109: sums what a filter leaves in sight.
        let letter = Workbook.columnName(index)
        sheet.write(
          formula: "=SUBTOTAL(109,\(letter)\(first + 1):\(letter)\(last + 1))", value: Double(value), row: last + 1,
          column: index, style)
      } else if case .text(let text) = cell {
        style.alignment = .center
        sheet.write(text, row: last + 1, column: index, style)
      } else {
        sheet.writeBlank(row: last + 1, column: index, style)
      }
    }
    guard !table.whole.isEmpty else { return }
    sheet.setHeight(21, row: last + 2)
    for (index, cell) in table.whole.enumerated() {
      var definition = table.columns[index]
      if case .text = cell, definition.alignment == .left { definition.alignment = .center }
      write(cell, sheet, row: last + 2, column: index, definition, fill: Self.totalFill, isBold: true)
    }
  }

  private func style(_ cell: TableCell, _ column: TableColumn) -> CellStyle {
    var style = CellStyle(isWrapped: true, alignment: column.alignment, hasBorder: true)
    func number(_ format: String) {
      style.numberFormat = format
      style.isWrapped = false
    }
    switch cell {
    case .count: number("#,##0")
    case .decimal: number("#,##0.0")
    case .percent: number("0.0%")
    case .probability: number("[>0.995]\">99%\";[<0.005]\"<1%\";0%")
    case .change: number("+0.0%;-0.0%;0.0%")
    case .code: style.numberFormat = "@"
    case .ticket:
      number("@")
      style.size = 7
      style.color = 0x9AA3AD
    case .level(let level):
      style.isBold = level > .none
      style.fill = level.palette.fill
      style.color = level.palette.text
    default: break
    }
    return style
  }

  func write(
    _ cell: TableCell, _ sheet: Sheet, row: Int, column: Int, _ definition: TableColumn, fill: UInt32?,
    isBold: Bool = false
  ) {
    var style = style(cell, definition)
    if isBold { style.isBold = true }
    if let fill, style.fill == nil { style.fill = fill }
    switch cell {
    case .empty: sheet.writeBlank(row: row, column: column, style)
    case .count(let value): sheet.write(Double(value), row: row, column: column, style)
    case .percent(let value), .decimal(let value), .probability(let value), .change(let value):
      sheet.write(value, row: row, column: column, style)
    case .text, .code, .day, .level, .suppressed, .ticket:
      // A text cell of a workbook is never read as a formula, whatever it begins with.
      sheet.write(TableText.text(cell, strings, groups: true), row: row, column: column, style)
    }
  }
}

extension AlertLevel {
  /// Fill and text colour in a workbook; `none` has no fill.
  var palette: (fill: UInt32?, text: UInt32?) {
    switch self {
    case .red: (0xC62828, 0xFFFFFF)
    case .orange: (0xEF6C00, 0xFFFFFF)
    case .yellow: (0xFDD835, 0x3A3000)
    case .blue: (0x1E6FBF, 0xFFFFFF)
    case .none: (nil, 0x7A838C)
    }
  }
}
