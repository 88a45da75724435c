import Foundation
import Postgres
import Testing

@testable import Operations

@Suite struct MeasurePlanTests {
  private func report(_ fixture: ReportFixture, _ value: Int, _ indicator: String, _ month: String, known: String)
    throws
  {
    try fixture.database.connect().executeScript(
      Query(
        name: "fixture",
        text: """
          INSERT INTO outcome_versions VALUES ('suqian', '\(indicator)', '321322', '\(month)', '\(known)', \(value), \(value), '2022-01-01', 1,
            0, 1)
          """))
  }

  @Test func capacityAndEffectComeFromReportsAndClosedCasesKnownThatNight() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      try fixture.report("2022-01-06")
      let alerts = AlertsOperations(session: try fixture.session("2022-01-20T10:00:00"))
      let print = "shortage:liquor:321322"
      _ = try alerts.apply(.claim, to: print, .init(officer: "王敏", reason: "claimed"))
      _ = try alerts.apply(.act, to: print, .init(officer: "王敏", reason: "电话"))
      _ = try alerts.apply(.resolve, to: print, .init(officer: "王敏", reason: "done", measure: "returnees", hired: 120))
      try report(fixture, 2400, "training", "2021-12-01", known: "2022-01-05")
      try report(fixture, 2700, "training", "2022-01-01", known: "2022-01-25")
      try report(fixture, 7, "job-fair", "2022-01-01", known: "2022-01-25")
      try report(fixture, 90, "job-fair", "2022-01-01", known: "2022-02-09")
      try fixture.report("2022-01-28")
      func column(_ name: String, _ night: String) throws -> [String] {
        try fixture.texts(
          """
          SELECT measure || ' ' || round(\(name)::numeric, 4) FROM report_measures m JOIN report_runs r USING (city, run_id)
           WHERE night = '\(night)' AND measure IN ('job-fair', 'returnees', 'training') ORDER BY measure
          """)
      }
      #expect(try column("used", "2022-01-06") == ["job-fair 0.0000", "returnees 0.0000", "training 0.0000"])
      // What was reported on 9 February is not known yet.
      #expect(try column("used", "2022-01-28") == ["job-fair 7.0000", "returnees 120.0000", "training 300.0000"])
      // 100,000 by 2023 less 2,400: 48,800 a year.
      #expect(
        try column("capacity", "2022-01-28") == ["job-fair 300.0000", "returnees 50000.0000", "training 48800.0000"])
      // Returnees: 0.27 / 2 of 300 persons and 120 more, of 420.
      #expect(try column("share", "2022-01-28")[1] == "returnees 0.3821")
      // 120 of 600 were hired: (300 × 0.6 + 120) / 900.
      #expect(try column("closure", "2022-01-28")[1] == "returnees 0.3333")
      let csv = try String(contentsOfFile: "\(fixture.out)/2022-01-28/措施容量与成效.csv", encoding: .utf8)
      #expect(csv.contains("返乡就业,返乡引才,普工，技工,1,50000,120,49880,人,13.5%,120,0,38.2%,已计入办结或上报人数"))
      let list = try String(contentsOfFile: "\(fixture.out)/2022-01-28/321322-沭阳县/缺口清单.csv", encoding: .utf8)
      #expect(list.contains("返乡就业：提前启动（约") && list.contains("周六市场主题招聘（约") && list.contains("余 293 场"))
      let page = try String(contentsOfFile: "\(fixture.out)/2022-01-28/帮办措施.html", encoding: .utf8)
      #expect(page.contains("已计入办结或上报人数"))
      let exports = Exports(session: try fixture.session("2022-01-28T09:00:00"))
      #expect(try exports.write(.measures, to: "\(fixture.out)/m.csv") == 13)
    }
  }
}
