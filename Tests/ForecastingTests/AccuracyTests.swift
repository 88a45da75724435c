import Testing

@testable import Forecasting

@Suite struct AccuracyTests {
  /// Expected values: numpy 2.4.6 by the formulas of the M4 and M5 competitions.
  @Test func measures() {
    let actual = [3.0, 5, 4]
    let forecast = [2.0, 5.5, 6]
    #expect(abs(Accuracy.mase(actual: actual, forecast: forecast, scale: 2) - 7.0 / 12) < 1e-12)
    let scale = Accuracy.squareScale([0, 0, 1, 3, 2])
    #expect(abs(Accuracy.rmsse(actual: actual, forecast: forecast, scale: scale) - 0.8366600265340756) < 1e-12)
    #expect(abs(Accuracy.smape(actual: actual, forecast: forecast) - 29.841269841269842) < 1e-9)
    let spl = Accuracy.scaledPinballLoss(actual: [3], p10: [1], p50: [2], p90: [4], scale: 2)
    #expect(abs(spl - (0.2 + 0.5 + 0.1) / 6) < 1e-12)
    #expect(Accuracy.coverage(actual: actual, lower: [3, 6, 0], upper: [4, 7, 4]) == 2.0 / 3)
  }

  /// Expected values: scipy 1.17.1, `scipy.stats.t.ppf(0.9, v)` and `scipy.stats.norm.ppf`.
  @Test func quantiles() {
    for (v, value) in [(4.0, 1.5332062737), (6, 1.4397557473), (20, 1.3253407070)] {
      #expect(abs(Statistics.studentQuantile(0.9, freedom: v) - value) < 0.005)
    }
    for (p, value) in [(0.01, -2.3263478740), (0.1, -1.2815515655), (0.7, 0.5244005127)] {
      #expect(abs(Statistics.normalQuantile(p) - value) < 1e-8)
    }
  }
}
