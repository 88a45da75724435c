import Glibc

/// Rolling forecasts of a sample of series by all models: what weights and intervals are chosen from.
struct Evidence: Sendable {
  /// All models' forecasts of one series from one past origin.
  struct Entry: Sendable {
    var series: Int
    /// Periods between the origin and the end of the series.
    var age: Int
    /// What came, one value a period ahead; fewer than the horizon near the end.
    var actual: [Double]
    /// One forecast a model; empty where the model failed.
    var forecasts: [[Double]]
    /// The MASE scale of the part known at the origin.
    var scale: Double
  }

  var entries: [Entry] = []

  /// Evidence from given entries.
  init(entries: [Entry]) { self.entries = entries }

  /// Collects forecasts of `models` (after the pooled one, if any) from past origins of a sample of the panel.
  init(run: PanelRun, models: [any SeriesModel], budget: Int) {
    let horizon = run.options.horizon
    let rolling = run.options.pooled.origins
    let series = PanelRun.spread(run.usable, limit: models.isEmpty ? 2000 : Swift.min(1000, Swift.max(budget / 3, 1)))
    guard !series.isEmpty else { return }
    let count = models.isEmpty ? rolling : Swift.min(Swift.max(budget / series.count, 3), rolling)
    let ages = Evidence.originAges(count: count, rolling: rolling, horizon: horizon)
    let jobs = series.flatMap { i in ages.map { (i, $0) } }
    let made = Parallel.map(jobs.count, threads: run.options.threads, chunk: 4) { k in
      Evidence.entry(run: run, models: models, series: jobs[k].0, age: jobs[k].1)
    }
    entries = made.compactMap { $0 }
  }

  /// Ages of the origins: dense near the end when there are many, else evenly spread from one horizon back.
  static func originAges(count: Int, rolling: Int, horizon: Int) -> [Int] {
    if count >= rolling { return Array(1...(rolling + horizon - 1)) }
    if count >= 8 { return (0..<count).map { 1 + $0 * (rolling + horizon - 2) / (count - 1) } }
    return (0..<count).map { horizon + $0 * rolling / count }
  }

  static func entry(run: PanelRun, models: [any SeriesModel], series i: Int, age: Int) -> Entry? {
    let values = run.prepared[i].values
    let season = run.options.season
    let known = values.count - age
    guard let scale = run.scales[i], known > 2 * Swift.max(season, 2) else { return nil }
    let horizon = run.options.horizon
    let head = Array(values[0..<known])
    let reach = Swift.min(horizon, age)
    var forecasts: [[Double]] = []
    if let pooled = run.pooled {
      let z = values.map(scale.scaled)
      let moves = pooled.movements(
        z, calendar: run.prepared[i].start, group: run.groups.index[i], originAge: age)
      guard moves.prefix(reach).allSatisfy({ $0.isFinite }) else { return nil }
      forecasts.append(moves.map { scale.restored(z[known - 1] + $0) })
    }
    for model in models {
      let fit = try? model.fit(head, season: season, horizon: horizon)
      forecasts.append(fit.map { $0.mean.allSatisfy(\.isFinite) ? $0.mean : [] } ?? [])
    }
    let unit = Statistics.maseScale(head, season: season)
    guard unit > 0 else { return nil }
    return Entry(
      series: i, age: age, actual: Array(values[known..<(known + reach)]), forecasts: forecasts, scale: unit)
  }
}
