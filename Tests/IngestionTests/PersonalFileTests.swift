import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

/// Files that speak of persons in places where the feed does not expect them.
@Suite struct PersonalFileTests {
  private static let people = [("321322198401072635", "欧阳独一"), ("321322199412228636", "司马无双")]

  /// Neither a missing header nor a wrong header row puts a person's data into messages or the ledger.
  @Test(arguments: ["feed: unemployment", "feed: unemployment\nformat: {header: 1}"])
  func aHeaderlessFileTellsNothing(yaml: String) throws {
    try Fixture.run { fixture in
      let text = Self.people.map { "\($0.0),\($0.1),321322,6-05,2023-01-05,2023-01-06\n" }.joined()
      let result = try fixture.take(text, as: "unemployment.csv", by: try Fixture.program(yaml))
      #expect(result.status == .refused)
      #expect(result.message?.contains("6 columns") == true || result.message?.contains("6 unknown") == true)
      let everything = try fixture.everything() + (result.message ?? "")
      for (id, name) in Self.people {
        #expect(!everything.contains(id))
        #expect(!everything.contains(name))
      }
    }
  }

  /// A name in a column that the feed does not know, in a free text beside it, or slipped into a known column.
  @Test func namesInUnknownAndSlippedColumnsAreMasked() throws {
    try Fixture.run { fixture in
      let text = """
        person_id,人员姓名,region,occupation,reason,registered_on,updated_at
        321322198401072635,欧阳独一,无此地,6-05,欧阳独一辞职,2023-01-05,2023-01-06
        321322199412228636,,司马无双,6-05,,2023-01-05,2023-01-06

        """
      let result = try fixture.take(text, as: "unemployment.csv", by: try Fixture.program("feed: unemployment"))
      #expect(result.counts.rejected == 2)
      let everything = try fixture.everything()
      for (id, name) in Self.people {
        #expect(!everything.contains(id))
        #expect(!everything.contains(name))
      }
      #expect(
        try fixture.rows("select ltrim(convert_from(raw, 'UTF8'), E'\\uFEFF') from quarantine order by line") == [
          "***,***,***,6-05,***,2023-01-05,2023-01-06", "***,,***,6-05,,2023-01-05,2023-01-06",
        ])
    }
  }

  /// A number that the end of what is shown would cut is masked before it is cut.
  @Test(arguments: [0, 60, 70, 79, 1_010, 5_000]) func longHeadersAreShortened(before: Int) {
    let header = String(repeating: "u", count: before) + " 11010519491231002X " + String(repeating: "v", count: 9_000)
    let shown = PersonText.shown(header, at: 0, isPersonal: false)
    #expect(shown.count == 81 && shown.hasSuffix("…"))
    #expect(!shown.contains("1"))
  }

  @Test func theRegisterKeepsNoUnknownColumns() throws {
    try Fixture.run { fixture in
      let text = """
        credit_code,enterprise_name,region,法定代表人
        \(Fixture.code),洋河酒厂,无此地,欧阳独一

        """
      let program = try Fixture.program("feed: enterprises")
      #expect(try fixture.take(text, as: "enterprises.csv", by: program).counts.rejected == 1)
      #expect(
        try fixture.rows("select ltrim(convert_from(raw, 'UTF8'), E'\\uFEFF') from quarantine") == [
          "\(Fixture.code),洋河酒厂,无此地,***"
        ])
    }
  }

  /// Two descriptions with patterns of one length never read the same file.
  @Test func oneDescriptionReadsAFile() throws {
    let all = try ["feeds/a.yaml", "feeds/b.yaml"].map {
      try FeedDescription(text: "feed: vacancies\nsource: {inbox: \"vacancies*\"}", path: $0)
    }
    #expect(all.map { $0.wants("vacancies-1.csv", among: all) } == [true, false])
    #expect(all.map { $0.wants("vacancies-1.csv", among: all.reversed()) } == [true, false])
  }
}
