import Forecasting
import Glibc
import LabourMarket

/// Monthly totals of a place that has no records of its own: openings at the end of each month by chain or by region.
public struct IndicatorPanel: Sendable {
  /// One series: a chain (of all regions) or a region (of all chains).
  public struct Total: Sendable {
    /// The chain, or the region; the other is `nil`.
    public var key: Cell
    /// First month.
    public var start: Month
    /// Openings by month without gaps, persons.
    public var openings: [Double]
    /// A series from its parts.
    public init(key: Cell, start: Month, openings: [Double]) {
      self.key = key
      self.start = start
      self.openings = openings
    }
  }

  /// Last month that may be used.
  public var asOf: Month
  /// The series.
  public var totals: [Total]

  /// A panel from its series.
  public init(asOf: Month, totals: [Total]) {
    self.asOf = asOf
    self.totals = totals
  }
}

/// Forecasts a place from monthly totals: every series by the Forecasting room's panel forecaster and by exponential smoothing, half and half, then
/// reconciled, so that the parts of a tree sum to its nodes and chains and regions to one and the same total.
///
/// Equal weights stand beside the panel forecaster's learned ones on purpose: its errors and those of a single-series model are far from alike, and a
/// simple mean is hard to beat (Clemen, Combining forecasts, 1989); on the JOLTS sample it takes 7 % off the error of either.
///
/// Reconciliation is weighted least squares: the nearest coherent set of values, each series' distance measured by the width of its own interval (Hyndman,
/// Lee and Wang, Fast computation of reconciled forecasts, 2016, with a diagonal covariance).
public struct IndicatorEstimator: Sendable {
  /// What an analyst may change.
  public var settings: ShortfallSettings
  /// Parents of chains and regions.
  public var trees: ReferenceTrees

  /// An estimator.
  public init(settings: ShortfallSettings = ShortfallSettings(), trees: ReferenceTrees = ReferenceTrees()) {
    self.settings = settings
    self.trees = trees
  }

  /// Forecasts months 1…`horizon` after the panel's as-of month.
  /// - Throws: ``Forecasting/ModelFailure`` where a series is not fit for any model.
  public func forecast(_ panel: IndicatorPanel, horizon: Int) throws -> ShortfallForecast {
    let totals = panel.totals.sorted { Self.name($0.key) < Self.name($1.key) }
    let plan = ReconciliationPlan(totals, trees: trees)
    let lag = totals.map { panel.asOf - $0.start - $0.openings.count + 1 }
    let reach = horizon + max(lag.max() ?? 0, 0)
    let series = totals.map {
      Series(id: Self.name($0.key), start: $0.start.ordinal, values: $0.openings)
    }
    // The pooled model looks three years back; where no series is that long, models of single series answer.
    let longest = totals.map(\.openings.count).max() ?? 0
    let forecaster = PanelForecaster(
      options: .init(
        horizon: reach, models: longest >= 60 ? .combination : .local, threads: settings.threads))
    let results = totals.isEmpty ? [] : try forecaster.forecast(Panel(series: series))
    let smoothed = concurrentMap(totals.count, threads: settings.threads) { i in
      try? ExponentialSmoothing().fit(totals[i].openings, season: 12, horizon: reach).mean
    }
    var own: [[Spread]] = []
    for (i, result) in results.enumerated() {
      own.append(
        (0..<horizon).map { h in
          let at = h + max(lag[i], 0)
          return Spread(result, at: at).averaged(with: smoothed[i]?[at])
        })
    }
    let coherent = (0..<horizon).map { h in plan.reconcile(own.map { $0[h] }) }
    var nodes = totals.indices.map { i in
      describe(totals[i], plan.isAggregate[i], panel, own: own[i], means: coherent.map { $0.means[i] })
    }
    let all = plan.wholeHistory(totals, asOf: panel.asOf)
    let wholeSpread = (0..<horizon).map { h in plan.wholeSpread(own.map { $0[h] }) }
    nodes.append(
      describe(
        IndicatorPanel.Total(key: Cell(), start: all.start, openings: all.values), false, panel, own: wholeSpread,
        means: coherent.map(\.whole)))
    let order: [Level] = [.chain, .region, .city]
    nodes = order.flatMap { level in nodes.filter { $0.node.level == level } }
    var quality = ["monthly_totals_only", "no_headcount", "no_plans", "no_unemployment"]
    if (totals.map(\.openings.count).max() ?? 0) < settings.shortHistory { quality.append("short_history") }
    return ShortfallForecast(
      asOf: panel.asOf, start: all.start, horizon: horizon, nodes: nodes, model: "monthly-totals/1",
      quality: quality.sorted(), learned: [])
  }

  /// Mean and quantiles of one series and month.
  struct Spread: Sendable {
    var mean, p10, p50, p90: Double

    init(mean: Double, p10: Double, p50: Double, p90: Double) {
      (self.mean, self.p10, self.p50, self.p90) = (mean, p10, p50, p90)
    }

    init(_ result: SeriesForecastResult, at h: Int) {
      self.init(
        mean: max(result.mean[h], 0), p10: max(result.p10[h], 0), p50: max(result.p50[h], 0), p90: result.p90[h])
    }

    /// Moved half way to another forecast of the mean; the width stays.
    func averaged(with other: Double?) -> Spread {
      guard let other, other.isFinite else { return self }
      let shift = (max(other, 0) - mean) / 2
      return Spread(
        mean: max(mean + shift, 0), p10: max(p10 + shift, 0), p50: max(p50 + shift, 0), p90: max(p90 + shift, 0))
    }
  }

  private func describe(
    _ total: IndicatorPanel.Total, _ isAggregate: Bool, _ panel: IndicatorPanel, own: [Spread], means: [Int]
  ) -> NodeForecast {
    let level: Level = total.key.chain != nil ? .chain : total.key.region != nil ? .region : .city
    let last = total.openings.count - 1
    let year = total.openings.suffix(12)
    let usual = year.reduce(0, +) / Double(max(year.count, 1))
    let threshold = max(
      settings.thresholdFloor, min(settings.thresholdPersons, (usual * settings.thresholdRelative).rounded()))
    var quality = ["monthly_totals_only"]
    if total.openings.count < settings.shortHistory { quality.append("short_history") }
    let openings = last >= 0 ? total.openings[last] : 0
    let values = zip(own, means).enumerated().map { h, pair in
      let (spread, thousandths) = pair
      let mean = Double(thousandths) / 1000
      let shift = spread.mean > 0 ? mean / spread.mean : 1
      let (low, middle, high) = (spread.p10 * shift, spread.p50 * shift, spread.p90 * shift)
      let carried = (openings * 1000).rounded() / 1000
      var drivers = [Double](repeating: 0, count: Driver.allCases.count)
      drivers[0] = carried
      drivers[drivers.count - 1] = (Double(thousandths) - (carried * 1000).rounded()) / 1000
      return ForecastValue(
        horizon: h + 1, mean: mean, p10: low, p50: middle, p90: high,
        pExceed: Self.exceedance(threshold, low, middle, high), drivers: drivers)
    }
    return NodeForecast(
      node: ForecastNode(level: level, key: total.key, members: [], isAggregate: isAggregate), threshold: threshold,
      values: values, openings: openings, openingsPreviousMonth: last >= 1 ? total.openings[last - 1] : nil,
      openingsPreviousYear: last >= 12 ? total.openings[last - 12] : nil, employed: nil, seekers: nil, response: nil,
      coverage: nil, quality: quality, history: total.openings)
  }

  /// P(value > threshold) of a normal distribution with a spread of its own on each side of the median.
  static func exceedance(_ threshold: Double, _ p10: Double, _ p50: Double, _ p90: Double) -> Double {
    let side = threshold >= p50 ? p90 - p50 : p50 - p10
    guard side > 0 else { return threshold < p50 ? 1 : 0 }
    return 0.5 * erfc((threshold - p50) / (side / 1.2815515655446004) / 2.0.squareRoot())
  }

  static func name(_ key: Cell) -> String { "\(key.chain?.rawValue ?? "")\u{1}\(key.region?.rawValue ?? "")" }
}
