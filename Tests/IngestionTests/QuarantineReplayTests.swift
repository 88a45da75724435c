import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

@Suite struct QuarantineReplayTests {
  private static let header =
    "source,posting_id,credit_code,region,chain,occupation,title,headcount,posted_on,updated_at"

  private static func row(_ id: String, chain: String, title: String = "挡车工", day: Int = 2) -> String {
    "s,\(id),\(Fixture.code),321322,\(chain),6-05,\(title),3,2023-01-01,2023-01-0\(day)"
  }

  /// The reference data with one more chain.
  private static var mended: Reference {
    var reference = Fixture.reference
    reference.chains.append(Chain(code: ChainCode(rawValue: "pv"), name: "光伏"))
    return reference
  }

  private static func replay(_ fixture: Fixture, _ program: FeedProgram, run: Int64 = 2) throws -> [QuarantineReplay
    .Outcome]
  {
    try fixture.openRun(run)
    let context = IngestContext(
      connection: fixture.connection, queries: QueryCatalog(root: repositoryRoot + "/sql/queries"), city: "suqian",
      runID: run, clock: 1_700_500_000, localClock: LocalTimestamp(seconds: 1_700_528_800))
    return try OpenFile.list(context).enumerated().map {
      try QuarantineReplay(context: context, program: program).run($0.element, number: $0.offset + 1)
    }
  }

  @Test func rowsThatPassAreMergedInTheirPlaceAndLinked() throws {
    try Fixture.run { fixture in
      let lines = [
        Self.header, Self.row("1", chain: "liquor", day: 3), Self.row("1", chain: "光伏", day: 2),
        Self.row("2", chain: "光伏"),
        Self.row("2", chain: "光伏"), Self.row("2", chain: "光伏", day: 4), Self.row("3", chain: "无此链"),
        Self.row("4", chain: "光伏", title: "电话13812345678"), "\"s,5,无引号结尾",
        Self.row("6", chain: "光伏", title: "\"多行\n岗位\""),
      ]
      let file = try fixture.take(lines.joined(separator: "\n") + "\n", by: try Fixture.program("feed: vacancies"))
      #expect(file.counts.inserted == 1)
      #expect(file.counts.rejected == 8)
      let outcome = try #require(
        try Self.replay(fixture, try Fixture.program("feed: vacancies", reference: Self.mended)).first)
      #expect(outcome.result.counts.merged == [3, 1, 1, 1] as [Int])
      #expect(outcome.result.counts.rejectedByReason == ["unknown_chain": 1, "field_count": 1])
      #expect(outcome.masked == 0)
      #expect(outcome.result.passed == 6)
      #expect(
        try fixture.rows("select line, status, resolved_run_id from quarantine order by line") == [
          "3|replayed|2", "4|replayed|2", "5|replayed|2", "6|replayed|2", "7|open|∅", "8|replayed|2", "9|open|∅",
          "10|replayed|2",
        ])
      #expect(
        try fixture.rows("select posting_id, known_at, run_id, line, title from vacancy_versions order by 1, 2") == [
          "1|2023-01-02 00:00:00|1|3|挡车工", "1|2023-01-03 00:00:00|1|2|挡车工", "2|2023-01-02 00:00:00|1|4|挡车工",
          "2|2023-01-04 00:00:00|1|6|挡车工", "4|2023-01-02 00:00:00|1|8|电话***********",
          "6|2023-01-02 00:00:00|1|10|多行\n岗位",
        ])
      #expect(
        try fixture.rows("select status, read, inserted, rejected from run_files where run_id = 2") == [
          "replayed|8|3|2"
        ])
      // Once more: nothing passes any more, nothing changes.
      let again = try #require(
        try Self.replay(fixture, try Fixture.program("feed: vacancies", reference: Self.mended), run: 3).first)
      #expect(again.result.passed == 0)
      #expect(again.result.counts.rejected == 2)
    }
  }

  /// Rows of which a cell that the feed does not need was masked come back; those of which it needs one do not.
  @Test func cellsThatTheFeedDoesNotNeedDoNoHarm() throws {
    var mended = Fixture.reference
    mended.regions.append(Region(code: RegionCode(rawValue: "321323"), name: "泗阳县", level: "county", parent: nil))
    try Fixture.run { fixture in
      let register = """
        credit_code;enterprise_name;region;法定代表人;contact_name;contact_phone;备注
        \(Fixture.code);洋河,酒厂;泗阳县;欧阳独一;司马无双;13812345678;张三

        """
      let vacancies = """
        source,posting_id,credit_code,region,occupation,headcount,posted_on,updated_at,备注
        s,138-1234-5678,\(Fixture.code),泗阳县,6-05,3,2023-01-01,2023-01-02,找欧阳独一
        s,7,\(Fixture.code),泗阳县,6-05,3,2023-01-01,2023-01-02,找欧阳独一

        """
      try fixture.take(register, as: "enterprises.csv", by: try Fixture.program("feed: enterprises"))
      try fixture.take(vacancies, by: try Fixture.program("feed: vacancies"), number: 2)
      #expect(!(try fixture.everything()).contains("欧阳独一"))
      try fixture.openRun(2)
      let context = fixture.context(run: 2, clock: 1_700_500_000)
      var outcomes: [QuarantineReplay.Outcome] = []
      for (index, file) in try OpenFile.list(context).enumerated() {
        let program = try Fixture.program("feed: \(file.feed.rawValue)", reference: mended)
        outcomes.append(try QuarantineReplay(context: context, program: program).run(file, number: index + 1))
      }
      #expect(outcomes.map(\.result.passed) == [1, 1] as [Int])
      #expect(outcomes.map(\.masked) == [0, 1] as [Int])
      #expect(try fixture.rows("select enterprise_name, region from enterprise_versions") == ["洋河,酒厂|321323"])
      #expect(try fixture.rows("select posting_id from vacancy_versions") == ["7"])
      #expect(try fixture.rows("select count(*) from enterprise_contacts") == ["0"])
    }
  }

  @Test func readsRowsInTheirFilesCharset() throws {
    try Fixture.run { fixture in
      let text = Self.header + "\n" + Self.row("1", chain: "光伏") + "\n"
      let bytes: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] as [UInt8] }
      #expect(try fixture.take(bytes, by: try Fixture.program("feed: vacancies")).counts.rejected == 1)
      let outcome = try #require(
        try Self.replay(fixture, try Fixture.program("feed: vacancies", reference: Self.mended)).first)
      #expect(outcome.result.counts.inserted == 1)
      #expect(try fixture.rows("select chain, title from vacancy_versions") == ["pv|挡车工"])
    }
  }

  @Test func readsObjectsOfJSONLines() throws {
    try Fixture.run { fixture in
      let lines = [
        #"{"source":"s","posting_id":"1","credit_code":"\#(Fixture.code)","region":"321322","occupation":"6-05","headcount":3,"posted_on":"2023-01-01","updated_at":"2023-01-02"}"#,
        #"{"updated_at":"2023-01-02","chain":"光伏","source":"s","posting_id":"2","credit_code":"\#(Fixture.code)","region":"321322","occupation":"6-05","headcount":"4","posted_on":"2023-01-01"}"#,
        #"{"source":"s","posting_id":"1","credit_code":"\#(Fixture.code)","region":"321322","occupation":"6-05","headcount":3,"posted_on":"2023-01-01","updated_at":"2023-01-02"}"#,
        #"{"source":"s","#,
      ]
      let file = try fixture.take(
        lines.joined(separator: "\n"), as: "vacancies.jsonl", by: try Fixture.program("feed: vacancies"))
      #expect(file.counts.merged == [1, 0, 0, 1] as [Int])
      #expect(file.counts.rejectedByReason == ["unknown_chain": 1, "field_count": 1])
      let outcome = try #require(
        try Self.replay(fixture, try Fixture.program("feed: vacancies", reference: Self.mended)).first)
      #expect(outcome.result.counts.inserted == 1)
      #expect(outcome.result.passed == 1)
    }
  }

  @Test func rowsOfPersonsComeBackOnlyWithTheirFile() throws {
    try Fixture.run { fixture in
      let text = """
        person_id,name,region,occupation,registered_on,updated_at
        321322198401072635,周涛文,泗阳县,6-05,2023-01-05,2023-01-06

        """
      #expect(
        try fixture.take(text, as: "unemployment.csv", by: try Fixture.program("feed: unemployment")).counts
          .rejectedByReason == [
            "unknown_region": 1
          ])
      var mended = Fixture.reference
      mended.regions.append(Region(code: RegionCode(rawValue: "321323"), name: "泗阳县", level: "county", parent: nil))
      let program = try Fixture.program("feed: unemployment", reference: mended)
      let outcome = try #require(try Self.replay(fixture, program).first)
      #expect(outcome.masked == 1)
      #expect(try fixture.rows("select count(*) from unemployment_versions") == ["0"])
      let again = try fixture.take(text, as: "unemployment.csv", by: program, run: 3, force: true)
      #expect(again.counts.inserted == 1)
      #expect(again.passed == 1)
      #expect(try fixture.rows("select status, resolved_run_id from quarantine") == ["replayed|3"])
    }
  }
}
