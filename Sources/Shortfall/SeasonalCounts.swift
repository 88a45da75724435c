import Glibc
import LabourMarket

/// Monthly counts of several series with a season each: a pooled quasi-Poisson regression.
///
/// log μ(s, t) = α(s) + month(t) + festival(t) + g·t + Σₖ waves of the year k (s) + g(s)·t + level(t) + level(s, t). Months, festival and growth are shared, waves and
/// growth of a series are its own; every group is shrunk as far as the data ask for (``EvidenceRegression``), save for months and growth, whose prior is given: a walk can say
/// the same as either, and would take it from them where a shock made it wide. Two random walks take up what
/// season and growth do not know (a shock, its end): a shared level by month and a level of each series by quarter; their last values
/// fade towards their median of the last two years in the months ahead (``persistence``). Unit: persons a month.
struct SeasonalCounts: Sendable {
  let start: Month
  let months: Int
  let horizon: Int
  let series: Int
  let harmonics: Int
  /// Whether a season and growth may be learned at all.
  let learns: Bool
  /// Share of a level beyond its median that is left a month later, 0…1.
  let persistence: Double
  private let regression: EvidenceRegression
  private let quarters: Int
  /// First column of the walks.
  private let ownEnd: Int

  /// Positions of the shared columns.
  private static let shared = 12 + Calendar.festivalFeatures + 1

  /// A model of `series` series over `months` months from `start`, with projections `horizon` months ahead.
  init(start: Month, months: Int, horizon: Int, series: Int, harmonics: Int, learns: Bool, persistence: Double) {
    self.start = start
    self.months = months
    self.horizon = horizon
    self.series = series
    self.harmonics = learns ? harmonics : 1
    self.learns = learns
    self.persistence = persistence
    quarters = (months + 2) / 3
    var groups = [Int](repeating: 0, count: 12) + [1, 1, 1] + [2]
    for _ in 0..<series {
      groups.append(-1)
      for k in 0..<self.harmonics { groups += [6 + k, 6 + k] }
      groups.append(3)
    }
    ownEnd = groups.count
    groups += [Int](repeating: 4, count: months) + [Int](repeating: 5, count: series * quarters)
    let variances =
      learns
      ? [0.05, 0.05, 0.02, 0.01, 0.002, 0.002] + (0..<self.harmonics).map { 0.3 / pow(6, Double($0)) }
      : [0.02, 0.02, 1e-5, 1e-5, 1e-4, 1e-4, 0.02]
    var walks = [ownEnd..<ownEnd + months]
    for s in 0..<series {
      let first = ownEnd + months + s * quarters
      walks.append(first..<first + quarters)
    }
    regression = EvidenceRegression(family: .counts, groups: groups, initial: variances, walks: walks, given: [0, 2])
  }

  /// Fitted and projected means with the fit behind them.
  struct Result: Sendable {
    /// Series × (months + horizon).
    var means: MonthTable
    var fit: EvidenceRegression.Fit
    var start: Start
  }

  /// A fit to begin from, with the months it was made for.
  struct Start: Sendable {
    let fit: EvidenceRegression.Fit
    let months: Int

    /// The same fit in the columns of a model of fewer months: growth counts from that model's end, walks are cut.
    fileprivate func matching(_ model: SeasonalCounts) -> EvidenceRegression.Fit {
      var out = fit
      let cut = Double(months - model.months) / 12
      let old = fit.coefficients
      let quarters = (months + 2) / 3
      var new = Array(old[..<model.ownEnd])
      for s in 0..<model.series {
        let base = SeasonalCounts.shared + s * model.own
        new[base] -= cut * (old[15] + old[base + model.own - 1])
      }
      new += old[model.ownEnd..<model.ownEnd + model.months]
      for s in 0..<model.series {
        let first = model.ownEnd + months + s * quarters
        new += old[first..<first + model.quarters]
      }
      out.coefficients = new
      return out
    }
  }

  /// Fits counts; `weights` (same shape) of 0 leave a month out.
  func fit(_ counts: MonthTable, weights: MonthTable, start warm: Start? = nil) -> Result {
    var data = EvidenceRegression.Data(rows: SparseRows(width: width, columns: columns))
    for s in 0..<series {
      for t in 0..<months where weights[s, t] > 0 {
        append(s, t, to: &data.rows)
        data.response.append(counts[s, t])
        data.weight.append(weights[s, t])
      }
    }
    let fit =
      warm.map { regression.fit(data, start: $0.matching(self), iterations: 3, learns: false) }
      ?? regression.fit(data, iterations: learns ? 12 : 6, learns: learns)
    var all = SparseRows(width: width, columns: columns)
    for s in 0..<series { for t in 0..<months + horizon { append(s, t, to: &all) } }
    var means = MonthTable(rows: series, months: months + horizon)
    let faded = fading(fit.coefficients)
    for (i, eta) in all.product(fit.coefficients).enumerated() {
      let (s, t) = (i / (months + horizon), i % (months + horizon))
      means.values[i] = regression.mean(
        t < months ? eta : eta - faded[s] * (1 - pow(persistence, Double(t - months + 1))))
    }
    return Result(means: means, fit: fit, start: Start(fit: fit, months: months))
  }

  /// By series: how far both levels lie beyond their own median of the last two years, log points; what fades in the months ahead.
  private func fading(_ coefficients: [Double]) -> [Double] {
    let city = EvidenceRegression.beyond(coefficients[ownEnd..<ownEnd + months], newest: 24)
    return (0..<series).map { s in
      let first = ownEnd + months + s * quarters
      return city + EvidenceRegression.beyond(coefficients[first..<first + quarters], newest: 8)
    }
  }

  private var own: Int { 2 + 2 * harmonics }
  private var width: Int { 1 + Calendar.festivalFeatures + 1 + own + 2 }
  private var columns: Int { ownEnd + months + series * quarters }

  private func append(_ s: Int, _ t: Int, to rows: inout SparseRows) {
    let month = start + t
    let trend = Double(t - months) / 12
    let base = Self.shared + s * own
    withUnsafeTemporaryAllocation(of: (column: Int, value: Double).self, capacity: width) { row in
      row.initialize(repeating: (0, 0))
      row[0] = (month.month - 1, 1)
      for (k, value) in Calendar.festival(month).enumerated() { row[1 + k] = (12 + k, value) }
      row[4] = (15, trend)
      row[5] = (base, 1)
      for k in 0..<harmonics {
        let wave = Calendar.wave(month, harmonic: k + 1)
        row[6 + 2 * k] = (base + 1 + 2 * k, wave.cosine)
        row[7 + 2 * k] = (base + 2 + 2 * k, wave.sine)
      }
      row[width - 3] = (base + own - 1, trend)
      let known = min(t, months - 1)
      row[width - 2] = (ownEnd + known, 1)
      row[width - 1] = (ownEnd + months + s * quarters + known / 3, 1)
      rows.append(UnsafeBufferPointer(row))
    }
  }
}
