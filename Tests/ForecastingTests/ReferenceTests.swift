import Testing

@testable import Forecasting

/// Forecasts beside those of statsforecast 2.1.1 (Nixtla), which estimates by other optimisers: agreement within a share.
@Suite struct ReferenceTests {
  private func agree(_ model: any SeriesModel, season: Int = 12, _ expected: [Double], within share: Double) throws {
    let fit = try model.fit(airPassengers, season: season, horizon: expected.count)
    for (a, b) in zip(fit.mean, expected) { #expect(abs(a - b) < share * abs(b), "\(model.name) \(a) \(b)") }
    #expect(fit.fitted.count == airPassengers.count)
    let quantiles = fit.quantiles([0.1, 0.5, 0.9])
    for h in expected.indices { #expect(quantiles[0][h] < quantiles[1][h] && quantiles[1][h] < quantiles[2][h]) }
  }

  /// Theta, OptimizedTheta, DynamicTheta and DynamicOptimizedTheta with season_length=12.
  @Test func thetaFamily() throws {
    try agree(Theta(.standard), [440.969, 429.249, 490.693, 476.66, 480.631, 546.456], within: 0.003)
    try agree(Theta(.optimised), [442.943, 432.231, 495.308, 482.308, 487.495, 555.581], within: 0.003)
    try agree(Theta(.dynamicStandard), [440.774, 429.062, 490.483, 476.461, 480.437, 546.243], within: 0.003)
    try agree(Theta(.dynamicOptimised), [442.927, 432.298, 495.482, 482.575, 487.866, 556.122], within: 0.003)
  }

  /// AutoETS with model ANN, AAN and automatic choice.
  @Test func exponentialSmoothing() throws {
    try agree(ExponentialSmoothing.simple, [Double](repeating: 431.996, count: 6), within: 0.001)
    try agree(ExponentialSmoothing.holt, [434.239, 436.482, 438.724, 440.967, 443.21, 445.453], within: 0.01)
    try agree(ExponentialSmoothing(), [442.357, 428.267, 492.975, 477.37, 477.603, 535.858], within: 0.06)
  }

  /// statsforecast 2.1.1 auto_ces with model N, S, P, F and without one (it takes F), season 12.
  @Test func complexSmoothing() throws {
    let expected: [(ComplexSmoothing.Form, [Double])] = [
      (.none, [425.491, 418.238, 417.202, 411.309, 409.319, 404.301]),
      (.simple, [445.996, 422.518, 480.086, 501.888, 523.193, 582.526]),
      (.partial, [452.348, 445.457, 493.068, 544.551, 531.883, 590.836]),
      (.full, [453.018, 429.323, 488.628, 500.276, 519.783, 586.456]),
    ]
    let shares = [0.015, 0.015, 0.075, 0.06]
    for ((form, values), share) in zip(expected, shares) {
      try agree(ComplexSmoothing(forms: [form], evaluations: 800), values, within: share)
    }
    try agree(ComplexSmoothing(), expected[3].1, within: 0.06)
  }

  /// Sums of squares at given constants: numpy 2.4.6 by the paper's equations, run forward, backward and forward from the first
  /// states of statsforecast 2.1.1 (`initstate`).
  @Test func complexSmoothingRecursions() {
    let expected: [(ComplexSmoothing.Form, [Double], Double)] = [
      (.none, [1.4, 1.1], 673110.5188875977), (.simple, [1.2, 0.9], 3813990.4988158974),
      (.partial, [1.4, 1.1, 0.2], 1990622.54794876), (.full, [1.3, 1.05, 1.1, 0.9], 367708.18813579815),
    ]
    for (form, constants, squares) in expected {
      let own = ComplexRecursion(airPassengers, season: 12, form: form, constants: constants).squares()
      #expect(abs(own / squares - 1) < 1e-6, "\(form) \(own)")
    }
  }

  /// statsforecast 2.1.1 ARIMA (0,1,1)(0,1,1) with season_length=12 on logarithms (the airline model).
  @Test func arima() throws {
    try agree(ARIMA(), [450.2, 425.7, 479.6, 492.1, 508.6, 583.1], within: 0.02)
  }

  /// CrostonClassic, CrostonSBA, TSB(0.1, 0.1), ADIDA and IMAPA.
  @Test func intermittentModels() throws {
    let x: [Double] = [0, 0, 3, 0, 0, 1, 0, 4, 0, 0, 0, 2, 0, 0, 5, 0, 1, 0, 0, 0, 0, 3, 0, 2]
    let expected: [(any SeriesModel, Double, Double)] = [
      (Croston(), 0.92194129, 1e-6), (Croston(corrected: true), 0.87584423, 1e-6),
      (TeunterSyntetosBabai(), 0.94294419, 1e-6), (AggregateDisaggregate(), 0.93365027, 0.03),
      (AggregateDisaggregate(averaged: true), 0.88668786, 0.05),
    ]
    for (model, value, share) in expected {
      let mean = try model.fit(x, season: 12, horizon: 1).mean[0]
      #expect(abs(mean - value) < share * value, "\(model.name) \(mean) \(value)")
    }
  }

  /// Every model of the catalogue answers or says why, for any history, and never with NaN.
  @Test func everyModelAnswersOrRefuses() {
    let histories: [[Double]] = [
      [], [1], [1, 2], [0, 0, 0, 0, 0], [5, 5, 5, 5, 5, 5], Array(airPassengers.prefix(11)),
      Array(airPassengers.prefix(30)),
      airPassengers.map { $0 * 1e150 }, airPassengers.map { $0 * 1e-150 }, airPassengers.map { -$0 },
      airPassengers.enumerated().map { $0.offset % 3 == 0 ? $0.element : 0 },
    ]
    for model in ModelCatalogue.all {
      for history in histories {
        guard let fit = try? model.fit(history, season: 12, horizon: 14) else { continue }
        #expect(fit.mean.count == 14 && fit.mean.allSatisfy(\.isFinite), "\(model.name) \(history.prefix(3))")
        #expect(fit.deviations.allSatisfy { $0 >= 0 }, "\(model.name) \(history.prefix(3))")
      }
    }
  }
}
