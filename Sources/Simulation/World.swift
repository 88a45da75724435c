import Glibc
import LabourMarket

/// A simulated enterprise.
struct Enterprise {
  let code: String
  let name: String
  let region: Int
  let chain: Int
  /// Staff at the beginning of the burn-in, persons.
  let initialStaff: Int
  let industry: String
  let registeredOn: CalendarDay
  /// Its staff groups: indices into ``World/staffGroups``.
  let staffGroups: Range<Int>
  /// Probability that it answers a survey wave.
  let response: Double
  /// Whether it reports its headcount every month.
  let monitored: Bool
  /// Wage relative to the market's.
  let wageFactor: Double
  /// Months (from the start of the burn-in) in which machines replace people, with the share of general and skilled places.
  let automation: [Int: Double]
}

/// The people of one occupation in one enterprise.
struct StaffGroup {
  let enterprise: Int
  let occupation: Int
  /// Share of the enterprise's staff.
  let share: Double
}

/// What does not change while the simulation runs: places, chains, enterprises and the parameters drawn for them.
struct World {
  let settings: SimulationSettings
  let city: Region
  let regions: [Region]
  let chains: [Chain]
  let occupations: [Occupation]
  /// Where people of a region work: `commuting[home][work]`, rows sum to 1.
  let commuting: [[Double]]
  /// Share of the city's people who live in each region.
  private(set) var population: [Double]
  /// Monthly growth of each chain's demand, log points.
  let growth: [Double]
  /// Shift of the matching rate per chain, log points.
  let chainMatching: [Double]
  /// Shift of the matching rate per region, log points.
  let regionMatching: [Double]
  /// Hires that follow a planned hire, per chain.
  let realisation: [Double]
  /// The seasons of every step, and of the six months after the last one.
  let calendar: Calendar
  private(set) var enterprises: [Enterprise] = []
  private(set) var staffGroups: [StaffGroup] = []

  /// Draws a city.
  /// - Throws: ``SimulationFault`` where the reference data give nothing to draw from.
  init(settings: SimulationSettings, reference: Reference) throws {
    self.settings = settings
    let parents = Set(reference.regions.compactMap(\.parent))
    regions = reference.regions.filter { !parents.contains($0.code) }
    let wholes = Set(reference.chains.compactMap(\.parent))
    let first = settings.start
    chains = reference.chains.filter { chain in
      !wholes.contains(chain.code) && (chain.validFrom ?? first) <= settings.lastFeedMonth
        && (chain.validTo ?? first) >= first
    }
    occupations = reference.occupations
    guard let top = reference.regions.first(where: { $0.parent == nil }), !regions.isEmpty else {
      throw SimulationFault("The profile names no region.")
    }
    guard !chains.isEmpty else { throw SimulationFault("The profile names no chain that is valid in \(first).") }
    guard !occupations.isEmpty else { throw SimulationFault("The profile names no occupation.") }
    city = top
    calendar = Calendar(
      first: settings.start - SimulationSettings.burnIn, steps: SimulationSettings.burnIn + settings.simulatedMonths + 6
    )
    var dice = Dice(seed: settings.seed, "world")
    let zones = regions.map { $0.level == "zone" }
    let places = regions.map { _ in (x: dice.between(0, 60), y: dice.between(0, 60)) }
    commuting = places.map { home in
      let weights = places.map { exp(-hypot($0.x - home.x, $0.y - home.y) / 14) }
      var total = 0.0
      for weight in weights { total += weight }
      return weights.map { $0 / total }
    }
    population = Self.normalised(zones.map { $0 ? 0.3 : 1.0 }.map { $0 * exp(0.25 * dice.normal()) })
    growth = chains.map { _ in 0.0012 + 0.0022 * dice.normal() }
    chainMatching = chains.map { _ in 0.22 * dice.normal() }
    regionMatching = regions.map { _ in 0.12 * dice.normal() }
    realisation = chains.map { _ in dice.between(0.5, 0.92) }
    let demand = Self.demandShares(regions: regions, targets: reference.targets)
    let casting = Casting(reference: reference, chains: chains, occupations: occupations, settings: settings)
    let place = top.name.hasSuffix("市") ? String(top.name.dropLast()) : top.name
    for index in 0..<settings.enterprises {
      let made = casting.enterprise(
        index, demand: demand, regions: regions, registrarOfCity: top.code.rawValue, place: place,
        firstStaffGroup: staffGroups.count)
      enterprises.append(made.enterprise)
      staffGroups += made.staffGroups
    }
    settle(&dice)
  }

  /// Number of months that are simulated, the burn-in included.
  var horizon: Int { SimulationSettings.burnIn + settings.simulatedMonths }

  /// The calendar month of a step counted from the start of the burn-in.
  func month(_ step: Int) -> Month { settings.start - SimulationSettings.burnIn + step }

  /// The officer group of a staff group.
  func group(_ staffGroup: Int) -> OfficerGroup { occupations[staffGroups[staffGroup].occupation].group }

  /// The cell of a staff group.
  func cell(_ staffGroup: Int) -> Cell {
    let enterprise = enterprises[staffGroups[staffGroup].enterprise]
    return Cell(
      chain: chains[enterprise.chain].code, region: regions[enterprise.region].code,
      occupation: occupations[staffGroups[staffGroup].occupation].code)
  }

  /// People live partly where they always lived and partly where the work is; places differ in how well the two agree.
  private mutating func settle(_ dice: inout Dice) {
    var work = [Double](repeating: 0, count: regions.count)
    for enterprise in enterprises { work[enterprise.region] += Double(enterprise.initialStaff) }
    let near = Self.normalised(work)
    let rooted = population
    population = Self.normalised(
      regions.indices.map { (0.25 * rooted[$0] + 0.75 * near[$0]) * exp(0.2 * dice.normal()) })
  }

  /// Where enterprises are: by the plan's referral targets where it has them, else evenly.
  private static func demandShares(regions: [Region], targets: [Target]) -> [Double] {
    normalised(
      regions.map { region in
        targets.first { $0.region == region.code && $0.indicator == "referrals" }.map { max(1, $0.value) } ?? 1
      })
  }

  private static func normalised(_ values: [Double]) -> [Double] {
    var total = 0.0
    for value in values { total += value }
    return values.map { $0 / total }
  }
}

/// Why a city cannot be simulated.
public struct SimulationFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}
