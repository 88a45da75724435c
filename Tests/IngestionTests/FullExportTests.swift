import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

@Suite struct FullExportTests {
  private static let header = "posting_id,credit_code,region,occupation,headcount,posted_on,status,updated_at"
  private static let full = """
    feed: vacancies
    constants: {source: s}
    rules: {full_export: {max_closed_share: 1}}
    """
  private static let changes = "feed: vacancies\nconstants: {source: s}"

  private static func row(_ id: String, day: Int, headcount: String = "3", status: String = "open") -> String {
    let day = day < 10 ? "0\(day)" : "\(day)"
    return "\(id),\(Fixture.code),321322,6-05,\(headcount),2023-01-01,\(status),2023-01-\(day)"
  }

  private static func file(_ rows: [String]) -> String { ([header] + rows).joined(separator: "\n") + "\n" }

  /// A file of the property test: a full export of a day, or changes.
  private struct Night {
    /// The day of a full export; `nil` for changes.
    var day: Int?
    var rows: [String] = []
    /// Postings whose row is good and open.
    var open: Set<String> = []
    /// Postings that are listed in rejected rows.
    var rejected: Set<String> = []
  }

  /// Ten postings over seven full exports that miss, list again, spoil and change them, with files of changes between; days 4, 8, … are those of
  /// full exports, each with a row of its own day.
  private static func nights(_ random: inout SeededGenerator) -> [Night] {
    var nights: [Night] = []
    var newest: [String: (day: Int, headcount: Int, status: String)] = [:]
    func text(_ id: String) -> String? {
      newest[id].map { row(id, day: $0.day, headcount: "\($0.headcount)", status: $0.status) }
    }
    for export in 1...7 {
      for between in 1...3 where Int.random(in: 0..<3, using: &random) == 0 {
        let id = "P\(Int.random(in: 0..<10, using: &random))"
        let status = Int.random(in: 0..<5, using: &random) == 0 ? "closed" : "open"
        newest[id] = (export * 4 - 4 + between, Int.random(in: 1...9, using: &random), status)
        // Some changes are told by the next full export alone.
        if let row = text(id), Bool.random(using: &random) { nights.append(Night(rows: [row])) }
      }
      var night = Night(day: export * 4, rows: [row("clock", day: export * 4)], open: ["clock"])
      for id in newest.keys.sorted() where Int.random(in: 0..<3, using: &random) > 0 {
        guard let version = newest[id], let row = text(id) else { continue }
        if Int.random(in: 0..<6, using: &random) == 0 {
          night.rows.append(Self.row(id, day: version.day, headcount: "若干"))
          night.rejected.insert(id)
        } else {
          night.rows.append(row)
          if version.status == "open" { night.open.insert(id) }
        }
      }
      nights.append(night)
    }
    return nights
  }

  /// Night 2 before night 1 gives the same tables, and as of every full export what it does not list is closed.
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func anyOrderOfFilesGivesTheSameTables(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let nights = Self.nights(&random)
    var tables: [[String]] = []
    for turn in 0..<4 {
      let order = turn == 0 ? Array(nights.indices) : nights.indices.shuffled(using: &random)
      try Fixture.run { fixture in
        let (full, changes) = (try Fixture.program(Self.full), try Fixture.program(Self.changes))
        // Beside many records of another source, the server looks up those of a file of changes.
        if seed % 2 == 0 { try Self.fill(fixture) }
        for (number, index) in order.enumerated() {
          let night = nights[index]
          let result = try fixture.take(
            Self.file(night.rows), by: night.day == nil ? changes : full, run: 1, number: number + 1, force: true)
          #expect(result.status == .taken, "\(result.message ?? "")")
          let counts = result.counts
          #expect(counts.read == counts.inserted + counts.updated + counts.late + counts.unchanged + counts.rejected)
        }
        tables.append(try Self.state(fixture))
        // Read again: nothing changes.
        for (index, night) in nights.enumerated() where night.day != nil {
          let again = try fixture.take(
            Self.file(night.rows), by: full, run: 2, number: index + 1, clock: 1_700_100_000, force: true)
          #expect(
            again.counts.closed == 0 && again.counts.reopened == 0
              && again.counts.unchanged == night.rows.count - night.rejected.count)
        }
        #expect(try Self.state(fixture) == tables[turn], "seed \(seed): a second reading changed something")
        try Self.checkStates(fixture, nights, seed)
      }
      let same = tables[turn] == tables[0]
      #expect(same, "seed \(seed), order \(order)")
      if !same {
        print(tables[0].filter { !tables[turn].contains($0) }, tables[turn].filter { !tables[0].contains($0) })
      }
    }
  }

  private static func fill(_ fixture: Fixture) throws {
    let other = try Fixture.program("feed: vacancies\nconstants: {source: other}")
    let rows = (0..<3000).map { row("O\($0)", day: 1) }
    try fixture.take(file(rows), as: "other.csv", by: other, run: 1, number: 99)
    try fixture.connection.execute("analyze vacancy_versions")
  }

  private static func state(_ fixture: Fixture) throws -> [String] {
    try fixture.rows(
      """
      select posting_id, known_at, content_hash, status, headcount, line = 0 from vacancy_versions order by 1, 2, 3
      """)
      + fixture.rows("select record, absent_from, absent_until from absences order by 1, 2")
      + fixture.rows("select scope, moment from full_exports order by 1, 2")
      + fixture.rows("select record, moment from unread_records order by 1, 2")
  }

  /// As of each full export, the open postings are those that it lists; of rows that were rejected nothing is told.
  private static func checkStates(_ fixture: Fixture, _ nights: [Night], _ seed: UInt64) throws {
    for night in nights {
      guard let day = night.day else { continue }
      let open = try fixture.connection.query(
        """
        select posting_id from (
          select distinct on (posting_id) posting_id, status from vacancy_versions
          where source = 's' and known_at <= make_timestamp(2023, 1, $1::int, 0, 0, 0)
          order by posting_id, known_at desc, received_at desc, run_id desc, file_no desc, line desc) newest
        where status = 'open'
        """, [.int(day)]
      ).map { try $0.string(0) }
      #expect(
        Set(open).subtracting(night.rejected) == night.open.subtracting(night.rejected), "seed \(seed), day \(day)")
    }
  }

  @Test func closesAndOpensAgain() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program(Self.full)
      func take(_ rows: [String], _ number: Int) throws -> RowCounts {
        try fixture.take(Self.file(rows), by: program, number: number).counts
      }
      #expect(try take([Self.row("1", day: 2), Self.row("2", day: 3)], 1).closed == 0)
      let second = try take([Self.row("1", day: 4)], 2)
      #expect(second.merged == [0, 1, 0, 0] && second.closed == 1 && second.reopened == 0)
      let third = try take([Self.row("1", day: 5), Self.row("2", day: 3)], 3)
      #expect(third.merged == [0, 1, 0, 1] && third.closed == 0 && third.reopened == 1)
      #expect(
        try fixture.rows(
          "select status, known_at, line = 0 from vacancy_versions where posting_id = '2' order by known_at") == [
            "open|2023-01-03 00:00:00|f", "closed|2023-01-04 00:00:00|t", "open|2023-01-05 00:00:00|t",
          ])
      // The same newest clock as the export before: the one received later follows it.
      let fourth = try take([Self.row("1", day: 5)], 4)
      #expect(fourth.closed == 1 && fourth.unchanged == 1)
      #expect(
        try fixture.rows("select closed, reopened from run_files order by file_no") == ["0|0", "1|0", "0|1", "1|0"])
    }
  }

  @Test func aTruncatedFileIsRefused() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: vacancies\nconstants: {source: s}\nrules: {full_export: true}")
      let rows = (0..<10).map { Self.row("\($0)", day: 2) }
      try fixture.take(Self.file(rows), by: program)
      let cut = try fixture.take(Self.file([Self.row("0", day: 3)]), by: program, number: 2)
      #expect(cut.status == .refused)
      #expect(cut.message?.contains("would close 9 records and lists only 1 rows") == true, "\(cut.message ?? "")")
      #expect(try fixture.rows("select count(*) from vacancy_versions") == ["10"])
      #expect(try fixture.rows("select count(*) from absences") == ["0"])
      // A row that is visibly cut says so, however few records are missing.
      let torn = try fixture.take(
        String(Self.file(rows).dropLast(12)), as: "vacancies-torn.csv", by: program, number: 5)
      #expect(torn.message?.contains("its last row is cut off") == true, "\(torn.message ?? "")")
      let empty = try fixture.take(Self.file([]), by: program, number: 3)
      #expect(empty.message?.contains("no good row") == true)
      // Other sources are not this file's to close.
      let other = try Fixture.program("feed: vacancies\nconstants: {source: t}\nrules: {full_export: true}")
      #expect(try fixture.take(Self.file([Self.row("x", day: 9)]), by: other, number: 4).counts.closed == 0)
    }
  }

  @Test func personsWhoAreNotListedHaveLeft() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: unemployment\nrules: {full_export: true}")
      let header = "person_id,name,region,registered_on,updated_at"
      let people = ["321322198401072635,周涛文", "321322199412228636,徐英宇"]
      try fixture.take(
        "\(header)\n\(people[0]),321322,2023-01-05,2023-01-06\n\(people[1]),321322,2023-01-05,2023-01-06\n",
        as: "unemployment.csv", by: program)
      // Of the second person only the region is wrong: listed all the same.
      let second = try fixture.take(
        "\(header)\n\(people[0]),321322,2023-01-05,2023-01-20\n\(people[1]),无此地,2023-01-05,2023-01-06\n",
        as: "unemployment.csv", by: program, number: 2)
      #expect(second.counts.closed == 0 && second.counts.rejected == 1)
      let third = try fixture.take(
        "\(header)\n\(people[0]),321322,2023-01-05,2023-02-20\n", as: "unemployment.csv", by: program, number: 3)
      #expect(third.counts.closed == 1)
      #expect(
        try fixture.rows("select exited_on, known_at from unemployment_versions where line = 0") == [
          "2023-02-20|2023-02-20 00:00:00"
        ])
    }
  }

  @Test func otherFeedsCannotBeFullExports() throws {
    for feed in Feed.allCases where feed != .vacancies && feed != .unemployment {
      #expect {
        try FeedDescription(text: "feed: \(feed.rawValue)\nrules: {full_export: true}", path: "x.yaml")
      } throws: {
        "\($0)".contains("x.yaml:2") && "\($0)".contains("It is for vacancies and unemployment")
      }
    }
    #expect(throws: YAMLFault.self) {
      try FeedDescription(text: "feed: vacancies\nrules: {full_export: {moment: today}}", path: "x.yaml")
    }
  }

  @Test(arguments: [
    ("vacancies-2021-04-26.csv", "2021-04-26T00:00:00"), ("vacancies_20210426.csv.gz", "2021-04-26T00:00:00"),
    ("v_321302450_20210426T0230.csv", "2021-04-26T02:30:00"), ("v20210426-023015.csv", "2021-04-26T02:30:15"),
    ("2020.01.02_v_2021.04.26.xlsx", "2021-04-26T00:00:00"),
  ])
  func readsTheDateInAName(name: String, expected: String) {
    #expect(
      FullExport.date(inName: name) == LocalTimestamp(expected), "\(String(describing: FullExport.date(inName: name)))")
  }

  @Test func namesWithoutADate() {
    for name in ["vacancies.csv", "vacancies-20211342.csv", "v123456789.csv"] {
      #expect(FullExport.date(inName: name) == nil, "\(name)")
    }
  }
}
