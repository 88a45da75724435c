import Foundation
import Postgres
import Testing

@testable import Operations

@Suite struct ClassPlanningTests {
  /// Puts the observed gaps of an occupation in a region in place, the same in each of so many months up to 2021-12.
  private func history(
    _ fixture: ReportFixture, run: Int, _ region: String, _ occupation: String, gap: Int, months: Int
  )
    throws
  {
    try fixture.database.connect().executeScript(
      Query(
        name: "fixture",
        text: """
          INSERT INTO forecast_occupations
          SELECT 'suqian', \(run), '', '\(region)', '\(occupation)', DATE '2021-12-01' - make_interval(months => m), \(gap)
            FROM generate_series(0, \(months - 1)) m
          """))
  }

  @Test func gapsThatLastGetClasses() throws {
    try ReportFixture.with { fixture in
      // Two chains of one region add up: 60 + 40 lack textile workers.
      try fixture.forecast(
        run: 1, digest: "a",
        [
          ("textile-apparel", "321322", "6-04", 60), ("chemical-fibre", "321322", "6-04", 40),
          ("liquor", "321323", "6-02", 300),
        ])
      try history(fixture, run: 1, "321322", "6-04", gap: 120, months: 6)
      try history(fixture, run: 1, "321323", "6-02", gap: 300, months: 5)
      try fixture.database.connect().executeScript(
        Query(
          name: "fixture",
          text: """
            INSERT INTO supply_pipeline_versions VALUES
              ('suqian', '订单班', '321322', '', '6-04', '2022-08-01', '2021-12-01', 1, 22, '2021-12-01', 1, 0, 1)
            """))
      try fixture.report("2022-01-06")
      // 100 last, 15 of 22 arrive in August: 85 to prepare, 100 seats, 85 graduates in October. Five months of
      // history say nothing of 6-02.
      #expect(
        try fixture.texts(
          """
          SELECT concat_ws(' ', region, occupation, measure, structural, arriving, need, classes, graduates, still_short, ends_in, reason)
            FROM report_classes
          """) == ["321322 6-04 order-class 100 15 85 {50,50} 85 0 2022-10-01 opened"])
      let csv = try String(contentsOfFile: "\(fixture.out)/2022-01-06/订单班与培训.csv", encoding: .utf8)
      #expect(csv.contains("沭阳县,纺织、针织、印染人员,订单班、冠名班,120,100,100,15,85,2,2×50,100,2022-01,2022-10,85,0,5900,"))
      let page = try String(contentsOfFile: "\(fixture.out)/2022-01-06/321322-沭阳县/缺口清单.html", encoding: .utf8)
      #expect(page.contains("建议开班 2 个、100 人，预计结业 85 人") && page.contains("纺织服装；化学纤维"))
      let other = try String(contentsOfFile: "\(fixture.out)/2022-01-06/321323-泗阳县/订单班与培训.csv", encoding: .utf8)
      #expect(!other.contains("订单班、冠名班"))
      let exports = Exports(session: try fixture.session("2022-01-06T09:00:00"))
      #expect(try exports.write(.classes, to: "\(fixture.out)/classes.csv") == 1)
    }
  }

  @Test func withoutHistoryTheSheetSaysSo() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321323", "6-02", 300)])
      try fixture.report("2022-01-06")
      let page = try String(contentsOfFile: "\(fixture.out)/2022-01-06/帮办措施.html", encoding: .utf8)
      #expect(page.contains("历史不足 6 个月或预测不足 6 个月"))
    }
  }
}
