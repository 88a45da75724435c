import LabourMarket
import Testing

@testable import Shortfall

@Suite struct ShortfallEstimatorTests {
  private static let panel = SyntheticCity().panel()
  private static let forecast = ShortfallEstimator().forecast(panel, horizon: 6)

  @Test func meansSumExactlyOverEveryLevel() {
    let nodes = Self.forecast.nodes
    for h in 0..<6 {
      let sums = Dictionary(grouping: nodes.filter { !$0.node.isAggregate }, by: \.node.level).mapValues { list in
        list.reduce(0) { $0 + Int(($1.values[h].mean * 1000).rounded()) }
      }
      #expect(Set(sums.values).count == 1, "levels of month \(h + 1) sum to \(sums)")
      // In print, too: a mean has at most three decimals.
      for node in nodes {
        let text = "\(node.values[h].mean)"
        #expect((text.split(separator: ".").last?.count ?? 0) <= 3, "\(text)")
      }
    }
    let cells = nodes.filter { $0.node.level == .cell }
    for node in nodes where node.node.level == .chainRegion {
      let parts = cells.filter {
        $0.node.key.chain == node.node.key.chain && $0.node.key.region == node.node.key.region
      }
      let sum = parts.reduce(0) { $0 + Int(($1.values[2].mean * 1000).rounded()) }
      #expect(sum == Int((node.values[2].mean * 1000).rounded()))
    }
  }

  @Test func driversAddUpToTheMean() {
    for node in Self.forecast.nodes {
      for value in node.values {
        #expect(value.drivers.count == Driver.allCases.count)
        #expect(abs(value.drivers.reduce(0, +) - value.mean) < 1e-6)
        #expect(abs(value.drivers[0] - node.openings) < 1e-6, "carried over is today's stock")
        #expect(value.drivers[4] <= 0 && value.drivers[6] <= 0, "fills and lapses take away")
      }
    }
  }

  @Test func quantilesAreOrderedAndThresholdsPositive() {
    for node in Self.forecast.nodes {
      #expect(node.threshold > 0)
      for value in node.values {
        #expect(value.p10 <= value.p50 && value.p50 <= value.p90)
        #expect((0...1).contains(value.pExceed))
        #expect(value.mean >= 0)
      }
    }
  }

  @Test func threadsDoNotChangeTheResult() {
    var settings = ShortfallSettings()
    settings.threads = 1
    let single = ShortfallEstimator(settings: settings).forecast(Self.panel, horizon: 6)
    settings.threads = 5
    let many = ShortfallEstimator(settings: settings).forecast(Self.panel, horizon: 6)
    #expect(single == many)
    #expect(single == Self.forecast)
  }

  @Test func beatsTheLastGapAndTheSameMonthOfLastYear() {
    let city = SyntheticCity(months: 42, seed: 11)
    let whole = city.panel()
    let then = whole.truncated(by: 6)
    let forecast = ShortfallEstimator().forecast(then, horizon: 6)
    var errors = (model: 0.0, last: 0.0, year: 0.0)
    for node in forecast.nodes where node.node.level == .chainRegion {
      for value in node.values {
        func actual(_ t: Int) -> Double { node.node.members.reduce(0) { $0 + whole.openings[$1, t] } }
        let truth = actual(35 + value.horizon)
        errors.model += abs(value.p50 - truth)
        errors.last += abs(actual(35) - truth)
        errors.year += abs(actual(23 + value.horizon) - truth)
      }
    }
    #expect(errors.model < 0.85 * min(errors.last, errors.year), "\(errors)")
  }

  @Test func followsAShockOfDemand() {
    var city = SyntheticCity(chains: 6, months: 36, seed: 3)
    city.demand = { $0 >= 32 ? 0.4 : 1 }
    let panel = city.panel()
    let shocked = ShortfallEstimator().forecast(panel, horizon: 3)
    var calm = city
    calm.demand = { _ in 1 }
    let usual = ShortfallEstimator().forecast(calm.panel(), horizon: 3)
    func total(_ forecast: ShortfallForecast) -> Double { forecast.nodes.last?.values[2].mean ?? 0 }
    #expect(total(shocked) < 0.7 * total(usual))
  }

  @Test func saysWhatIsMissingAndForecastsAllTheSame() throws {
    var bare = Self.panel
    bare.plans = []
    bare.responses = []
    bare.seekers = nil
    bare.employment = []
    bare.arrivals = []
    let forecast = ShortfallEstimator().forecast(bare, horizon: 6)
    #expect(forecast.quality == ["no_headcount", "no_plans", "no_unemployment"])
    let city = try #require(forecast.nodes.last)
    #expect(city.values.allSatisfy { $0.mean > 0 && $0.p90 > $0.p10 })
    #expect(city.employed == nil && city.seekers == nil && city.response == nil)
  }

  @Test func widensAndSaysSoWhenHistoryIsShort() throws {
    let short = ShortfallEstimator().forecast(SyntheticCity(months: 9).panel(), horizon: 6)
    #expect(short.quality.contains("short_history"))
    let node = try #require(short.nodes.last)
    let long = try #require(Self.forecast.nodes.last)
    func width(_ node: NodeForecast) -> Double {
      (node.values[2].p90 - node.values[2].p10) / max(node.values[2].p50, 1)
    }
    #expect(width(node) > width(long))
  }

  @Test(arguments: [1, 2, 5]) func forecastsFromAFewMonths(months: Int) throws {
    let forecast = ShortfallEstimator().forecast(SyntheticCity(months: months).panel(), horizon: 6)
    let city = try #require(forecast.nodes.last)
    #expect(city.values.allSatisfy { $0.mean.isFinite && $0.mean > 0 && $0.mean < 5000 })
  }

  @Test func anEmptyCityHasAnEmptyForecast() {
    let empty = CityPanel(asOf: Month(year: 2021, month: 12), start: Month(year: 2021, month: 12))
    let forecast = ShortfallEstimator().forecast(empty, horizon: 6)
    #expect(forecast.nodes.count == 1)
    #expect(forecast.nodes[0].values.map(\.mean) == [0, 0, 0, 0, 0, 0])
    #expect(forecast.nodes[0].values.map(\.pExceed) == [0, 0, 0, 0, 0, 0])
  }

  @Test func aggregatesAreExactSumsOfTheirLeaves() throws {
    let trees = ReferenceTrees(chains: [
      ChainCode(rawValue: "c0"): ChainCode(rawValue: "all"), ChainCode(rawValue: "c1"): ChainCode(rawValue: "all"),
    ])
    let forecast = ShortfallEstimator(trees: trees).forecast(Self.panel, horizon: 2)
    let chains = forecast.nodes.filter { $0.node.level == .chain }
    let all = try #require(chains.first { $0.node.key.chain?.rawValue == "all" })
    #expect(all.node.isAggregate)
    let parts = chains.filter { ["c0", "c1"].contains($0.node.key.chain?.rawValue) }
    #expect(
      Int((all.values[1].mean * 1000).rounded()) == parts.reduce(0) { $0 + Int(($1.values[1].mean * 1000).rounded()) })
    // The city counts every leaf once.
    let leaves = chains.filter { !$0.node.isAggregate }.reduce(0) { $0 + Int(($1.values[1].mean * 1000).rounded()) }
    #expect(Int(((forecast.nodes.last?.values[1].mean ?? 0) * 1000).rounded()) == leaves)
  }

  @Test func enterprisesShareTheirCellsMean() throws {
    let cell = try #require(Self.forecast.nodes.first { $0.node.level == .cell })
    let parts = [
      EnterpriseAllotment.Part(cell: cell.node.key, openings: 10, sought: 24, planned: 9),
      EnterpriseAllotment.Part(cell: cell.node.key, openings: 0, sought: 12, planned: nil),
    ]
    let expected = EnterpriseAllotment(parts, forecast: Self.forecast, months: 3).expected
    #expect(abs(expected.reduce(0, +) - cell.values[2].mean) < 1e-9)
    #expect(expected[0] > expected[1])
  }
}
