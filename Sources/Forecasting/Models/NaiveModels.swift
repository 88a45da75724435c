import Glibc

/// The last value, carried forward. Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd ed.), 5.2.
public struct Naive: SeriesModel {
  /// The name of the model.
  public let name = "Naive"
  /// Makes the model.
  public init() {}

  /// Fits and forecasts; deviations grow with the root of the horizon.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    guard let last = values.last else { throw ModelFailure("no values") }
    var fitted = values
    for t in stride(from: values.count - 1, to: 0, by: -1) { fitted[t] = values[t - 1] }
    fitted[0] = .nan
    let sigma = ModelFit.deviation(values: values, fitted: fitted, parameters: 0)
    return ModelFit(
      model: name, fitted: fitted, mean: [Double](repeating: last, count: horizon),
      deviations: (1...horizon).map { sigma * sqrt(Double($0)) }, explanation: "last value")
  }
}

/// The same period of the last season. FPP3, 5.2.
public struct SeasonalNaive: SeriesModel {
  /// The name of the model.
  public let name = "SeasonalNaive"
  /// Makes the model.
  public init() {}

  /// Fits and forecasts; deviations grow with the root of the number of seasons ahead.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    let m = Swift.max(season, 1)
    let n = values.count
    guard n >= m, n > 0 else { throw .tooShort(n, needs: m) }
    var fitted = [Double](repeating: .nan, count: n)
    for t in m..<Swift.max(n, m) { fitted[t] = values[t - m] }
    let sigma = ModelFit.deviation(values: values, fitted: fitted, parameters: 0)
    return ModelFit(
      model: name, fitted: fitted, mean: (0..<horizon).map { values[n - m + $0 % m] },
      deviations: (0..<horizon).map { sigma * sqrt(Double($0 / m + 1)) }, explanation: "same period of the last season")
  }
}

/// A random walk with drift: the line through the first and the last value. FPP3, 5.2.
public struct Drift: SeriesModel {
  /// The name of the model.
  public let name = "Drift"
  /// Makes the model.
  public init() {}

  /// Fits and forecasts.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    let n = values.count
    guard n >= 2 else { throw .tooShort(n, needs: 2) }
    let slope = (values[n - 1] - values[0]) / Double(n - 1)
    var fitted = [Double](repeating: .nan, count: n)
    for t in 1..<n { fitted[t] = values[t - 1] + slope }
    let sigma = ModelFit.deviation(values: values, fitted: fitted, parameters: 1)
    return ModelFit(
      model: name, fitted: fitted, mean: (1...horizon).map { values[n - 1] + slope * Double($0) },
      deviations: (1...horizon).map { sigma * sqrt(Double($0) * (1 + Double($0) / Double(n - 1))) },
      explanation: "drift \(Explain.number(slope)) a period")
  }
}

/// Naive on seasonally adjusted values: the benchmark of OWA in the M4 competition (Makridakis et al. 2020).
public struct Naive2: SeriesModel {
  /// The name of the model.
  public let name = "Naive2"
  /// Makes the model.
  public init() {}

  /// Fits and forecasts.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    let n = values.count
    guard n > 0 else { throw ModelFailure("no values") }
    let pattern = Seasonality(values, season: season, additiveFallback: false)
    var fitted = [Double](repeating: .nan, count: n)
    for t in 1..<Swift.max(n, 1) { fitted[t] = pattern.restore(pattern.adjust(values[t - 1], at: t - 1), at: t) }
    let level = pattern.adjust(values[n - 1], at: n - 1)
    let sigma = ModelFit.deviation(values: values, fitted: fitted, parameters: 0)
    return ModelFit(
      model: name, fitted: fitted, mean: (0..<horizon).map { pattern.restore(level, at: n + $0) },
      deviations: (1...horizon).map { sigma * sqrt(Double($0)) },
      explanation: pattern.form == .none ? "last value, not seasonal" : "last value, seasonally adjusted")
  }
}

/// Text for explanations.
enum Explain {
  /// A number with at most four significant digits.
  static func number(_ x: Double) -> String {
    guard x.isFinite else { return "–" }
    if Swift.abs(x) < 1e-9, x == 0 || Swift.abs(x) > 1e-30 { return "0" }
    let digits = Swift.max(0, 3 - Int(floor(log10(Swift.abs(x)))))
    if digits > 8 { return "\(x)" }
    let scale = pow(10, Double(digits))
    let rounded = (x * scale).rounded() / scale
    return rounded == rounded.rounded() && Swift.abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
