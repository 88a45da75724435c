import LabourMarket
import Postgres
import Testing

@testable import Operations

/// Which employer has not filed what is due, from files to `shortfall/employers`; waves and months are overdue 50 days after their first day.
///
/// Shuyang: A, B, C, D (large), E, I, J (small). Siyang: F, G (small), H (of no known size). B was given the code K on 1 September 2021. C never told
/// anything. Wave 2021-07 was filed by all others; 2021-10 by A, K, E, I, J, by D on 5 December, and by nobody in Siyang. Months 2021-08 and
/// 2021-09 were filed by A, B or K, E and D (only August), 2021-10 by A, and by D on 2 December.
@Suite struct KeyFirmFilingTests {
  private static let codes: [Character: String] = [
    "A": "9132132270000001X2", "B": "913213227000000282", "C": "91321322700000036W", "D": "91321322700000044P",
    "E": "91321322700000052J", "F": "91321322700000060D", "G": "91321322700000079A", "H": "913213227000000875",
    "I": "913213227000000950", "J": "91321322700000108M", "K": "91321322700000116G",
  ]

  private static func table(_ header: String, _ rows: [String]) -> String {
    ([header]
      + rows.map { row in
        codes.reduce(row) {
          $1.key == row.first ? $0.replacing("\($1.key),", with: "\($1.value),", maxReplacements: 1) : $0
        }
      }).joined(separator: "\n") + "\n"
  }

  private static func withCity(_ body: (Session) throws -> Void) throws {
    try Bureau.with { bureau in
      try bureau.write(
        "reference/enterprise_links.csv",
        table(
          "credit_code,kind,successor_code,alias,valid_from,known_on,note",
          ["B,recoded,\(codes["K"] ?? ""),,2021-09-01,,"]))
      let shuyang =
        "ABCD".map { "\($0),\($0),321322,textile-apparel,large" }
        + "EIJ".map { "\($0),\($0),321322,textile-apparel,small" }
      try bureau.night(
        "2021-12-28", "enterprises.csv",
        table(
          "credit_code,enterprise_name,region,chain,size_class",
          shuyang + "FG".map { "\($0),\($0),321323,textile-apparel,small" } + ["H,H,321323,textile-apparel,"]))
      let persons: [Character: Int] = ["A": 1000, "B": 1200, "K": 1200, "D": 1400, "E": 100]
      func month(_ month: String, _ firms: String, on day: String) -> [String] {
        firms.map { "\($0),\(month),\(persons[$0] ?? 0),\(day)" }
      }
      try bureau.night(
        "2021-12-29", "headcount.csv",
        table(
          "credit_code,month,headcount,reported_on",
          month("2021-08", "ABDE", on: "2021-08-28") + month("2021-09", "AKE", on: "2021-09-28")
            + month("2021-10", "A", on: "2021-10-28") + month("2021-10", "D", on: "2021-12-02")))
      let told: [Character: String] = ["I": "120", "J": "110"]
      func wave(_ wave: String, _ firms: String, on day: String) -> [String] {
        firms.map { "\($0),\(wave),2022-06,6-05,5,\(told[$0] ?? ""),\(day)" }
      }
      try bureau.night(
        "2021-12-30", "hiring_plans.csv",
        table(
          "credit_code,survey_wave,period,occupation,planned_hires,headcount,reported_on",
          wave("2021-07", "ABDEFGHIJ", on: "2021-07-15") + wave("2021-10", "AKEIJ", on: "2021-10-15")
            + wave("2021-10", "D", on: "2021-12-05")))
      try body(try bureau.session("2021-12-31"))
    }
  }

  /// Employers with their persons, and who has not filed which wave and which month, by the letters of their codes.
  private static func ask(_ session: Session, _ day: String, filed: Double = 0.5) throws -> (
    persons: [String], missing: [String]
  ) {
    let letters = Dictionary(codes.map { ($1, String($0)) }, uniquingKeysWith: { a, _ in a })
    let rows = try session.connection.query(
      session.queries["shortfall/employers"],
      [.text("suqian"), .text(day + " 23:59:59"), .int(50), .int(50), .double(filed)])
    var persons: [String] = []
    var missing: [String] = []
    for row in rows {
      let letter = letters[try row.string(0)] ?? "?"
      persons.append("\(letter) \(Int(try row.double(3)))")
      for (feed, column) in [("wave", 4), ("month", 5)] {
        if let day = try row.optionalDate(column) {
          missing.append("\(letter) \(feed) \(CalendarDay(ordinal: day).month)")
        }
      }
    }
    return (persons.sorted(), missing.sorted())
  }

  /// C is as large as the middle of A's, K's and D's; F and G as that of E's, I's and J's; of H nothing is known, also not its class.
  @Test func whoToldNothingIsAsLargeAsTheMiddleOfItsClass() throws {
    try Self.withCity { session in
      let persons = try Self.ask(session, "2021-11-30").persons
      #expect(persons == ["A 1000", "C 1200", "D 1400", "E 100", "F 110", "G 110", "I 120", "J 110", "K 1200"])
    }
  }

  @Test(arguments: [
    // The wave of October is not overdue yet: C has not filed that of July. D has not filed September.
    ("2021-11-20", ["C wave 2021-07", "D month 2021-09"]),
    // It is; nobody in Siyang filed it, which is a finding about Siyang. One of four filed October: it does not count yet, D still lacks September.
    ("2021-11-30", ["C wave 2021-10", "D month 2021-09", "D wave 2021-10"]),
    // D filed October, which speaks for it, and with it half have: K and E lack it.
    ("2021-12-02", ["C wave 2021-10", "D wave 2021-10", "E month 2021-10", "K month 2021-10"]),
    ("2021-12-05", ["C wave 2021-10", "E month 2021-10", "K month 2021-10"]),
  ]) func whatIsDueAndMissingByWhatWasKnownThen(day: String, expected: [String]) throws {
    try Self.withCity { session in
      let missing = try Self.ask(session, day).missing
      #expect(missing == expected)
    }
  }

  /// Five of nine filed the wave of October by November: of six tenths that must have, too few did.
  @Test func aWaveThatFewFiledIsAFindingAboutTheFeed() throws {
    try Self.withCity { session in
      let missing = try Self.ask(session, "2021-11-30", filed: 0.6).missing
      #expect(missing == ["C wave 2021-07", "D month 2021-09"])
    }
  }
}
