import Glibc
import LabourMarket

/// What a scenario does to new openings, fills and supply, cell by cell and month by month.
struct ScenarioDemand {
  /// Share of new openings that replaces leavers where no survey says.
  static let assumedReplacement = 0.5
  private(set) var notes: [String] = []
  /// Whether seekers change at all.
  private(set) var movesSeekers = false

  private let scenario: ShortfallScenario
  private let keys: [Cell]
  private let chain: [Int?]
  private let employed: [Double]
  private let planFactor: MonthTable
  private let replacement: PlanShares
  private let months: Int
  private let asOf: Month
  /// By change: the cells it strikes.
  private var struck: [[Bool]]

  init(
    _ scenario: ShortfallScenario, _ panel: CityPanel, _ estimate: StructuralEstimate, keys: [Cell],
    settings: ShortfallSettings
  ) {
    self.scenario = scenario
    self.keys = keys
    asOf = panel.asOf
    months = panel.months
    chain = keys.indices.map { $0 < panel.cells.count ? panel.cells[$0].chain : nil }
    let facts = NodeFacts(panel, settings: settings)
    employed = keys.indices.map { $0 < panel.cells.count ? facts.employed(cell: $0) : 0 }
    planFactor = estimate.demand.planFactor
    replacement = PlanShares(panel, horizon: estimate.horizon, settings: settings)
    struck = scenario.changes.map { change in
      guard let scope = change.scope else { return [] }
      return keys.map(scope.holds)
    }
    var said: [String] = []
    var moves = false
    let ahead = (panel.asOf + 1)...(panel.asOf + estimate.horizon)
    for (i, change) in scenario.changes.enumerated() {
      let label = "Change \(i + 1) (\(change.kind))"
      if change.scope != nil, !struck[i].contains(true) {
        said.append("\(label) strikes no cell that has postings, so it changes nothing.")
      }
      if !change.reaches(ahead) {
        said.append(
          "\(label) lies outside the months \(ahead.lowerBound) to \(ahead.upperBound), so it changes nothing.")
      }
      switch change {
      case .automation where panel.employment.isEmpty:
        said.append(
          "\(label): no headcount is known, so machines only lower the share of posts that are newly sought, person for person nothing."
        )
      case .automation, .supply: moves = true
      case .separations where panel.plans.isEmpty:
        said.append(
          "\(label): no survey says how many posts replace leavers; \(Int(Self.assumedReplacement * 100)) % are assumed."
        )
      default: break
      }
    }
    movesSeekers = moves
    notes = said
  }

  /// New openings of a cell under the scenario; negative where machines take more posts than are newly sought.
  func fresh(_ k: Int, _ month: Month, _ h: Int, _ base: Double) -> Double {
    var out = base
    var added = 0.0
    var machines = (share: 0.0, now: 0.0)
    for (i, change) in scenario.changes.enumerated() {
      switch change {
      case .demand(_, let factor, let span):
        if struck[i][k], span.holds(month) { out *= factor }
      case .separations(_, let factor, let span):
        if struck[i][k], span.holds(month) { out *= 1 + replacementShare(k, h) * (factor - 1) }
      case .response(let share):
        if let c = chain[k] { out *= pow(planFactor[c, h], share - 1) }
      case .automation(_, let share, let from, let over):
        guard struck[i][k] else { break }
        func taken(_ month: Month) -> Double { share * min(max(Double(month - from + 1) / Double(over), 0), 1) }
        machines.share += taken(month) - taken(asOf)
        machines.now += taken(month) - taken(max(month - 1, asOf))
      case .enterprise(let plant):
        added += Self.posts(of: plant, keys[k], month)
      case .fill, .supply: break
      }
    }
    guard machines.share > 0 || machines.now > 0 else { return out + added }
    return out * (1 - min(machines.share, 1)) + added - min(machines.now, 1) * employed[k]
  }

  /// Posts that a new enterprise puts up in a cell and month: its share of the ramp, and what its turnover opens anew.
  private static func posts(of plant: ShortfallScenario.NewEnterprise, _ key: Cell, _ month: Month) -> Double {
    let age = month - plant.opens
    guard age >= 0, key.chain == plant.chain, key.region == plant.region, let occupation = key.occupation,
      let persons = plant.headcount[occupation]
    else { return 0 }
    let ramp = Double(plant.rampMonths)
    return (age < plant.rampMonths ? persons / ramp : 0) + plant.turnover * persons * min(Double(age), ramp) / ramp
  }

  /// Factor on the hazard of being filled.
  func fillFactor(_ k: Int, _ month: Month) -> Double {
    var out = 1.0
    for (i, change) in scenario.changes.enumerated() {
      if case .fill(_, let factor, let span) = change, struck[i][k], span.holds(month) { out *= factor }
    }
    return out
  }

  /// Persons who come to look for work in a month, by pool.
  func arrivals(_ month: Month, _ rate: Double) -> [(pool: Pools.Key, persons: Double)] {
    scenario.changes.compactMap { change in
      guard case .supply(let region, let occupation, let persons, month, let own) = change else { return nil }
      return (Pools.Key(region: region, occupation: occupation), persons * (own ?? rate))
    }
  }

  private func replacementShare(_ k: Int, _ h: Int) -> Double {
    guard let c = chain[k] else { return Self.assumedReplacement }
    let share = replacement.of(c, months + h).replacement
    return share > 0 ? share : Self.assumedReplacement
  }
}

extension ShortfallScenario.Change {
  /// Where it strikes; `nil` for changes that name their place otherwise.
  var scope: ShortfallScenario.Scope? {
    switch self {
    case .automation(let scope, _, _, _), .demand(let scope, _, _), .separations(let scope, _, _),
      .fill(let scope, _, _):
      scope
    case .enterprise, .supply, .response: nil
    }
  }

  /// Its word in a scenario's file.
  public var kind: String {
    switch self {
    case .automation: "automation"
    case .demand: "demand"
    case .separations: "separations"
    case .fill: "fill"
    case .enterprise: "enterprise"
    case .supply: "supply"
    case .response: "response"
    }
  }

  /// Whether any of the months ahead is touched.
  func reaches(_ ahead: ClosedRange<Month>) -> Bool {
    switch self {
    case .automation(_, _, let from, let months): from <= ahead.upperBound && from + (months - 1) >= ahead.lowerBound
    case .demand(_, _, let span), .separations(_, _, let span), .fill(_, _, let span):
      (span.from.map { $0 <= ahead.upperBound } ?? true) && (span.until.map { $0 >= ahead.lowerBound } ?? true)
    case .enterprise(let plant): plant.opens <= ahead.upperBound
    case .supply(_, _, _, let month, _): ahead.contains(month)
    case .response: true
    }
  }
}
