import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

/// Rows that pass later stand where they would stand had they passed at once.
@Suite struct PlaceTests {
  private static let header =
    "source,posting_id,credit_code,region,chain,occupation,title,headcount,posted_on,updated_at"

  private static func row(_ id: String, _ chain: String, _ title: String) -> String {
    "s,\(id),\(Fixture.code),321322,\(chain),6-05,\(title),3,2023-01-01,2023-01-02\n"
  }

  private static var mended: Reference {
    var reference = Fixture.reference
    reference.chains.append(Chain(code: ChainCode(rawValue: "pv"), name: "光伏"))
    return reference
  }

  /// Two files of two nights with the same keys and the same moments: which one counts is told by the order of receipt alone.
  private static let nights = [
    header + "\n" + row("1", "光伏", "甲") + row("2", "liquor", "甲") + row("3", "光伏", "甲") + row("3", "光伏", "乙"),
    header + "\n" + row("1", "光伏", "丙") + row("2", "liquor", "丙") + row("3", "liquor", "丙"),
  ]

  private static let history: Query = """
    select posting_id, chain, title, known_at, received_at, run_id, file_no, line,
           row_number() over (partition by posting_id order by known_at, received_at, run_id, file_no, line) as position
      from vacancy_versions order by posting_id, position
    """

  @Test(arguments: [true, false]) func aReplayGivesTheHistoryOfAnUndisturbedRun(isReplayed: Bool) throws {
    var undisturbed: [String] = []
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: vacancies", reference: Self.mended)
      for (night, text) in Self.nights.enumerated() {
        try fixture.take(
          text, as: "vacancies-\(night).csv", by: program, run: Int64(night + 1), number: 3,
          clock: 1_700_000_000 + night * 86_400)
      }
      undisturbed = try fixture.rows(Self.history)
    }
    try Fixture.run { fixture in
      let before = try Fixture.program("feed: vacancies")
      let after = try Fixture.program("feed: vacancies", reference: Self.mended)
      for (night, text) in Self.nights.enumerated() {
        let file = try fixture.take(
          text, as: "vacancies-\(night).csv", by: before, run: Int64(night + 1), number: 3,
          clock: 1_700_000_000 + night * 86_400)
        #expect(file.counts.rejected == (night == 0 ? 3 : 1))
      }
      if isReplayed {
        try fixture.openRun(7)
        let context = fixture.context(run: 7, clock: 1_701_000_000)
        for (number, file) in try OpenFile.list(context).enumerated() {
          let outcome = try QuarantineReplay(context: context, program: after).run(file, number: number + 1)
          #expect(outcome.result.passed == file.rows)
        }
      } else {
        for (night, text) in Self.nights.enumerated() {
          let again = try fixture.take(
            text, as: "vacancies-\(night).csv", by: after, run: 7, number: night + 1, clock: 1_701_000_000, force: true)
          #expect(again.passed == (night == 0 ? 3 : 1))
        }
      }
      #expect(try fixture.rows(Self.history) == undisturbed)
      #expect(try fixture.rows("select distinct status, resolved_run_id from quarantine") == ["replayed|7"])
    }
  }

  /// The register has no clock of its own: an old file that is read again overrules nothing that came after it.
  @Test func anOldRegisterReadAgainChangesNothing() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: enterprises")
      func file(_ name: String, _ phone: String) -> String {
        """
        credit_code,enterprise_name,region,contact_name,contact_phone
        \(Fixture.code),\(name),321322,王某,\(phone)
        \(Fixture.otherCode),甲厂,321322,,
        \(Fixture.otherCode),乙厂,321322,,

        """
      }
      try fixture.take(file("旧名", "1"), as: "enterprises-1.csv", by: program, run: 1, clock: 1_700_000_000)
      try fixture.take(file("新名", "2"), as: "enterprises-2.csv", by: program, run: 2, clock: 1_700_100_000)
      let query: Query = "select * from enterprise_versions order by credit_code, known_at"
      let stored = try fixture.rows(query)
      for (run, number) in [(3, 1), (3, 2), (4, 2), (4, 1)] {
        let again = try fixture.take(
          file(number == 1 ? "旧名" : "新名", "\(number)"), as: "enterprises-\(number).csv", by: program, run: Int64(run),
          number: number, clock: 1_700_000_000 + run * 100_000, force: true)
        #expect(again.counts.merged == [0, 0, 0, 3] as [Int])
      }
      #expect(try fixture.rows(query) == stored)
      #expect(
        try fixture.rows("select contact_phone, run_id from enterprise_contacts") == ["2|2"])
    }
  }

  /// A file that no longer fits its description does not keep the others from being run again.
  @Test func aHeaderThatNoLongerFitsIsAFaultOfItsFile() throws {
    try Fixture.run { fixture in
      try fixture.take(Self.nights[0], by: try Fixture.program("feed: vacancies"))
      let other = try Fixture.program("feed: vacancies\ncolumns: {education: 学历}\nrules: {required: [education]}")
      try fixture.openRun(2)
      let context = fixture.context(run: 2, clock: 1_700_500_000)
      let open = try #require(try OpenFile.list(context).first)
      #expect(throws: HeaderFault.self) {
        try QuarantineReplay(context: context, program: other).run(open, number: 1)
      }
      #expect(try fixture.rows("select distinct status from quarantine") == ["open"])
      #expect(try fixture.rows("select count(*) from run_files where run_id = 2") == ["0"])
    }
  }
}
