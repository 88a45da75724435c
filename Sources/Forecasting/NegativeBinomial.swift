import Glibc

/// A count distribution with a given mean and variance: negative binomial when the variance exceeds the mean, else Poisson.
///
/// Parametrisation of Hilbe, Negative Binomial Regression (2011), NB2: variance = mean + mean² / size.
public struct NegativeBinomial: Sendable, Equatable {
  /// The mean, ≥ 0.
  public let mean: Double
  /// The size (dispersion) parameter; infinite for a Poisson distribution.
  public let size: Double

  /// The distribution with the given moments; values that make no sense are brought to the nearest that do.
  public init(mean: Double, variance: Double) {
    let m = mean.isFinite ? Swift.max(mean, 0) : 0
    self.mean = m
    size = variance > m * (1 + 1e-9) && m > 0 ? m * m / (variance - m) : .infinity
  }

  /// The distribution with the given mean and size.
  public init(mean: Double, size: Double) {
    self.mean = mean.isFinite ? Swift.max(mean, 0) : 0
    self.size = size > 0 ? size : .infinity
  }

  /// P(X = 0).
  public var zeroProbability: Double {
    size.isFinite ? exp(size * log(size / (size + mean))) : exp(-mean)
  }

  /// P(X ≤ k). O(k).
  public func cumulative(_ k: Int) -> Double {
    if k < 0 { return 0 }
    var p = zeroProbability
    var sum = p
    for j in 0..<k {
      p *= ratio(j)
      sum += p
    }
    return Swift.min(sum, 1)
  }

  /// The smallest count whose distribution function reaches the probability. Above a mean of 10,000 the normal approximation
  /// is used. O(quantile).
  public func quantile(_ probability: Double) -> Double {
    guard mean > 0 else { return 0 }
    let deviation = sqrt(variance)
    if mean > 10_000 || zeroProbability < 1e-280 {
      return Swift.max(0, (mean + Statistics.normalQuantile(probability) * deviation).rounded())
    }
    var p = zeroProbability
    var sum = p
    var k = 0
    let limit = Int(mean + 40 * deviation) + 50
    while sum < probability - 1e-12, k < limit {
      p *= ratio(k)
      k += 1
      sum += p
    }
    return Double(k)
  }

  /// The variance.
  public var variance: Double { mean + (size.isFinite ? mean * mean / size : 0) }

  /// P(X = k + 1) / P(X = k).
  func ratio(_ k: Int) -> Double {
    if size.isFinite {
      return (Double(k) + size) / Double(k + 1) * (mean / (size + mean))
    }
    return mean / Double(k + 1)
  }
}
