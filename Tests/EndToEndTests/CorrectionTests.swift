import Foundation
import Ingestion
import LabourMarket
import TestSupport
import Testing

@testable import Operations
@testable import Reporting
@testable import Tabular

/// A clerk's way: rows are rejected, exported as a workbook, corrected, dropped into the inbox, and taken.
@Suite struct CorrectionTests {
  private static let code = "914403001922038216"
  private static let header = "来源,岗位编号,统一社会信用代码,所属地区,产业链,职业,岗位名称,招聘人数,发布日期,更新时间,备注"

  private static func vacancy(
    _ id: String, region: String = "沭阳县", title: String = "挡车工", code: String = code, headcount: String = "3"
  ) -> String {
    "市场,\(id),\(code),\(region),,6-13,\(title),\(headcount),2023-01-01,2023-01-02,欧阳独一"
  }

  private static let vacancies =
    [
      header, vacancy("1"), vacancy("2", region: "沭阳线"), vacancy("3", code: "9144O3001922038216"),
      vacancy("4", headcount: "约5人"), vacancy("5", region: "火星"), vacancy("6", region: "火星", title: "=1+1"),
      vacancy("1", region: "沭阳线", title: "整理工"), vacancy("8") + ",多,余",
    ].joined(separator: "\r\n") + "\r\n"

  private static func person(_ number: Int) -> String {
    let prefix = "77000019900101" + String(format: "%03d", number)
    return prefix + String(decoding: [ResidentIdentityNumber.checkCharacter(for: prefix.utf8)], as: UTF8.self)
  }

  /// The workbook as rows of cells by sheet, in the order in which they stand.
  private static func read(_ path: String) throws -> [(headers: [String], rows: [[String]])] {
    let known = Set(CorrectionForm.headings(.chinese))
    let table = try TableFile(path: path, format: FileFormat(type: .xlsx, sheet: .allVisible)) { known.contains($0) }
    var sheets: [(headers: [String], rows: [[String]])] = []
    var record = Record()
    var generation = -1
    while try table.next(&record) {
      if table.headerGeneration != generation {
        generation = table.headerGeneration
        sheets.append((table.headers, []))
      }
      sheets[sheets.count - 1].rows.append((0..<record.count).map { record.string($0) })
    }
    return sheets
  }

  /// The workbook as another program would save it, with the clerk's changes.
  private static func save(
    _ sheets: [(headers: [String], rows: [[String]])], to path: String
  ) throws {
    let tables = sheets.enumerated().map { index, sheet in
      ClerkWorkbook.Table(
        name: "表\(index)", lines: ["标题"], columns: sheet.headers.map { ClerkWorkbook.Column($0, width: 12, .input) },
        rows: sheet.rows.map { $0.map { ($0, .input) } })
    }
    try ClerkWorkbook(title: "", explanation: ("更正说明", [("说明", nil)]), tables: tables)
      .write(to: path, temporaryFolder: "/tmp", created: CalendarDay(year: 2023, month: 1, day: 1))
  }

  private static func ingest(_ program: Program, _ more: String...) throws -> (Child.Outcome, Summary) {
    let outcome = try program.run(
      ["ingest", "--profile", "profile", "--inbox", "inbox", "--now", "2023-02-01T02:00", "--summary", "s.json"] + more)
    return (outcome, try program.summary("s.json"))
  }

  private static func rows(_ program: Program, _ sql: String) throws -> [String] {
    try program.database.connect().query(.init(name: "rows", text: sql)).map { row in
      try (0..<row.count).map { try row.optionalString($0) ?? "∅" }.joined(separator: "|")
    }
  }

  @Test func correctedRowsAreTakenAtTheirPlace() throws {
    try Program.with { program in
      try City.profile(program, changing: ["feeds/vacancies.yaml": { $0.replacingOccurrences(of: "0.5", with: "1") }])
      try FileManager.default.createDirectory(atPath: program.folder + "/inbox", withIntermediateDirectories: true)
      let gb = try #require(Self.vacancies.data(using: String.Encoding(rawValue: 0x8000_0632)))
      try gb.write(to: URL(fileURLWithPath: program.folder + "/inbox/vacancies.csv"))
      let first = try Self.ingest(program).1
      #expect(first.feeds?.first?.rejected == 7)
      let listed = try program.run("quarantine", "list", "--profile", "profile")
      #expect(listed.output.contains("地区无法识别"))
      let shown = try program.run("quarantine", "show", "--profile", "profile")
      #expect(shown.output.contains("沭阳线"), "rows of GB 18030 files are shown as text")
      #expect(!shown.output.contains("欧阳独一"))

      let export = try program.run("quarantine", "export", "--profile", "profile", "--output", "更正.xlsx")
      #expect(export.status == 0, "\(export.log)")
      var sheet = try #require(try Self.read(program.folder + "/更正.xlsx").first)
      func column(_ name: String) throws -> Int { try #require(sheet.headers.firstIndex(of: name)) }
      let (line, region, suggestion) = (try column("原行号"), try column("所属地区"), try column("更正建议"))
      #expect(
        sheet.rows.map { "\($0[line]) \($0[suggestion])" } == [
          "3 沭阳县（321322）", "4 914403001922038216", "5 5", "6 ", "7 ", "8 沭阳县（321322）", "9 ",
        ])
      #expect(!sheet.headers.contains("备注"), "what the feed does not read is not shown")
      #expect(sheet.rows[4][try column("岗位名称")] == "=1+1")
      // 3 and 8 are right now, 4 is wrong in another way, 5 stays as it was, 6 is deleted, 7 is right, 9 loses its surplus cells.
      sheet.rows[0][region] = "沭阳县"
      sheet.rows[1][region] = "月亮"
      sheet.rows[1][try column("统一社会信用代码")] = Self.code
      sheet.rows[4][region] = "泗阳县"
      sheet.rows[5][region] = "321322"
      for name in ["多出的单元格1", "多出的单元格2"] { sheet.rows[6][try column(name)] = "" }
      sheet.rows[6][try column("职业")] = "6-13"
      for name in ["来源", "岗位编号", "统一社会信用代码", "所属地区", "岗位名称", "招聘人数", "发布日期", "更新时间"] {
        let values = ["市场", "8", Self.code, "沭阳县", "挡车工", "3", "2023-01-01", "2023-01-02"]
        let names = ["来源", "岗位编号", "统一社会信用代码", "所属地区", "岗位名称", "招聘人数", "发布日期", "更新时间"]
        sheet.rows[6][try column(name)] = values[try #require(names.firstIndex(of: name))]
      }
      sheet.rows.remove(at: 3)
      try Self.save([sheet], to: program.folder + "/inbox/随便什么名字.xlsx")

      let (outcome, second) = try Self.ingest(program)
      #expect(outcome.status == 3, "\(outcome.log)")
      let feed = try #require(second.feeds?.first { $0.feed == "vacancies" })
      #expect(feed.files.map(\.status) == ["known", "replayed"])
      // Beside the known file's 8 rows (1 unchanged, 7 rejected): 5 changed rows, of which 4 pass; posting 1 has a second version then.
      #expect(feed.read == feed.inserted + feed.updated + feed.late + feed.unchanged + feed.rejected)
      #expect([feed.inserted, feed.updated, feed.late] == [3, 1, 0] as [Int])
      #expect(feed.rejected == 7 + 1)
      let statuses = [
        "3|corrected|unknown_region", "4|open|unknown_region", "5|open|not_a_number", "6|open|unknown_region",
        "7|corrected|unknown_region", "8|corrected|unknown_region", "9|corrected|field_count",
      ]
      let query = "select line, status, reason from labourwatch.quarantine order by line"
      #expect(try Self.rows(program, query) == statuses)
      #expect(
        try Self.rows(
          program, "select count(distinct resolved_run_id) from labourwatch.quarantine where status = 'corrected'")
          == ["1"])
      let versions =
        "select posting_id, region, title, line, run_id = (select min(run_id) from labourwatch.runs where command = 'ingest') "
        + "from labourwatch.vacancy_versions order by posting_id, line"
      let stored = [
        "1|321322|挡车工|2|t", "1|321322|整理工|8|t", "2|321322|挡车工|3|t", "6|321323|=1+1|7|t", "8|321322|挡车工|9|t",
      ]
      #expect(try Self.rows(program, versions) == stored)

      // Once more, under another name, and by force: nothing is doubled, and the original file does not open its rows again.
      try FileManager.default.copyItem(
        atPath: program.folder + "/inbox/随便什么名字.xlsx", toPath: program.folder + "/inbox/vacancies-再来.xlsx")
      _ = try Self.ingest(program)
      let forced = try Self.ingest(program, "--force").1
      #expect(try Self.rows(program, query) == statuses)
      #expect(try Self.rows(program, versions) == stored)
      let again = try #require(forced.feeds?.first { $0.feed == "vacancies" })
      #expect([again.inserted, again.updated, again.late] == [0, 0, 0] as [Int])
      #expect(again.read == again.unchanged + again.rejected)

      // What was read stands under its own digest, whatever takes its place before it is taken.
      let path = program.folder + "/inbox/随便什么名字.xlsx"
      let digest = FileStamp.sha256(path: path)
      let (workbook, stamp) = (try CorrectionFile(.init(path: path, name: "x.xlsx")), FileStamp(path: path))
      try Self.save([sheet, sheet], to: path)
      #expect(workbook.sha256 == digest && FileStamp.sha256(path: path) != digest)
      #expect(throws: TableError.self) { try stamp?.requireUnchanged(path: path, name: "x.xlsx") }
    }
  }

  @Test func masksArePersonsToBeTypedAgain() throws {
    try Program.with { program in
      try City.profile(
        program,
        changing: [
          "feeds/unemployment.yaml": { $0.replacingOccurrences(of: "0.5", with: "1") },
          "feeds/enterprises.yaml": { $0.replacingOccurrences(of: "0.5", with: "1") },
        ])
      try FileManager.default.createDirectory(atPath: program.folder + "/inbox", withIntermediateDirectories: true)
      let persons = [
        "person_id,name,region,registered_on,updated_at", "\(Self.person(1)),欧阳独一,火星,2023-01-05,2023-01-06",
        "\(Self.person(2)),司马无双,火星,2023-01-05,2023-01-06",
      ]
      let register = [
        "credit_code,enterprise_name,region,contact_name,contact_phone", "\(Self.code),甲厂,火星,欧阳独一,13812345678",
        "91330100799655058B,乙厂,火星,司马无双,13912345678",
      ]
      try write(persons.joined(separator: "\n") + "\n", to: program.folder + "/inbox/unemployment.csv")
      try write(register.joined(separator: "\n") + "\n", to: program.folder + "/inbox/enterprises.csv")
      _ = try Self.ingest(program)
      let export = try program.run("export", "quarantine", "--profile", "profile", "--output", "fix.xlsx")
      #expect(export.status == 0, "\(export.log)")
      var sheets = try Self.read(program.folder + "/fix.xlsx")
      let all = sheets.flatMap(\.rows).flatMap { $0 }.joined(separator: "\n")
      for secret in [Self.person(1), "欧阳独一", "13812345678"] { #expect(!all.contains(secret)) }
      #expect(all.contains("***（已隐去，请重新填写）"))
      for (index, sheet) in sheets.enumerated() {
        let region = try #require(sheet.headers.firstIndex(of: "region"))
        for row in sheet.rows.indices { sheets[index].rows[row][region] = "沭阳县" }
        if let person = sheet.headers.firstIndex(of: "person_id") { sheets[index].rows[0][person] = Self.person(1) }
        if let phone = sheet.headers.firstIndex(of: "contact_phone") {
          sheets[index].rows[0][phone] = "13700000000"
          sheets[index].rows[0][phone - 1] = "王某"
        }
      }
      try Self.save(sheets, to: program.folder + "/inbox/fix.xlsx")
      let (outcome, summary) = try Self.ingest(program)
      #expect(outcome.status == 3, "\(outcome.log)")
      #expect(summary.feeds?.first { $0.feed == "unemployment" }?.inserted == 1)
      #expect(
        try Self.rows(program, "select feed, line, status, reason from labourwatch.quarantine order by feed, line") == [
          "enterprises|2|corrected|unknown_region", "enterprises|3|corrected|unknown_region",
          "unemployment|2|corrected|unknown_region", "unemployment|3|open|missing_value",
        ])
      #expect(
        try Self.rows(program, "select contact_name, contact_phone from labourwatch.enterprise_contacts") == [
          "王某|13700000000"
        ],
        "contacts that were not typed again are left alone")
      // The person is the one that the number names.
      let key = try PseudonymKey(bytes: Array(Program.key.utf8))
      let hex = key.pseudonym(of: Self.person(1)).map { String(format: "%02x", $0) }.joined()
      #expect(try Self.rows(program, "select encode(person, 'hex') from labourwatch.unemployment_versions") == [hex])
    }
  }
}
