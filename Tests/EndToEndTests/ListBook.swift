import Foundation
import LabourMarket

@testable import Reporting
@testable import Tabular

/// A list's workbook as an officer has it open: read from the file that the program made, changed, and saved by another writer.
struct ListBook {
  struct Sheet {
    var name: String, headers: [String], rows: [[String]]
  }

  var sheets: [Sheet]

  /// Reads the sheets that officers fill in.
  init(_ path: String) throws {
    sheets = []
    for name in ["缺口清单", "产业链"] {
      let file = try TableFile(path: path, format: FileFormat(type: .xlsx, sheet: .name(name))) {
        $0.contains("状态") || $0.contains("预警编号")
      }
      var sheet = Sheet(name: name, headers: file.headers, rows: [])
      var record = Record()
      while try file.next(&record) {
        sheet.rows.append(sheet.headers.indices.map { record.string($0) })
      }
      sheets.append(sheet)
    }
  }

  /// The rows of a sheet with an alert, by their position.
  func alerts(_ sheet: Int = 0) -> [Int] {
    let number = sheets[sheet].headers.count - 1
    return sheets[sheet].rows.indices.filter { !sheets[sheet].rows[$0][number].isEmpty && !isBare($0, sheet) }
  }

  private func isBare(_ row: Int, _ sheet: Int) -> Bool { number(row, sheet).contains("@-#") }

  func number(_ row: Int, _ sheet: Int = 0) -> String { sheets[sheet].rows[row].last ?? "" }

  func fingerprint(_ row: Int, _ sheet: Int = 0) -> String { String(number(row, sheet).prefix { $0 != "@" }) }

  subscript(_ row: Int, _ header: String, sheet sheet: Int = 0) -> String {
    get { sheets[sheet].headers.firstIndex(of: header).map { sheets[sheet].rows[row][$0] } ?? "" }
    set {
      guard let column = sheets[sheet].headers.firstIndex(of: header) else { return }
      sheets[sheet].rows[row][column] = newValue
    }
  }

  /// The row of an alert.
  func row(_ fingerprint: String, _ sheet: Int = 0) -> Int? {
    sheets[sheet].rows.indices.first { self.fingerprint($0, sheet) == fingerprint }
  }

  /// Saves the sheets, with title rows above the headers as the program has them.
  func save(_ path: String, title: String = "标题") throws {
    let tables = sheets.map { sheet in
      ClerkWorkbook.Table(
        name: sheet.name, lines: [title, "单位：人"],
        columns: sheet.headers.map { ClerkWorkbook.Column($0, width: 12, .input) },
        rows: sheet.rows.map { $0.map { ($0, .input) } })
    }
    try? FileManager.default.removeItem(atPath: path)
    try ClerkWorkbook(title: title, explanation: ("指标说明", [("说明", nil)]), tables: tables)
      .write(to: path, temporaryFolder: "/tmp", created: CalendarDay(year: 2022, month: 3, day: 10))
  }
}
