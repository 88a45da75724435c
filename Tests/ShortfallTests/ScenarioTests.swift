import Glibc
import LabourMarket
import Testing

@testable import Shortfall

@Suite struct ScenarioTests {
  private static let panel = SyntheticCity(regions: 3, occupations: 3).panel()
  /// Few origins: the spread is not what is tested here.
  private static let estimator: ShortfallEstimator = {
    var settings = ShortfallSettings()
    settings.rollingOrigins = 3
    return ShortfallEstimator(settings: settings)
  }()
  private static let base = estimator.forecast(panel, horizon: 6)
  private static let next = panel.asOf + 1
  private static let plant = ShortfallScenario.NewEnterprise(
    chain: ChainCode(rawValue: "c1"), region: RegionCode(rawValue: "r2"), opens: next + 2, rampMonths: 2,
    headcount: [OccupationCode(rawValue: "o0"): 120, OccupationCode(rawValue: "new"): 60], turnover: 0.03)

  private func run(_ changes: [ShortfallScenario.Change], _ panel: CityPanel = panel) -> ScenarioForecast {
    Self.estimator.forecast(panel, horizon: 6, scenario: ShortfallScenario(name: "s", changes: changes))
  }

  private func total(_ result: ScenarioForecast, _ h: Int) -> Double { result.nodes.last?.values[h - 1].mean ?? 0 }

  @Test(arguments: [36, 9, 2]) func aScenarioWithoutChangesIsTheBaseCase(months: Int) {
    let panel = SyntheticCity(months: months).panel()
    let scope = ShortfallScenario.Scope()
    let month = panel.asOf + 1
    // Changes that change nothing must do so to the last digit, too.
    let nothing: [[ShortfallScenario.Change]] = [
      [],
      [
        .automation(scope, share: 0, from: month, months: 3), .demand(scope, factor: 1, .init()),
        .separations(scope, factor: 1, .init()), .fill(scope, factor: 1, .init()), .response(share: 1),
        .supply(
          region: panel.regions[0], occupation: panel.occupations[0], persons: 0, month: month, arrivalRate: nil),
      ],
    ]
    for changes in nothing {
      let result = run(changes, panel)
      #expect(result.base == Self.estimator.forecast(panel, horizon: 6))
      #expect(result.nodes.map(\.node) == result.base.nodes.map(\.node))
      for (node, before) in zip(result.nodes, result.base.nodes) {
        #expect(node.threshold == before.threshold && node.base == before.values)
        for (value, old) in zip(node.values, before.values) {
          #expect(
            value.mean == old.mean && value.p10 == old.p10 && value.p50 == old.p50 && value.p90 == old.p90
              && value.pExceed == old.pExceed)
        }
      }
    }
  }

  @Test func moreMachinesNeverMeanMoreOpenings() {
    let scope = ShortfallScenario.Scope(
      chains: [ChainCode(rawValue: "c0")], occupations: [OccupationCode(rawValue: "o1")])
    var before = run([])
    for share in [0.02, 0.1, 0.2, 0.5, 1] {
      let now = run([.automation(scope, share: share, from: Self.next, months: 4)])
      for (a, b) in zip(now.nodes, before.nodes) {
        for h in 0..<6 { #expect(a.values[h].mean <= b.values[h].mean, "\(share) \(a.node.key) \(h)") }
      }
      #expect(total(now, 6) < total(before, 6))
      before = now
    }
    // All posts gone: nothing is left open there.
    let key = Cell(
      chain: ChainCode(rawValue: "c0"), region: RegionCode(rawValue: "r0"), occupation: OccupationCode(rawValue: "o1"))
    #expect(before.nodes.first { $0.node.key == key }?.values[5].mean == 0)
  }

  @Test func moreSeekersNeverMeanMoreOpeningsAndReachTheirPool() throws {
    var panel = Self.panel
    // Fills that answer to seekers, so that an elasticity is there to be learned: few seekers, few fills.
    var random = 1.0
    for t in 0..<panel.months {
      random = (random * 16807).truncatingRemainder(dividingBy: 2_147_483_647)
      let factor = 0.4 + 1.2 * random / 2_147_483_647
      for row in 0..<9 { panel.seekers?[row, max(t - 1, 0)] = 40 * factor }
      for k in panel.cells.indices { panel.hires[k, t] = min(panel.hires[k, t] * factor, panel.newOpenings[k, t]) }
    }
    let (region, occupation) = (panel.regions[1], panel.occupations[2])
    var before = run([], panel)
    for persons in [20.0, 100, 400] {
      let now = run(
        [.supply(region: region, occupation: occupation, persons: persons, month: Self.next, arrivalRate: 1)], panel)
      for (a, b) in zip(now.nodes, before.nodes) {
        for h in 0..<6 { #expect(a.values[h].mean <= b.values[h].mean) }
      }
      let pool = now.nodes.filter {
        $0.node.level == .cell && $0.node.key.region == region && $0.node.key.occupation == occupation
      }
      #expect(!pool.isEmpty && pool.allSatisfy { $0.values[0].mean < $0.base[0].mean })
      before = now
    }
  }

  @Test func aPlantBringsItsPostsFromItsFirstMonthOn() throws {
    let result = run([.enterprise(Self.plant)])
    let added = try #require(
      result.nodes.first {
        $0.node.level == .cell && $0.node.key.occupation?.rawValue == "new"
      })
    #expect(added.base.map(\.mean) == [0, 0, 0, 0, 0, 0])
    #expect(added.values[0].mean == 0 && added.values[1].mean == 0)
    #expect(added.values[2].mean > 5 && added.values[2].mean < 30, "a half of 60 posts, most filled in their month")
    #expect(total(result, 2) == (Self.base.nodes.last?.values[1].mean ?? 0))
    #expect(total(result, 3) > (Self.base.nodes.last?.values[2].mean ?? 0) + 20)
    // Exact sums over every level, the new cell among them.
    for h in 0..<6 {
      let sums = Dictionary(grouping: result.nodes.filter { !$0.node.isAggregate }, by: \.node.level).mapValues {
        list in
        list.reduce(0) { $0 + Int(($1.values[h].mean * 1000).rounded()) }
      }
      #expect(Set(sums.values).count == 1, "\(sums)")
    }
    for node in result.nodes {
      for value in node.values { #expect(abs(value.drivers.reduce(0, +) - value.mean) < 1e-6) }
    }
  }

  @Test func fewerAnswersWidenAndFollowPlansLess() throws {
    // Plans that know what is coming, and speak of a rise ahead.
    var panel = SyntheticCity(regions: 3, occupations: 3, demand: { 1 + 0.5 * cos(Double($0 * $0)) }).panel()
    let counts = panel.newOpenings.summed(by: panel.cells.map(\.chain), into: panel.chains.count)
    for i in panel.plans.indices {
      let t = panel.plans[i].period - panel.start
      panel.plans[i].planned = t < panel.months ? 1.5 * counts[panel.plans[i].chain, t] : 3 * panel.plans[i].planned
    }
    let base = try #require(run([], panel).nodes.last).base
    func city(_ share: Double) throws -> [ForecastValue] {
      try #require(run([.response(share: share)], panel).nodes.last).values
    }
    let (some, none) = (try city(0.5), try city(0))
    // Waves come every three months: the newest speaks of one to three months ahead.
    #expect(base[1].mean > some[1].mean && some[1].mean > none[1].mean)
    func width(_ value: ForecastValue) -> Double { (value.p90 - value.p10) / value.p50 }
    #expect(width(none[1]) > 1.02 * width(base[1]))
  }

  @Test func demandLeaversAndTightnessMoveOpeningsTheWayTheyShould() {
    let scope = ShortfallScenario.Scope(regions: [Self.panel.regions[0]])
    let usual = total(run([]), 3)
    #expect(total(run([.demand(scope, factor: 1.5, .init())]), 3) > usual)
    #expect(total(run([.demand(scope, factor: 0.5, .init(from: Self.next, until: Self.next))]), 3) < usual)
    #expect(total(run([.separations(scope, factor: 1.5, .init())]), 3) > usual)
    #expect(total(run([.fill(scope, factor: 0.5, .init())]), 3) > usual)
    #expect(total(run([.demand(scope, factor: 1.5, .init(from: Self.next + 3))]), 3) == usual)
  }

  @Test func saysWhatChangesNothing() {
    let far = ShortfallScenario.Scope(chains: [ChainCode(rawValue: "elsewhere")])
    let result = run([.demand(far, factor: 2, .init()), .demand(.init(), factor: 2, .init(from: Self.next + 30))])
    #expect(
      result.notes.count == 2 && result.notes[0].contains("strikes no cell") && result.notes[1].contains("outside"))
    #expect(total(result, 6) == Self.base.nodes.last?.values[5].mean)
  }
}
