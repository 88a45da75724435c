import Glibc

/// Shares of models by horizon, learned from rolling errors.
///
/// Shares in proportion to the inverse rolling error to the sixteenth power (near ties share, clear winners lead), moved by a fixed
/// part towards the shares that would have had the least mean absolute scaled error (exponentiated gradient on the simplex,
/// Kivinen and Warmuth 1997). Old origins count less.
struct Combination: Sendable {
  /// Shares by horizon, then model; each horizon sums to 1.
  var shares: [[Double]]
  /// Mean absolute scaled rolling errors by horizon, then model.
  var errors: [[Double]]

  /// The part of the way from inverse errors to the shares that fitted past errors best.
  private static let trust = 0.1

  private struct Row {
    var actual: Double
    var forecasts: [Double]
    var weight: Double
  }

  init(evidence: Evidence, models: Int, horizon: Int, decay: Double, threads: Int) {
    let learned = Parallel.map(horizon, threads: threads) { h in
      Combination.learn(Combination.rows(evidence, models: models, around: h, decay: decay), models: models)
    }
    shares = learned.map(\.0)
    errors = learned.map(\.1)
  }

  /// Scaled rows of horizon `h` and, at half weight, of its neighbours.
  private static func rows(_ evidence: Evidence, models: Int, around h: Int, decay: Double) -> [Row] {
    var out: [Row] = []
    for entry in evidence.entries {
      for k in Swift.max(h - 1, 0)...(h + 1) where k < entry.actual.count {
        let weight = pow(decay, Double(entry.age - k - 1)) * (k == h ? 1 : 0.5)
        let forecasts = entry.forecasts.map { $0.isEmpty ? Double.nan : $0[k] / entry.scale }
        out.append(Row(actual: entry.actual[k] / entry.scale, forecasts: forecasts, weight: weight))
      }
    }
    return out
  }

  private static func learn(_ rows: [Row], models: Int) -> ([Double], [Double]) {
    let equal = [Double](repeating: 1 / Double(models), count: models)
    guard models > 1, !rows.isEmpty else { return (equal, equal.map { _ in .nan }) }
    var errors = [Double](repeating: 0, count: models)
    var totals = errors
    for row in rows {
      for m in 0..<models where row.forecasts[m].isFinite {
        errors[m] += row.weight * Swift.min(Swift.abs(row.actual - row.forecasts[m]), 20)
        totals[m] += row.weight
      }
    }
    for m in 0..<models { errors[m] = totals[m] > 0 ? Swift.max(errors[m] / totals[m], 1e-9) : .infinity }
    guard let best = errors.min(), best.isFinite else { return (equal, errors) }
    let inverse = normalised(errors.map { $0.isFinite ? pow(best / $0, 16) : 0 })
    let optimal = descend(rows, from: inverse, unit: best)
    let shrunk = zip(optimal, inverse).map { $0 * trust + $1 * (1 - trust) }
    return (normalised(shrunk), errors)
  }

  private static func normalised(_ x: [Double]) -> [Double] {
    let sum = x.reduce(0, +)
    return sum > 0 ? x.map { $0 / sum } : x.map { _ in 1 / Double(x.count) }
  }

  /// Exponentiated gradient descent of the weighted mean absolute error.
  private static func descend(_ rows: [Row], from start: [Double], unit: Double) -> [Double] {
    var w = start
    let total = rows.reduce(0) { $0 + $1.weight }
    for step in 0..<80 {
      var gradient = [Double](repeating: 0, count: w.count)
      for row in rows {
        var sum = 0.0
        var present = 0.0
        for m in w.indices where row.forecasts[m].isFinite {
          sum += w[m] * row.forecasts[m]
          present += w[m]
        }
        guard present > 0 else { continue }
        let combined = sum / present
        let sign = combined > row.actual ? row.weight : combined < row.actual ? -row.weight : 0
        for m in w.indices where row.forecasts[m].isFinite {
          let difference = (row.forecasts[m] - combined) / present
          gradient[m] += sign * Swift.min(Swift.max(difference, -20), 20)
        }
      }
      let rate = 3 / (unit * total) / (1 + Double(step) / 20)
      w = normalised(zip(w, gradient).map { $0 * exp(Swift.min(Swift.max(-rate * $1, -3), 3)) })
    }
    return w
  }

  /// The combined forecast at horizon index `h`; models without a forecast (`nan`) leave their share to the others.
  func combine(_ forecasts: [Double], at h: Int) -> Double {
    var sum = 0.0
    var present = 0.0
    for m in forecasts.indices where forecasts[m].isFinite {
      sum += shares[h][m] * forecasts[m]
      present += shares[h][m]
    }
    if present > 1e-6 { return sum / present }
    let known = forecasts.filter(\.isFinite)
    return known.isEmpty ? .nan : Statistics.mean(known)
  }
}
