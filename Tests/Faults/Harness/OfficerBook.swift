import CLibXLSXWriter
import Foundation
import Tabular
import TestSupport

/// A list's workbook as officers send it back: the sheets of a night's list, filled in.
struct OfficerBook: Sendable {
  private struct Sheet: Sendable {
    let name: String
    let headers: [String]
    var rows: [[String]]
    /// The rows that bear an alert.
    let alerts: [Int]
  }

  let name: String
  private var sheets: [Sheet]

  /// The workbooks of two officers, in the order of their names. Between them they take every way through the intake: rows that step once and
  /// twice, with outcome, with quiet, with both; rows that are known, overtaken, contradicted, unreadable, and that close a rejected one.
  /// - Parameter folder: where the night's lists lie.
  static func filled(after folder: String) throws -> [OfficerBook] {
    guard let night = try FileManager.default.contentsOfDirectory(atPath: folder).max(),
      let city = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(night)").first(where: {
        $0.hasPrefix("321300")
      })
    else { throw TestSupportError("no list of the city in \(folder)") }
    let path = "\(folder)/\(night)/\(city)/缺口清单.xlsx"
    var first = try OfficerBook(path, name: "vacancies_2_王敏.xlsx")
    var second = OfficerBook(name: "vacancies_5_李强.xlsx", sheets: first.sheets)
    try first.fill(0, 0, "已认领", "王敏")
    try first.fill(0, 1, "帮办中", "李强", ["办理说明": "周六专场"])
    try first.fill(0, 2, "已办结", "王敏", ["办结招聘人数": "0", "见效措施": "job-fair"])
    try first.fill(0, 3, "暂不提醒", "王敏", ["暂不提醒至": "2022-03-31", "办理说明": "项目停工"])
    try first.fill(0, 4, "随便", "王敏")
    try first.fill(0, 5, "办结", "王敏", ["办结招聘人数": "99999"])
    try first.fill(0, 6, "", "赵云")
    try first.fill(0, 7, "帮办中", "赵云", ["暂不提醒至": "2022-04-30", "办理说明": "等新厂房"])
    try first.fill(1, 0, "已认领", "王敏")
    try second.fill(0, 0, "帮办中", "王敏")
    try second.fill(0, 1, "已认领", "李强")
    try second.fill(0, 2, "帮办中", "李强")
    try second.fill(0, 4, "已认领", "王敏")
    try second.fill(0, 6, "已认领", "赵云")
    try second.fill(0, 8, "已认领", "李强")
    return [first, second]
  }

  /// What the ledger says of those workbooks when all went well.
  static let accounting = ["updated 7 late 0", "updated 3 late 1"]

  private init(name: String, sheets: [Sheet]) {
    self.name = name
    self.sheets = sheets
  }

  private init(_ path: String, name: String) throws {
    self.name = name
    sheets = try ["缺口清单", "产业链"].map { sheet in
      let file = try TableFile(path: path, format: FileFormat(type: .xlsx, sheet: .name(sheet))) {
        $0 == "状态" || $0.hasPrefix("预警编号")
      }
      var rows: [[String]] = []
      var record = Record()
      while try file.next(&record) { rows.append(file.headers.indices.map { record.string($0) }) }
      let alerts = rows.indices.filter { rows[$0].last?.contains("@2022") == true }
      return Sheet(name: sheet, headers: file.headers, rows: rows, alerts: alerts)
    }
  }

  private mutating func fill(
    _ sheet: Int, _ alert: Int, _ status: String, _ officer: String, _ more: [String: String] = [:]
  ) throws {
    for (header, text) in more.merging(["状态": status, "责任专员": officer], uniquingKeysWith: { $1 }) {
      guard let column = sheets[sheet].headers.firstIndex(of: header), alert < sheets[sheet].alerts.count else {
        throw TestSupportError("\(sheets[sheet].name) has no \(header) or fewer than \(alert + 1) alerts")
      }
      sheets[sheet].rows[sheets[sheet].alerts[alert]][column] = text
    }
  }

  /// Writes it as an office program does.
  func save(_ path: String) throws {
    let book = workbook_new(path)
    for sheet in sheets {
      let page = workbook_add_worksheet(book, sheet.name)
      for (number, row) in ([["缺口清单"], sheet.headers] + sheet.rows).enumerated() {
        for (column, text) in row.enumerated() where !text.isEmpty {
          worksheet_write_string(page, lxw_row_t(number), lxw_col_t(column), text, nil)
        }
      }
    }
    guard workbook_close(book) == LXW_NO_ERROR else { throw TestSupportError("no workbook") }
  }
}
