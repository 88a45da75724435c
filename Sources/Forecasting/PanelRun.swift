import Glibc

/// One panel forecast on its way: what is prepared once and shared by the steps.
struct PanelRun: Sendable {
  let options: PanelForecaster.Options
  let prepared: [PreparedSeries]
  /// The groups of the series.
  let groups: SeriesGroups
  /// The pooled scale of each series, `nil` where the pooled model does not apply.
  let scales: [PooledScale?]
  /// Series that have a pooled scale, in order.
  let usable: [Int]
  let pooled: PooledRegression?
  /// Whether each series is one of small counts.
  let isCount: [Bool]
  /// What the count series share, `nil` when there are none.
  let counts: CountPanel?
  /// The size of each series' pooled errors relative to the panel's, 1 where unknown.
  private(set) var relativeError: [Double] = []
  /// The panel's mean absolute pooled error on the pooled scale, by period ahead.
  private(set) var typicalError: [Double] = []

  init(panel: Panel, options: PanelForecaster.Options) {
    self.options = options
    let season = options.season
    prepared = Parallel.map(panel.series.count, threads: options.threads, chunk: 64) {
      PreparedSeries(index: $0, series: panel.series[$0], season: season)
    }
    let prepared = self.prepared
    groups = SeriesGroups(panel, prepared: prepared, season: season, threads: options.threads)
    scales = Parallel.map(prepared.count, threads: options.threads, chunk: 64) {
      PooledScale(prepared[$0].values, season: season)
    }
    let scales = self.scales
    let isCount = Parallel.map(prepared.count, threads: options.threads, chunk: 64) {
      CountPanel.takes(prepared[$0].values)
    }
    self.isCount = isCount
    let countSeries = isCount.indices.filter { isCount[$0] }
    counts =
      countSeries.isEmpty
      ? nil : CountPanel(countSeries.map { prepared[$0].values }, horizon: options.horizon, threads: options.threads)
    usable = scales.indices.filter { scales[$0] != nil && !isCount[$0] }
    pooled = PanelRun.train(prepared: prepared, scales: scales, usable: usable, groups: groups, options: options)
    setErrorScales()
  }

  /// Evenly spaced members of a list, at most `limit`.
  static func spread(_ list: [Int], limit: Int) -> [Int] {
    guard list.count > limit, limit > 0 else { return list }
    return (0..<limit).map { list[$0 * list.count / limit] }
  }

  private static func train(
    prepared: [PreparedSeries], scales: [PooledScale?], usable: [Int], groups: SeriesGroups,
    options: PanelForecaster.Options
  ) -> PooledRegression? {
    guard options.models != .local, !usable.isEmpty else { return nil }
    let total = usable.reduce(0) { $0 + Swift.max(0, prepared[$1].values.count - options.season) }
    let average = Swift.max(total / usable.count, 1)
    let chosen = spread(usable, limit: Swift.max(options.pooled.rows / average, 1))
    let sample = chosen.compactMap { i -> (z: [Double], calendar: Int, group: Int)? in
      guard let scale = scales[i] else { return nil }
      return (prepared[i].values.map(scale.scaled), prepared[i].start, groups.index[i])
    }
    return PooledRegression(
      sample: sample, groupCount: groups.areGiven ? groups.names.count : 0, season: options.season,
      horizon: options.horizon, options: options.pooled,
      threads: options.threads)
  }

  /// Rolling errors of the pooled model for every series: sums of weighted absolute errors by horizon and sums of weights.
  private mutating func setErrorScales() {
    let horizon = options.horizon
    relativeError = [Double](repeating: 1, count: prepared.count)
    typicalError = [Double](repeating: 1, count: horizon)
    guard let pooled else { return }
    let usable = self.usable
    let prepared = self.prepared
    let scales = self.scales
    let groups = self.groups
    let sums = Parallel.map(usable.count, threads: options.threads, chunk: 32) { k -> [Double] in
      let i = usable[k]
      guard let scale = scales[i] else { return [] }
      return pooled.rollingErrors(
        prepared[i].values.map(scale.scaled), calendar: prepared[i].start, group: groups.index[i])
    }
    for h in 0..<horizon {
      var error = 0.0
      var weight = 0.0
      for s in sums where s[horizon + h] > 0 {
        error += s[h] / s[horizon + h]
        weight += 1
      }
      typicalError[h] = weight > 0 && error > 0 ? error / weight : h > 0 ? typicalError[h - 1] : 1
    }
    for (k, s) in sums.enumerated() {
      var error = 0.0
      var weight = 0.0
      for h in 0..<horizon {
        error += s[h] / typicalError[h] / Double(horizon)
        weight += s[horizon + h] / Double(horizon)
      }
      relativeError[usable[k]] = PanelRun.relative(error: error, weight: weight)
    }
  }

  /// A series' error size against the panel's, shrunk to 1 by a weight of nine origins.
  private static func relative(error: Double, weight: Double) -> Double { (error + 9) / (weight + 9) }

  /// The relative error size of a series as it was known at past origins, by the origin's age.
  func relativeErrors(_ i: Int, ages: Int) -> [Double] {
    guard let pooled, let scale = scales[i] else { return [Double](repeating: 1, count: ages + 1) }
    var errors = [Double](repeating: 0, count: pooled.options.origins)
    var weights = errors
    pooled.forEachRollingForecast(
      prepared[i].values.map(scale.scaled), calendar: prepared[i].start, group: groups.index[i]
    ) {
      age, h, movement, actual in
      errors[age] += Swift.min(Swift.abs(actual - movement), 20) / typicalError[h - 1] / Double(options.horizon)
      weights[age] += 1 / Double(options.horizon)
    }
    return (0...ages).map { age in
      var error = 0.0
      var weight = 0.0
      for a in age..<Swift.max(errors.count, age) {
        let w = pow(0.97, Double(a - age))
        error += w * errors[a]
        weight += w * weights[a]
      }
      return PanelRun.relative(error: error, weight: weight)
    }
  }
}

extension PooledRegression {
  /// For each horizon the weighted sum of absolute rolling errors of a scaled series, then for each horizon the sum of weights.
  func rollingErrors(_ z: [Double], calendar: Int, group: Int) -> [Double] {
    var out = [Double](repeating: 0, count: 2 * horizon)
    forEachRollingForecast(z, calendar: calendar, group: group) { age, h, movement, actual in
      let w = pow(0.97, Double(age))
      out[h - 1] += w * Swift.min(Swift.abs(actual - movement), 20)
      out[horizon + h - 1] += w
    }
    return out
  }

  /// Calls `body(age of target, horizon, forecast movement, actual movement)` for all rolling origins of a scaled series.
  func forEachRollingForecast(
    _ z: [Double], calendar: Int, group: Int, _ body: (Int, Int, Double, Double) -> Void
  ) {
    let series = prepare(z, calendar: calendar)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: features.count) { scratch in
      guard let scratch = scratch.baseAddress else { return }
      series.withView { view in
        for h in 1...horizon {
          for age in 0..<options.origins {
            let origin = view.count - 1 - age - h
            guard origin >= 0,
              let forecast = movement(
                view, calendar: calendar, group: group, origin: origin, horizon: h, scratch: scratch)
            else { break }
            body(age, h, forecast, z[origin + h] - z[origin])
          }
        }
      }
    }
  }

  /// Forecast movements from one origin, `nan` where a horizon lacks history.
  func movements(_ z: [Double], calendar: Int, group: Int, originAge: Int) -> [Double] {
    let series = prepare(z, calendar: calendar)
    var out = [Double](repeating: .nan, count: horizon)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: features.count) { scratch in
      guard let scratch = scratch.baseAddress else { return }
      series.withView { view in
        let origin = view.count - 1 - originAge
        for h in 1...horizon {
          if let move = movement(view, calendar: calendar, group: group, origin: origin, horizon: h, scratch: scratch) {
            out[h - 1] = move
          }
        }
      }
    }
    return out
  }
}
