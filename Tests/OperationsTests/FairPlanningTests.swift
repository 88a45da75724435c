import Foundation
import LabourMarket
import Postgres
import Testing

@testable import Operations

@Suite struct FairPlanningTests {
  private static let chains = ["liquor", "food-processing", "textile-apparel", "chemical-fibre", "furnishing"]
  private static let gaps = chains.flatMap { chain in
    ["321322", "321323", "321324"].map { (chain: chain, region: $0, occupation: "6-02", gap: 40 + chain.count * 7) }
  }

  @Test func nightsPlanTowardsTheTargetAndKeepWhatIsNear() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(run: 1, digest: "a", Self.gaps)
      try fixture.report("2022-01-06")
      let days = """
        SELECT day || ' ' || count(*) FROM report_fairs JOIN report_runs USING (city, run_id) WHERE night =
        """
      let first = try fixture.texts("\(days) '2022-01-06' GROUP BY day ORDER BY day")
      // Three halls and two sessions online on a day, less than the six or seven that 300 sessions a year ask for. 5
      // February is Spring Festival; the 8th is too near and was not planned before.
      #expect(
        first == ["2022-01-15", "2022-01-22", "2022-01-29", "2022-02-12", "2022-02-19", "2022-02-26"].map { "\($0) 5" })
      let csv = try String(contentsOfFile: "\(fixture.out)/2022-01-06/周六招聘会安排.csv", encoding: .utf8)
      #expect(csv.contains("2022-01-15,六,沭阳县招聘会场,沭阳县,") && csv.contains("线上直播招聘,全市,"))
      let page = try String(contentsOfFile: "\(fixture.out)/2022-01-06/帮办措施.html", encoding: .utf8)
      #expect(page.contains("2022 年至少 300 场：已办 0 场（上报 0，按安排推算 0），本表本年安排 30 场，尚缺 270 场"))
      #expect(page.contains("2022-02-05 逢节假日停办"))
      #expect(page.contains("<td class=\"wide long\" data-l=\"拟邀企业（预计缺口、联系人）\">"), "the width of a phone")
      // The team's page has its own sessions and those online.
      let team = try String(contentsOfFile: "\(fixture.out)/2022-01-06/321322-沭阳县/缺口清单.html", encoding: .utf8)
      #expect(team.contains("周六招聘会安排") && team.contains("沭阳县招聘会场") && !team.contains("泗阳县招聘会场"))

      // Another forecast a week later: the sessions of the 15th stay as they were, whatever is short now.
      try fixture.forecast(run: 2, digest: "b", [("big-data", "321322", "6-02", 900)])
      try fixture.report("2022-01-13")
      let fixed = """
        SELECT day || venue || chain || region FROM report_fairs JOIN report_runs USING (city, run_id) WHERE day = '2022-01-15'
        AND night =
        """
      let kept = try fixture.texts("\(fixed) '2022-01-13' AND is_fixed ORDER BY 1")
      #expect(try kept == fixture.texts("\(fixed) '2022-01-06' ORDER BY 1") && kept.count == 5)
      let chains =
        "SELECT DISTINCT chain FROM report_fairs JOIN report_runs USING (city, run_id) WHERE NOT is_fixed AND night ="
      #expect(try fixture.texts("\(chains) '2022-01-13'") == ["big-data"])
      // A second run of the night writes the same.
      #expect(try fixture.report("2022-01-13").changed == 0)

      // What was planned counts as held until it is reported; then the report counts.
      try fixture.report("2022-01-17")
      func used(_ night: String) throws -> [String] {
        try fixture.texts(
          "SELECT used FROM report_measures JOIN report_runs USING (city, run_id) WHERE measure = 'job-fair' AND night = '\(night)'"
        )
      }
      #expect(try used("2022-01-17") == ["5"])
      try fixture.database.connect().executeScript(
        Query(
          name: "fixture",
          text: """
            INSERT INTO outcome_versions VALUES
              ('suqian', 'job-fair', '321322', '2022-01-01', '2022-01-30', 3, 3, '2022-01-30', 1, 0, 1),
              ('suqian', 'job-fair', '321323', '2022-01-01', '2022-01-30', 4, 4, '2022-01-30', 1, 0, 2)
            """))
      try fixture.report("2022-01-31")
      #expect(try used("2022-01-31") == ["7"])
      let exports = Exports(session: try fixture.session("2022-01-31T09:00:00"))
      #expect(try exports.write(.fairs, to: "\(fixture.out)/fairs.csv") > 0)
    }
  }

  @Test func theProfileNamesHalls() throws {
    try ReportFixture.with { fixture in
      try fixture.use(delivery: "quiet: {weekends: true, holidays: holidays.csv}\n")
      let path = "\(fixture.profile)/alerts.yaml"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      func settings(_ fairs: String) throws -> AlertSettings {
        let start = try #require(text.range(of: "\nfairs:"))
        try (text[..<start.lowerBound] + "\n" + fairs + "\n").write(toFile: path, atomically: false, encoding: .utf8)
        return try AlertSettings(profile: fixture.profile)
      }
      let own = try settings(
        "fairs: {venues: [{name: 体育馆, regions: [沭阳县, \"321323\"], sessions: 4}], online_sessions: 0}")
      #expect(own.fairs.venues?.first?.id == "体育馆" && own.fairs.onlineSessions == 0)
      try fixture.forecast(run: 1, digest: "a", Self.gaps)
      try fixture.report("2022-01-06")
      #expect(try fixture.texts("SELECT DISTINCT venue FROM report_fairs") == ["体育馆"])
      #expect(try fixture.texts("SELECT DISTINCT region FROM report_fairs ORDER BY 1") == ["321322", "321323"])
      #expect(try fixture.texts("SELECT count(*) FROM report_fairs WHERE day = '2022-01-15'") == ["4"])
      #expect(throws: Failure.self) { try settings("fairs: {score: {waiting: 2}}") }
      #expect(throws: Failure.self) { try settings("fairs: {sessions: 300}") }
      _ = try settings("fairs: {venues: [{name: 体育馆, regions: [火星]}]}")
      try fixture.forecast(run: 2, digest: "b", Self.gaps)
      #expect(throws: Failure.self) { try fixture.report("2022-01-07") }
    }
  }
}
