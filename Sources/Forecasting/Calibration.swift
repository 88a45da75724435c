import Glibc

/// Intervals learned from rolling errors: pooled quantiles of errors that are scaled by each series' own error size.
///
/// The widths are then stretched or narrowed by a factor that would have given the wanted coverage at past origins, when only
/// older errors were known (split conformal prediction in its rolling form; Vovk et al. 2005, Stankevičiūtė et al. 2021).
struct Calibration: Sendable {
  /// Multiples of the series' error size by horizon: lower, middle and upper.
  var lower: [Double]
  var middle: [Double]
  var upper: [Double]

  /// - Parameter errors: scaled errors with the age of their targets, by horizon.
  init(errors: [[(value: Double, age: Int)]], decay: Double, threads: Int) {
    let all = Parallel.map(errors.count, threads: threads) { h in
      let list = errors[h]
      let q = Calibration.quantiles(list, decay: decay)
      let factor =
        Calibration.stretch(list, decay: decay) * Calibration.smallSampleFactor(list, horizon: h + 1, decay: decay)
      return [Swift.min(q[0] * factor, 0), q[1], Swift.max(q[2] * factor, 0)]
    }
    lower = all.map { $0[0] }
    middle = all.map { $0[1] }
    upper = all.map { $0[2] }
  }

  /// Weighted 10 %, 50 % and 90 % quantiles; without evidence those of a normal error whose mean absolute value is 1.
  private static func quantiles(_ list: [(value: Double, age: Int)], decay: Double) -> [Double] {
    guard list.count >= 10 else { return [-1.606, 0, 1.606] }
    return Statistics.weightedQuantiles(
      list.map(\.value), weights: list.map { pow(decay, Double($0.age)) }, probabilities: [0.1, 0.5, 0.9])
  }

  /// The factor on widths that past origins would have needed.
  private static func stretch(_ list: [(value: Double, age: Int)], decay: Double) -> Double {
    let oldest = list.map(\.age).max() ?? 0
    var scores: [Double] = []
    var weights: [Double] = []
    let current = Swift.max(oldest / 2, 1)
    var age = 0
    while age < current {
      let next = age + 3
      let before = list.filter { $0.age >= next }
      if before.count >= 20 {
        let q = quantiles(before.map { ($0.value, $0.age - next) }, decay: decay)
        let low = Swift.min(q[0], -1e-9)
        let high = Swift.max(q[2], 1e-9)
        for e in list where e.age >= age && e.age < next {
          scores.append(e.value < 0 ? e.value / low : e.value / high)
          weights.append(pow(decay, Double(e.age)))
        }
      }
      age = next
    }
    guard scores.count >= 20 else { return 1.1 }
    let needed = Statistics.weightedQuantiles(scores, weights: weights, probabilities: [0.8])[0]
    return Swift.min(Swift.max(needed, 0.8), 2)
  }

  /// How much wider an interval must be because the size of errors is known from few independent periods only: the ratio of
  /// Student's to the normal quantile. Errors of neighbouring origins overlap in all but one of
  /// their periods, so `n` periods count as `n / horizon` (not below four).
  private static func smallSampleFactor(_ list: [(value: Double, age: Int)], horizon: Int, decay: Double) -> Double {
    let ages = Set(list.map(\.age)).sorted()
    guard !ages.isEmpty else { return 1 }
    let weights = ages.map { pow(decay, Double($0)) }
    let sum = weights.reduce(0, +)
    let effective = sum * sum / weights.reduce(0) { $0 + $1 * $1 }
    let freedom = Swift.max(effective / Double(horizon), 4)
    let factor = Statistics.studentQuantile(0.9, freedom: freedom) / Statistics.normalQuantile(0.9)
    return 1 + (factor - 1) * Swift.min(1, 3 * sqrt(commonShare(list, ages: ages)))
  }

  /// The share of the errors' variance that all series of a period have in common; independent series give 0.
  private static func commonShare(_ list: [(value: Double, age: Int)], ages: [Int]) -> Double {
    var sums: [Int: (sum: Double, count: Double)] = [:]
    var square = 0.0
    for e in list {
      let x = Swift.min(Swift.max(e.value, -10), 10)
      square += x * x
      let old = sums[e.age] ?? (0, 0)
      sums[e.age] = (old.sum + x, old.count + 1)
    }
    let variance = square / Double(list.count)
    guard variance > 0 else { return 0 }
    var between = 0.0
    var chance = 0.0
    for age in ages {
      guard let (sum, count) = sums[age] else { continue }
      between += (sum / count) * (sum / count) / Double(ages.count)
      chance += variance / count / Double(ages.count)
    }
    return Swift.min(Swift.max((between - chance) / variance, 0), 1)
  }
}
