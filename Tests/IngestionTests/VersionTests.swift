import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

/// What the contract says of a row, one row at a time in memory: the oracle for the set-based merge.
struct VersionOracle {
  struct Version: Hashable {
    let knownAt: String
    let content: String
  }

  private(set) var versions: [String: Set<Version>] = [:]

  mutating func take(key: String, knownAt: String, content: String) -> String {
    let version = Version(knownAt: knownAt, content: content)
    let stored = versions[key] ?? []
    if stored.contains(version) { return "unchanged" }
    versions[key, default: []].insert(version)
    guard let newest = stored.map(\.knownAt).max() else { return "inserted" }
    return knownAt >= newest ? "updated" : "late"
  }
}

@Suite struct VersionTests {
  private static let header = "program,region,occupation,month,persons,reported_on"

  private static func vacancyFile(_ rows: [(id: Int, day: Int, persons: Int)]) -> String {
    let lines = rows.map { row in
      "s,P\(row.id),\(Fixture.code),321322,6-05,\(row.persons),2023-01-01,2023-01-\(row.day < 10 ? "0" : "")\(row.day)"
    }
    return "source,posting_id,credit_code,region,occupation,headcount,posted_on,updated_at\n"
      + lines.joined(separator: "\n") + "\n"
  }

  /// Random files over few keys, days and contents, so that repeats, corrections and late rows abound.
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func agreesWithTheOracle(seed: UInt64) throws {
    try Fixture.run { fixture in
      var random = SeededGenerator(seed: seed)
      let program = try Fixture.program("feed: vacancies")
      var oracle = VersionOracle()
      for number in 1...8 {
        let rows = (0..<Int.random(in: 1...60, using: &random)).map { _ in
          (
            id: Int.random(in: 0..<12, using: &random), day: Int.random(in: 1...6, using: &random),
            persons: Int.random(in: 1...3, using: &random)
          )
        }
        var expected: [String: Int] = [:]
        for row in rows {
          expected[oracle.take(key: "\(row.id)", knownAt: "\(row.day)", content: "\(row.persons)"), default: 0] += 1
        }
        let result = try fixture.take(Self.vacancyFile(rows), by: program, number: number, force: true)
        let found = [
          "inserted": result.counts.inserted, "updated": result.counts.updated, "late": result.counts.late,
          "unchanged": result.counts.unchanged,
        ].filter { $0.value > 0 }
        #expect(found == expected, "seed \(seed), file \(number)")
      }
      let stored = try fixture.connection.query("select count(*) from vacancy_versions").one().int(0)
      #expect(stored == oracle.versions.values.reduce(0) { $0 + $1.count }, "seed \(seed)")
    }
  }

  /// The same files in any order give the same versions.
  @Test(arguments: [11, 12, 13] as [UInt64])
  func orderOfFilesDoesNotMatter(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let files = (0..<5).map { _ in
      Self.vacancyFile(
        (0..<30).map { _ in
          (
            id: Int.random(in: 0..<10, using: &random), day: Int.random(in: 1...9, using: &random),
            persons: Int.random(in: 1...4, using: &random)
          )
        })
    }
    var tables: [[String]] = []
    for _ in 0..<2 {
      let order = files.shuffled(using: &random)
      try Fixture.run { fixture in
        let program = try Fixture.program("feed: vacancies")
        for (index, file) in order.enumerated() { try fixture.take(file, by: program, number: index + 1) }
        tables.append(
          try fixture.rows(
            "select source, posting_id, known_at, content_hash, headcount from vacancy_versions order by 1, 2, 3, 4"))
      }
    }
    #expect(tables[0] == tables[1], "seed \(seed)")
  }

  @Test func aFeedWhoseClockIsPartOfItsKeyIsNeverLate() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: supply_pipeline")
      let text = """
        \(Self.header)
        返乡就业,沭阳县,6-05,2023-03,15,2023-02-10
        返乡就业,沭阳县,6-05,2023-03,14,2023-01-10
        返乡就业,沭阳县,6-05,2023-03,14,2023-01-10
        返乡就业,沭阳县,6-05,2023-03,16,2023-01-10
        """
      let counts = try fixture.take(text, as: "supply_pipeline.csv", by: program).counts
      #expect(counts.merged == [2, 1, 0, 1] as [Int])
    }
  }

  @Test func theRegisterHasNoClock() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: enterprises")
      func file(_ names: [String], phone: String = "13812345678") -> String {
        "credit_code,enterprise_name,region,contact_name,contact_phone\n"
          + names.map { "\(Fixture.code),\($0),321322,李经理,\(phone)\n" }.joined()
      }
      func take(_ text: String, _ number: Int, clock: Int) throws -> [Int] {
        let counts = try fixture.take(text, as: "enterprises.csv", by: program, number: number, clock: clock).counts
        return counts.merged
      }
      #expect(try take(file(["甲"]), 1, clock: 1_700_000_000) == [1, 0, 0, 0])
      #expect(try take(file(["甲", "甲"]), 2, clock: 1_700_100_000) == [0, 0, 0, 2])
      #expect(try take(file(["乙", "甲", "乙", "乙"]), 3, clock: 1_700_200_000) == [0, 3, 0, 1])
      // A clock that went backwards: the change still follows the newest version.
      #expect(try take(file(["丙"]), 4, clock: 1_600_000_000) == [0, 1, 0, 0])
      #expect(
        try fixture.rows("select enterprise_name, known_at from enterprise_versions order by known_at") == [
          "甲|-infinity", "乙|2023-11-17 13:46:40", "甲|2023-11-17 13:46:40.000001", "乙|2023-11-17 13:46:40.000002",
          "丙|2023-11-17 13:46:40.000003",
        ])
      #expect(try take(file(["丙"], phone: "13912345678"), 5, clock: 1_700_300_000) == [0, 1, 0, 0])
      #expect(try fixture.rows("select contact_name, contact_phone from enterprise_contacts") == ["李经理|13912345678"])
      #expect(
        try take("credit_code,enterprise_name,region\n\(Fixture.code),丙,321322\n", 6, clock: 1_700_400_000) == [
          0, 0, 0, 1,
        ])
      #expect(
        try fixture.rows("select count(*) from enterprise_contacts") == ["1"],
        "a file without contacts says nothing of them")
    }
  }

  @Test func aRowOfTheRegisterThatComesTwiceIsUnchanged() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: enterprises")
      func row(_ phone: String) -> String { "\(Fixture.code),甲,321322,李经理,\(phone)\n" }
      let header = "credit_code,enterprise_name,region,contact_name,contact_phone\n"
      let twice = try fixture.take(
        header + row("13812345678") + row("13812345678"), as: "enterprises.csv", by: program, number: 1)
      #expect(twice.counts.merged == [1, 0, 0, 1])
      // Another contact in the second row is news; the same once more is not.
      let news = try fixture.take(
        header + row("13812345678") + row("13912345678") + row("13912345678"), as: "enterprises_2.csv", by: program,
        number: 2)
      #expect(news.counts.merged == [0, 1, 0, 2])
      #expect(try fixture.rows("select contact_phone from enterprise_contacts") == ["13912345678"])
    }
  }

  @Test func indicatorsKeepTheirSeriesApart() throws {
    try Fixture.run { fixture in
      let yaml = """
        feed: indicators
        constants: {series: industry, region: "321300"}
        columns:
          openings_end: {from: job_openings, unit: 1000}
          reported_on: {from: month, as: month_end}
        """
      let text = "chain,month,job_openings\nliquor,2014-02,53.5\nliquor,2014-03,\n,2014-03,5\n"
      let result = try fixture.take(text, as: "jolts.csv", by: try Fixture.program(yaml))
      #expect(result.counts.inserted == 3)
      #expect(
        try fixture.rows(
          "select series, region, chain, month, openings_end, known_at from indicator_versions order by 4, 3") == [
            "industry|321300|liquor|2014-02-01|53500|2014-02-28 00:00:00",
            "industry|321300||2014-03-01|5000|2014-03-31 00:00:00",
            "industry|321300|liquor|2014-03-01|∅|2014-03-31 00:00:00",
          ])
      let bare = "chain,region,month,hires,reported_on\n,,2014-03,5,2014-04-01\n"
      let refused = try fixture.take(bare, as: "bare.csv", by: try Fixture.program("feed: indicators"), number: 2)
      #expect(refused.counts.rejectedByReason == ["missing_value": 1])
    }
  }

  @Test func outcomesKnowTheirIndicators() throws {
    try Fixture.run { fixture in
      let text = """
        指标,所属地区,月份,数值,填报日期
        引进各类人才数,宿迁市,2023年1月,12.5,2023-02-03
        无此指标,宿迁市,2023-01,1,2023-02-03
        """
      let result = try fixture.take(text, as: "outcomes.csv", by: try Fixture.program("feed: outcomes"))
      #expect(result.counts.rejectedByReason == ["out_of_range": 1])
      #expect(try fixture.rows("select indicator, value from outcome_versions") == ["talent|12.5"])
    }
  }
}
