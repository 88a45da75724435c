import LabourMarket
import Testing

@testable import Shortfall

@Suite struct BacktestTests {
  private static let estimator: ShortfallEstimator = {
    var settings = ShortfallSettings()
    settings.rollingOrigins = 2
    return ShortfallEstimator(settings: settings)
  }()

  private func relive(_ city: SyntheticCity) -> Backtest {
    let truth = city.panel()
    let then = truth.truncated(by: 3)
    var backtest = Backtest()
    backtest.add(Self.estimator.forecast(then, horizon: 3), from: then, truth: truth)
    return backtest
  }

  @Test func nothingToRankGivesNoPrecision() throws {
    let few = relive(SyntheticCity(chains: 4, regions: 5, occupations: 1, months: 33))
    #expect(few.samples.count { $0.level == .chainRegion && $0.horizon == 3 } == 20)
    #expect(few.precision() == nil)
    let more = relive(SyntheticCity(chains: 6, regions: 5, occupations: 1, months: 33))
    let share = try #require(more.precision())
    // Of thirty nodes twenty drawn blindly would hold two thirds of the largest twenty.
    #expect(share > 0.67 && share <= 1)
  }

  @Test func scoresAreThoseOfTheSamples() throws {
    let backtest = relive(SyntheticCity(chains: 3, regions: 2, occupations: 2, months: 33))
    let chains = backtest.samples.filter { $0.level == .chain }
    let score = BacktestScore(chains)
    #expect(score.count == 9)
    let own = chains.reduce(0.0) { $0 + abs($1.actual - $1.p50) }
    for (r, rival) in Backtest.Rival.allCases.enumerated() {
      let other = chains.reduce(0.0) { $0 + abs($1.actual - $1.rivals[r]) }
      #expect(abs((score.rivalMAE[r] ?? 0) - own / other) < 1e-12, "\(rival)")
      // Rules state no width; models do.
      #expect(chains.allSatisfy { ($0.rivalDeviations[r] > 0) == (rival == .smoothing || rival == .theta) })
    }
    let squares = chains.reduce(0.0) {
      $0 + ($1.pExceed - ($1.actual > $1.threshold ? 1 : 0)) * ($1.pExceed - ($1.actual > $1.threshold ? 1 : 0))
    }
    #expect(abs(score.brier - squares / 9) < 1e-12)
    // Cells are too many for models of single series: those say nothing there.
    #expect(BacktestScore(backtest.samples.filter { $0.level == .cell }).rivalMAE.suffix(2) == [nil, nil])
  }

  @Test func totalsAreRelivedFromWhatWasKnownThen() throws {
    let start = Month(year: 2009, month: 1)
    func total(_ name: String, _ count: Int, _ level: Double) -> IndicatorPanel.Total {
      .init(
        key: Cell(chain: ChainCode(rawValue: name)), start: start,
        openings: (0..<count).map { level + Double($0 % 12) * 10 + Double($0) })
    }
    let truth = IndicatorPanel(asOf: start + 71, totals: [total("a", 72, 500), total("b", 72, 900)])
    // Two months late: the newest known of the as-of month 65 is month 63.
    let then = IndicatorPanel(asOf: start + 65, totals: [total("a", 64, 500), total("b", 64, 900)])
    var backtest = Backtest()
    backtest.add(try IndicatorEstimator().forecast(then, horizon: 3), from: then, truth: truth)
    let own = backtest.samples.filter { $0.key.chain?.rawValue == "a" }
    #expect(own.map(\.horizon) == [1, 2, 3])
    for sample in own {
      let t = 65 + sample.horizon
      #expect(sample.actual == 500 + Double(t % 12) * 10 + Double(t))
      #expect(sample.rivals[0] == 500 + Double(63 % 12) * 10 + 63, "the newest known, not the as-of month's")
      #expect(sample.rivals[1] == 500 + Double(t % 12) * 10 + Double(t - 12))
      #expect(sample.rivals[2].isNaN && sample.rivals[3].isNaN, "no plans, no seekers")
      #expect(abs(sample.rivals[4] - sample.actual) < 25 && abs(sample.rivals[5] - sample.actual) < 25)
    }
    #expect(backtest.precision() == nil)
  }
}
