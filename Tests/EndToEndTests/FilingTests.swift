import Foundation
import TestSupport
import Testing

@Suite("Who has not filed")
struct FilingTests {
  private func night(_ program: Program, _ now: String) throws -> Child.Outcome {
    try program.run(
      "nightly", "--profile", "profile", "--inbox", "inbox", "--out", "lists", "--now", now, "--summary", "s.json")
  }

  private struct Late: Decodable {
    struct Feed: Decodable {
      let feed, kind, due: String
    }
    let late_feeds: [Feed]
  }

  private func late(_ program: Program) throws -> [String] {
    let summary = try JSONDecoder().decode(
      Late.self, from: Data(contentsOf: URL(fileURLWithPath: program.folder + "/s.json")))
    return summary.late_feeds.map { "\($0.kind) \($0.feed)" }
  }

  private func alerts(_ program: Program) throws -> [String: String] {
    let rows = try program.database.connect().query(
      "select distinct on (fingerprint) fingerprint, level || ' ' || status || ' ' || evaluated_for as state from alerts order by fingerprint, opened_on desc"
    )
    return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.string(0), try $0.string(1)) })
  }

  @Test("Late vacancies: 3, findings, an alert of their own, the others stand still; when they come all goes on")
  func lateFeed() throws {
    try Program.with { program in
      try City.fill(program, "inbox")
      try City.profile(program)
      #expect(try night(program, City.now).status == 0)
      #expect(try late(program) == [])
      let before = try alerts(program).filter { $0.key.hasPrefix("shortage:") }
      #expect(!before.isEmpty)

      // The last vacancies are of the end of February: due a week later, late after another week.
      let second = try night(program, "2022-03-20T02:00")
      #expect(second.status == 3, "\(second.log)")
      #expect(try late(program) == ["late vacancies", "late unemployment"])
      let findings = try program.summary("s.json").findings
      #expect(findings.count == 2 && findings[0].hasPrefix("late vacancies: 逾期 "), "\(findings)")
      #expect(second.output.contains(findings[0]))
      let now = try alerts(program)
      #expect(now["data:vacancies"] == "orange open 2022-03-20" && now["data:unemployment"] == "orange open 2022-03-20")
      #expect(now.filter { $0.key.hasPrefix("shortage:") } == before)
      let page = try #require(
        program.files("lists").first { $0.name.hasPrefix("2022-03-20/321300") && $0.name.hasSuffix("html") })
      #expect(String(decoding: page.bytes, as: UTF8.self).contains("招聘岗位: 逾期"))
      #expect(try night(program, "2022-03-20T02:00").status == 3)

      // A record comes; the alert about the data lapses after two calm nights, shortage alerts are judged again.
      let vacancies = try program.text("inbox/vacancies.csv").split(separator: "\n")
      let header = vacancies[0].split(separator: ",").map(String.init)
      var row = vacancies[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      row[try #require(header.firstIndex(of: "posting_id"))] = "NEW1"
      row[try #require(header.firstIndex(of: "updated_at"))] = "2022-03-20T09:00:00"
      try write("\(vacancies[0])\n\(row.joined(separator: ","))\n", to: program.folder + "/inbox/vacancies-new.csv")
      #expect(try night(program, "2022-03-21T02:00").status == 3)
      #expect(try late(program) == ["late unemployment"])
      #expect(try night(program, "2022-03-22T02:00").status == 3)
      let after = try alerts(program)
      #expect(after["data:vacancies"] == "orange lapsed 2022-03-22")
      let judged = after.filter { $0.key.hasPrefix("shortage:") && $0.value.hasSuffix("2022-03-22") }
      #expect(!judged.isEmpty)

      let exported = try program.run("export", "findings", "--profile", "profile", "--output", "findings.csv")
      #expect(exported.status == 0)
      let table = Columns(try program.text("findings.csv"))
      #expect(table.rows.filter { table[$0, "kind"] == "late" && table[$0, "feed"] == "vacancies" }.count == 2)
    }
  }

  @Test("A feed that never came is awaited, then missing; feeds status says so; a run for one feed ends by that feed")
  func missingFeed() throws {
    try Program.with { program in
      try City.fill(program, "inbox") { feed, _, _ in feed != "hiring_plans" && feed != "outcomes" }
      func ingest(_ now: String, _ more: String...) throws -> Child.Outcome {
        try program.run(["ingest", "--inbox", "inbox", "--now", now, "--summary", "s.json"] + more)
      }
      let first = try ingest(City.now)
      #expect(first.status == 0, "\(first.log)")
      #expect(first.output.contains("awaited hiring_plans"))
      let status = try program.run("feeds", "status", "--now", City.now)
      #expect(status.status == 0 && status.output.contains("awaited"), "\(status.output)")
      // 2022-03-10, three months of 31 days and 40 days, 10 of grace.
      #expect(try ingest("2022-07-31").status == 3)
      #expect(!(try late(program)).contains("missing hiring_plans"))
      #expect(try ingest("2022-08-01").status == 3)
      #expect(try late(program).contains("missing hiring_plans"))
      #expect(!(try late(program)).contains { $0.hasSuffix("outcomes") || $0.hasSuffix("indicators") })
      #expect(try ingest("2022-08-01", "--feed", "enterprises").status == 0)
      let later = try program.run("feeds", "status", "--now", "2022-08-01")
      #expect(later.status == 3)
      let row = later.output.split(separator: "\n").first { $0.hasPrefix("hiring_plans") }
      #expect(row?.hasSuffix("missing") == true, "\(later.output)")
    }
  }

  @Test("Changed columns are told in the summary; a file that lost regions and rows is told as well")
  func driftAndGaps() throws {
    try Program.with { program in
      try City.fill(program, "inbox") { feed, _, _ in feed == "enterprises" }
      let vacancies = Columns(try #require(try City.feeds.get().first { $0.name == "vacancies.csv" }).text)
      let regions = vacancies.rows.map { vacancies[$0, "region"] }
      let now = try #require(vacancies.rows[200..<1000].map { vacancies[$0, "updated_at"] }.max())
      let last = try #require(Dictionary(grouping: regions) { $0 }.max { $0.value.count < $1.value.count }?.key)
      func put(_ number: Int, _ rows: ArraySlice<[String]>, _ headers: [String]) throws {
        let lines = [headers] + rows
        try write(
          lines.map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n",
          to: "\(program.folder)/inbox/vacancies-\(number).csv")
      }
      for number in 1...4 { try put(number, vacancies.rows[(number * 200)..<(number * 200 + 200)], vacancies.headers) }
      #expect(try program.run("ingest", "--inbox", "inbox", "--now", now, "--summary", "s.json").status == 0)
      #expect(try program.summary("s.json").findings.allSatisfy { $0.hasPrefix("awaited ") })
      let rest = vacancies.rows[1000..<1400].filter { vacancies[$0, "region"] != last }.prefix(60)
      try put(5, rest[...], vacancies.headers.map { $0 == "salary_min" ? "salary_minimum" : $0 })
      #expect(try program.run("ingest", "--inbox", "inbox", "--now", now, "--summary", "s.json").status == 0)
      let findings = try program.summary("s.json").findings
      let drift = try #require(findings.first { $0.hasPrefix("drift vacancies: vacancies-5.csv: ") })
      #expect(drift.contains("salary_min") && drift.contains("salary_minimum") && drift.contains("均为空"))
      #expect(findings.contains { $0.hasPrefix("shrunken vacancies: vacancies-5.csv：只有 60 行") && $0.contains("200") })
      #expect(findings.contains { $0.hasPrefix("partial vacancies: vacancies-5.csv：") }, "\(findings)")
    }
  }

  @Test("Survey response agrees with a count over the files; non-respondents answered the wave before")
  func response() throws {
    try Program.with { program in
      try City.fill(program, "inbox") { feed, _, _ in ["enterprises", "hiring_plans", "headcount"].contains(feed) }
      #expect(try program.run("ingest", "--inbox", "inbox", "--now", City.now).status == 0)
      for what in ["response", "nonresponse"] {
        #expect(try program.run("export", what, "--output", "\(what).csv").status == 0)
      }
      let register = Columns(try program.text("inbox/enterprises.csv"))
      let plans = Columns(try program.text("inbox/hiring_plans.csv"))
      var answers: [String: Set<String>] = [:]
      for row in plans.rows { answers[plans[row, "survey_wave"], default: []].insert(plans[row, "credit_code"]) }
      let waves = answers.keys.sorted()
      let table = Columns(try program.text("response.csv"))
      for wave in waves {
        let known = register.rows.filter { register[$0, "registered_on"].prefix(7) <= wave }
        for (level, column) in [("city", ""), ("region", "region"), ("chain", "chain"), ("size_class", "size_class")] {
          let groups = Dictionary(grouping: known) { column.isEmpty ? "" : register[$0, column] }
          let told = table.rows.filter { table[$0, "survey_wave"] == wave && table[$0, "level"] == level }
          #expect(told.count == groups.count, "\(wave) \(level)")
          for row in told {
            let group = groups[column.isEmpty ? "" : table[row, column]] ?? []
            let answered = group.count { answers[wave]?.contains(register[$0, "credit_code"]) ?? false }
            #expect(table[row, "enterprises"] == "\(group.count)" && table[row, "answered"] == "\(answered)", "\(row)")
            #expect(abs(table.number(row, "rate") - Double(answered) / Double(group.count)) < 1e-4)
          }
        }
      }
      let silent = Columns(try program.text("nonresponse.csv"))
      let lapsed = try #require(answers[waves[waves.count - 2]]).subtracting(
        try #require(answers[waves[waves.count - 1]]))
      #expect(!lapsed.isEmpty && Set(silent.rows.map { silent[$0, "credit_code"] }) == lapsed)
      #expect(silent.rows.count == lapsed.count && silent.rows.allSatisfy { !silent[$0, "enterprise_name"].isEmpty })
    }
  }
}
