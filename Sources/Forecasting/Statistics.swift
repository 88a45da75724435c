import Glibc

/// Order statistics and small summaries used by every model.
public enum Statistics {
  /// The mean, 0 for an empty sequence.
  public static func mean(_ x: some Collection<Double>) -> Double {
    x.isEmpty ? 0 : x.reduce(0, +) / Double(x.count)
  }

  /// The median, 0 for an empty sequence. O(n log n).
  public static func median(_ x: some Collection<Double>) -> Double {
    quantile(x.sorted(), 0.5)
  }

  /// The quantile of sorted values by linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996).
  /// 0 for an empty array.
  public static func quantile(_ sorted: [Double], _ probability: Double) -> Double {
    guard let last = sorted.last else { return 0 }
    let position = Swift.min(Swift.max(probability, 0), 1) * Double(sorted.count - 1)
    let lower = Int(position)
    guard lower + 1 < sorted.count else { return last }
    return sorted[lower] + (position - Double(lower)) * (sorted[lower + 1] - sorted[lower])
  }

  /// Quantiles of weighted values: the weighted distribution function is taken at the middle of each value's weight and
  /// interpolated linearly. Zero weights are left out; an empty input gives zeros. O(n log n).
  public static func weightedQuantiles(_ values: [Double], weights: [Double], probabilities: [Double]) -> [Double] {
    let order = values.indices.filter { weights[$0] > 0 && values[$0].isFinite }
      .sorted { (values[$0], $0) < (values[$1], $1) }
    guard let first = order.first, let last = order.last else { return probabilities.map { _ in 0 } }
    let total = order.reduce(0) { $0 + weights[$1] }
    var middles: [Double] = []
    middles.reserveCapacity(order.count)
    var sum = 0.0
    for k in order {
      middles.append((sum + weights[k] / 2) / total)
      sum += weights[k]
    }
    return probabilities.map { p in
      if p <= middles[0] { return values[first] }
      if p >= middles[order.count - 1] { return values[last] }
      var low = 0
      var high = order.count - 1
      while high - low > 1 {
        let middle = (low + high) / 2
        if middles[middle] <= p { low = middle } else { high = middle }
      }
      let share = (p - middles[low]) / Swift.max(middles[high] - middles[low], 1e-300)
      return values[order[low]] + share * (values[order[high]] - values[order[low]])
    }
  }

  /// The quantile of the standard normal distribution; Acklam's rational approximation (2003), relative error below 1.2e-9.
  public static func normalQuantile(_ p: Double) -> Double {
    if p <= 0 { return -8.3 }
    if p >= 1 { return 8.3 }
    if p < 0.02425 || p > 1 - 0.02425 {
      let q = sqrt(-2 * log(Swift.min(p, 1 - p)))
      let numerator =
        ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q
          + 4.374664141464968) * q + 2.938163982698783
      let denominator =
        (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1
      return p < 0.5 ? numerator / denominator : -numerator / denominator
    }
    let q = p - 0.5
    let r = q * q
    let numerator =
      (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r + 1.383577518672690e+02)
        * r - 3.066479806614716e+01) * r + 2.506628277459239) * q
    let denominator =
      ((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r + 6.680131188771972e+01)
        * r - 1.328068155288572e+01) * r + 1
    return numerator / denominator
  }

  /// The quantile of Student's distribution by its expansion in the normal quantile (Abramowitz and Stegun 1964, 26.7.5);
  /// relative error below 1 % at 10 % and 90 % from three degrees of freedom on.
  public static func studentQuantile(_ p: Double, freedom v: Double) -> Double {
    let z = normalQuantile(p)
    let z3 = z * z * z
    let z5 = z3 * z * z
    let z7 = z5 * z * z
    let first = (z3 + z) / 4
    let second = (5 * z5 + 16 * z3 + 3 * z) / 96
    let third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384
    return z + first / v + second / (v * v) + third / (v * v * v)
  }

  /// The mean absolute seasonal difference of a training part: the scale of MASE (Hyndman and Koehler, 2006). Falls back to the
  /// one-step difference when the series is shorter than a season plus one or the seasonal scale is 0.
  public static func maseScale(_ x: [Double], season: Int) -> Double {
    let seasonal = meanAbsoluteDifference(x, lag: Swift.max(season, 1))
    return seasonal > 0 ? seasonal : meanAbsoluteDifference(x, lag: 1)
  }

  /// Mean of `|x[t] - x[t - lag]|`, 0 when there is no such pair.
  public static func meanAbsoluteDifference(_ x: [Double], lag: Int) -> Double {
    guard x.count > lag else { return 0 }
    var sum = 0.0
    for t in lag..<x.count { sum += Swift.abs(x[t] - x[t - lag]) }
    return sum / Double(x.count - lag)
  }
}
