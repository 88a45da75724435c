import Glibc

/// A model of one series. A new model is one new file with a type that answers ``fit(_:season:horizon:)``.
public protocol SeriesModel: Sendable {
  /// The name that results, weights and explanations use.
  var name: String { get }

  /// Fits the series and forecasts it.
  ///
  /// - Parameters:
  ///   - values: the history, oldest first, without gaps.
  ///   - season: periods in a season, 1 when there is none.
  ///   - horizon: periods to forecast, ≥ 1.
  /// - Throws: ``ModelFailure`` when the model does not apply to such a series; the message says why.
  func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit
}

/// Why a model cannot forecast a series.
public struct ModelFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason, in words that follow "fallback: ".
  public var reason: String
  /// Makes a failure.
  public init(_ reason: String) { self.reason = reason }
  /// The reason.
  public var description: String { reason }

  /// The failure of a model that needs more history.
  public static func tooShort(_ count: Int, needs: Int) -> ModelFailure {
    ModelFailure("too short (\(count) values, needs \(needs))")
  }
}

/// What a model says of a series: in-sample fit and forecast.
public struct ModelFit: Sendable {
  /// The shape of the forecast distribution around the mean.
  public enum Distribution: Sendable, Equatable {
    /// Normal with ``ModelFit/deviations``.
    case normal
    /// Negative binomial (Poisson when the variance is not above the mean) with the deviations' squares as variances.
    case count
  }

  /// The name of the model.
  public var model: String
  /// One-step forecasts of the history; `nan` where the model has none yet.
  public var fitted: [Double]
  /// The forecast, one value a period ahead.
  public var mean: [Double]
  /// The standard deviation of each forecast.
  public var deviations: [Double]
  /// The shape of the forecast distribution.
  public var distribution: Distribution
  /// What was estimated, for people: components and parameters.
  public var explanation: String

  /// Makes a fit.
  public init(
    model: String, fitted: [Double], mean: [Double], deviations: [Double], distribution: Distribution = .normal,
    explanation: String = ""
  ) {
    self.model = model
    self.fitted = fitted
    self.mean = mean
    self.deviations = deviations
    self.distribution = distribution
    self.explanation = explanation
  }

  /// The average of several forms' fits by Akaike weights: exp(−Δ/2) of their corrected criteria (Burnham and Anderson 2002; for
  /// forecasts Kolassa, "Combining exponential smoothing forecasts using Akaike weights", IJF 27, 2011). Forms below a hundredth of
  /// the best are left out.
  ///
  /// - Parameter fits: each form's criterion and a way to its fit; not empty.
  static func average(_ fits: [(criterion: Double, make: () -> ModelFit)]) -> ModelFit {
    let best = fits.map(\.criterion).min() ?? 0
    let kept = fits.map { (weight: exp(-($0.criterion - best) / 2), make: $0.make) }.filter { $0.weight > 0.01 }
      .sorted { $0.weight > $1.weight }
    let total = kept.reduce(0) { $0 + $1.weight }
    var out = kept[0].make()
    guard kept.count > 1 else { return out }
    let parts = kept.map { (share: $0.weight / total, fit: $0.make()) }.filter { $0.fit.mean.allSatisfy(\.isFinite) }
    guard parts.count > 1 else { return parts.first?.fit ?? out }
    let whole = parts.reduce(0) { $0 + $1.share }
    func mixed(_ path: KeyPath<ModelFit, [Double]>, _ i: Int) -> Double {
      parts.reduce(0) { $0 + $1.share / whole * $1.fit[keyPath: path][i] }
    }
    out.fitted = out.fitted.indices.map { mixed(\.fitted, $0) }
    out.mean = out.mean.indices.map { mixed(\.mean, $0) }
    out.deviations = out.deviations.indices.map { mixed(\.deviations, $0) }
    out.explanation = parts.map { "\(Explain.number($0.share / whole)) × \($0.fit.explanation)" }.joined(
      separator: " + ")
    return out
  }

  /// Quantiles of the forecast distribution: for each probability one value a period ahead.
  public func quantiles(_ probabilities: [Double]) -> [[Double]] {
    switch distribution {
    case .normal:
      return probabilities.map { p in
        let z = Statistics.normalQuantile(p)
        return zip(mean, deviations).map { $0 + z * $1 }
      }
    case .count:
      return probabilities.map { p in
        zip(mean, deviations).map { NegativeBinomial(mean: $0, variance: $1 * $1).quantile(p) }
      }
    }
  }

  /// The standard deviation of in-sample residuals around zero with `parameters` degrees of freedom taken off.
  static func deviation(values: [Double], fitted: [Double], parameters: Int) -> Double {
    var sum = 0.0
    var count = 0
    for t in values.indices where fitted[t].isFinite {
      let e = values[t] - fitted[t]
      sum += e * e
      count += 1
    }
    guard count > 0 else { return 0 }
    return sqrt(sum / Double(Swift.max(count - parameters, 1)))
  }
}
