import LabourMarket
import Testing

@testable import Simulation

@Suite("The feeds of a simulated city")
struct SimulatedFeedTests {
  /// The contract's columns: required, then optional.
  static let contract: [String: (required: [String], optional: [String])] = [
    "enterprises": (
      ["credit_code", "enterprise_name", "region"],
      ["chain", "industry_code", "size_class", "registered_on", "contact_name", "contact_phone"]
    ),
    "hiring_plans": (
      ["credit_code", "survey_wave", "period", "occupation", "planned_hires", "reported_on"],
      ["enterprise_name", "region", "chain", "headcount", "expected_separations", "automation_displaced"]
    ),
    "vacancies": (
      [
        "source", "posting_id", "credit_code", "region", "occupation", "headcount", "posted_on", "status", "updated_at",
      ],
      [
        "channel", "enterprise_name", "chain", "title", "filled", "salary_min", "salary_max", "education", "closes_on",
      ]
    ),
    "unemployment": (
      ["person_id", "region", "registered_on", "updated_at"],
      ["name", "occupation", "education", "last_credit_code", "reason", "exited_on", "exit_reason"]
    ),
    "headcount": (
      ["credit_code", "month", "headcount", "reported_on"], ["headcount_base", "headcount_previous", "decrease_reason"]
    ),
    "supply_pipeline": (["program", "region", "month", "persons", "reported_on"], ["chain", "occupation"]),
    "outcomes": (["indicator", "region", "month", "value", "reported_on"], []),
  ]

  @Test("Columns are the contract's, every required cell is filled, nothing is reported after the feeds end")
  func columns() throws {
    let city = try sharedCity.get()
    #expect(city.feeds.map(\.name).sorted() == Self.contract.keys.sorted())
    for table in city.feeds {
      let expected = try #require(Self.contract[table.name])
      #expect(Set(table.columns) == Set(expected.required + expected.optional), "\(table.name)")
      let required = table.columns.indices.filter { expected.required.contains(table.columns[$0]) }
      let clock = table.columns.firstIndex { $0 == "updated_at" || $0 == "reported_on" }
      #expect(table.rows.count > 10)
      let faulty = table.rows.first { row in
        row.count != table.columns.count || required.contains { row[$0].isEmpty }
          || (clock.map { row[$0] >= "2022-01-01" } ?? false)
      }
      #expect(faulty == nil, "\(table.name)")
    }
  }

  @Test("Credit codes and identity numbers are valid, distinct, and nobody's")
  func identities() throws {
    let city = try sharedCity.get()
    let codes = city.rows("enterprises").map { $0["credit_code"] ?? "" }
    #expect(Set(codes).count == 40)
    for code in codes {
      #expect(CreditCode(code) != nil, "\(code)")
      #expect(code.dropFirst(8).hasPrefix("XN"))
    }
    let known = Set(codes)
    #expect(city.rows("vacancies").allSatisfy { known.contains($0["credit_code"] ?? "") })
    var registered: [String: String] = [:]
    for row in city.rows("unemployment") {
      let number = row["person_id"] ?? ""
      let valid = ResidentIdentityNumber.isValid(Array(number.utf8)) && number.hasPrefix("77")
      let once = registered[number] == nil || registered[number] == row["registered_on"]
      if !valid || !once { Issue.record("\(row): not valid, or a second registration") }
      registered[number] = row["registered_on"]
    }
  }

  @Test("A posting's later states follow from its earlier ones")
  func versions() throws {
    let city = try sharedCity.get()
    var states: [String: [[String: String]]] = [:]
    for row in city.rows("vacancies") {
      states["\(row["source"] ?? "")/\(row["posting_id"] ?? "")", default: []].append(row)
    }
    var several = 0
    for (key, rows) in states {
      let ordered = rows.sorted { ($0["updated_at"] ?? "") < ($1["updated_at"] ?? "") }
      let moments = Set(ordered.map { $0["updated_at"] ?? "" })
      if moments.count != ordered.count { Issue.record("\(key): two states at one moment") }
      if ordered.count > 1 { several += 1 }
      for (before, after) in zip(ordered, ordered.dropFirst()) {
        let follows =
          before["status"] == "open" && (Int(before["filled"] ?? "") ?? 0) <= (Int(after["filled"] ?? "") ?? 0)
          && (before["closes_on"] ?? "") <= (after["closes_on"] ?? "")
        if !follows { Issue.record("\(key): \(after) does not follow from \(before)") }
      }
      for row in ordered {
        let filled = Int(row["filled"] ?? "") ?? -1
        let headcount = Int(row["headcount"] ?? "") ?? -1
        let sound =
          filled >= 0 && filled <= headcount && headcount > 0 && (row["status"] == "filled") == (filled == headcount)
          && (row["posted_on"] ?? "") <= (row["closes_on"] ?? "")
          && (Int(row["salary_min"] ?? "") ?? 0) < (Int(row["salary_max"] ?? "") ?? 0)
        if !sound { Issue.record("\(key): \(row)") }
      }
    }
    #expect(several > 100)
  }

  @Test("Dates are real and in order, exits follow registrations, plans look six months ahead")
  func dates() throws {
    let city = try sharedCity.get()
    for row in city.rows("unemployment") {
      let registered = try #require(CalendarDay(row["registered_on"] ?? ""), "\(row)")
      if LocalTimestamp(row["updated_at"] ?? "") == nil { Issue.record("\(row)") }
      guard let text = row["exited_on"], !text.isEmpty else { continue }
      let exited = try #require(CalendarDay(text), "\(row)")
      if exited <= registered || row["exit_reason"] == "" { Issue.record("\(row)") }
    }
    for row in city.rows("hiring_plans") {
      let wave = try #require(Month(row["survey_wave"] ?? ""), "\(row)")
      let period = try #require(Month(row["period"] ?? ""), "\(row)")
      if !(0..<6).contains(period - wave) || CalendarDay(row["reported_on"] ?? "") == nil { Issue.record("\(row)") }
    }
  }

  @Test("Keys are unique at each moment, so that every row is a version of its own")
  func keys() throws {
    let city = try sharedCity.get()
    let keys: [String: [String]] = [
      "hiring_plans": ["credit_code", "survey_wave", "period", "occupation", "reported_on"],
      "vacancies": ["source", "posting_id", "updated_at"],
      "unemployment": ["person_id", "registered_on", "updated_at"],
      "headcount": ["credit_code", "month"],
      "supply_pipeline": ["program", "region", "chain", "occupation", "month", "reported_on"],
      "outcomes": ["indicator", "region", "month"],
    ]
    for (feed, columns) in keys {
      let rows = city.rows(feed).map { row in columns.map { row[$0] ?? "" }.joined(separator: "|") }
      #expect(Set(rows).count == rows.count, "\(feed)")
    }
  }

  @Test("Large enterprises answer more often, and plans are larger than what comes of them")
  func selection() throws {
    let city = try simulate(enterprises: 150, months: 12, truthMonths: 0)
    let size = Dictionary(
      uniqueKeysWithValues: city.rows("enterprises").map { ($0["credit_code"] ?? "", $0["size_class"] ?? "") })
    var answers: [String: Int] = [:]
    for (code, waves) in Dictionary(grouping: city.rows("hiring_plans"), by: { $0["credit_code"] ?? "" }) {
      answers[code] = Set(waves.map { $0["survey_wave"] ?? "" }).count
    }
    func rate(_ classes: Set<String>) -> Double {
      let members = size.filter { classes.contains($0.value) }.keys
      return Double(members.reduce(0) { $0 + (answers[$1] ?? 0) }) / Double(4 * max(1, members.count))
    }
    #expect(rate(["大型", "中型"]) > rate(["小型", "微型"]) + 0.2)
  }
}
