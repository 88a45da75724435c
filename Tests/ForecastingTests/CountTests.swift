import Testing

@testable import Forecasting

@Suite struct CountTests {
  @Test func smallCountsGetWholeQuantiles() throws {
    var generator = SeededGenerator(state: 99)
    let series = (0..<30).map { i in
      Series(
        id: "c\(i)", start: 24000,
        values: (0..<60).map { _ in
          NegativeBinomial(mean: 2, size: 3).quantile(Double.random(in: 0..<1, using: &generator))
        })
    }
    let results = try PanelForecaster(options: .init(horizon: 6)).forecast(Panel(series: series))
    #expect(results.allSatisfy { $0.method == "counts" })
    // The process is stationary with mean 2; its 10 %, 50 % and 90 % quantiles are 0, 2 and 4 or 5.
    for r in results {
      #expect(r.mean.allSatisfy { $0 > 1 && $0 < 3.2 })
      #expect(r.p10.allSatisfy { $0 == 0 } && r.p50.allSatisfy { (1...3).contains($0) })
      #expect(r.p90.allSatisfy { (3...7).contains($0) && $0 == $0.rounded() })
    }
  }

  /// A series that has died is forecast lower than one that goes on.
  @Test func levelBreaksAreFollowed() throws {
    let alive = [Double](repeating: 0, count: 60).indices.map { Double(3 + $0 % 3) }
    let dead = alive.enumerated().map { $0.offset < 48 ? $0.element : 0 }
    let panel = Panel(series: [Series(id: "a", start: 0, values: alive), Series(id: "d", start: 0, values: dead)])
    let results = try PanelForecaster(options: .init(horizon: 3)).forecast(panel)
    #expect(results[0].p50[0] >= 3 && results[1].p50[0] <= 1)
  }
}
