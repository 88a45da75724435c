import Testing

@testable import Forecasting

@Suite struct BasicModelTests {
  @Test func naiveModels() throws {
    let x = [3.0, 5, 4, 8, 6, 9]
    #expect(try Naive().fit(x, season: 1, horizon: 2).mean == [9, 9])
    #expect(try SeasonalNaive().fit(x, season: 4, horizon: 5).mean == [4, 8, 6, 9, 4])
    #expect(try Drift().fit(x, season: 1, horizon: 2).mean.map { ($0 * 10).rounded() } == [102, 114])
    #expect(throws: ModelFailure.self) { try SeasonalNaive().fit([1, 2], season: 4, horizon: 1) }
    #expect(throws: ModelFailure.self) { try Naive().fit([], season: 4, horizon: 1) }
  }

  /// Expected values: scipy 1.17.1, `scipy.stats.nbinom.ppf(q, n, p)` and `poisson.ppf`.
  @Test func countQuantiles() {
    let nb = NegativeBinomial(mean: 3, variance: 7.5)
    #expect([0.1, 0.5, 0.9, 0.99].map { nb.quantile($0) } == [0, 2, 7, 12])
    let poisson = NegativeBinomial(mean: 2.5, variance: 1)
    #expect([0.1, 0.5, 0.9].map { poisson.quantile($0) } == [1, 2, 5])
  }

  @Test func ridgeSolvesNormalEquations() {
    let x = LinearAlgebra.ridge(gram: [4, 2, 2, 3], moment: [2, 1], penalty: [1, 0.5], prior: [0, 2])
    // (A + P) x = b + P prior with A + P = [[5, 2], [2, 3.5]], right side [2, 2].
    #expect(abs(x[0] - 3.0 / 13.5) < 1e-12 && abs(x[1] - 6.0 / 13.5) < 1e-12)
  }

  @Test func weightedQuantilesOfEqualWeights() {
    let q = Statistics.weightedQuantiles([4, 1, 3, 2], weights: [1, 1, 1, 1], probabilities: [0, 0.125, 0.5, 1])
    #expect(q == [1, 1, 2.5, 4])
  }

  @Test func gapsAreFilledAlongTheSeason() {
    var values = (0..<48).map { Double($0 % 12) * 10 + 100 + Double($0) }
    values[30] = .nan
    values[31] = .nan
    let ready = PreparedSeries(index: 0, series: Series(id: "g", start: 0, values: values), season: 12)
    #expect(ready.filled == 2)
    #expect(abs(ready.values[30] - 190) < 1e-9 && abs(ready.values[31] - 201) < 1e-9)
  }
}
