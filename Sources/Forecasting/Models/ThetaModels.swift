import Glibc

/// The Theta family as state space models: standard, optimised, dynamic standard and dynamic optimised.
///
/// Theta: Assimakopoulos and Nikolopoulos (2000). State space forms, estimation and recursions: Fiorucci, Pellegrini, Louzada,
/// Petropoulos and Koehler, "Models for optimising the theta method and their relationship to state space models",
/// International Journal of Forecasting 32 (2016). Seasonal series are adjusted first (``Seasonality``).
public struct Theta: SeriesModel {
  /// Which member of the family.
  public enum Form: String, Sendable, CaseIterable {
    /// θ = 2, line through all data.
    case standard = "Theta"
    /// θ estimated, line through all data.
    case optimised = "OTM"
    /// θ = 2, line through the data up to each period.
    case dynamicStandard = "DSTM"
    /// θ estimated, line through the data up to each period.
    case dynamicOptimised = "DOT"

    var estimatesTheta: Bool { self == .optimised || self == .dynamicOptimised }
    var isDynamic: Bool { self == .dynamicStandard || self == .dynamicOptimised }
  }

  /// The member.
  public let form: Form
  /// The name of the model.
  public var name: String { form.rawValue }
  /// Largest number of evaluations of the sum of squares.
  public let evaluations: Int

  /// Makes the model.
  public init(_ form: Form = .dynamicOptimised, evaluations: Int = 160) {
    self.form = form
    self.evaluations = evaluations
  }

  /// Fits and forecasts; needs four values.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    let n = values.count
    guard n >= 4 else { throw .tooShort(n, needs: 4) }
    let pattern = Seasonality(values, season: season, shrunk: true)
    let x = values.indices.map { pattern.adjust(values[$0], at: $0) }
    let recursion = ThetaRecursion(x, dynamic: form.isDynamic)
    let size = Swift.max(Statistics.mean(x.map { Swift.abs($0) }), 1e-300)
    let first = x[0] / size
    let spread = Statistics.meanAbsoluteDifference(x, lag: 1) / size
    func squares(_ p: [Double]) -> Double {
      recursion.squares(alpha: p[0], level: p[1] * size, share: p.count > 2 ? p[2] : 0.5)
    }
    var starts: [[Double]] = []
    for alpha in [0.2, 0.5, 0.9] {
      for share in form.estimatesTheta ? [0.2, 0.5, 0.95] : [0.5] {
        starts.append(form.estimatesTheta ? [alpha, first, share] : [alpha, first])
      }
    }
    let values = starts.map(squares)
    let start = starts[values.indices.min { (values[$0], $0) < (values[$1], $1) } ?? 0]
    let best = Search.simplex(
      from: start, step: form.estimatesTheta ? [0.15, spread + 1e-3, 0.2] : [0.15, spread + 1e-3],
      lower: form.estimatesTheta ? [0.1, first - 10, 0] : [0.1, first - 10],
      upper: form.estimatesTheta ? [0.99, first + 10, 1] : [0.99, first + 10], evaluations: evaluations, squares)
    let (alpha, level) = (best.point[0], best.point[1] * size)
    let share = form.estimatesTheta ? best.point[2] : 0.5
    let adjusted = recursion.fit(alpha: alpha, level: level, share: share, horizon: horizon)
    let sigma = ModelFit.deviation(values: x, fitted: adjusted.fitted, parameters: start.count)
    return ModelFit(
      model: name, fitted: (0..<n).map { pattern.restore(adjusted.fitted[$0], at: $0) },
      mean: (0..<horizon).map { pattern.restore(adjusted.mean[$0], at: n + $0) },
      deviations: (0..<horizon).map {
        sigma * sqrt(1 + Double($0) * alpha * alpha) * Swift.abs(pattern.spread(at: n + $0))
      },
      explanation: "alpha \(Explain.number(alpha)), theta \(share < 1 ? Explain.number(1 / (1 - share)) : "∞")"
        + (pattern.form == .none ? "" : ", seasonally adjusted"))
  }
}

/// The recursions of the Theta models on seasonally adjusted values.
struct ThetaRecursion {
  private let x: [Double]
  private let dynamic: Bool
  /// Intercept and slope of the least squares line over all data, counted from 1.
  private let line: (intercept: Double, slope: Double)

  init(_ x: [Double], dynamic: Bool) {
    self.x = x
    self.dynamic = dynamic
    let n = Double(x.count)
    let mean = Statistics.mean(x)
    var moment = 0.0
    for (t, value) in x.enumerated() { moment += Double(t + 1) * value }
    let slope = 6 / (n * n - 1) * (2 * moment / n - (n + 1) * mean)
    line = (mean - slope * (n + 1) / 2, slope)
  }

  /// Sum of squared one-step errors from the third value on; `share` is 1 − 1/θ, the weight of the line.
  func squares(alpha: Double, level start: Double, share: Double) -> Double {
    let keep = 1 - alpha
    var level = start
    var power = 1.0
    var mean = 0.0
    var slope = dynamic ? 0 : line.slope
    var intercept = dynamic ? 0 : line.intercept
    var squares = 0.0
    return x.withUnsafeBufferPointer { x in
      for t in 0..<x.count {
        let next = power * keep
        let forecast = level + share * (power * intercept + (1 - next) / alpha * slope)
        let error = x[t] - forecast
        if t >= 2 { squares += error * error }
        level += alpha * (x[t] - level)
        if dynamic { ThetaRecursion.update(&mean, &slope, &intercept, value: x[t], t: t) }
        power = next
      }
      return squares
    }
  }

  /// One-step fits and forecasts; beyond the end the model's own forecasts take the place of data.
  func fit(alpha: Double, level start: Double, share: Double, horizon: Int) -> (fitted: [Double], mean: [Double]) {
    var level = start
    var power = 1.0
    var mean = 0.0
    var slope = dynamic ? 0 : line.slope
    var intercept = dynamic ? 0 : line.intercept
    var out: [Double] = []
    out.reserveCapacity(x.count + horizon)
    for t in 0..<(x.count + horizon) {
      let next = power * (1 - alpha)
      let forecast = level + share * (power * intercept + (1 - next) / alpha * slope)
      out.append(forecast)
      let value = t < x.count ? x[t] : forecast
      level += alpha * (value - level)
      if dynamic { ThetaRecursion.update(&mean, &slope, &intercept, value: value, t: t) }
      power = next
    }
    return (Array(out.prefix(x.count)), Array(out.suffix(horizon)))
  }

  /// Takes a value into the running mean and the running least squares line.
  @inline(__always)
  private static func update(
    _ mean: inout Double, _ slope: inout Double, _ intercept: inout Double, value: Double, t: Int
  ) {
    let count = Double(t + 1)
    let old = mean
    mean = (Double(t) * mean + value) / count
    if t == 0 {
      slope = 0
    } else {
      slope = (Double(t - 1) * slope + 6 * (value - old) / count) / (count + 1)
    }
    intercept = mean - slope * (count + 1) / 2
  }
}
