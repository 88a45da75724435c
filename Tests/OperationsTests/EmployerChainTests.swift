import LabourMarket
import Postgres
import Testing

@testable import Operations

/// Enterprises that were merged or recoded one after the other: a person, a plan, an answer counts once in every month.
///
/// A was merged into B on 10 February 2022, B into C on 5 May. E was given the code F on 1 March, F the code G on 1 June.
@Suite struct EmployerChainTests {
  private static let (a, b, c) = ("9132132270000001X2", "913213227000000282", "91321322700000036W")
  private static let (e, f, g) = ("91321322700000044P", "91321322700000052J", "91321322700000060D")

  private static func rows(_ header: String, _ rows: [[String]]) -> String {
    ([header] + rows.map { $0.joined(separator: ",") }).joined(separator: "\n") + "\n"
  }

  private static func withChain(_ body: (Session) throws -> Void) throws {
    try Bureau.with { bureau in
      try bureau.write(
        "reference/enterprise_links.csv",
        rows(
          "credit_code,kind,successor_code,alias,valid_from,known_on,note",
          [
            [a, "merged", b, "", "2022-02-10", "", ""], [b, "merged", c, "", "2022-05-05", "", ""],
            [e, "recoded", f, "", "2022-03-01", "", ""], [f, "recoded", g, "", "2022-06-01", "", ""],
          ]))
      try bureau.night(
        "2022-09-01", "enterprises.csv",
        rows(
          "credit_code,enterprise_name,region,chain,size_class,registered_on",
          [
            [a, "甲", "321324", "textile-apparel", "small", "2010-01-01"],
            [b, "乙", "321322", "textile-apparel", "small", "2010-01-01"],
            [c, "丙", "321322", "textile-apparel", "large", "2010-01-01"],
            [e, "戊", "321322", "textile-apparel", "small", "2010-01-01"],
            [f, "己", "321322", "textile-apparel", "small", "2022-03-01"],
            [g, "庚", "321322", "textile-apparel", "small", "2022-06-01"],
          ]))
      try bureau.night(
        "2022-09-02", "headcount.csv",
        rows(
          "credit_code,month,headcount,reported_on",
          [
            [a, "2022-01", "100", "2022-01-25"], [b, "2022-01", "200", "2022-01-25"],
            [c, "2022-01", "1000", "2022-01-25"], [e, "2022-01", "50", "2022-01-25"],
            [b, "2022-03", "290", "2022-03-25"], [f, "2022-03", "55", "2022-03-25"],
            [c, "2022-04", "1010", "2022-04-25"],
            [c, "2022-06", "1280", "2022-06-25"], [g, "2022-06", "60", "2022-06-25"],
          ]))
      try bureau.night(
        "2022-09-03", "hiring_plans.csv",
        rows(
          "credit_code,survey_wave,period,occupation,planned_hires,automation_displaced,headcount,reported_on",
          [
            [a, "2022-01", "2022-08", "6-05", "10", "3", "", "2022-01-20"],
            [b, "2022-01", "2022-08", "6-05", "20", "4", "", "2022-01-20"],
            [c, "2022-01", "2022-08", "6-05", "30", "5", "", "2022-01-20"],
            [e, "2022-01", "2022-08", "6-05", "7", "", "50", "2022-01-20"],
            [a, "2022-03", "2022-08", "6-05", "11", "", "", "2022-03-19"],
            [b, "2022-03", "2022-08", "6-05", "25", "6", "", "2022-03-20"],
            [c, "2022-06", "2022-08", "6-05", "60", "9", "", "2022-06-20"],
            [f, "2022-06", "2022-08", "6-05", "8", "", "", "2022-06-20"],
          ]))
      try body(try bureau.session("2022-09-04"))
    }
  }

  /// What a query says as of the end of a day: the named columns of its rows.
  private static func ask(
    _ session: Session, _ query: String, _ day: String, _ columns: [String], _ more: [Value] = []
  ) throws -> [String] {
    try session.connection.query(session.queries[query], [.text("suqian"), .text(day + " 23:59:59")] + more).map {
      row in
      try columns.map { try row.optionalString($0) ?? "" }.joined(separator: " ")
    }
  }

  private static func expect(_ found: [String], _ expected: [String]) { #expect(found == expected) }

  /// Persons told of, all over the city: `reported`, without what stands in for enterprises that told nothing.
  ///
  /// January and February: A 100 + B 200 + C 1,000 + E 50. March: B 290 speaks for A too, F 55 is E's: 290 + 1,000 + 55. April: C 1,010. May: C has
  /// absorbed B and not reported since, so B's 290, in which A is, still counts: 1,010 + 290 + 55 (with A's 100 it would be 1,455). June: C 1,280 speaks
  /// for all, G 60 is F's.
  @Test(arguments: [
    ("2022-01-31", 1350), ("2022-02-28", 1350), ("2022-03-31", 1345), ("2022-04-30", 1355), ("2022-05-31", 1355),
    ("2022-06-30", 1340),
  ]) func headcountsCountOnce(day: String, persons: Int) throws {
    try Self.withChain { session in
      let told = try Self.ask(session, "shortfall/employment", day, ["reported"]).compactMap(Double.init)
      #expect(told.reduce(0, +) == Double(persons))
    }
  }

  /// Hires planned for August by employer and region. February: B 20, and A 10 where A is. March: B's 25 of that wave speak for A, whatever A still
  /// says itself. May: C 30 + B 25. June: C's 60 speak for both, F's 8 are G's.
  @Test func plansCountOnce() throws {
    try Self.withChain { session in
      func planned(_ day: String) throws -> [String] {
        try Self.ask(session, "shortfall/enterprise_plans", day, ["credit_code", "region", "planned"], [.int(8)])
          .sorted()
      }
      try Self.expect(
        planned("2022-02-28"),
        ["\(Self.b) 321322 20", "\(Self.b) 321324 10", "\(Self.c) 321322 30", "\(Self.e) 321322 7"].sorted())
      try Self.expect(
        planned("2022-03-31"), ["\(Self.b) 321322 25", "\(Self.c) 321322 30", "\(Self.f) 321322 7"].sorted())
      try Self.expect(planned("2022-05-31"), ["\(Self.c) 321322 55", "\(Self.f) 321322 7"].sorted())
      try Self.expect(planned("2022-06-30"), ["\(Self.c) 321322 60", "\(Self.g) 321322 8"].sorted())
      // Sums of a wave's respondents: 10 + 20 + 30 + 7; of March's B alone, for A was one with it by then; 60 + 8.
      let waves = try Self.ask(session, "shortfall/plans_by_chain", "2022-06-30", ["survey_wave", "planned"])
      #expect(waves == ["2022-01-01 67", "2022-03-01 25", "2022-06-01 68"])
      // Machines in August: C's 9 speak for B's 6 and A's 3; C sheds nobody.
      let surplus = try Self.ask(session, "shortfall/surpluses", "2022-06-30", ["credit_code", "machines", "surplus"])
      #expect(surplus == ["\(Self.c) 9 9"])
    }
  }

  /// Employers are C (with A and B) and F (with E), as of June G (with E and F), whose first code was registered in 2010.
  ///
  /// May: both answered in January, in March one of them; their persons are 1,010 + 290 and 55, so 1,300 of 1,355 answered. June: C and G answered all
  /// waves but that of March, which C's B answered.
  @Test func anAnswerOfAnyCodeIsTheEmployers() throws {
    try Self.withChain { session in
      func response(_ day: String) throws -> [String] {
        let columns = ["survey_wave", "enterprises", "answered", "headcount", "headcount_answered", "not_in_register"]
        return try Self.ask(session, "reporting/export_response", day, ["level"] + columns)
          .filter { $0.hasPrefix("city") }.map { String($0.dropFirst(5)) }
      }
      // G stands in the register from the beginning (it has no clock) and was not registered yet.
      try Self.expect(response("2022-05-31"), ["2022-01 2 2 1355 1355 0", "2022-03 2 1 1355 1300 0"])
      try Self.expect(
        response("2022-06-30"),
        [
          "2022-01 2 2 1340 1340 0", "2022-03 2 1 1340 1280 0", "2022-06 2 2 1340 1340 0",
        ])
    }
  }

  /// Whom to call: in May F, which as E answered in January with 50 persons, and neither A, B nor C, for B answered; in June nobody.
  @Test func whoeverWasAbsorbedIsNotMissing() throws {
    try Self.withChain { session in
      func missing(_ day: String) throws -> [String] {
        try Self.ask(
          session, "reporting/export_nonresponse", day, ["survey_wave", "credit_code", "enterprise_name", "headcount"])
      }
      try Self.expect(missing("2022-05-31"), ["2022-03 \(Self.f) 己 50"])
      try Self.expect(missing("2022-06-30"), [])
      // Reporters a month, in the region of the employer: A's region has none of its own to miss.
      func reporters(_ feed: String) throws -> [String] {
        try Self.ask(
          session, "ingestion/filed_\(feed)", "2022-06-30", ["period", "region", "reporters"],
          [.date(CalendarDay(year: 2022, month: 1, day: 1).ordinal)])
      }
      try Self.expect(
        reporters("headcount"),
        [
          "2022-01-01 321322 2", "2022-03-01 321322 2", "2022-04-01 321322 1", "2022-06-01 321322 2",
        ])
      try Self.expect(reporters("hiring_plans"), ["2022-01-01 321322 2", "2022-03-01 321322 1", "2022-06-01 321322 2"])
    }
  }
}
