import LabourMarket
import Testing

@testable import Simulation

/// A small profile: three regions, three chains, seven occupations.
let reference = Reference(
  regions: [
    Region(code: RegionCode(rawValue: "321300"), name: "宿迁市", level: "city", parent: nil),
    Region(
      code: RegionCode(rawValue: "321322"), name: "沭阳县", level: "county", parent: RegionCode(rawValue: "321300")),
    Region(
      code: RegionCode(rawValue: "321302"), name: "宿城区", level: "county", parent: RegionCode(rawValue: "321300")),
    Region(
      code: RegionCode(rawValue: "SQ-HUBIN"), name: "市湖滨新区", level: "zone", parent: RegionCode(rawValue: "321300")),
  ],
  chains: [
    Chain(code: ChainCode(rawValue: "liquor"), name: "酿造（酒）"),
    Chain(code: ChainCode(rawValue: "furnishing"), name: "高端家居"),
    Chain(code: ChainCode(rawValue: "big-data"), name: "大数据+"),
  ],
  chainIndustries: [
    ChainIndustry(chain: ChainCode(rawValue: "liquor"), industry: "151", edition: "GB/T 4754-2017"),
    ChainIndustry(chain: ChainCode(rawValue: "furnishing"), industry: "21", edition: "GB/T 4754-2017"),
  ],
  occupations: [
    ("2-02", OfficerGroup.engineering), ("3-01", .management), ("4-01", .sales), ("4-02", .general), ("6-02", .general),
    ("6-06", .skilled), ("6-18", .skilled),
  ].map { Occupation(code: OccupationCode(rawValue: $0.0), name: "职业\($0.0)", group: $0.1, groupName: "") },
  targets: [
    Target(
      region: RegionCode(rawValue: "321322"), indicator: "referrals", periodStart: Month(year: 2021, month: 1),
      periodEnd: Month(year: 2023, month: 12), value: 29000, source: "")
  ])

/// Simulates a small city over the reference above.
func simulate(
  seed: UInt64 = 7, enterprises: Int = 40, months: Int = 36, truthMonths: Int = 42, scenario: Scenario = .base
) throws -> SimulatedCity {
  try SimulatedCity(
    settings: SimulationSettings(
      seed: seed, enterprises: enterprises, months: months, truthMonths: truthMonths, scenario: scenario),
    reference: reference)
}

extension SimulatedCity {
  /// A feed's rows as dictionaries.
  func rows(_ feed: String) -> [[String: String]] {
    guard let table = (feeds + truth).first(where: { $0.name == feed }) else { return [] }
    return table.rows.map { Dictionary(uniqueKeysWithValues: zip(table.columns, $0)) }
  }
}

/// One city that several tests look at.
let sharedCity = Result { try simulate() }

@Suite("A simulated city")
struct SimulatedCityTests {
  @Test("Openings are conserved in every cell and month", arguments: Scenario.allCases)
  func conservation(scenario: Scenario) throws {
    let city = scenario == .base ? try sharedCity.get() : try simulate(enterprises: 15, scenario: scenario)
    var previous: [Cell: Int] = [:]
    var months: Set<Month> = []
    #expect(!city.balance.isEmpty)
    for entry in city.balance {
      let conserved =
        entry.openEnd == entry.openBefore + entry.new - entry.filled - entry.lapsed && entry.openEnd >= 0
        && entry.employed >= 0 && previous[entry.cell] ?? entry.openBefore == entry.openBefore
      if !conserved { Issue.record("\(entry)") }
      previous[entry.cell] = entry.openEnd
      months.insert(entry.month)
    }
    #expect(months.count == 42)
  }

  @Test("Equal seeds give equal cities, other seeds others")
  func determinism() throws {
    let one = try sharedCity.get()
    let two = try simulate()
    let other = try simulate(seed: 8, enterprises: 10, months: 6)
    let equal = one.feeds == two.feeds && one.truth == two.truth
    let different = one.feeds != other.feeds
    #expect(equal)
    #expect(different)
  }

  @Test("A shorter feed is the beginning of a longer one: the future changes nothing")
  func prefix() throws {
    let long = try sharedCity.get()
    let short = try simulate(months: 24, truthMonths: 42)
    let sameTruth = short.truth == long.truth
    #expect(sameTruth)
    let limit = "2020-12-31T23:59:59"
    let known = long.rows("vacancies").filter { ($0["updated_at"] ?? "") <= limit }
    let told = short.rows("vacancies")
    func sorted(_ rows: [[String: String]]) -> [String] {
      rows.map { $0.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ";") }.sorted()
    }
    let sameRows = sorted(known) == sorted(told)
    #expect(sameRows)
  }

  @Test("The postings that are valid at the end of the last month add up to the truth, but for late reports")
  func postingsMeetTruth() throws {
    let city = try sharedCity.get()
    var newest: [String: [String: String]] = [:]
    for row in city.rows("vacancies") where row["source"] == "hr-bureau" {
      let key = row["posting_id"] ?? ""
      if (newest[key]?["updated_at"] ?? "") < (row["updated_at"] ?? "") { newest[key] = row }
    }
    let open = newest.values.filter { $0["status"] == "open" && ($0["closes_on"] ?? "") >= "2021-12-31" }
      .reduce(0) { $0 + (Int($1["headcount"] ?? "") ?? 0) - (Int($1["filled"] ?? "") ?? 0) }
    let truth = city.balance.filter { $0.month == Month(year: 2021, month: 12) }.reduce(0) { $0 + $1.openEnd }
    #expect(truth > 50)
    #expect(open >= truth, "late reports of fills can only make the observed gap larger")
    #expect(Double(open - truth) < 0.12 * Double(truth), "observed \(open), true \(truth)")
  }

  @Test("Enterprises' truth and cells' truth are the same openings")
  func enterprisesMeetCells() throws {
    let city = try sharedCity.get()
    var byCell: [String: Int] = [:]
    var byEnterprise: [String: Int] = [:]
    for row in city.rows("truth_cells") { byCell[row["month"] ?? "", default: 0] += Int(row["open_end"] ?? "") ?? -1 }
    for row in city.rows("truth_enterprises") {
      byEnterprise[row["month"] ?? "", default: 0] += Int(row["open_end"] ?? "") ?? -1
    }
    #expect(byCell == byEnterprise)
    #expect(byCell.count == 42)
  }

  @Test("People leave around the Spring Festival, whose month moves")
  func festival() throws {
    // 2020-01-25 lies early, 2021-02-12 late: the peak of the general workers' separations follows.
    func factor(_ year: Int, _ month: Int) -> Double { Season.separation(Month(year: year, month: month), .general) }
    #expect(factor(2020, 1) > factor(2020, 2))
    #expect(factor(2021, 2) > factor(2021, 1))
    #expect(factor(2021, 8) == 0.9 || abs(factor(2021, 8) - 0.9) < 1e-6)
  }

  @Test("Fewer seekers leave more openings")
  func scenarios() throws {
    func mean(_ scenario: Scenario) throws -> Double {
      let balance = try simulate(enterprises: 60, months: 12, truthMonths: 12, scenario: scenario).balance
      return Double(balance.reduce(0) { $0 + $1.openEnd }) / Double(balance.reduce(0) { $0 + $1.employed })
    }
    let calm = try mean(.calm)
    let base = try mean(.base)
    let tight = try mean(.tight)
    #expect(calm < base && base < tight, "rates \(calm), \(base), \(tight)")
    #expect(base > 0.02 && base < 0.12, "the base rate is that of a city with some shortage: \(base)")
  }

  @Test("Settings that make no city are refused")
  func refusals() {
    #expect(throws: SimulationFault.self) { try simulate(enterprises: 0) }
    #expect(throws: SimulationFault.self) {
      try SimulatedCity(settings: SimulationSettings(), reference: Reference())
    }
  }
}
