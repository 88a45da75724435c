import Glibc

/// A bank of discounted gamma–Poisson filters for small counts.
///
/// Each filter keeps a level as a gamma posterior whose evidence is discounted by a factor a period (Harvey and Fernandes 1989:
/// "Time series models for count or qualitative observations"); its predictive distribution is negative binomial, wider by an
/// overdispersion term κ·mean². Filters differ in discount and κ and are weighed by their predictive likelihood, so series with
/// level breaks find the fast ones and steady series the slow ones.
struct CountFilter: Sendable {
  /// Discount factors a period.
  static let discounts: [Double] = [0.75, 0.88, 0.94, 0.97, 0.99, 1]
  /// Overdispersions.
  static let dispersions: [Double] = [0, 0.1, 0.3, 0.7, 1.5, 3]
  /// Number of filters.
  static var size: Int { discounts.count * dispersions.count }
  /// Weight of the prior mean, in periods.
  static let priorWeight = 0.5
  /// Periods before likelihoods count.
  static let warmUp = 6

  /// Discounted sums and counts by discount factor.
  private(set) var sums = [Double](repeating: 0, count: discounts.count)
  private(set) var counts = [Double](repeating: 0, count: discounts.count)
  /// Log predictive likelihood of every filter; dispersion varies fastest.
  private(set) var logLikelihood = [Double](repeating: 0, count: size)
  let priorMean: Double

  /// Filters a history of counts.
  init(_ values: [Double], priorMean: Double) {
    self.priorMean = Swift.max(priorMean, 1e-3)
    for (t, value) in values.enumerated() {
      if t >= Swift.min(CountFilter.warmUp, values.count / 2) {
        for d in CountFilter.discounts.indices {
          let (mean, weight) = level(d)
          for k in CountFilter.dispersions.indices {
            let variance = mean * (1 + 1 / weight) + CountFilter.dispersions[k] * mean * mean
            let logP = CountFilter.logProbability(value, mean: mean, variance: variance)
            logLikelihood[d * CountFilter.dispersions.count + k] += Swift.max(logP, -12)
          }
        }
      }
      for d in CountFilter.discounts.indices {
        sums[d] = sums[d] * CountFilter.discounts[d] + value
        counts[d] = counts[d] * CountFilter.discounts[d] + 1
      }
    }
  }

  /// The level of a discount factor and its evidence in periods.
  func level(_ d: Int) -> (mean: Double, weight: Double) {
    let weight = CountFilter.priorWeight + counts[d]
    return ((CountFilter.priorWeight * priorMean + sums[d]) / weight, weight)
  }

  /// Log probability of a count under a negative binomial distribution with the given moments.
  static func logProbability(_ y: Double, mean: Double, variance: Double) -> Double {
    let v = Swift.max(variance, mean * 1.0001 + 1e-9)
    let r = mean * mean / (v - mean)
    let p = r / (r + mean)
    var out = r * log(p)
    if y > 0 {
      out += y * log1p(-p)
      if y <= 12 {
        var product = 1.0
        for j in 0..<Int(y) { product *= (r + Double(j)) / Double(j + 1) }
        out += log(product)
      } else {
        out += lgamma(y + r) - lgamma(r) - lgamma(y + 1)
      }
    }
    return out
  }

  /// Posterior weights of the filters under log prior weights.
  func weights(logPrior: [Double]) -> [Double] {
    var out = zip(logLikelihood, logPrior).map { $0 + $1 }
    let top = out.max() ?? 0
    var sum = 0.0
    for j in out.indices {
      out[j] = exp(out[j] - top)
      sum += out[j]
    }
    return out.map { $0 / sum }
  }

  /// Mean and quantiles of the mixture `ahead` periods from the end of the history.
  func predict(weights: [Double], ahead: Int, probabilities: [Double]) -> (mean: Double, quantiles: [Double]) {
    var parts: [(weight: Double, distribution: NegativeBinomial)] = []
    var mean = 0.0
    var total = 0.0
    for d in CountFilter.discounts.indices {
      let (level, evidence) = self.level(d)
      let remaining = evidence * pow(CountFilter.discounts[d], Double(ahead - 1))
      for k in CountFilter.dispersions.indices {
        let w = weights[d * CountFilter.dispersions.count + k]
        mean += w * level
        guard w > 1e-3 else { continue }
        let variance = level * (1 + 1 / remaining) + CountFilter.dispersions[k] * level * level
        parts.append((w, NegativeBinomial(mean: level, variance: variance)))
        total += w
      }
    }
    return (mean, CountMixture(parts: parts, total: total).quantiles(probabilities))
  }
}

/// A mixture of count distributions.
struct CountMixture {
  let parts: [(weight: Double, distribution: NegativeBinomial)]
  let total: Double

  /// Smallest counts whose distribution function reaches the (ascending) probabilities. O(parts · largest quantile).
  func quantiles(_ probabilities: [Double]) -> [Double] {
    let deviation = parts.map { sqrt($0.distribution.variance) }.max() ?? 0
    let largest = parts.map { $0.distribution.mean }.max() ?? 0
    if largest > 5000 { return approximate(probabilities) }
    let limit = Int(largest + 40 * deviation) + 50
    var mass = parts.map { $0.weight / total * $0.distribution.zeroProbability }
    var sum = mass.reduce(0, +)
    var k = 0
    var out: [Double] = []
    for p in probabilities {
      while sum < p - 1e-12, k < limit {
        for j in parts.indices {
          mass[j] *= parts[j].distribution.ratio(k)
          sum += mass[j]
        }
        k += 1
      }
      out.append(Double(k))
    }
    return out
  }

  /// Normal approximation for large means, by the mixture's moments.
  private func approximate(_ probabilities: [Double]) -> [Double] {
    let mean = parts.reduce(0) { $0 + $1.weight / total * $1.distribution.mean }
    let square = parts.reduce(0) {
      $0 + $1.weight / total * ($1.distribution.variance + $1.distribution.mean * $1.distribution.mean)
    }
    let deviation = sqrt(Swift.max(square - mean * mean, 0))
    return probabilities.map { Swift.max(0, (mean + Statistics.normalQuantile($0) * deviation).rounded()) }
  }
}
