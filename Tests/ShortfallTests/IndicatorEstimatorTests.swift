import Glibc
import LabourMarket
import Testing

@testable import Shortfall

@Suite struct IndicatorEstimatorTests {
  private func panel() -> IndicatorPanel {
    func series(_ level: Double, _ phase: Double) -> [Double] {
      (0..<72).map { t in
        (level * (1 + 0.2 * sin(2 * Double.pi * (Double(t) + phase) / 12)) * (1 + 0.003 * Double(t))).rounded()
      }
    }
    let start = Month(year: 2009, month: 1)
    let (a, b) = (series(4000, 0), series(9000, 3))
    let (north, south) = (zip(a, b).map { (0.4 * ($0 + $1)).rounded() }, zip(a, b).map { (0.6 * ($0 + $1)).rounded() })
    return IndicatorPanel(
      asOf: start + 71,
      totals: [
        .init(key: Cell(chain: ChainCode(rawValue: "all")), start: start, openings: zip(a, b).map { $0 + $1 }),
        .init(key: Cell(chain: ChainCode(rawValue: "a")), start: start, openings: a),
        .init(key: Cell(chain: ChainCode(rawValue: "b")), start: start, openings: b),
        .init(key: Cell(region: RegionCode(rawValue: "n")), start: start, openings: north),
        .init(key: Cell(region: RegionCode(rawValue: "s")), start: start, openings: south),
      ])
  }

  @Test func bothTreesSumToOneTotal() throws {
    let trees = ReferenceTrees(chains: [
      ChainCode(rawValue: "a"): ChainCode(rawValue: "all"), ChainCode(rawValue: "b"): ChainCode(rawValue: "all"),
    ])
    let forecast = try IndicatorEstimator(trees: trees).forecast(panel(), horizon: 6)
    func mean(_ name: String, _ h: Int) -> Int {
      let node = forecast.nodes.first {
        ($0.node.key.chain?.rawValue ?? $0.node.key.region?.rawValue ?? "city") == name
      }
      return Int(((node?.values[h].mean ?? -1) * 1000).rounded())
    }
    for h in 0..<6 {
      #expect(mean("a", h) + mean("b", h) == mean("all", h))
      #expect(mean("n", h) + mean("s", h) == mean("city", h))
      #expect(mean("all", h) == mean("city", h))
    }
    for node in forecast.nodes {
      for value in node.values {
        #expect(value.p10 <= value.p50 && value.p50 <= value.p90 && value.p10 >= 0)
        #expect(abs(value.drivers.reduce(0, +) - value.mean) < 1e-6)
      }
    }
    #expect(forecast.quality.contains("monthly_totals_only"))
  }

  @Test func nothingKnownIsAnEmptyForecast() throws {
    let forecast = try IndicatorEstimator().forecast(
      IndicatorPanel(asOf: Month(year: 2020, month: 1), totals: []), horizon: 3)
    #expect(forecast.nodes.map(\.node.level) == [.city])
    #expect(forecast.nodes[0].values.map(\.mean) == [0, 0, 0])
  }
}
