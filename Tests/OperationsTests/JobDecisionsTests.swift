import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Operations

@Suite struct JobDecisionsTests {
  private static let header =
    "source,channel,posting_id,credit_code,enterprise_name,region,occupation,title,headcount,filled,salary_min,salary_max,posted_on,closes_on,status,updated_at"
  private static let codes = ["914403001922038216", "91330100799655058B", "9144030071526726XG"]

  private static func file(_ rows: [String]) -> String { header + "\n" + rows.joined(separator: "\n") + "\n" }

  private static func row(
    _ source: String, _ id: String, code: Int = 0, channel: String = "云招聘", headcount: Int = 5, filled: Int = 0,
    salary: Int = 4000, posted: String = "2023-01-02", status: String = "open", at: String
  ) -> String {
    "\(source),\(channel),\(id),\(codes[code]),宿迁纺织有限公司,321322,6-05,缝纫工,\(headcount),\(filled),\(salary),\(salary + 1000),"
      + "\(posted),2023-12-31,\(status),\(at)"
  }

  /// Versions of many alike postings, in nights of any order: the decisions are those of the oracle over all of them.
  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func nightsInAnyOrderDecideTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func pick<T>(_ items: [T]) -> T { items[Int.random(in: 0..<items.count, using: &random)] }
    func day(_ number: Int) -> String { "2023-01-\(number < 10 ? "0" : "")\(number)" }
    let rows = (0..<120).map { number in
      let posted = Int.random(in: 1...20, using: &random)
      return Self.row(
        pick(["hr", "portal-a", "portal-b"]), "P\(number % 60)", code: pick([0, 0, 1, 2]),
        channel: pick(["云招聘", "周六市场"]),
        headcount: pick([5, 5, 6]), salary: pick([4000, 5000]), posted: day(posted),
        at: "\(day(posted + Int.random(in: 0...8, using: &random)))T0\(Int.random(in: 0...9, using: &random)):00:00")
    }
    let nights = (0..<6).map { night in rows.enumerated().filter { $0.offset % 6 == night }.map(\.element) }
    let link =
      "credit_code,kind,successor_code,alias,valid_from,known_on,note\n\(Self.codes[1]),recoded,\(Self.codes[2]),,2023-01-10,,\n"
    var found: [[String]] = []
    for order in [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5].shuffled(using: &random), []] {
      try Bureau.with { bureau in
        try bureau.write("reference/enterprise_links.csv", link)
        if order.isEmpty { try bureau.night("2023-02-01", "vacancies.csv", Self.file(rows.shuffled(using: &random))) }
        for (number, night) in order.enumerated() {
          try bureau.night("2023-02-0\(number + 1)", "vacancies-\(number).csv", Self.file(nights[night]))
        }
        found.append(try bureau.decisions())
      }
    }
    #expect(found[0].count > 5, "seed \(seed)")
    #expect(found[1] == found[0], "seed \(seed): nights in another order")
    #expect(found[2] == found[0], "seed \(seed): all at once")
  }

  @Test func aJobOnThreePortalsCountsOnceAndTheNewestReportStands() throws {
    try Bureau.with { bureau in
      try bureau.night(
        "2023-01-20", "vacancies-1.csv",
        Self.file([
          Self.row("hr", "1", at: "2023-01-02T08:00:00"),
          Self.row("portal-a", "77", posted: "2023-01-04", at: "2023-01-04T09:00:00"),
          Self.row("portal-b", "x:9", posted: "2023-01-05", at: "2023-01-05T09:00:00"),
          // Another job of the same employer: more money.
          Self.row("portal-b", "10", salary: 6000, posted: "2023-01-05", at: "2023-01-05T09:00:00"),
        ]))
      let month = Month(year: 2023, month: 1)
      #expect(try bureau.openings("2023-02-02", month) == 10)
      #expect(try bureau.decisions().count == 2)
      let text = try Employers(session: bureau.session("2023-02-02")).explain("portal-b:x:9", asOf: nil)
      #expect(text.hasPrefix("job hr:1, 3 postings"))
      #expect(
        text.contains(
          "portal-a:77  same job since 2023-01-04 09:00:00: employer, occupation, region, title, salary, headcount, posted_on"
        ))
      // The bureau's own posting is filled; copies that nobody tends no longer hold the job open.
      try bureau.night(
        "2023-02-02", "vacancies-2.csv",
        Self.file([Self.row("hr", "1", filled: 5, status: "filled", at: "2023-01-25T08:00:00")]))
      #expect(try bureau.openings("2023-02-02", month) == 5)
      // Nothing new: nothing is written.
      let before = try bureau.database.connect().query("select max(run_id), count(*) from job_decisions").one().string(
        0)
      try bureau.night("2023-02-03")
      #expect(
        try bureau.database.connect().query("select max(run_id), count(*) from job_decisions").one().string(0) == before
      )
    }
  }

  @Test func aNewRuleSaysHowFarItShiftsTheLevelAndThePastKeepsItsRule() throws {
    try Bureau.with { bureau in
      let rows = [
        Self.row("hr", "1", at: "2023-01-02T08:00:00"),
        Self.row("portal-a", "2", headcount: 6, at: "2023-01-03T08:00:00"),
      ]
      try bureau.night("2023-01-20", "vacancies.csv", Self.file(rows))
      #expect(try bureau.openings("2023-04-02", Month(year: 2023, month: 1)) == 11)
      let rules = try String(contentsOfFile: bureau.folder + "/deduplication.yaml", encoding: .utf8)
      try bureau.write(
        "deduplication.yaml", rules.replacingOccurrences(of: "headcount_within: 0", with: "headcount_within: 2"))
      do {
        try bureau.night("2023-02-02")
        Issue.record("a rule that was changed in its place was taken")
      } catch let failure as Failure {
        #expect(failure.status == .usage && failure.message.contains("rule 1 is not the one"))
      }
      try bureau.write(
        "deduplication.yaml",
        rules
          + "  - {version: \"2\", valid_from: 2023-02-10, same: [occupation, region, title, salary], headcount_within: 2}\n"
      )
      let findings = try bureau.night("2023-02-12")
      #expect(
        findings == [
          "deduplication rule 2 (in force from 2023-02-10) counts 1 open jobs that seek 6 persons, rule 1 counts 2 that seek 11."
        ])
      #expect(try bureau.openings("2023-04-02", Month(year: 2023, month: 1)) == 11)
      #expect(try bureau.openings("2023-04-02", Month(year: 2023, month: 2)) == 6)
      #expect(try bureau.night("2023-02-13").isEmpty)
    }
  }

  @Test func linkedEnterprisesAreOneEmployerFromTheDayOfTheLink() throws {
    try Bureau.with { bureau in
      try bureau.night(
        "2023-01-20", "headcount.csv",
        "credit_code,month,headcount,reported_on\n\(Self.codes[0]),2023-01,100,2023-01-18\n\(Self.codes[1]),2023-01,50,2023-01-18\n"
      )
      try bureau.night(
        "2023-01-21", "enterprises.csv",
        "credit_code,enterprise_name,region,chain\n\(Self.codes[0]),宿迁纺织有限公司,321322,textile-apparel\n\(Self.codes[1]),宿迁 纺织（有限责任公司）,321324,textile-apparel\n"
      )
      try bureau.night(
        "2023-01-22", "vacancies.csv",
        Self.file([
          Self.row("hr", "1", at: "2023-01-02T08:00:00"),
          Self.row("portal-a", "2", code: 1, posted: "2023-01-03", at: "2023-01-03T08:00:00"),
          Self.row("hr", "3", salary: 5000, posted: "2023-02-20", at: "2023-02-20T08:00:00"),
          Self.row("portal-a", "4", code: 1, salary: 5000, posted: "2023-02-21", at: "2023-02-21T08:00:00"),
        ]))
      func employed(_ month: String) throws -> [String] {
        let session = try bureau.session("2023-06-01")
        return try session.connection.query(
          session.queries["shortfall/employment"], [.text("suqian"), .text("\(month) 23:59:59")]
        ).map { "\(try $0.string(1)) \(try $0.string(2))" }
      }
      func expectEmployed(_ day: String, _ expected: [String]) throws {
        let found = try employed(day)
        #expect(found == expected, "as of \(day)")
      }
      try expectEmployed("2023-02-28", ["321322 100", "321324 50"])
      #expect(try bureau.decisions().isEmpty)
      let proposals = try Employers(session: bureau.session("2023-03-01")).propose(to: bureau.folder + "/p.csv")
      #expect(proposals == 1)
      #expect(try bureau.decisions().isEmpty, "a proposal links nothing")
      let csv = try String(contentsOfFile: bureau.folder + "/p.csv", encoding: .utf8)
      #expect(csv.contains("same name: 宿迁"))

      try bureau.write(
        "reference/enterprise_links.csv",
        "credit_code,kind,successor_code,alias,valid_from,known_on,note\n\(Self.codes[1]),merged,\(Self.codes[0]),,2023-02-01,2023-02-15,公告\n"
      )
      try bureau.night("2023-03-02")
      #expect(
        try bureau.decisions() == [
          "portal-a|4|hr|3|\(Self.codes[0])|2023-02-21 00:00:00".replacingOccurrences(of: "00:00:00", with: "08:00:00")
            + "|{employer,occupation,region,title,salary,headcount,posted_on}"
        ])
      // Not seen before the bureau knew of it; then the figure of the absorbed one is added until the other reports for the month or later.
      try expectEmployed("2023-02-14", ["321322 100", "321324 50"])
      try expectEmployed("2023-02-28", ["321322 150"])
      try bureau.night(
        "2023-03-20", "headcount-2.csv",
        "credit_code,month,headcount,reported_on\n\(Self.codes[0]),2023-02,148,2023-03-18\n")
      try expectEmployed("2023-03-31", ["321322 148"])
      try expectEmployed("2023-02-28", ["321322 150"])
      let session = try bureau.session("2023-06-01")
      let cells = try session.connection.query(
        session.queries["shortfall/postings"], [.text("suqian"), .text("2023-02-28 23:59:59")]
      ).filter { try $0.string(0) == "employer" }
      let holders = try Set(cells.map { try $0.string(4) })
      #expect(holders == [Self.codes[0]])
      let openings = try cells.reduce(0) { try $0 + $1.int(6) }
      #expect(openings == 15, "two jobs from before the merger, one after it")
    }
  }

  @Test func aWrongLinkNamesFileAndLine() throws {
    try Bureau.with { bureau in
      func message(_ rows: String) throws -> String {
        try bureau.write("reference/enterprise_links.csv", "credit_code,kind,successor_code,valid_from\n" + rows)
        do {
          _ = try bureau.session("2023-01-01")
          return ""
        } catch let failure as Failure { return failure.message }
      }
      let cases = [
        ("A,swallowed,B,\n", "enterprise_links.csv:2: column kind “swallowed” is none of"),
        ("A,merged,B,2023-13-01\n", "enterprise_links.csv:2: column valid_from"),
        ("A,merged,B,\nB,merged,A,\n", "enterprise_links.csv:3: column successor_code A leads back"),
        ("A,merged,,\n", "enterprise_links.csv:2: column successor_code is empty"),
      ]
      for (rows, expected) in cases {
        let found = try message(rows)
        #expect(found.contains(expected))
      }
      let right = try message("A,merged,B,\n")
      #expect(right.isEmpty)
    }
  }

  /// Digits 3–8 of a code name the registrar; the record says where the posts are.
  @Test func theRegionComesFromTheRecord() throws {
    try Bureau.with { bureau in
      // 440300 is Shenzhen, 330100 Hangzhou; both posts are in Shuyang (321322).
      try bureau.night(
        "2023-02-01", "vacancies.csv",
        Self.file([
          Self.row("hr", "1", at: "2023-01-02T08:00:00"), Self.row("hr", "2", code: 1, at: "2023-01-02T08:00:00"),
        ]))
      let session = try bureau.session("2023-02-02")
      let rows = try session.connection.query(
        session.queries["shortfall/postings"], [.text("suqian"), .text("2023-01-31 23:59:59")])
      let openings = try rows.filter { try $0.string(0) == "month" }.map { "\(try $0.string(2)) \(try $0.int(6))" }
      #expect(openings == ["321322 10"])
    }
  }
}
