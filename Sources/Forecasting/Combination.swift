import Glibc

/// Shares of models by group and horizon, learned from rolling errors.
///
/// Candidates are shares in proportion to an inverse power of the rolling error — of the whole panel, or of the series' group shrunk to
/// the panel — from the zeroth (all alike) to the sixteenth (near ties share, clear winners lead), and the shares that would have had the least mean absolute
/// scaled error (exponentiated gradient on the simplex, Kivinen and Warmuth 1997). Each candidate is learned on half of the origins
/// and judged on the other, both ways; the shares that are used are their average, weighted by a high inverse power of that error. Old
/// origins count less.
struct Combination: Sendable {
  /// Shares by group, horizon, then model; each horizon of a group sums to 1.
  var shares: [[[Double]]]
  /// Mean absolute scaled rolling errors by group (shrunk to the panel's), horizon, then model.
  var errors: [[[Double]]]

  /// Inverse powers of rolling errors that are tried.
  static let powers: [Double] = [0, 4, 16]
  /// The power of the inverse error by which candidates weigh.
  static let choice = 60.0

  /// - Parameter groups: the group of every series of the panel, `0..<groupCount`.
  init(
    evidence: Evidence, groups: [Int], groupCount: Int, models: Int, horizon: Int, decay: Double, threads: Int
  ) {
    let learned = Parallel.map(horizon, threads: threads) { h in
      CombinationLearner(
        evidence: evidence, groups: groups, groupCount: groupCount, models: models, around: h, decay: decay
      ).learn()
    }
    shares = (0..<groupCount).map { g in learned.map { $0.shares[g] } }
    errors = (0..<groupCount).map { g in learned.map { $0.errors[g] } }
  }

  /// The combined forecast of a series of `group` at horizon index `h`; models without a forecast (`nan`) leave their share to the
  /// others.
  func combine(_ forecasts: [Double], group: Int, at h: Int) -> Double {
    let shares = self.shares[group][h]
    var sum = 0.0
    var present = 0.0
    for m in forecasts.indices where forecasts[m].isFinite {
      sum += shares[m] * forecasts[m]
      present += shares[m]
    }
    if present > 1e-6 { return sum / present }
    let known = forecasts.filter(\.isFinite)
    return known.isEmpty ? .nan : Statistics.mean(known)
  }

  /// Weights of alternatives by a power of the inverse error; `nan` and infinite errors weigh nothing.
  static func weigh(_ errors: [Double], power: Double) -> [Double] {
    let best = errors.filter(\.isFinite).min() ?? 1
    return normalised(
      errors.map { $0.isFinite ? (power == 0 ? 1 : pow(Swift.max(best, 1e-12) / Swift.max($0, 1e-12), power)) : 0 })
  }

  static func normalised(_ x: [Double]) -> [Double] {
    let sum = x.reduce(0, +)
    return sum > 0 ? x.map { $0 / sum } : x.map { _ in 1 / Double(x.count) }
  }
}

/// Learns the shares of one horizon.
struct CombinationLearner {
  private struct Row {
    var actual: Double
    var forecasts: [Double]
    var weight: Double
    var group: Int
    /// 0 for the newer half of the origins, 1 for the older.
    var half: Int
  }

  private let rows: [Row]
  private let groupCount: Int
  private let models: Int
  /// Series with evidence by group.
  private let seriesCount: [Double]

  /// The number of series at which a group counts as much as the panel.
  private static let groupPrior = 20.0

  /// Takes scaled rows of horizon `h` and, at half weight, of its neighbours.
  init(
    evidence: Evidence, groups: [Int], groupCount: Int, models: Int, around h: Int, decay: Double
  ) {
    self.models = models
    self.groupCount = groupCount
    var rows: [Row] = []
    var seen = [Set<Int>](repeating: [], count: groupCount)
    let ages = evidence.entries.map(\.age).sorted()
    let middle = ages.isEmpty ? 0 : ages[ages.count / 2]
    for entry in evidence.entries {
      let group = groups[entry.series]
      seen[group].insert(entry.series)
      for k in Swift.max(h - 1, 0)...(h + 1) where k < entry.actual.count {
        let weight = pow(decay, Double(entry.age - k - 1)) * (k == h ? 1 : 0.5)
        let forecasts = entry.forecasts.map { $0.isEmpty ? Double.nan : $0[k] / entry.scale }
        rows.append(
          Row(
            actual: entry.actual[k] / entry.scale, forecasts: forecasts, weight: weight, group: group,
            half: entry.age < middle ? 0 : 1))
      }
    }
    self.rows = rows
    seriesCount = seen.map { Double($0.count) }
  }

  /// Shares and errors by group, then model.
  func learn() -> (shares: [[Double]], errors: [[Double]]) {
    let equal = [[Double]](repeating: [Double](repeating: 1 / Double(models), count: models), count: groupCount)
    guard models > 1, !rows.isEmpty else { return (equal, equal.map { $0.map { _ in .nan } }) }
    let all = candidates(rows)
    var judged = [Double](repeating: 0, count: all.count)
    for half in 0...1 {
      let learned = candidates(rows.filter { $0.half == half })
      let tested = rows.filter { $0.half != half }
      for (c, candidate) in learned.enumerated() { judged[c] += error(candidate, on: tested) }
    }
    let weights = Combination.weigh(judged, power: Combination.choice)
    let shares = (0..<groupCount).map { g in
      Combination.normalised((0..<models).map { m in all.indices.reduce(0) { $0 + weights[$1] * all[$1][g][m] } })
    }
    return (shares, groupErrors(rows))
  }

  /// Shares by group that the given rows speak for, one a candidate.
  private func candidates(_ rows: [Row]) -> [[[Double]]] {
    let byGroup = groupErrors(rows)
    let panel = panelErrors(rows)
    var out: [[[Double]]] = []
    for power in Combination.powers {
      let common = Combination.weigh(panel, power: power)
      out.append([[Double]](repeating: common, count: groupCount))
      if groupCount > 1, power > 0 {
        out.append(byGroup.map { Combination.weigh($0, power: power) })
      }
    }
    let unit = panel.filter(\.isFinite).min() ?? 1
    out.append(
      [[Double]](repeating: descend(rows, from: Combination.weigh(panel, power: 16), unit: unit), count: groupCount))
    return out
  }

  /// Mean absolute scaled errors of the models over rows.
  private func panelErrors(_ rows: [Row]) -> [Double] {
    var errors = [Double](repeating: 0, count: models)
    var totals = errors
    for row in rows {
      for m in 0..<models where row.forecasts[m].isFinite {
        errors[m] += row.weight * Swift.min(Swift.abs(row.actual - row.forecasts[m]), 20)
        totals[m] += row.weight
      }
    }
    return zip(errors, totals).map { $1 > 0 ? Swift.max($0 / $1, 1e-9) : .infinity }
  }

  /// Errors by group: the panel's, times the group's ratio to it in logarithms, shrunk to 1 by a weight of twenty series.
  private func groupErrors(_ rows: [Row]) -> [[Double]] {
    let panel = panelErrors(rows)
    return (0..<groupCount).map { g in
      let own = panelErrors(rows.filter { $0.group == g })
      let trust = seriesCount[g] / (seriesCount[g] + Self.groupPrior)
      return zip(panel, own).map { $1.isFinite && $0.isFinite ? $0 * exp(trust * log($1 / $0)) : $0 }
    }
  }

  /// The weighted mean absolute scaled error of combined forecasts.
  private func error(_ shares: [[Double]], on rows: [Row]) -> Double {
    var sum = 0.0
    for row in rows {
      var combined = 0.0
      var present = 0.0
      for m in 0..<models where row.forecasts[m].isFinite {
        combined += shares[row.group][m] * row.forecasts[m]
        present += shares[row.group][m]
      }
      guard present > 1e-9 else { continue }
      sum += row.weight * Swift.min(Swift.abs(row.actual - combined / present), 20)
    }
    return sum
  }

  /// Exponentiated gradient descent of the weighted mean absolute error.
  private func descend(_ rows: [Row], from start: [Double], unit: Double) -> [Double] {
    var w = start
    let total = rows.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return w }
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
      w = Combination.normalised(zip(w, gradient).map { $0 * exp(Swift.min(Swift.max(-rate * $1, -3), 3)) })
    }
    return w
  }
}
