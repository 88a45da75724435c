import Assistance
import Foundation
import LabourMarket
import Testing

@testable import Operations

@Suite struct ReportRunTests {
  @Test func aNightWritesListsForTeamsAndCityAndRepeatsThemExactly() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(
        run: 1, digest: "a", [("liquor", "321322", "6-02", 600), ("food-processing", "321323", "6-01", 20)])
      let first = try fixture.report("2022-01-06")
      #expect(first.teams == 9)
      #expect(first.rows == 2)
      #expect(first.files == 76 && first.changed == 76)
      // The chain covers itself in its region; of its occupation, the list has the row.
      #expect(first.told == ["red": 1, "orange": 0, "yellow": 0, "blue": 0])
      #expect(first.listed == ["red": 1, "orange": 0, "yellow": 0, "blue": 0])
      #expect(first.alerts == "told in the city's briefing: red 1; rows of its list: red 1")
      let briefing = try String(
        contentsOfFile: "\(fixture.out)/2022-01-06/321300-宿迁市/简报.html", encoding: .utf8)
      #expect(briefing.contains("简报所列 红色预警 1；清单各行 红色预警 1。"))
      let city = "\(fixture.out)/2022-01-06/321300-宿迁市/缺口清单.csv"
      let before = try Data(contentsOf: URL(fileURLWithPath: city))
      let text = String(decoding: before, as: UTF8.self)
      #expect(text.contains("1,红色预警,酿造（酒）,沭阳县,食品、饮料生产加工人员,1000,600"))
      #expect(text.contains("\r\n,各行合计,,,,2000,620,"))
      let again = try fixture.report("2022-01-06")
      #expect(again.changed == 0)
      #expect(try Data(contentsOf: URL(fileURLWithPath: city)) == before)
      #expect(try fixture.texts("SELECT count(*) FROM report_runs") == ["1"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.out) == ["2022-01-06"])
    }
  }

  @Test func levelsFallAfterTwoCalmNightsAndRanksRemember() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(
        run: 1, digest: "a", [("liquor", "321322", "6-02", 600), ("food-processing", "321323", "6-01", 550)])
      try fixture.report("2022-01-06")
      try fixture.forecast(
        run: 2, digest: "b", [("liquor", "321322", "6-02", 10), ("food-processing", "321323", "6-01", 550)])
      let level =
        "SELECT level || ' ' || status || ' ' || calm_periods FROM alerts WHERE fingerprint = 'shortage:liquor:321322'"
      try fixture.report("2022-01-07")
      try fixture.report("2022-01-07")
      #expect(try fixture.texts(level) == ["red open 1"])
      let rows = "SELECT chain || ' ' || rank || ' ' || level FROM report_rows WHERE team = '321300' AND run_id = "
      let newest = "(SELECT max(run_id) FROM report_runs) ORDER BY rank"
      #expect(try fixture.texts(rows + newest) == ["food-processing 1 red", "liquor 2 red"])
      let csv = try String(contentsOfFile: "\(fixture.out)/2022-01-07/321300-宿迁市/缺口清单.csv", encoding: .utf8)
      let lines = csv.split(separator: "\r\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      let previous = try #require(lines[0].firstIndex(of: "上期排位"))
      let first = try #require(lines[0].firstIndex(of: "首次出现"))
      #expect(lines[1][previous] == "2" && lines[2][previous] == "1")
      #expect(lines[1][first] == "2022-01-06")
      try fixture.report("2022-01-08")
      #expect(try fixture.texts(level) == ["red lapsed 2"])
      #expect(
        try fixture.texts(
          "SELECT event FROM alert_events WHERE fingerprint = 'shortage:liquor:321322' ORDER BY event_no")
          == ["opened", "lapsed"])
      // An earlier night tells no alert anything.
      try fixture.report("2022-01-05")
      #expect(try fixture.texts(level) == ["red lapsed 2"])
    }
  }

  @Test func staleFeedsHoldShortageAlertsAndHaveTheirOwn() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      let connection = try fixture.database.connect()
      try connection.executeScript(
        """
        INSERT INTO runs VALUES ('suqian', 9, 'ingest', '2022-01-06', '2022-01-06', '2022-01-06', '2022-01-06', 'done', 3, NULL, '0', 'h', 1,
          NULL);
        INSERT INTO findings VALUES ('suqian', 9, 1, 'vacancies', 'late', 'no file for 9 days');
        """)
      try fixture.report("2022-01-06")
      #expect(try fixture.texts("SELECT fingerprint || ' ' || level FROM alerts") == ["data:vacancies orange"])
      let page = try String(contentsOfFile: "\(fixture.out)/2022-01-06/321322-沭阳县/缺口清单.html", encoding: .utf8)
      #expect(page.contains("招聘岗位: no file for 9 days"))
    }
  }

  @Test func officersWorkAnAlert() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      try fixture.report("2022-01-06")
      let alerts = AlertsOperations(session: try fixture.session("2022-01-06T09:00:00"))
      let print = "shortage:liquor:321322"
      let team = try alerts.list(team: "沭阳县", all: false)
      #expect(team.contains(print) && !team.contains("\(print):6-02"))
      #expect(try alerts.list(team: "泗阳县", all: false) == "No alerts.\n")
      _ = try alerts.apply(.claim, to: print, .init(officer: "王敏", reason: "claimed"))
      _ = try alerts.apply(.act, to: print, .init(officer: "王敏", reason: "专场招聘会"))
      try fixture.report("2022-01-07")
      let csv = try String(contentsOfFile: "\(fixture.out)/2022-01-07/321322-沭阳县/缺口清单.csv", encoding: .utf8)
      #expect(csv.contains("王敏,帮办中,2022-01-06"))
      _ = try alerts.silence(
        print, until: CalendarDay(year: 2022, month: 1, day: 31), .init(officer: "王敏", reason: "月底补报"))
      _ = try alerts.apply(.resolve, to: print, .init(officer: "王敏", reason: "done", measure: "job-fair", hired: 35))
      let story = try alerts.show(print)
      for word in ["opened", "claimed", "acting", "silenced", "resolved", "hired 35 by job-fair"] {
        #expect(story.contains(word), "\(word)")
      }
      #expect(throws: Failure.self) { try alerts.apply(.claim, to: print, .init(officer: "x", reason: "")) }
      #expect(throws: Failure.self) { try alerts.apply(.claim, to: "shortage:none", .init(officer: "x", reason: "")) }
      #expect(throws: Failure.self) {
        try alerts.apply(.resolve, to: "\(print):6-02", .init(officer: "x", reason: "", measure: "magic"))
      }
    }
  }

  @Test func listsOfAnOldForecastLookBackOnly() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      let night = try fixture.report("2022-01-31")
      #expect(night.finding == nil)
      let late = try fixture.report("2022-02-01")
      let finding = try #require(late.finding)
      #expect(finding.contains("2022-01") && finding.contains("2021-12"))
      #expect(late.files == night.files - 10 && late.told == night.told && late.listed == night.listed)
      #expect(try fixture.texts("SELECT night FROM report_runs") == ["2022-01-31"])
      #expect(try fixture.texts("SELECT DISTINCT evaluated_for FROM alerts") == ["2022-01-31"])
    }
  }

  @Test func aDecisionMadeWhileANightWorksStays() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      try fixture.report("2022-01-06")
      let session = try fixture.session("2022-01-07T02:00:00")
      func night(_ status: String, closed: String?) throws -> [String] {
        let closed = closed.map { "\"\($0)\"" } ?? "null"
        let record = """
          [{"fingerprint": "shortage:liquor:321322", "opened_on": "2022-01-06", "kind": "shortage", "chain": "liquor",
            "region": "321322", "occupation": "", "team": "321322", "level": "red", "status": "\(status)", "calm_periods": 0,
            "calm_level": "none", "evaluated_for": "2022-01-07", "closed_on": \(closed)}]
          """
        try session.connection.execute(
          session.queries["assistance/put_alerts"], [.text("suqian"), .int(7), .json(record)])
        return try fixture.texts(
          "SELECT concat_ws(' ', status, officer, closed_on) FROM alerts WHERE fingerprint = 'shortage:liquor:321322'")
      }
      let alerts = AlertsOperations(session: session)
      _ = try alerts.apply(.claim, to: "shortage:liquor:321322", .init(officer: "王敏", reason: "claimed"))
      #expect(try night("open", closed: nil) == ["claimed 王敏"])
      _ = try alerts.apply(.act, to: "shortage:liquor:321322", .init(officer: "王敏", reason: "fair"))
      #expect(try night("lapsed", closed: "2022-01-07") == ["acting 王敏"])
    }
  }

  @Test func reasonsDoNotTellFewerThanFive() {
    func reason(_ employed: Double) -> String {
      AlertEvaluation.reason(
        .opened, LevelEvidence(exceedance: 1, openings: 30, forecast: 30, employed: employed), .standard)
    }
    #expect(!reason(4.4).contains("rate"))
    #expect(reason(4.6).contains("rate"))
  }

  @Test func aBriefingTellsWhatChangedSinceTheNightBefore() throws {
    try ReportFixture.with { fixture in
      func text(_ night: String, _ team: String) throws -> String {
        try String(contentsOfFile: "\(fixture.out)/\(night)/\(team)/简报.html", encoding: .utf8)
      }
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      try fixture.report("2022-01-06")
      // The first night tells all that stands: the chain, not its region and cell below it, which are no graver.
      let first = try text("2022-01-06", "321300-宿迁市")
      #expect(first.contains("首份简报") && first.contains("<b>酿造（酒） · 宿迁市</b>"))
      #expect(!first.contains("沭阳县") && first.contains("当前缺口 600 人"))
      let team = try text("2022-01-06", "321322-沭阳县")
      #expect(team.contains("<b>酿造（酒） · 沭阳县</b>") && !team.contains("食品、饮料生产加工人员</b>"))

      let session = try fixture.session("2022-01-06T10:00:00")
      _ = try AlertsOperations(session: session).apply(
        .claim, to: "shortage:liquor:321322", .init(officer: "王敏", reason: "<电话>联系"))
      try fixture.forecast(
        run: 2, digest: "b", [("liquor", "321322", "6-02", 600), ("textile", "321322", "6-04", 900)])
      try fixture.report("2022-01-07")
      let second = try text("2022-01-07", "321322-沭阳县")
      #expect(second.contains("新增与加重") && second.contains("王敏 已认领（&lt;电话&gt;联系）"))
      #expect(!second.contains("<b>酿造（酒） · 沭阳县</b></div><div>新增"))
      try fixture.report("2022-01-08")
      #expect(try text("2022-01-08", "321322-沭阳县").contains("与上期相比没有变化"))
    }
  }

  @Test func exportsAreTables() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      try fixture.report("2022-01-06")
      let exports = Exports(session: try fixture.session("2022-01-06T09:00:00"))
      let csv = "\(fixture.out)/x.csv"
      #expect(try exports.write(.forecast, to: csv) == 30)
      let lines = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\r\n")
      #expect(lines[0] == "as_of,level,chain,region,occupation,month,horizon,mean,p10,p50,p90,threshold,p_exceed")
      let json = "\(fixture.out)/x.jsonl"
      #expect(try exports.write(.shortfalls, to: json) == 1)
      let text = try String(contentsOfFile: json, encoding: .utf8)
      #expect(text.contains("\"rank\":1,\"team_rank\":1,\"level\":\"red\""))
      for subject in [ExportSubject.ledger, .quarantine, .alerts, .surpluses] {
        _ = try exports.write(subject, to: csv)
      }
      #expect(throws: Failure.self) { try exports.write(.alerts, to: "x.txt") }
      #expect(throws: Failure.self) { try exports.write(.forecast, to: csv, asOf: Month(year: 2020, month: 1)) }
    }
  }

  @Test func withoutAForecastNothingIsWritten() throws {
    try ReportFixture.with { fixture in
      #expect(throws: Failure.self) { try fixture.report("2022-01-06") }
      let told = try fixture.texts("SELECT (SELECT count(*) FROM report_runs) || ' ' || status FROM runs")
      #expect(told == ["0 failed"])
      let files = try FileManager.default.contentsOfDirectory(atPath: fixture.out)
      #expect(files == [])
    }
  }
}

@Suite struct SharingProposalTests {
  @Test func lendersAndBorrowersMeetNearby() throws {
    try ReportFixture.with { fixture in
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 60), ("liquor", "321323", "6-02", 60)])
      let connection = try fixture.database.connect()
      try connection.executeScript(
        """
        INSERT INTO forecast_enterprises VALUES
          ('suqian', 1, '', 'B1', 'liquor', '321322', '6-02', 20, NULL, 20, NULL, NULL, NULL),
          ('suqian', 1, '', 'B2', 'liquor', '321323', '6-02', 20, NULL, 20, NULL, NULL, NULL),
          ('suqian', 1, '', 'B3', 'liquor', '321323', '2-02', 20, NULL, 90, NULL, NULL, NULL);
        INSERT INTO forecast_surpluses VALUES ('suqian', 1, '', 'A1', 'liquor', '321323', 100, 130, 130, 30, NULL),
          ('suqian', 1, '', 'A2', 'liquor', '321323', 50, 54, 54, 4, NULL);
        """)
      try fixture.report("2022-01-06")
      let folder = "\(fixture.out)/2022-01-06"
      let all = try String(contentsOfFile: "\(folder)/321300-宿迁市/共享用工建议.csv", encoding: .utf8)
      let rows = all.split(separator: "\r\n").dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      // Twenty in the same county first, the other ten to the neighbour; engineers are not lent, nor surpluses below five.
      #expect(rows.map { [$0[1], $0[5], $0[9]] }.dropLast() == [["A1", "B2", "20"], ["A1", "B1", "10"]])
      let other = try String(contentsOfFile: "\(folder)/321324-泗洪县/共享用工建议.csv", encoding: .utf8)
      #expect(other.split(separator: "\r\n").count == 1)
    }
  }
}
