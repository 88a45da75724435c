import Foundation
import TestSupport
import Testing

@Suite("What is known when")
struct TimeTests {
  /// The column that says when a row became known; the register has none and counts as always known.
  private func isKnown(_ feed: String, _ line: String, by end: String) -> Bool {
    feed == "enterprises" || String(line.split(separator: ",", omittingEmptySubsequences: false).last ?? "") < end
  }

  @Test("A forecast as of a past month is the same, byte for byte, before and after later records came")
  func asOf() throws {
    try Program.with { program in
      let feeds = Dictionary(uniqueKeysWithValues: try City.feeds.get().map { ($0.name, $0.text) })
      func rows(_ feed: String) -> [Substring] {
        Array((feeds[feed + ".csv"] ?? "").split(separator: "\n").dropFirst())
      }
      let all = Dictionary(
        uniqueKeysWithValues: try City.feeds.get().map { file in
          let feed = file.name.replacingOccurrences(of: ".csv", with: "")
          return (feed, rows(feed))
        })
      func isEarly(_ feed: String, _ row: Int) -> Bool {
        (all[feed]).map { isKnown(feed, String($0[row]), by: "2021-11-01") } ?? false
      }
      try City.fill(program, "early") { feed, row, _ in isEarly(feed, row) }
      try City.fill(program, "late", suffix: "-late") { feed, row, _ in feed != "enterprises" && !isEarly(feed, row) }
      try forecast(program, "early", "before.csv", "2021-11-05")
      let lateRows = try program.count(
        "select count(*) from labourwatch.vacancy_versions where known_at >= '2021-11-01'")
      #expect(lateRows == 0)
      // The first forecast goes away, so that the second is made anew and not found.
      let connection = try program.database.connect()
      for table in ["values", "nodes", "history", "drivers", "enterprises", "surpluses", "runs"] {
        try connection.execute(.init(name: "forget", text: "delete from labourwatch.forecast_\(table)"))
      }
      try forecast(program, "late", "after.csv", "2022-03-10")
      #expect(
        try program.count("select count(*) from labourwatch.vacancy_versions where known_at >= '2021-11-01'") > 100)
      let before = try program.text("before.csv")
      #expect(before.count > 10_000)
      let same = try program.text("after.csv") == before
      #expect(same, "later records changed the forecast of 2021-10")
    }
  }

  private func forecast(_ program: Program, _ inbox: String, _ file: String, _ now: String) throws {
    let taken = try program.run("ingest", "--inbox", inbox, "--now", now)
    #expect(taken.status == 0, "\(taken.log)")
    let made = try program.run("forecast", "--as-of", "2021-10", "--now", now)
    #expect(made.status == 0, "\(made.log)")
    #expect(try program.run("export", "forecast", "--as-of", "2021-10", "--output", file).status == 0)
  }

  @Test("Files in another order, split otherwise, or night 2 before night 1: the same tables")
  func order() throws {
    /// Two halves of a feed by position; of the register, whose changes count from their receipt, only one.
    func half(_ number: Int) -> (String, Int, Int) -> Bool {
      { feed, row, count in feed == "enterprises" ? number == 1 : (row < count / 2) == (number == 1) }
    }
    let whole = try Program.with { program in
      try City.fill(program, "inbox")
      #expect(try program.run("ingest", "--inbox", "inbox", "--now", City.now).status == 0)
      return try program.versions()
    }
    #expect(whole.count == 8)
    let reversed = try Program.with { program in
      try City.fill(program, "night1", keep: half(1))
      try City.fill(program, "night2", keep: half(2))
      #expect(try program.run("ingest", "--inbox", "night2", "--now", "2022-03-10").status == 0)
      #expect(try program.run("ingest", "--inbox", "night1", "--now", "2022-03-11").status == 0)
      return try program.versions()
    }
    #expect(reversed == whole)
    let interleaved = try Program.with { program in
      try City.fill(program, "inbox", suffix: "-2") { feed, row, _ in feed == "enterprises" || row % 2 == 0 }
      try City.fill(program, "inbox", suffix: "-1") { feed, row, _ in feed != "enterprises" && row % 3 != 0 }
      try City.fill(program, "inbox", suffix: "-0") { feed, row, _ in feed != "enterprises" && row % 2 == 1 }
      #expect(try program.run("ingest", "--inbox", "inbox", "--now", City.now).status == 0)
      return try program.versions()
    }
    #expect(interleaved == whole)
  }
}
