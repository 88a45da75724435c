import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Operations
@testable import Shortfall

@Suite struct ForecastRunTests {
  private static let script: Query = {
    let path = repositoryRoot + "/Tests/Fixtures/small_city.sql"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return Query(name: "small city", text: text)
  }()

  private func withCity(now: String = "2021-07-05", _ body: (Session) throws -> Void) throws {
    try TestDatabase.withDatabase { database in
      let session = try Session(
        .init(
          profile: repositoryRoot + "/jobs/suqian", database: database.url, quiet: true, now: now,
          environment: ["LABOURWATCH_RESOURCES": repositoryRoot]))
      try session.connection.executeScript(Self.script)
      try body(session)
    }
  }

  private func forecast(_ session: Session, _ asOf: String? = nil) throws -> ForecastSummary {
    var out: ForecastSummary?
    _ = try session.run("forecast") { run in
      let made = try ForecastRun(session).run(.init(asOf: asOf.flatMap { Month($0) }), in: run)
      out = made
      var summary = RunSummary()
      summary.forecast = made
      return summary
    }
    return try #require(out)
  }

  private func rows(_ session: Session, _ asOf: String) throws -> [String] {
    let month = try #require(Month(asOf))
    let run = try session.connection.query(
      session.queries["reporting/forecast_as_of"], [.text("suqian"), .date(month.firstDay.ordinal)]
    ).one().int(0)
    let rows = try session.connection.query(
      session.queries["shortfall/export_forecast"], [.text("suqian"), .int(run)])
    return try rows.map { row in try (0..<row.count).map { try row.string($0) }.joined(separator: ",") }
  }

  @Test func countsTheStockAsTheContractDefinesIt() throws {
    try withCity { session in
      let panel = try CityPanelReader(connection: session.connection, queries: session.queries, city: "suqian")
        .readPanel(
          asOf: Month(year: 2021, month: 6))
      // The definition itself, month by month: the newest version by the month's end, open and valid.
      for t in [0, 5, 17, panel.months - 1] {
        let end = (panel.start + t).lastDay
        let row = try session.connection.query(
          """
          select coalesce(sum(greatest(headcount - filled, 0)), 0) as gap from (
            select distinct on (source, posting_id) * from vacancy_versions
            where city = 'suqian' and known_at < $1::date + 1 order by source, posting_id, known_at desc) v
          where status = 'open' and posted_on <= $1::date and (closes_on is null or closes_on >= $1::date)
          """, [.text(end.description)]
        ).one()
        #expect(panel.openings.column(t).reduce(0, +) == (try row.double(0)), "at \(end)")
      }
      #expect(panel.newOpenings.values.reduce(0, +) > 0 && panel.hires.values.reduce(0, +) > 0)
    }
  }

  @Test func aSecondRunFindsTheForecastAndLaterRecordsDoNotChangeThePast() throws {
    try withCity { session in
      let first = try forecast(session, "2021-03")
      #expect(!first.reused && first.cells == 12)
      let before = try rows(session, "2021-03")
      #expect(try forecast(session, "2021-03").reused)
      // A new posting and a late correction, both known only after March.
      try session.connection.execute(
        """
        insert into vacancy_versions
        select city, source, posting_id, '2021-05-20', 99, job, channel, credit_code, enterprise_name, region, chain, occupation, title,
          headcount + 50, filled, salary_min, salary_max, education, posted_on, closes_on, 'open', received_at, run_id, file_no, line
        from vacancy_versions where posting_id = 'P1-26-0' and status = 'open' and filled = 0
        """)
      let again = try forecast(session, "2021-03")
      #expect(again.reused && again.runID == first.runID)
      let changed = try forecast(session, "2021-05")
      #expect(!changed.reused)
      _ = try session.run("forecast") { run in
        _ = try ForecastRun(session).run(.init(asOf: Month("2021-03"), always: true), in: run)
        return RunSummary()
      }
      #expect(try rows(session, "2021-03") == before)
    }
  }

  @Test func tablesHoldDriversThatAddUpEnterprisesAndSurpluses() throws {
    try withCity { session in
      _ = try forecast(session)
      let off = try session.connection.query(
        """
        select count(*) as n, max(abs(v.mean - d.persons)) as off from forecast_values v
        join (select run_id, level, chain, region, occupation, month, sum(persons) as persons from forecast_drivers
          where city = 'suqian' group by 1, 2, 3, 4, 5, 6) d using (run_id, level, chain, region, occupation, month)
        where v.city = 'suqian'
        """
      ).one()
      #expect(try off.int(0) > 100 && off.double(1) < 1e-6)
      let enterprises = try session.connection.query(
        "select count(*), sum(openings) from forecast_enterprises where city = 'suqian'"
      ).one()
      let city = try session.connection.query(
        "select openings, response, quality from forecast_nodes where city = 'suqian' and level = 'city'"
      ).one()
      #expect(try enterprises.double(1) == city.double(0))
      #expect(try city.double(1) == 0.75, "nine of twelve answered")
      let surplus = try session.connection.query(
        "select credit_code, reason from forecast_surpluses where city = 'suqian' order by surplus desc limit 1")
      #expect(try surplus.allSatisfy { try $0.string(0) == "E3" })
      // Its terms add up, and what a plan and an opening both ask for counts once: the need is by occupation the largest.
      let terms = try session.connection.query(
        """
        select s.credit_code, s.surplus, s.shed + s.machines - s.need, s.need, e.need, e.sum
        from forecast_surpluses s left join (
          select credit_code, sum(greatest(openings, planned_hires, expected)) as need,
            sum(openings + coalesce(planned_hires, 0)) as sum
          from forecast_enterprises where city = 'suqian' group by credit_code) e using (credit_code)
        where s.city = 'suqian'
        """)
      for row in terms {
        #expect(try row.double(1) == row.double(2).rounded(.down))
        #expect(try abs(row.double(3) - (row.optionalDouble(4) ?? 0)) < 0.5)
      }
    }
  }

  @Test func settingsThatTakeTurnsMakeTheForecastAnewSoThatTheNewestIsTheOneThatStands() throws {
    try withCity { session in
      func make(_ horizon: Int, now: String) throws -> ForecastSummary {
        let session = try Session(
          .init(
            profile: repositoryRoot + "/jobs/suqian", database: session.address, quiet: true, now: now,
            environment: ["LABOURWATCH_RESOURCES": repositoryRoot]))
        var out: ForecastSummary?
        _ = try session.run("forecast") { run in
          out = try ForecastRun(session).run(.init(horizon: horizon), in: run)
          return RunSummary()
        }
        return try #require(out)
      }
      func newest() throws -> Int64 {
        Int64(
          try session.connection.query(session.queries["reporting/forecast_as_of"], [.text("suqian"), .null]).one().int(
            0))
      }
      // The second is made by a clock before the first's.
      let first = try make(6, now: "2021-07-05")
      let second = try make(3, now: "2021-07-03")
      #expect(!second.reused && second.runID > first.runID)
      #expect(try newest() == second.runID)
      let third = try make(6, now: "2021-07-05")
      #expect(!third.reused)
      #expect(try newest() == third.runID)
      let again = try make(6, now: "2021-07-06")
      #expect(again.reused && again.runID == third.runID)
    }
  }

  @Test func correctionsReplaceAndReportsOfOtherDaysAdd() throws {
    try withCity { session in
      try session.connection.executeScript(
        """
        INSERT INTO supply_pipeline_versions VALUES
          ('suqian', 'p', '321322', '', '6-04', '2021-08-01', '2021-06-01', 1, 40, '2021-06-02', 1, 1, 1),
          ('suqian', 'p', '321322', '', '6-04', '2021-08-01', '2021-06-01', 2, 30, '2021-06-03', 2, 1, 1),
          ('suqian', 'p', '321322', '', '6-04', '2021-08-01', '2021-06-09', 3, 5, '2021-06-10', 3, 1, 1);
        INSERT INTO headcount_versions VALUES
          ('suqian', 'E1', '2021-06-01', '2021-06-28', 1, NULL, NULL, 900, NULL, '2022-01-02', 2, 1, 1),
          ('suqian', 'E1', '2021-06-01', '2021-06-28', 2, NULL, NULL, 50, NULL, '2022-01-03', 3, 1, 1);
        """)
      let known = [Value.text("suqian"), .text("2021-06-30T23:59:59")]
      let arrivals = try session.connection.query(session.queries["shortfall/arrivals"], known)
      #expect(try arrivals.map { try $0.int(3) } == [35])
      let employed = try session.connection.query(session.queries["shortfall/employment"], known)
        .map { try $0.double(3) }.reduce(0, +)
      // E1 as corrected; E2 to E6 report 100 + e, E3 six less in June; E7 to E9 say 100 + e in the survey.
      #expect(employed == 50 + 102 + 97 + 104 + 105 + 106 + 107 + 108 + 109)
    }
  }

  @Test func totalsThatWereWithdrawnOrClashAreNotUsedInSilence() throws {
    try withCity { session in
      try session.connection.executeScript(
        """
        INSERT INTO indicator_versions (city, series, region, chain, month, known_at, content_hash, openings_end, received_at, run_id,
          file_no, line) VALUES
          ('suqian', 'a', '', 'liquor', '2021-04-01', '2021-05-01', 1, 10, '2022-01-01', 1, 1, 1),
          ('suqian', 'a', '', 'liquor', '2021-05-01', '2021-06-01', 2, 11, '2022-01-01', 1, 1, 2),
          ('suqian', 'a', '', 'liquor', '2021-05-01', '2021-06-02', 3, NULL, '2022-01-01', 1, 1, 3),
          ('suqian', 'b', '', 'liquor', '2021-04-01', '2021-05-01', 4, 12, '2022-01-01', 1, 1, 4),
          ('suqian', 'c', '321322', 'liquor', '2021-04-01', '2021-05-01', 5, 7, '2022-01-01', 1, 1, 5);
        """)
      var told: [String] = []
      let panel = try CityPanelReader(connection: session.connection, queries: session.queries, city: "suqian")
        .readTotals(asOf: Month(year: 2021, month: 6)) { told.append($0) }
      #expect(panel.totals.map(\.openings) == [[12]])
      #expect(told.count == 2 && told[0].contains("c (1)") && told[1].contains("a by b (1)"))
    }
  }

  @Test func refusesAMonthThatIsNotOver() throws {
    try withCity { session in
      #expect(throws: Failure.self) { try forecast(session, "2021-07") }
    }
  }

  @Test func settingsFileShowsTheDefaults() throws {
    #expect(try ForecastSettingsFile.load(folder: repositoryRoot + "/jobs/suqian") == ShortfallSettings())
  }
}
