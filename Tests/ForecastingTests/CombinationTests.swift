import Testing

@testable import Forecasting

@Suite struct CombinationTests {
  /// Evidence in which model 0 is right for even series and model 1 for odd ones.
  private func evidence(series: Int) -> Evidence {
    var generator = SeededGenerator(state: 4)
    var entries: [Evidence.Entry] = []
    for i in 0..<series {
      for age in 1...8 {
        let actual = (0..<2).map { _ in 10 + generator.normal() }
        let good = actual.map { $0 + 0.1 * generator.normal() }
        let bad = actual.map { $0 + generator.normal() }
        let forecasts = i % 2 == 0 ? [good, bad] : [bad, good]
        entries.append(Evidence.Entry(series: i, age: age, actual: actual, forecasts: forecasts, scale: 1))
      }
    }
    return Evidence(entries: entries)
  }

  private func shares(groups: [Int], count: Int) -> [[[Double]]] {
    Combination(
      evidence: evidence(series: groups.count), groups: groups, groupCount: count, models: 2, horizon: 2, decay: 1,
      threads: 1
    ).shares
  }

  /// Groups of which each has its own best model get shares that say so; the panel as one group cannot tell them apart.
  @Test func sharesDifferByGroup() {
    let split = shares(groups: (0..<40).map { $0 % 2 }, count: 2)
    #expect(split[0][0][0] > 0.8 && split[1][0][1] > 0.8)
    let whole = shares(groups: (0..<40).map { _ in 0 }, count: 1)
    #expect(abs(whole[0][0][0] - 0.5) < 0.15)
    for s in (split + whole).flatMap({ $0 }) { #expect(abs(s.reduce(0, +) - 1) < 1e-12) }
  }

  /// A group of one series stays near the panel: errors are shrunk by a weight of twenty series.
  @Test func smallGroupsAreShrunk() {
    let groups = (0..<41).map { $0 == 1 ? 1 : 0 }
    let combination = Combination(
      evidence: evidence(series: 41), groups: groups, groupCount: 2, models: 2, horizon: 1, decay: 1, threads: 1)
    let panel = combination.errors[0][0]
    let own = combination.errors[1][0]
    #expect(own[1] < panel[1] && own[1] > 0.8 * panel[1])
  }

  /// The group of a series reaches its forecast: the same panel with groups given is forecast otherwise.
  @Test func givenGroupsChangeShares() throws {
    var panel = syntheticPanel(series: 24, length: 70, seed: 8)
    for i in panel.series.indices where i % 2 == 1 {
      // Every other series is noise without memory, for which the pooled regression is not the best.
      var generator = SeededGenerator(state: UInt64(i))
      panel.series[i].values = panel.series[i].values.map { _ in 50 + 5 * generator.normal() }
    }
    for i in panel.series.indices { panel.series[i].group = i % 2 == 0 ? "calm" : "noisy" }
    var options = PanelForecaster.Options(horizon: 2, explain: true)
    options.budget = 240
    let results = try PanelForecaster(options: options).forecast(panel)
    #expect(results[0].weights.map { $0.shares[0] } != results[1].weights.map { $0.shares[0] })
    #expect(results[0].weights.map { $0.shares[0] } == results[2].weights.map { $0.shares[0] })
  }
}
