import Glibc
import LabourMarket

/// The base case's balance rolled forward again under a scenario.
///
/// All that was learned stays as it is: season, plan weights, fill rates, correction. A month's new openings, stock and seekers change, and the hazard of
/// being filled moves with the tightness of the pool by the learned elasticities. So a scenario without changes gives the base case to the
/// last digit, and a difference carries no noise.
struct ScenarioBalance {
  /// Cells that the scenario brings up, after the panel's own.
  let added: [Cell]
  /// (Panel's cells + added) × horizon: unfilled openings before the correction.
  private(set) var openings: MonthTable
  /// What was assumed, in sentences.
  private(set) var notes: [String] = []

  private let panel: CityPanel
  private let estimate: StructuralEstimate
  private let demand: ScenarioDemand
  private let pools: Pools
  private let elasticity: Elasticity
  /// Persons beyond the base case who look for work, by pool; half of them a month later.
  private var extraSeekers: [Double]

  /// Rolls the stock of the as-of month forward.
  init(_ scenario: ShortfallScenario, _ panel: CityPanel, _ estimate: StructuralEstimate, settings: ShortfallSettings) {
    self.panel = panel
    self.estimate = estimate
    let own = panel.cells.indices.map { panel.key($0) }
    added = Self.added(scenario, own)
    let keys = own + added
    pools = Pools(keys)
    elasticity = Elasticity(estimate.fill)
    demand = ScenarioDemand(scenario, panel, estimate, keys: keys, settings: settings)
    extraSeekers = [Double](repeating: 0, count: pools.count)
    openings = MonthTable(rows: keys.count, months: estimate.horizon)
    notes = demand.notes
    if !estimate.fill.usesSeekers && demand.movesSeekers {
      notes.append(
        "No job-seekers are known: one seeker an open post and a matching elasticity of \(Elasticity.assumed) are assumed."
      )
    }
    if estimate.fill.usesSeekers && demand.movesSeekers && elasticity.seekers + elasticity.seekersCity == 0 {
      notes.append("The city's records show no effect of seekers on fills, so more seekers change nothing.")
    }
    roll(settings)
  }

  /// Cells of new enterprises that the panel does not know.
  private static func added(_ scenario: ShortfallScenario, _ own: [Cell]) -> [Cell] {
    var known = Set(own)
    var out: [Cell] = []
    for case .enterprise(let plant) in scenario.changes {
      for occupation in plant.headcount.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
        let key = Cell(chain: plant.chain, region: plant.region, occupation: occupation)
        if known.insert(key).inserted { out.append(key) }
      }
    }
    return out
  }

  private mutating func roll(_ settings: ShortfallSettings) {
    let count = pools.ofCell.count
    let own = panel.cells.count
    var base = panel.openings.column(panel.months - 1) + [Double](repeating: 0, count: added.count)
    var stock = base
    for h in 0..<estimate.horizon {
      let month = panel.asOf + h + 1
      let fresh0 = estimate.demand.newOpenings.column(h) + [Double](repeating: 0, count: added.count)
      var fresh = [Double](repeating: 0, count: count)
      for p in extraSeekers.indices { extraSeekers[p] *= 0.5 }
      for (key, persons) in demand.arrivals(month, settings.arrivalRate) {
        if let p = pools.number[key] { extraSeekers[p] += persons }
      }
      for k in 0..<count {
        fresh[k] = demand.fresh(k, month, h, fresh0[k])
        guard fresh[k] < 0 else { continue }
        // Machines take more posts than are newly sought: open ones are withdrawn, and who is left over looks for work.
        let withdrawn = min(stock[k], -fresh[k])
        extraSeekers[pools.ofCell[k]] += settings.arrivalRate * (-fresh[k] - withdrawn)
        stock[k] -= withdrawn
        fresh[k] = 0
      }
      let (share, lapse) = shares(h, base, fresh0)
      let shift = tightness(h, (base, fresh0), (stock, fresh))
      for k in 0..<count {
        let rate = demand.fillFactor(k, month) * shift[pools.ofCell[k]]
        let unchanged = k < own && rate == 1 && stock[k] == base[k] && fresh[k] == fresh0[k]
        openings[k, h] =
          unchanged ? estimate.balance.openings[k, h] : Self.next(stock[k], fresh[k], share[k], lapse[k], rate)
      }
      for k in 0..<own { base[k] = estimate.balance.openings[k, h] }
      stock = openings.column(h)
    }
  }

  /// The stock a month later: what is neither filled nor lapsed, with the hazard of being filled times `rate`.
  private static func next(_ stock: Double, _ fresh: Double, _ share: Double, _ lapse: Double, _ rate: Double) -> Double
  {
    let filled = rate == 1 ? share : 1 - pow(max(1 - share, 1e-12), min(rate, 100))
    return stock + fresh - (stock + fresh) * filled - stock * (1 - filled) * lapse
  }

  /// Shares filled and lapsed of every cell in the base case; a cell that only the scenario knows takes those of its pool, else of its
  /// occupation, else of the city, each by open posts.
  private func shares(_ h: Int, _ base: [Double], _ fresh: [Double]) -> (filled: [Double], lapsed: [Double]) {
    var (filled, lapsed) = (estimate.balance.fillShares.column(h), estimate.balance.lapseShares.column(h))
    for key in added {
      var sums = [(filled: Double, lapsed: Double, weight: Double)](repeating: (0, 0, 0), count: 3)
      for (k, cell) in panel.cells.enumerated() {
        let weight = base[k] + fresh[k] + 1e-6
        let isSame = panel.occupations[cell.occupation] == key.occupation
        let near = isSame && panel.regions[cell.region] == key.region
        for level in 0..<3 where level == 2 || (level == 1 && isSame) || near {
          sums[level].filled += weight * filled[k]
          sums[level].lapsed += weight * lapsed[k]
          sums[level].weight += weight
        }
      }
      let best = sums.first { $0.weight > 0 } ?? (0.5, 0, 1)
      filled.append(best.filled / best.weight)
      lapsed.append(best.lapsed / best.weight)
    }
    return (filled, lapsed)
  }

  /// Factor on the hazard by pool: how far seekers and posts of the pool and of its occupation moved.
  private func tightness(
    _ h: Int, _ before: (stock: [Double], fresh: [Double]), _ after: (stock: [Double], fresh: [Double])
  ) -> [Double] {
    var posts = (before: [Double](repeating: 0, count: pools.count), after: [Double](repeating: 0, count: pools.count))
    for (k, p) in pools.ofCell.enumerated() {
      posts.before[p] += before.stock[k] + before.fresh[k]
      posts.after[p] += after.stock[k] + after.fresh[k]
    }
    let known = estimate.fill.usesSeekers ? estimate.seekers?[h] : nil
    let seekers = (0..<pools.count).map { p in
      known.map { table in pools.row(p, panel).map { table[$0] } ?? 0 } ?? posts.before[p]
    }
    let groups = pools.occupation
    func sums(_ values: [Double]) -> [Double] {
      var out = [Double](repeating: 0, count: pools.occupations)
      for (p, value) in values.enumerated() { out[groups[p]] += value }
      return out
    }
    let (citySeekers, cityExtra) = (sums(seekers), sums(extraSeekers))
    let (cityBefore, cityAfter) = (sums(posts.before), sums(posts.after))
    return (0..<pools.count).map { p in
      let g = groups[p]
      func moved(_ from: Double, _ to: Double) -> Double { from == to ? 0 : log((to + 1) / (from + 1)) }
      let shift =
        elasticity.seekers * moved(seekers[p], seekers[p] + extraSeekers[p])
        + elasticity.seekersCity * moved(citySeekers[g], citySeekers[g] + cityExtra[g])
        - elasticity.posts * moved(posts.before[p], posts.after[p])
        - elasticity.postsCity * moved(cityBefore[g], cityAfter[g])
      return shift == 0 ? 1 : exp(shift)
    }
  }
}

/// How the hazard of being filled moves with seekers and posts of the pool and of the occupation in the whole city: the learned coefficients, within
/// bounds that theory sets (none negative, those of posts at most 1 together), so that more posts never mean fewer openings.
struct Elasticity {
  /// Where no seekers are known; the middle of published estimates (Petrongolo and Pissarides, Looking into the Black Box, 2001).
  static let assumed = 0.5
  let seekers, seekersCity, posts, postsCity: Double

  init(_ fill: FillModel) {
    func bounded(_ value: Double, _ top: Double = 1) -> Double { min(max(value, 0), max(top, 0)) }
    let c = fill.fill.coefficients
    let offset = fill.usesSeekers ? 1 : 0
    seekers = fill.usesSeekers ? bounded(c[2]) : Self.assumed
    seekersCity = fill.usesSeekers ? bounded(c[4], 1 - seekers) : 0
    posts = bounded(-c[1])
    postsCity = bounded(-c[2 + offset], 1 - posts)
  }
}

/// Region × occupation of every cell, the cells of a scenario included.
struct Pools {
  /// Region and occupation.
  struct Key: Hashable {
    let region: RegionCode?, occupation: OccupationCode?
  }
  /// Pool of every cell.
  let ofCell: [Int]
  let number: [Key: Int]
  /// Compact number of every pool's occupation.
  let occupation: [Int]
  let occupations: Int
  private let keys: [Key]
  var count: Int { keys.count }

  init(_ cells: [Cell]) {
    var number: [Key: Int] = [:]
    var keys: [Key] = []
    ofCell = cells.map { cell in
      let key = Key(region: cell.region, occupation: cell.occupation)
      if let known = number[key] { return known }
      number[key] = keys.count
      keys.append(key)
      return keys.count - 1
    }
    var groups: [OccupationCode?: Int] = [:]
    var members: [Int] = []
    for key in keys {
      let group = groups[key.occupation] ?? groups.count
      groups[key.occupation] = group
      members.append(group)
    }
    occupation = members
    occupations = groups.count
    self.number = number
    self.keys = keys
  }

  /// The row of a pool in the seekers' table.
  func row(_ pool: Int, _ panel: CityPanel) -> Int? {
    guard let r = panel.regions.firstIndex(where: { $0 == keys[pool].region }),
      let o = panel.occupations.firstIndex(where: { $0 == keys[pool].occupation })
    else { return nil }
    return r * panel.occupations.count + o
  }
}
