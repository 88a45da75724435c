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

  private struct ScaledError {
    var value: Double
    /// Age of the target.
    var age: Int
  }

  /// - Parameter errors: scaled errors with the age of their targets, by horizon.
  init(errors: [[(value: Double, age: Int)]], decay: Double) {
    lower = []
    middle = []
    upper = []
    for list in errors {
      let q = Calibration.quantiles(list, decay: decay)
      let factor = Calibration.stretch(list, decay: decay)
      lower.append(Swift.min(q[0] * factor, 0))
      middle.append(q[1])
      upper.append(Swift.max(q[2] * factor, 0))
    }
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
}
