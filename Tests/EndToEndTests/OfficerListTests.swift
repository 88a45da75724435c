import Foundation
import LabourMarket
import TestSupport
import Testing

@testable import Tabular

/// An officer's way: the night's list is filled in, dropped into the inbox, and works the alerts.
@Suite struct OfficerListTests {
  private static let id = "770000199001010018"

  /// A city after its first night, whose cells have alerts, and the workbook of the whole city.
  private static func withLists(_ body: (Program, ListBook) throws -> Void) throws {
    try Program.with { program in
      try City.profile(
        program, changing: ["alerts.yaml": { _ in "levels:\n  blue: {p_exceed: 0}\nreopen_after_days: 14\n" }])
      try City.fill(program, "inbox")
      let night = try program.run(
        "nightly", "--profile", "profile", "--inbox", "inbox", "--out", "lists", "--now", City.now)
      try #require([0, 3].contains(night.status), "\(night.log)")
      try FileManager.default.createDirectory(atPath: program.folder + "/filled", withIntermediateDirectories: true)
      let book = try ListBook(list(program, "2022-03-10"))
      try #require(book.alerts().count >= 10)
      try body(program, book)
    }
  }

  private static func list(_ program: Program, _ night: String) throws -> String {
    let folder = "\(program.folder)/lists/\(night)"
    let city = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasPrefix("321300") })
    return "\(folder)/\(city)/缺口清单.xlsx"
  }

  @discardableResult
  private static func ingest(_ program: Program, _ now: String, _ more: String...) throws -> (
    outcome: Child.Outcome, feed: Summary.Feed?
  ) {
    let outcome = try program.run(
      ["ingest", "--profile", "profile", "--inbox", "filled", "--now", now, "--summary", "s.json"] + more)
    return (outcome, try program.summary("s.json").feeds?.first { $0.feed == "alerts" })
  }

  private static func rows(_ program: Program, _ sql: String) throws -> [String] {
    try program.database.connect().query(.init(name: "rows", text: sql)).map { row in
      try (0..<row.count).map { try row.optionalString($0) ?? "∅" }.joined(separator: "|")
    }
  }

  /// All that lists may change, as text.
  private static func state(_ program: Program) throws -> [String] {
    try ["alerts", "alert_events", "silences"].flatMap { table in
      try rows(program, "select to_jsonb(t)::text from labourwatch.\(table) t order by 1")
    }
  }

  private static func alert(_ program: Program, _ fingerprint: String) throws -> String {
    try rows(
      program,
      "select status, officer, hired, measure, note from labourwatch.alerts where fingerprint = '\(fingerprint)'"
    ).joined(separator: "\n")
  }

  private static func story(_ program: Program, _ fingerprint: String) throws -> [String] {
    try rows(
      program,
      """
      select event, actor, reason from labourwatch.alert_events where fingerprint = '\(fingerprint)' and actor <> 'nightly'
      order by event_no
      """)
  }

  @Test func aFilledListWorksTheAlerts() throws {
    try Self.withLists { program, printed in
      var book = printed
      let rows = book.alerts()
      let names = rows.map { book.fingerprint($0) }
      func fill(_ index: Int, _ cells: [String: String]) {
        for (header, text) in cells { book[rows[index], header] = text }
      }
      fill(0, ["状态": "已认领", "责任专员": "王敏"])
      fill(1, ["状态": " 办理中 ", "责任专员": "李 强", "办理说明": "周六专场，联系人 13812345678、\(Self.id)"])
      fill(2, ["状态": "Resolved", "责任专员": "王敏", "办结招聘人数": "０人", "见效措施": "job-fair", "办理说明": "无人应聘"])
      fill(3, ["状态": "暂不提醒", "责任专员": "王敏", "暂不提醒至": "2022年3月31日", "办理说明": "项目停工"])
      fill(4, ["状态": "随便", "责任专员": "王敏"])
      fill(5, ["状态": "办结", "责任专员": "王敏", "办结招聘人数": "99999"])
      fill(6, ["责任专员": "赵云"])
      fill(7, ["状态": "已办结", "责任专员": "王敏", "办结招聘人数": "1", "见效措施": "算命"])
      fill(8, ["状态": "已认领", "责任专员": ""])
      // Sorted the other way round, one row deleted, one without its number, one of another city, a column of the officer's own.
      book[rows[9], "预警编号（请勿改动）"] = ""
      book[rows[9], "状态"] = "已认领"
      var stranger = book.sheets[0].rows[rows[0]]
      stranger[stranger.count - 1] = "shortage:nowhere:321322@2022-03-10#0123456789abcdef"
      book.sheets[0].rows.insert(stranger, at: 0)
      book.sheets[0].rows.reverse()
      book.sheets[0].headers.append("我的备注")
      for row in book.sheets[0].rows.indices { book.sheets[0].rows[row].append("x\(row)") }
      // Named like a feed: the sheets decide.
      try book.save(program.folder + "/filled/vacancies 王敏.xlsx")

      let (outcome, taken) = try Self.ingest(program, "2022-03-10T10:00")
      #expect(outcome.status == 3, "\(outcome.log)")
      let feed = try #require(taken)
      #expect(feed.files.map(\.status) == ["taken"])
      #expect(feed.read == feed.inserted + feed.updated + feed.late + feed.unchanged + feed.rejected)
      #expect([feed.updated, feed.late, feed.inserted] == [5, 0, 0] as [Int])
      #expect(
        feed.rejected_by_reason == [
          "unknown_status": 1, "inconsistent": 1, "out_of_range": 2, "missing_value": 2,
        ])
      #expect(try Self.alert(program, names[0]) == "claimed|王敏|∅|∅|∅")
      #expect(try Self.alert(program, names[1]).hasPrefix("acting|李 强|∅|∅|周六专场，联系人 ***"))
      #expect(try Self.alert(program, names[2]) == "resolved|王敏|0|job-fair|无人应聘")
      #expect(try Self.alert(program, names[3]).hasPrefix("open|∅|∅|∅|项目停工"))
      #expect(try Self.alert(program, names[6]) == "claimed|赵云|∅|∅|∅")
      let line = try #require(book.sheets[0].rows.firstIndex { $0.contains { $0.hasPrefix(names[0] + "@") } })
      #expect(
        try Self.story(program, names[0]) == [
          "claimed|王敏|已认领（vacancies 王敏.xlsx，缺口清单第 \(line + 4) 行）"
        ])
      #expect(
        try Self.story(program, names[3]).first?.hasPrefix("silenced|王敏|until the end of 2022-03-31: 项目停工") == true)
      #expect(
        try Self.rows(program, "select fingerprint from labourwatch.silences where ends_at = '2022-03-31T16:00Z'")
          == [names[3]])
      let messages = try Self.rows(
        program, "select reason, column_name, message from labourwatch.quarantine where feed = 'alerts' order by line")
      #expect(messages.contains { $0.hasPrefix("inconsistent|hired|") && $0.contains("最大缺口") })
      #expect(messages.contains { $0.contains("没有编号为“shortage:nowhere:321322”的预警") })
      #expect(messages.allSatisfy { $0.contains("vacancies 王敏.xlsx，缺口清单第") })
      let listed = try program.run("quarantine", "list", "--profile", "profile", "--feed", "alerts")
      #expect(listed.status == 0 && listed.output.contains("vacancies 王敏.xlsx"))
      let shown = try program.run("quarantine", "show", "--profile", "profile", "--feed", "alerts")
      #expect(shown.output.contains("算命"))
      let dump = try program.run("export", "alerts", "--profile", "profile", "--output", "alerts.csv")
      #expect(dump.status == 0)
      let everything =
        try Self.state(program).joined()
        + Self.rows(program, "select encode(raw, 'escape') from labourwatch.quarantine").joined()
        + program.text("alerts.csv") + outcome.log + outcome.output
      for secret in ["13812345678", Self.id] { #expect(!everything.contains(secret)) }

      try takenOnce(program, book)
      try shownNextNight(program, names)
    }
  }

  /// The same workbook, also when it is read again or saved by another program, changes nothing.
  private func takenOnce(_ program: Program, _ book: ListBook) throws {
    let before = try Self.state(program)
    let (outcome, known) = try Self.ingest(program, "2022-03-10T11:00")
    #expect(outcome.status == 3 && known?.files.first?.status == "known")
    let (_, forced) = try Self.ingest(program, "2022-03-10T11:30", "--force")
    #expect(forced?.updated == 0 && forced?.rejected == 6)
    try book.save(program.folder + "/filled/again.xlsx", title: "另存")
    let (_, again) = try Self.ingest(program, "2022-03-10T12:00")
    #expect(again?.files.map(\.status) == ["taken", "known"] && again?.updated == 0)
    #expect(try Self.state(program) == before)
  }

  private func shownNextNight(_ program: Program, _ names: [String]) throws {
    let night = try program.run(
      "nightly", "--profile", "profile", "--inbox", "inbox", "--out", "lists", "--now", "2022-03-11T02:00")
    #expect([0, 3].contains(night.status), "\(night.log)")
    let book = try ListBook(Self.list(program, "2022-03-11"))
    func printed(_ index: Int) throws -> [String] {
      let row = try #require(book.row(names[index]))
      return ["状态", "责任专员", "办结招聘人数", "见效措施", "办理说明", "暂不提醒至"].map { book[row, $0] }
    }
    #expect(try printed(0) == ["已认领", "王敏", "", "", "", ""])
    #expect(try printed(2) == ["已办结", "王敏", "<5", "周六市场主题招聘", "无人应聘", ""])
    #expect(try printed(3) == ["待认领", "", "", "", "项目停工", "2022-03-31"])
    // What is printed is no change.
    try book.save(program.folder + "/filled/untouched.xlsx")
    let before = try Self.state(program)
    let (outcome, feed) = try Self.ingest(program, "2022-03-11T09:00")
    #expect(feed?.updated == 0 && feed?.late == 0, "\(outcome.log)")
    #expect(try Self.state(program) == before)
  }

  @Test func contradictionsWaitForAClerk() throws {
    try Self.withLists { program, printed in
      let rows = printed.alerts()
      let names = rows.map { printed.fingerprint($0) }
      func alerts(_ arguments: String...) throws {
        let outcome = try program.run(
          ["alerts"] + arguments + ["--profile", "profile", "--now", "2022-03-10T09:00"])
        #expect(outcome.status == 0, "\(outcome.log)")
      }
      // Meanwhile, on the command line; a list's whole number is understood too.
      try alerts("claim", printed.number(rows[0]), "--officer", "李强")
      try alerts("act", names[1], "--officer", "王敏", "--reason", "走访")
      try alerts("resolve", names[2], "--officer", "王敏", "--hired", "0")
      var book = printed
      book[rows[0], "状态"] = "已认领"
      book[rows[0], "责任专员"] = "王敏"
      book[rows[1], "状态"] = "已认领"
      book[rows[1], "责任专员"] = "王敏"
      book[rows[2], "状态"] = "帮办中"
      book[rows[2], "责任专员"] = "李强"
      book[rows[3], "状态"] = "已解除"
      book[rows[3], "责任专员"] = "王敏"
      book[rows[4], "状态"] = "已认领"
      book[rows[4], "责任专员"] = "王敏"
      book[rows[4], "办结招聘人数"] = "1"
      book[rows[5], "状态"] = "暂不提醒"
      book[rows[5], "责任专员"] = "王敏"
      book[rows[5], "办理说明"] = "停工"
      book[rows[5], "暂不提醒至"] = "2022-03-01"
      try book.save(program.folder + "/filled/b.xlsx")
      let (outcome, feed) = try Self.ingest(program, "2022-03-10T10:00")
      #expect(outcome.status == 3, "\(outcome.log)")
      #expect(feed?.updated == 0 && feed?.late == 1 && feed?.rejected == 5)
      #expect(try Self.alert(program, names[0]) == "claimed|李强|∅|∅|∅")
      #expect(try Self.story(program, names[1]).last?.hasPrefix("noted|王敏|已认领（b.xlsx") == true)
      #expect(try Self.alert(program, names[1]) == "acting|王敏|∅|∅|走访")
      let messages = try Self.rows(
        program, "select message from labourwatch.quarantine where feed = 'alerts'"
      ).joined(separator: "\n")
      for words in ["已由李强认领", "由王敏于 2022-03-10“已办结”", "自动解除", "状态却是“已认领”", "早于今天"] {
        #expect(messages.contains(words), "\(words)")
      }

      // The next list is handed over, goes back by mistake, and is put right: the rejected row is closed then.
      _ = try program.run(
        "nightly", "--profile", "profile", "--inbox", "inbox", "--out", "lists", "--now", "2022-03-11T02:00")
      var next = try ListBook(Self.list(program, "2022-03-11"))
      let (handed, back) = (try #require(next.row(names[0])), try #require(next.row(names[1])))
      next[handed, "责任专员"] = "王敏"
      next[back, "状态"] = "已认领"
      try next.save(program.folder + "/filled/c.xlsx")
      let (_, second) = try Self.ingest(program, "2022-03-11T10:00")
      #expect(second?.files.map(\.status) == ["known", "taken"])
      #expect(try Self.alert(program, names[0]) == "claimed|王敏|∅|∅|∅")
      let open = "select count(*) from labourwatch.quarantine where feed = 'alerts' and status = 'open'"
      #expect(try program.count(open) == 5)
      next[back, "状态"] = "办结"
      next[back, "办结招聘人数"] = "0"
      try next.save(program.folder + "/filled/d.xlsx")
      try Self.ingest(program, "2022-03-11T11:00")
      #expect(try Self.alert(program, names[1]) == "resolved|王敏|0|∅|走访")
      #expect(try program.count(open) == 4)
    }
  }

  @Test func chainsAreWorkedOnTheirSheet() throws {
    try Self.withLists { program, printed in
      var book = printed
      let row = try #require(book.alerts(1).first)
      let name = book.fingerprint(row, 1)
      book[row, "状态", sheet: 1] = "已认领"
      book[row, "责任专员", sheet: 1] = "王敏"
      // A cell of the list without an alert of its own cannot be worked.
      let bare = book.sheets[0].rows.indices.first { book.number($0).contains("@-#") }
      if let bare { book[bare, "状态"] = "已认领" }
      // The sheets bear other names, and no feed wants the file.
      for sheet in book.sheets.indices { book.sheets[sheet].name += "（王敏）" }
      try book.save(program.folder + "/filled/回传.xlsx")
      let (outcome, feed) = try Self.ingest(program, "2022-03-10T10:00")
      #expect(feed?.updated == 1 && feed?.rejected == (bare == nil ? 0 : 1), "\(outcome.log) \(outcome.output)")
      #expect(try Self.alert(program, name) == "claimed|王敏|∅|∅|∅")
      // A broken workbook is refused, and the run says so.
      var bytes = try Data(contentsOf: URL(fileURLWithPath: program.folder + "/filled/回传.xlsx"))
      bytes.removeLast(bytes.count / 2)
      try bytes.write(to: URL(fileURLWithPath: program.folder + "/filled/坏.xlsx"))
      let broken = try Self.ingest(program, "2022-03-10T11:00")
      #expect(broken.feed?.files.map(\.status) == ["known"])
      #expect(broken.outcome.output.contains("坏.xlsx"))
    }
  }
}
