import Assistance
import CLibXLSXWriter
import Glibc
import LabourMarket

/// A workbook that could not be written.
public struct WorkbookFault: Error, Sendable, CustomStringConvertible {
  /// The file and libxlsxwriter's reason.
  public let description: String
}

/// A workbook being written through libxlsxwriter in constant-memory mode: every sheet's rows must be written from top to bottom.
///
/// Nothing in the file depends on the real clock, so equal contents give equal bytes.
final class Workbook {
  private let pointer: UnsafeMutablePointer<lxw_workbook>
  private let path: String
  private var formats: [CellStyle: UnsafeMutablePointer<lxw_format>] = [:]
  private var fault: lxw_error?
  private var offers: [Offer] = []

  private struct Offer {
    let words: [String], sheet: Sheet, rows: ClosedRange<Int>, column: Int, title: String, message: String
  }

  /// Begins a file.
  /// - Parameters:
  ///   - created: the day its properties name.
  ///   - folder: where temporary files go.
  init(path: String, folder: String, title: String, author: String, created: CalendarDay) throws(WorkbookFault) {
    self.path = path
    var book: UnsafeMutablePointer<lxw_workbook>?
    folder.withCString { temporary in
      var options = lxw_workbook_options()
      options.constant_memory = 1
      options.tmpdir = UnsafeMutablePointer(mutating: temporary)
      book = workbook_new_opt(path, &options)
    }
    guard let book else {
      throw WorkbookFault(description: "\(path): the workbook cannot be begun: no memory or no temporary file.")
    }
    pointer = book
    setProperties(title: title, author: author, created: created)
  }

  private func setProperties(title: String, author: String, created: CalendarDay) {
    title.withCString { title in
      author.withCString { author in
        var properties = lxw_doc_properties()
        properties.title = UnsafeMutablePointer(mutating: title)
        properties.author = UnsafeMutablePointer(mutating: author)
        properties.created = created.ordinal * 86_400
        note(workbook_set_properties(pointer, &properties))
      }
    }
  }

  /// Adds a sheet.
  func sheet(_ name: String) throws(WorkbookFault) -> Sheet {
    guard let sheet = workbook_add_worksheet(pointer, name) else {
      throw WorkbookFault(description: "\(path): the sheet “\(name)” cannot be added.")
    }
    return Sheet(pointer: sheet, book: self)
  }

  /// Offers words in the cells of a column; ``placeOffers(on:)`` puts them into effect.
  func offer(_ words: [String], on sheet: Sheet, rows: ClosedRange<Int>, column: Int, title: String, message: String) {
    offers.append(Offer(words: words, sheet: sheet, rows: rows, column: column, title: title, message: message))
  }

  /// Writes all words that are offered on a hidden sheet, the last one: lists that stand in a cell's rule itself hold 255 bytes only.
  func placeOffers(on name: String) throws(WorkbookFault) {
    guard !offers.isEmpty else { return }
    let hidden = try sheet(name)
    var lists: [[String]] = []
    for offer in offers where !offer.words.isEmpty && !lists.contains(offer.words) { lists.append(offer.words) }
    for row in 0..<(lists.map(\.count).max() ?? 0) {
      for (column, words) in lists.enumerated() where row < words.count {
        hidden.write(words[row], row: row, column: column, CellStyle())
      }
    }
    for offer in offers {
      let range = lists.firstIndex(of: offer.words).map { column in
        "='\(name)'!$\(Self.columnName(column))$1:$\(Self.columnName(column))$\(offer.words.count)"
      }
      offer.sheet.offer(range, rows: offer.rows, column: offer.column, title: offer.title, message: offer.message)
    }
    hidden.hide()
  }

  /// The letters of a column, from 0.
  static func columnName(_ index: Int) -> String {
    var rest = index
    var name = ""
    repeat {
      name = String(UnicodeScalar(UInt8(65 + rest % 26))) + name
      rest = rest / 26 - 1
    } while rest >= 0
    return name
  }

  /// Adds a line chart that a sheet places with ``Sheet/place(_:row:column:width:height:)``.
  func lineChart() throws(WorkbookFault) -> UnsafeMutablePointer<lxw_chart> {
    guard let chart = workbook_add_chart(pointer, UInt8(LXW_CHART_LINE.rawValue)) else {
      throw WorkbookFault(description: "\(path): a chart cannot be added.")
    }
    return chart
  }

  /// Writes the file out.
  func close() throws(WorkbookFault) {
    errno = 0
    note(workbook_close(pointer))
    let code = errno
    if let fault {
      let reason = lxw_strerror(fault).map { String(cString: $0) } ?? "unknown"
      let system = code == 0 ? "" : " \(String(cString: strerror(code)))."
      throw WorkbookFault(description: "\(path): the workbook cannot be written: \(reason)\(system)")
    }
  }

  /// Keeps the first error.
  func note(_ error: lxw_error) {
    if error != LXW_NO_ERROR && fault == nil { fault = error }
  }

  /// The format of a style; made once.
  func format(_ style: CellStyle) -> UnsafeMutablePointer<lxw_format>? {
    if let known = formats[style] { return known }
    guard let format = workbook_add_format(pointer) else { return nil }
    style.apply(to: format)
    formats[style] = format
    return format
  }
}

/// What a cell of a workbook looks like.
struct CellStyle: Hashable {
  var size = 11.0
  var isBold = false
  var isWrapped = false
  var alignment = TableColumn.Alignment.left
  var numberFormat: String?
  var fill: UInt32?
  var color: UInt32?
  var hasBorder = false
  var centersVertically = true

  /// 等线 comes with Office; where it is missing, the reader's own Chinese font takes its place.
  static let fontName = "等线"
  static let borderColor: UInt32 = 0xBFC5CC

  func apply(to format: UnsafeMutablePointer<lxw_format>) {
    format_set_font_name(format, Self.fontName)
    format_set_font_size(format, size)
    if isBold { format_set_bold(format) }
    if isWrapped { format_set_text_wrap(format) }
    switch alignment {
    case .left: format_set_align(format, UInt8(LXW_ALIGN_LEFT.rawValue))
    case .center: format_set_align(format, UInt8(LXW_ALIGN_CENTER.rawValue))
    case .right: format_set_align(format, UInt8(LXW_ALIGN_RIGHT.rawValue))
    }
    format_set_align(
      format, UInt8(centersVertically ? LXW_ALIGN_VERTICAL_CENTER.rawValue : LXW_ALIGN_VERTICAL_TOP.rawValue))
    if let numberFormat { format_set_num_format(format, numberFormat) }
    if let fill {
      format_set_pattern(format, UInt8(LXW_PATTERN_SOLID.rawValue))
      format_set_bg_color(format, fill)
    }
    if let color { format_set_font_color(format, color) }
    if hasBorder {
      format_set_border(format, UInt8(LXW_BORDER_THIN.rawValue))
      format_set_border_color(format, Self.borderColor)
    }
  }
}

/// One sheet of a workbook being written.
struct Sheet {
  let pointer: UnsafeMutablePointer<lxw_worksheet>
  let book: Workbook

  /// Writes a text.
  func write(_ text: String, row: Int, column: Int, _ style: CellStyle) {
    book.note(worksheet_write_string(pointer, UInt32(row), UInt16(column), text, book.format(style)))
  }

  /// Writes a number.
  func write(_ number: Double, row: Int, column: Int, _ style: CellStyle) {
    book.note(worksheet_write_number(pointer, UInt32(row), UInt16(column), number, book.format(style)))
  }

  /// Writes an empty cell that has a look.
  func writeBlank(row: Int, column: Int, _ style: CellStyle) {
    book.note(worksheet_write_blank(pointer, UInt32(row), UInt16(column), book.format(style)))
  }

  /// Writes a formula with the value it has.
  func write(formula: String, value: Double, row: Int, column: Int, _ style: CellStyle) {
    book.note(worksheet_write_formula_num(pointer, UInt32(row), UInt16(column), formula, book.format(style), value))
  }

  /// Writes a text over several columns of one row.
  func merge(_ text: String, row: Int, columns: Int, _ style: CellStyle) {
    guard columns > 1 else {
      write(text, row: row, column: 0, style)
      return
    }
    let format = book.format(style)
    book.note(worksheet_merge_range(pointer, UInt32(row), 0, UInt32(row), UInt16(columns - 1), text, format))
  }

  /// Sets a row's height in points; must come before the next row.
  func setHeight(_ points: Double, row: Int) {
    book.note(worksheet_set_row(pointer, UInt32(row), points, nil))
  }

  /// Sets a column's width in characters.
  func setWidth(_ characters: Double, column: Int) {
    book.note(worksheet_set_column(pointer, UInt16(column), UInt16(column), characters, nil))
  }

  /// A4; rows above `headerRow` and itself and the first `repeated` columns on every page, page numbers below.
  func setUpPrinting(landscape: Bool, pagesWide: Int = 1, headerRow: Int?, repeated: Int = 0, footer: String) {
    worksheet_set_paper(pointer, 9)
    if landscape { worksheet_set_landscape(pointer) } else { worksheet_set_portrait(pointer) }
    worksheet_fit_to_pages(pointer, UInt16(pagesWide), 0)
    worksheet_set_margins(pointer, 0.35, 0.35, 0.45, 0.55)
    worksheet_center_horizontally(pointer)
    book.note(worksheet_set_footer(pointer, footer))
    if let headerRow { book.note(worksheet_repeat_rows(pointer, 0, UInt32(headerRow))) }
    if repeated > 0 { book.note(worksheet_repeat_columns(pointer, 0, UInt16(repeated - 1))) }
  }

  /// Prints the rows above `row` only, with page breaks before the rows of `breaks`.
  func setPrintArea(rows: Int, columns: Int, breaks: [Int]) {
    book.note(worksheet_print_area(pointer, 0, 0, UInt32(rows - 1), UInt16(columns - 1)))
    guard !breaks.isEmpty else { return }
    var list = breaks.map { UInt32($0) } + [0]
    book.note(worksheet_set_h_pagebreaks(pointer, &list))
  }

  /// Keeps the rows above `row` and the columns left of `column` in sight.
  func freeze(row: Int, column: Int) { worksheet_freeze_panes(pointer, UInt32(row), UInt16(column)) }

  /// Offers a filter in the header row; must come before the rows below it.
  func filter(headerRow: Int, lastRow: Int, columns: Int) {
    book.note(worksheet_autofilter(pointer, UInt32(headerRow), 0, UInt32(lastRow), UInt16(columns - 1)))
  }

  /// Says beside the cells of a column what they are for, and offers the words that stand in a range of cells; other words are asked about and
  /// not refused.
  func offer(_ range: String?, rows: ClosedRange<Int>, column: Int, title: String, message: String) {
    var validation = lxw_data_validation()
    validation.validate = UInt8(
      range == nil ? LXW_VALIDATION_TYPE_ANY.rawValue : LXW_VALIDATION_TYPE_LIST_FORMULA.rawValue)
    validation.error_type = UInt8(LXW_VALIDATION_ERROR_TYPE_WARNING.rawValue)
    let texts = [title, message, range ?? ""].map { (text: String) in strdup(text) }
    defer { for text in texts { free(text) } }
    validation.input_title = texts[0]
    validation.input_message = texts[1]
    if range != nil { validation.value_formula = texts[2] }
    book.note(
      worksheet_data_validation_range(
        pointer, UInt32(rows.lowerBound), UInt16(column), UInt32(rows.upperBound), UInt16(column), &validation))
  }

  /// Hides the sheet.
  func hide() { worksheet_hide(pointer) }

  /// Colours the sheet's tab.
  func setTab(_ color: UInt32) { worksheet_set_tab_color(pointer, color) }

  /// Hides the grid on screen: the tables have borders of their own.
  func hideGrid() { worksheet_gridlines(pointer, UInt8(LXW_HIDE_ALL_GRIDLINES.rawValue)) }

  /// Places a chart with its upper left corner in a cell; sizes in pixels of the default chart's scale.
  func place(_ chart: UnsafeMutablePointer<lxw_chart>, row: Int, column: Int, scale: (x: Double, y: Double)) {
    var options = lxw_chart_options()
    options.x_scale = scale.x
    options.y_scale = scale.y
    options.y_offset = 4
    options.object_position = UInt8(LXW_OBJECT_MOVE_DONT_SIZE.rawValue)
    book.note(worksheet_insert_chart_opt(pointer, UInt32(row), UInt16(column), chart, &options))
  }
}
