import Glibc

/// Measures of forecasts against what came.
///
/// MASE: Hyndman and Koehler (2006); RMSSE: Makridakis, Spiliotis and Assimakopoulos, M5 (2022); sMAPE and OWA: M4 (2020).
public enum Accuracy {
  /// Mean absolute error over the MASE scale of the training part.
  public static func mase(actual: [Double], forecast: [Double], scale: Double) -> Double {
    Statistics.mean(zip(actual, forecast).map { Swift.abs($0 - $1) }) / scale
  }

  /// Root of the mean squared error over the mean squared one-step change of the training part.
  /// - Parameter scale: ``squareScale(_:)`` of the training part, greater than 0.
  public static func rmsse(actual: [Double], forecast: [Double], scale: Double) -> Double {
    (Statistics.mean(zip(actual, forecast).map { ($0 - $1) * ($0 - $1) }) / scale).squareRoot()
  }

  /// The mean squared one-step change of a training part from its first value other than 0: the scale of RMSSE.
  public static func squareScale(_ training: [Double]) -> Double {
    let x = Array(training.drop { $0 == 0 })
    guard x.count > 1 else { return 0 }
    var sum = 0.0
    for t in 1..<x.count { sum += (x[t] - x[t - 1]) * (x[t] - x[t - 1]) }
    return sum / Double(x.count - 1)
  }

  /// Symmetric mean absolute percentage error, 0…200; 0/0 counts as 0.
  public static func smape(actual: [Double], forecast: [Double]) -> Double {
    Statistics.mean(
      zip(actual, forecast).map { a, f in
        let size = Swift.abs(a) + Swift.abs(f)
        return size > 0 ? 200 * Swift.abs(a - f) / size : 0
      })
  }

  /// Mean pinball loss of one quantile over the MASE scale (no factor 2).
  public static func pinball(actual: [Double], quantile: [Double], probability p: Double, scale: Double) -> Double {
    Statistics.mean(zip(actual, quantile).map { Swift.max(p * ($0 - $1), (p - 1) * ($0 - $1)) }) / scale
  }

  /// Mean pinball loss of the 10 %, 50 % and 90 % quantiles over the MASE scale.
  public static func scaledPinballLoss(
    actual: [Double], p10: [Double], p50: [Double], p90: [Double], scale: Double
  ) -> Double {
    (pinball(actual: actual, quantile: p10, probability: 0.1, scale: scale)
      + pinball(actual: actual, quantile: p50, probability: 0.5, scale: scale)
      + pinball(actual: actual, quantile: p90, probability: 0.9, scale: scale)) / 3
  }

  /// Share of values inside an interval, bounds included.
  public static func coverage(actual: [Double], lower: [Double], upper: [Double]) -> Double {
    Statistics.mean(actual.indices.map { actual[$0] >= lower[$0] && actual[$0] <= upper[$0] ? 1 : 0 })
  }
}
