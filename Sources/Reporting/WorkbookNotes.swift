import CLibXLSXWriter
import LabourMarket

extension WorkbookWriter {
  /// Most trends that get a chart: the sum and the largest chains.
  static let charts = 8

  /// Writes the explanations, then the numbers of the trends with a chart each.
  func writeNotes(_ book: Workbook, _ notes: Notes) throws(WorkbookFault) {
    let name = strings("sheet.notes")
    let sheet = try book.sheet(name)
    sheet.hideGrid()
    sheet.setTab(0x5B6570)
    let trends = Array(list.trends.prefix(Self.charts))
    sheet.setWidth(17, column: 0)
    for column in 1...12 { sheet.setWidth(10, column: column) }
    sheet.setHeight(28, row: 0)
    sheet.merge(
      strings("title.sheet", notes.title, name), row: 0, columns: 13,
      CellStyle(size: 16, isBold: true, alignment: .center, color: 0x1F3A5F))
    var row = 2
    for section in notes.sections() {
      sheet.setHeight(20, row: row)
      sheet.merge(
        section.title, row: row, columns: 13, CellStyle(size: 11, isBold: true, fill: 0xE8EDF3, color: 0x1F3A5F))
      row += 1
      for note in section.notes {
        write(note, sheet, row: row)
        row += 1
      }
      row += 1
    }
    try writeCharts(book, sheet, name, trends, row: row)
    sheet.setUpPrinting(landscape: true, headerRow: nil, footer: "&R&8\(strings("page", "&P", "&N"))")
  }

  /// A note's text stands in one merged range of its row; the row is as high as the text needs.
  private func write(_ note: Note, _ sheet: Sheet, row: Int) {
    let lines = max(TextWidth.lines(note.text, width: 12 * 10), TextWidth.lines(note.label, width: 17))
    sheet.setHeight(Double(lines) * 15.5 + 5, row: row)
    let label = CellStyle(isBold: true, isWrapped: true, hasBorder: true)
    let text = CellStyle(isWrapped: true, hasBorder: true)
    sheet.write(note.label, row: row, column: 0, label)
    sheet.book.note(
      worksheet_merge_range(
        sheet.pointer, UInt32(row), 1, UInt32(row), 12, note.text, sheet.book.format(text)))
  }

  /// Charts first, two in a row and four on a printed page, and below them, on screen only, the numbers they show.
  private func writeCharts(
    _ book: Workbook, _ sheet: Sheet, _ name: String, _ trends: [Trend], row start: Int
  ) throws(WorkbookFault) {
    guard !trends.isEmpty else { return }
    sheet.setHeight(20, row: start)
    sheet.merge(
      strings("notes.trends"), row: start, columns: 13,
      CellStyle(size: 11, isBold: true, fill: 0xE8EDF3, color: 0x1F3A5F))
    let chartRows = 16
    let tableRow = start + 2 + (trends.count + 1) / 2 * chartRows
    var row = tableRow
    for (index, trend) in trends.enumerated() {
      let first = row + 2
      let last = writeNumbers(sheet, trend, row: row)
      let chart = try book.lineChart()
      configure(chart, trend, sheetName: name, first: first, last: last)
      sheet.place(
        chart, row: start + 1 + index / 2 * chartRows, column: index % 2 == 0 ? 0 : 6, scale: (1.0, 1.06))
      row = last + 2
    }
    let pages = stride(from: 4, to: trends.count, by: 4).map { start + 1 + $0 / 2 * chartRows }
    sheet.setPrintArea(rows: tableRow - 1, columns: 13, breaks: [start] + pages)
  }

  /// Month, observed, P10, P50, P90; the last observed month opens the fan. Returns the last row.
  private func writeNumbers(_ sheet: Sheet, _ trend: Trend, row: Int) -> Int {
    sheet.merge(trend.name, row: row, columns: 5, CellStyle(isBold: true))
    let header = CellStyle(isBold: true, alignment: .center, fill: 0x1F3A5F, color: 0xFFFFFF, hasBorder: true)
    let titles = [strings("column.month"), strings("column.observed"), "P10", "P50", "P90"]
    for (column, title) in titles.enumerated() { sheet.write(title, row: row + 1, column: column, header) }
    let number = CellStyle(alignment: .right, numberFormat: "#,##0", hasBorder: true)
    let text = CellStyle(alignment: .center, hasBorder: true)
    var next = row + 2
    for (index, point) in trend.history.enumerated() {
      let value = Double(whole(point.openings))
      sheet.write(point.month.description, row: next, column: 0, text)
      sheet.write(value, row: next, column: 1, number)
      if index == trend.history.count - 1 && !trend.forecast.isEmpty {
        for column in 2...4 { sheet.write(value, row: next, column: column, number) }
      }
      next += 1
    }
    for point in trend.forecast {
      sheet.write(point.month.description, row: next, column: 0, text)
      for (column, value) in [(2, point.p10), (3, point.p50), (4, point.p90)] {
        sheet.write(Double(whole(value)), row: next, column: column, number)
      }
      next += 1
    }
    return next - 1
  }

  private func configure(
    _ chart: UnsafeMutablePointer<lxw_chart>, _ trend: Trend, sheetName: String, first: Int, last: Int
  ) {
    let series: [(column: Int, name: String, color: UInt32, width: Float, dash: lxw_chart_line_dash_type)] = [
      (1, strings("column.observed"), 0x1F3A5F, 2.25, LXW_CHART_LINE_DASH_SOLID),
      (3, "P50", 0xC62828, 2.25, LXW_CHART_LINE_DASH_SOLID),
      (4, "P90", 0xE59A9A, 1.25, LXW_CHART_LINE_DASH_DASH), (2, "P10", 0xE59A9A, 1.25, LXW_CHART_LINE_DASH_DASH),
    ]
    for item in series {
      guard let line = chart_add_series(chart, nil, nil) else { continue }
      chart_series_set_categories(line, sheetName, UInt32(first), 0, UInt32(last), 0)
      chart_series_set_values(
        line, sheetName, UInt32(first), UInt16(item.column), UInt32(last), UInt16(item.column))
      chart_series_set_name(line, item.name)
      var look = lxw_chart_line()
      look.color = item.color
      look.width = item.width
      look.dash_type = UInt8(item.dash.rawValue)
      chart_series_set_line(line, &look)
    }
    chart_title_set_name(chart, trend.name)
    var font = lxw_chart_font()
    font.size = 11
    font.bold = 1
    chart_title_set_name_font(chart, &font)
    var small = lxw_chart_font()
    small.size = 8
    small.rotation = -45
    chart_axis_set_num_font(chart.pointee.x_axis, &small)
    chart_axis_set_interval_unit(chart.pointee.x_axis, UInt16(max(1, (last - first + 1) / 10)))
    chart_axis_set_num_format(chart.pointee.y_axis, "#,##0")
    chart_axis_set_min(chart.pointee.y_axis, 0)
    chart_legend_set_position(chart, UInt8(LXW_CHART_LEGEND_BOTTOM.rawValue))
    chart_show_blanks_as(chart, UInt8(LXW_CHART_BLANKS_AS_GAP.rawValue))
  }
}
