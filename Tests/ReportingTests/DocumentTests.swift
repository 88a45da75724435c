import Assistance
import Foundation
import LabourMarket
import Tabular
import Testing

@testable import Reporting

/// A fresh folder; kept where `LABOURWATCH_TEST_OUTPUT` names one, so that the documents can be looked at.
private func folder(_ name: String) throws -> String {
  let kept = ProcessInfo.processInfo.environment["LABOURWATCH_TEST_OUTPUT"]
  let path = kept.map { "\($0)/\(name)" } ?? "\(NSTemporaryDirectory())labourwatch-\(name)-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  return path
}

private func workbook(_ list: ShortageList, _ strings: StringTable, _ path: String) throws {
  try? FileManager.default.removeItem(atPath: path)
  try WorkbookWriter(list: list, strings: strings, measureNames: Fixture.measureNames, limits: ListLimits())
    .write(to: path, temporaryFolder: (path as NSString).deletingLastPathComponent)
}

private func page(_ list: ShortageList, _ strings: StringTable, _ limits: ListLimits = ListLimits()) throws -> String {
  try PageWriter(list: list, strings: strings, measureNames: Fixture.measureNames, limits: limits)
    .html(PageTemplates(folder: Fixture.templates))
}

/// The texts of a part of a workbook, unzipped by the system's `unzip`: independent of our own reader.
private func part(_ path: String, _ name: String) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["unzip", "-p", path, name]
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return String(decoding: data, as: UTF8.self)
}

@Suite struct DocumentTests {
  /// The columns of the domain, “What officers get”, with the months' names in place of M+1…M+6.
  static let columns =
    ["序号", "预警等级", "产业链", "县区", "岗位类别", "现有人数", "当前缺口", "缺工率"]
    + (1...6).flatMap { ["2022-0\($0) 预测", "2022-0\($0) 区间"] }
    + [
      "超阈值概率", "阈值", "环比", "同比", "上期排位", "主因", "薪资与市场比", "可用供给", "建议措施", "责任专员", "状态", "首次出现", "数据质量",
      // What officers fill in beside status and officer, and the number of the alert.
      "办结招聘人数", "见效措施", "办理说明", "暂不提醒至", "预警编号（请勿改动）",
    ]

  @Test func columnsAreThoseOfTheDomain() throws {
    let list = Fixture.list()
    let table = ShortageTable(
      header: list.header, strings: try Fixture.strings(), measureNames: [:], omitted: []
    ).table(list.rows, limit: 3000)
    #expect(table.columns.map(\.title) == Self.columns)
    #expect(table.rows.allSatisfy { $0.count == table.columns.count })
  }

  @Test(arguments: [3000, 40, 39, 10, 1]) func totalsAddUpWhateverIsLeftOut(limit: Int) throws {
    let list = Fixture.list()
    let table = ShortageTable(
      header: list.header, strings: try Fixture.strings(), measureNames: [:], omitted: []
    ).table(list.rows, limit: limit)
    #expect(table.rows.count == min(40, limit + 1))
    for (index, column) in table.columns.enumerated() where column.isSummed {
      let shown = table.rows.reduce(0) { sum, row in if case .count(let value) = row[index] { sum + value } else { sum }
      }
      #expect(table.total[index] == .count(shown), "\(column.title)")
    }
    // The same sums from the model, rounded row by row.
    let openings = try #require(table.columns.firstIndex { $0.title == "当前缺口" })
    #expect(table.total[openings] == .count(list.rows.reduce(0) { $0 + Int($1.openings.rounded()) }))
    let employed = try #require(table.columns.firstIndex { $0.title == "现有人数" })
    let told = list.rows.compactMap(\.employed).filter { $0 >= 5 }
    #expect(table.total[employed] == .count(Int(told.reduce(0, +))))
  }

  @Test func theWholeStandsBesideTheSumOfTheRows() throws {
    var list = Fixture.list()
    list.trends[0].openings = 9000
    list.trends[0].employed = 91_000
    let strings = try Fixture.strings()
    let table = ShortageTable(header: list.header, strings: strings, measureNames: [:], omitted: [])
      .table(list.rows, limit: 3000, whole: list.whole)
    let point = list.trends[0].forecast[0]
    // 9,000 of 100,000 posts; the median of the whole is its own and not the sum of the rows' medians.
    #expect(Array(table.whole[5...7]) == [.count(91_000), .count(9000), .percent(0.09)])
    #expect(table.whole[8] == .count(Int(point.p50.rounded())) && table.whole[8] != table.total[8])
    #expect(table.total[1] == .text("各行合计") && table.whole[1] == .text("总体"))
    let csv = String(decoding: try CSVList.bytes(table, strings, charset: .utf8WithMark), as: UTF8.self)
    #expect(csv.contains("\r\n,总体,,,,91000,9000,9.0%,"))
    list.header.hasEarlierNight = false
    list.rows[0].previousRank = nil
    let first = ShortageTable(header: list.header, strings: strings, measureNames: [:], omitted: [])
    #expect(first.table(list.rows, limit: 1).rows[0].contains(.text("—")))
  }

  @Test func countsOfPersonsBelowFiveAreNotTold() throws {
    var list = Fixture.list(rows: 1)
    list.rows[0].employed = 4.4
    list.rows[0].seekers = 0
    list.surpluses = [
      SurplusRow(
        creditCode: "x", name: "n", chain: "c", region: "r", headcount: 4, previous: 3, base: 5, surplus: 4.49,
        reason: nil)
    ]
    let strings = try Fixture.strings()
    let row = ShortageTable(header: list.header, strings: strings, measureNames: [:], omitted: []).table(
      list.rows, limit: 9
    ).rows[0]
    #expect(row[5] == .suppressed)
    #expect(row[7] == .empty)
    #expect(row.count { $0 == .suppressed } == 2)
    let surplus = DetailTables(strings: strings).surpluses(list.surpluses, hasContacts: false)
    #expect(
      Array(surplus.rows[0][4...10])
        == [.suppressed, .suppressed, .count(5), .empty, .empty, .empty, .suppressed])
    #expect(surplus.total[10] == .count(0))
  }

  @Test func theWorkbookHasItsFourSheetsAndReadsBack() throws {
    let out = try folder("workbook")
    let list = Fixture.list()
    try workbook(list, Fixture.strings(), "\(out)/list.xlsx")
    let book = try part("\(out)/list.xlsx", "xl/workbook.xml")
    let names = book.matches(of: /<sheet name="([^"]+)"/).map { String($0.1) }
    #expect(names == ["缺口清单", "企业明细", "富余清单", "指标说明", "产业链", "选项"])
    let sheet = try part("\(out)/list.xlsx", "xl/worksheets/sheet1.xml")
    let header = sheet.matches(of: /<c r="[A-Z]+4"[^>]*t="inlineStr"><is><t[^>]*>([^<]*)</).map { String($0.1) }
    #expect(header == Self.columns)
    // Merged cells stand above the header only, and the print set-up is A4 (9), landscape, two pages wide.
    let merged = sheet.matches(of: /<mergeCell ref="[A-Z]+([0-9]+):[A-Z]+([0-9]+)"/).map { ($0.1, $0.2) }
    #expect(merged.allSatisfy { $0.0 == $0.1 && Int($0.0).map { $0 < 4 } == true } && merged.count == 3)
    #expect(sheet.contains("paperSize=\"9\"") && sheet.contains("orientation=\"landscape\""))
    #expect(sheet.contains("fitToWidth=\"2\" fitToHeight=\"0\"") && sheet.contains("topLeftCell=\"F5\""))
    #expect(book.contains("_xlnm.Print_Titles") && sheet.contains("<autoFilter ref=\"A4:AL44\"/>"))
    // The total is a formula with the value of the rows.
    let total = list.rows.reduce(0) { $0 + Int($1.openings.rounded()) }
    #expect(sheet.contains("<f>SUBTOTAL(109,G5:G44)</f><v>\(total)</v>"))
    // Credit codes are texts.
    let firms = try part("\(out)/list.xlsx", "xl/worksheets/sheet2.xml")
    #expect(firms.contains("t=\"inlineStr\"><is><t>914403001922038216</t>"))
    #expect(try part("\(out)/list.xlsx", "docProps/core.xml").contains("2022-01-06T00:00:00Z"))
  }

  @Test func equalInputsGiveEqualBytes() throws {
    let out = try folder("identity")
    try workbook(Fixture.list(), Fixture.strings(), "\(out)/a.xlsx")
    sleep(2)
    try workbook(Fixture.list(), Fixture.strings(), "\(out)/b.xlsx")
    #expect(FileManager.default.contentsEqual(atPath: "\(out)/a.xlsx", andPath: "\(out)/b.xlsx"))
    #expect(try page(Fixture.list(), Fixture.strings()) == page(Fixture.list(), Fixture.strings()))
  }

  @Test(arguments: ["zh-CN", "en"]) func thePageNeedsNothingElse(language: String) throws {
    let out = try folder("page-\(language)")
    let list = Fixture.list()
    let strings = try Fixture.strings(language)
    let html = try page(list, strings)
    try html.write(toFile: "\(out)/list.html", atomically: false, encoding: .utf8)
    try workbook(list, strings, "\(out)/list.xlsx")
    let index = try IndexWriter(lists: [(list, "321300-宿迁市")], strings: strings, formats: ["xlsx", "csv"]).html(
      PageTemplates(folder: Fixture.templates))
    try index.write(toFile: "\(out)/index.html", atomically: false, encoding: .utf8)
    #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language)\">") && html.hasSuffix("</html>\n"))
    #expect(!html.contains("{{") && !html.contains("http") && !html.contains("<script"))
    #expect(html.contains("<details>") && html.contains("<svg"))
    #expect(html.matches(of: /<tr>/).count == 40 + 3)
  }

  /// Rows, the row of the rest and both totals have a cell under each heading, whatever the profile leaves out.
  @Test(
    arguments: [[], [.occupation, .employed, .rate, .supply, .cause, .measures], [.employed], [.rate]]
      as [Set<ListColumn>])
  func everyRowOfThePageFillsItsColumns(omitted: Set<ListColumn>) throws {
    var limits = ListLimits()
    limits.omitted = omitted
    limits.pageRows = 20
    let html = try page(Fixture.list(), Fixture.strings(), limits)
    let table = try #require(html.firstMatch(of: /<table class="list">[\s\S]*?<\/table>/)).output
    let widths = table.matches(of: /<tr[^>]*>([\s\S]*?)<\/tr>/).map { row in
      row.1.matches(of: /<t[hd](?: colspan="(\d+)")?/).reduce(0) { $0 + ($1.1.flatMap { Int($0) } ?? 1) }
    }
    #expect(widths.count == 1 + 20 + 3 && Set(widths).count == 1, "\(widths)")
  }

  @Test func thePageEscapesWhatFeedsSay() throws {
    var list = Fixture.list(rows: 2, enterprises: 2)
    list.rows[0].chain = "<script>alert(1)</script>"
    list.rows[0].entry.officer = "\"><img src=x onerror=alert(1)>"
    list.enterprises[0].name = "A & B <b>'s"
    list.trends[1].name = "\"<svg onload=x>"
    list.header.missingFeeds = ["<i>late</i>"]
    let html = try page(list, Fixture.strings())
    for bad in ["<script", "<img", "<b>'s", "<svg onload", "<i>late"] { #expect(!html.contains(bad), "\(bad)") }
    #expect(html.contains("A &amp; B &lt;b&gt;"))
  }

  @Test func thePageKeepsToItsSize() throws {
    var limits = ListLimits()
    limits.pageBytes = 120_000
    let html = try page(Fixture.list(rows: 900, enterprises: 900), Fixture.strings(), limits)
    #expect(html.utf8.count <= 120_000)
    #expect(html.contains("其余"))
  }

  @Test func csvEscapesFormulasAndKeepsNumbers() throws {
    let strings = try Fixture.strings()
    let table = ListTable(
      columns: [
        TableColumn("a", width: 1), TableColumn("b", width: 1), TableColumn("n", width: 1, .right, isSummed: true),
      ],
      rows: [
        [.text("=HYPERLINK(\"x\")"), .text("@cmd,1"), .count(1234)], [.text("+1+1"), .change(-0.286), .count(-3)],
        [.suppressed, .percent(0.2125), .empty],
      ], totalLabel: "合计", labelColumn: 0)
    let text = String(decoding: try CSVList.bytes(table, strings, charset: .utf8WithMark), as: UTF8.self)
    #expect(
      text
        == "\u{FEFF}a,b,n\r\n\"'=HYPERLINK(\"\"x\"\")\",\"'@cmd,1\",1234\r\n'+1+1,-28.6%,-3\r\n<5,21.3%,\r\n合计,,1231\r\n"
    )
    let chinese = try CSVList.bytes(table, strings, charset: .gb18030)
    // 合计 in GB 18030: BA CF BC C6.
    #expect(chinese.contains([0xBA, 0xCF, 0xBC, 0xC6]))
  }

  @Test func bothLanguagesHaveTheSameTexts() throws {
    let chinese = try Fixture.strings("zh-CN")
    let english = try Fixture.strings("en")
    #expect(chinese.keys == english.keys)
    for key in chinese.keys {
      let marks = { (text: String?) in Set((text ?? "").matches(of: /%[1-9]/).map { String($0.0) }) }
      #expect(marks(chinese.find(key)) == marks(english.find(key)), "\(key)")
      #expect(
        english.find(key).map { $0.unicodeScalars.allSatisfy { $0.value < 0x3001 || $0.value == 0xFF5C } } == true,
        "\(key)")
    }
  }

  @Test func numbersInWords() {
    #expect(TableText.grouped(1_234_567) == "1,234,567")
    #expect(TableText.grouped(-1000) == "−1,000")
    #expect(TableText.grouped(999) == "999")
    #expect(TableText.percent(0.2125) == "21.3%")
    #expect(TableText.change(0.1111) == "+11.1%")
    #expect(TableText.change(-0.0001) == "0.0%" || TableText.change(-0.0001) == "−0.0%")
    #expect(TableText.change(3.456) == "+346%")
  }
}
