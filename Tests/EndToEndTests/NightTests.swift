import Foundation
import TestSupport
import Testing

@Suite("A night on a simulated city")
struct NightTests {
  @Test("One night: summary, lists, forecast; the second night changes nothing")
  func nights() throws {
    try Program.with { program in
      try City.fill(program, "inbox")
      let first = try night(program, "first.json")
      #expect(first.status == 0, "\(first.log)")
      let summary = try program.summary("first.json")
      try checkAccounting(summary, program)
      #expect(summary.exit_code == 0)
      #expect(summary.forecast?.as_of == City.asOf)
      #expect(summary.forecast?.reused == false)
      #expect(summary.report?.teams == 9)
      checkLists(program)
      try checkForecast(program)

      let lists = program.files("lists")
      let versions = try program.versions()
      let second = try night(program, "second.json")
      #expect(second.status == 0, "\(second.log)")
      let again = try program.summary("second.json")
      #expect(again.feeds?.map(\.read) == summary.feeds?.map(\.read))
      for feed in again.feeds ?? [] {
        #expect(feed.unchanged == feed.read, "\(feed)")
        #expect(feed.files.allSatisfy { $0.status == "known" }, "\(feed)")
      }
      #expect(again.forecast?.reused == true)
      #expect(again.report?.changed == 0)
      #expect(try program.versions() == versions)
      #expect(try program.count("select count(*) from labourwatch.forecast_runs") == 1)
      let after = program.files("lists")
      #expect(after.map(\.name) == lists.map(\.name))
      for (old, new) in zip(lists, after) {
        let same = old.bytes == new.bytes
        #expect(same, "\(old.name) changed")
      }
    }
  }

  private func night(_ program: Program, _ summary: String) throws -> Child.Outcome {
    try program.run("nightly", "--inbox", "inbox", "--out", "lists", "--now", City.now, "--summary", summary)
  }

  private func checkAccounting(_ summary: Summary, _ program: Program) throws {
    let feeds = try #require(summary.feeds)
    #expect(
      feeds.map(\.feed).sorted() == [
        "enterprises", "headcount", "hiring_plans", "outcomes", "supply_pipeline", "unemployment", "vacancies",
      ])
    for feed in feeds {
      #expect(feed.read == feed.inserted + feed.updated + feed.late + feed.unchanged + feed.rejected, "\(feed)")
      let text = try program.text("inbox/\(feed.feed).csv")
      #expect(feed.read == text.split(separator: "\n").count - 1, "\(feed)")
      #expect(feed.files.map(\.name) == ["\(feed.feed).csv"])
      #expect(feed.files.map(\.bytes) == [text.utf8.count])
      #expect(feed.files.allSatisfy { $0.sha256.count == 64 && $0.status == "taken" })
      #expect(feed.rejected == feed.rejected_by_reason.values.reduce(0, +))
    }
    // The tables hold what the summary says, to the row.
    let vacancies = try #require(feeds.first { $0.feed == "vacancies" })
    #expect(
      try program.count("select count(*) from labourwatch.vacancy_versions")
        == vacancies.inserted + vacancies.updated + vacancies.late)
    #expect(
      try program.count("select count(distinct (source, posting_id)) from labourwatch.vacancy_versions")
        == vacancies.inserted)
  }

  private func checkLists(_ program: Program) {
    let names = program.files("lists").map(\.name)
    #expect(names.contains("2022-03-10/index.html"))
    let folders = Dictionary(grouping: names.filter { $0.split(separator: "/").count == 3 }) {
      $0.split(separator: "/")[1]
    }
    #expect(folders.count == 10, "\(folders.keys)")
    for (folder, files) in folders {
      let kinds = Set(files.map { ($0 as NSString).pathExtension })
      #expect(kinds == ["xlsx", "html", "csv"], "\(folder): \(files)")
    }
    for (name, bytes) in program.files("lists") {
      let head = Array(bytes.prefix(4))
      switch (name as NSString).pathExtension {
      case "xlsx": #expect(head == [0x50, 0x4B, 3, 4], "\(name) is no workbook")
      case "csv": #expect(Array(head.prefix(3)) == [0xEF, 0xBB, 0xBF], "\(name) has no byte order mark")
      default: #expect(String(decoding: bytes, as: UTF8.self).contains("</html>"), "\(name) is cut off")
      }
    }
  }

  private func checkForecast(_ program: Program) throws {
    #expect(try program.run("export", "forecast", "--output", "forecast.csv").status == 0)
    let table = Columns(try program.text("forecast.csv"))
    #expect(
      table.headers.joined(separator: ",")
        == "as_of,level,chain,region,occupation,month,horizon,mean,p10,p50,p90,threshold,p_exceed")
    let months = ["2022-03", "2022-04", "2022-05", "2022-06", "2022-07", "2022-08"]
    let filled = [
      "cell": [true, true, true], "chain_region": [true, true, false], "chain": [true, false, false],
      "region": [false, true, false], "city": [false, false, false],
    ]
    var nodes: [String: Set<String>] = [:]
    for row in table.rows {
      #expect(table[row, "as_of"] == City.asOf)
      let horizon = try #require(Int(table[row, "horizon"]))
      #expect((1...6).contains(horizon) && table[row, "month"] == months[horizon - 1])
      let key = ["chain", "region", "occupation"].map { table[row, $0] }
      #expect(key.map { !$0.isEmpty } == filled[table[row, "level"]], "\(row)")
      let isNew = nodes["\(table[row, "level"]) \(key)", default: []].insert(table[row, "month"]).inserted
      #expect(isNew, "twice: \(row)")
      #expect(table.number(row, "mean") >= 0, "\(row)")
      #expect(table.number(row, "p10") <= table.number(row, "p50"), "\(row)")
      #expect(table.number(row, "p50") <= table.number(row, "p90"), "\(row)")
      #expect((0...1).contains(table.number(row, "p_exceed")), "\(row)")
      #expect(table.number(row, "threshold") >= 0, "\(row)")
    }
    #expect(nodes.values.allSatisfy { $0.count == 6 })
    #expect(nodes.keys.contains { $0.hasPrefix("city") } && nodes.keys.contains { $0.hasPrefix("cell") })
    checkSums(table)
  }

  /// Every level sums exactly to the one above: cells to chain x region, these to chains and to regions, these to the city.
  private func checkSums(_ table: Columns) {
    let steps: [(parts: String, whole: String, by: [String])] = [
      ("cell", "chain_region", ["chain", "region"]), ("chain_region", "chain", ["chain"]),
      ("chain_region", "region", ["region"]), ("chain", "city", []), ("region", "city", []),
    ]
    for step in steps {
      var sums: [[String]: Double] = [:]
      for row in table.rows where table[row, "level"] == step.parts {
        sums[(step.by + ["month"]).map { table[row, $0] }, default: 0] += table.number(row, "mean")
      }
      var wholes = 0
      for row in table.rows where table[row, "level"] == step.whole {
        let sum = sums[(step.by + ["month"]).map { table[row, $0] }] ?? .nan
        #expect(abs(sum - table.number(row, "mean")) <= 1e-6, "\(step.parts) sum to \(sum): \(row)")
        wholes += 1
      }
      #expect(wholes == sums.count && wholes > 0, "\(step)")
    }
  }
}
