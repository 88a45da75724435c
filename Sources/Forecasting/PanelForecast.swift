import Glibc

extension PanelForecaster {
  /// Forecasts every series of the panel.
  ///
  /// - Parameters:
  ///   - panel: the history; series may start and end anywhere, each is forecast from its own end.
  ///   - hierarchy: which series sum to which; results are then coherent.
  ///   - progress: called with the share of work done, 0…1.
  /// - Throws: ``ModelFailure`` when the hierarchy names series that the panel lacks or whose histories end apart.
  /// - Complexity: O(values) for the pooled model, plus the fits of single series' models.
  public func forecast(
    _ panel: Panel, hierarchy: Hierarchy? = nil, progress: (@Sendable (Double) -> Void)? = nil
  ) throws(ModelFailure) -> [SeriesForecastResult] {
    let run = PanelRun(panel: panel, options: options)
    progress?(0.3)
    let models = options.models == .pooled ? [] : options.localModels
    let plan = CombinationPlan(run: run, models: models)
    progress?(0.5)
    var results = Parallel.map(panel.series.count, threads: options.threads, chunk: 16) {
      plan.forecast(series: panel.series[$0], index: $0)
    }
    progress?(0.95)
    if let hierarchy {
      let position = Dictionary(panel.series.enumerated().map { ($0.element.id, $0.offset) }) { first, _ in first }
      for tree in try SummingTree.parts(of: hierarchy, position: position) {
        try TreeReconciliation(tree: tree, plan: plan, results: results).apply(to: &results)
      }
    }
    progress?(1)
    return results
  }
}

/// Models, their shares and the interval calibration of one panel.
struct CombinationPlan: Sendable {
  let run: PanelRun
  let models: [any SeriesModel]
  let combination: Combination
  let calibration: Calibration

  init(run: PanelRun, models: [any SeriesModel]) {
    self.run = run
    self.models = models
    let evidence = Evidence(run: run, models: models, budget: run.options.budget)
    let count = models.count + (run.pooled == nil ? 0 : 1)
    let combination = Combination(
      evidence: evidence, groups: run.groups.index, groupCount: run.groups.names.count, models: count,
      horizon: run.options.horizon, decay: run.options.pooled.errorDecay,
      threads: run.options.threads)
    self.combination = combination
    calibration = CombinationPlan.calibrate(evidence, combination: combination, run: run)
  }

  private static func calibrate(_ evidence: Evidence, combination: Combination, run: PanelRun) -> Calibration {
    var errors = [[(value: Double, age: Int)]](repeating: [], count: run.options.horizon)
    let series = Array(Set(evidence.entries.map(\.series))).sorted()
    let oldest = evidence.entries.map(\.age).max() ?? 0
    let known = Parallel.map(series.count, threads: run.options.threads) {
      run.relativeErrors(series[$0], ages: oldest)
    }
    let sizes = Dictionary(uniqueKeysWithValues: zip(series, known))
    for entry in evidence.entries {
      guard let scale = run.scales[entry.series], let relative = sizes[entry.series]?[entry.age] else { continue }
      for h in entry.actual.indices {
        let point = combination.combine(
          entry.forecasts.map { $0.isEmpty ? .nan : $0[h] }, group: run.groups.index[entry.series], at: h)
        let error = scale.scaled(entry.actual[h]) - scale.scaled(point)
        let size = relative * run.typicalError[h]
        guard error.isFinite, size > 0 else { continue }
        errors[h].append((error / size, entry.age - h - 1))
      }
    }
    return Calibration(errors: errors, decay: 0.97, threads: run.options.threads)
  }

  /// The forecast of one series.
  func forecast(series: Series, index: Int) -> SeriesForecastResult {
    let ready = run.prepared[index]
    let horizon = run.options.horizon
    var notes: [String] = []
    if ready.filled > 0 { notes.append(ready.filled == 1 ? "1 gap filled" : "\(ready.filled) gaps filled") }
    if run.isCount[index], let counts = run.counts {
      return countForecast(series: series, ready: ready, counts: counts, notes: notes)
    }
    guard let scale = run.scales[index] else {
      return fallback(series: series, ready: ready, notes: notes)
    }
    var forecasts: [[Double]] = []
    var reasons: [String] = []
    if let pooled = run.pooled {
      reasons.append(pooled.explanation)
      let z = ready.values.map(scale.scaled)
      let last = z[z.count - 1]
      forecasts.append(
        pooled.movements(z, calendar: ready.start, group: run.groups.index[index], originAge: 0).map {
          $0.isFinite ? scale.restored(last + $0) : .nan
        })
    }
    for model in models {
      do {
        let fit = try model.fit(ready.values, season: run.options.season, horizon: horizon)
        forecasts.append(fit.mean)
        reasons.append(fit.explanation)
      } catch {
        forecasts.append([Double](repeating: .nan, count: horizon))
        reasons.append("left out: \(error.reason)")
      }
    }
    let points = (0..<horizon).map { h in
      combination.combine(forecasts.map { $0[h] }, group: run.groups.index[index], at: h)
    }
    guard points.allSatisfy(\.isFinite) else { return fallback(series: series, ready: ready, notes: notes) }
    var out = result(series: series, ready: ready, scale: scale, points: points, notes: notes)
    if run.options.explain { out.weights = weights(forecasts, group: run.groups.index[index], reasons: reasons) }
    return out
  }

  private func result(
    series: Series, ready: PreparedSeries, scale: PooledScale, points: [Double], notes: [String]
  ) -> SeriesForecastResult {
    let nonNegative = ready.values.allSatisfy { $0 >= 0 }
    let horizon = points.count
    var out = SeriesForecastResult(
      id: series.id, start: ready.end, mean: points, p10: points, p50: points, p90: points,
      method: models.isEmpty ? "pooled" : "combination", fallbackReason: nil, weights: [], notes: notes)
    var down = 0.0
    var up = 0.0
    for h in 0..<horizon {
      let centre = scale.scaled(points[h])
      let size = run.relativeError[ready.index] * run.typicalError[h]
      down = Swift.min(down, calibration.lower[h] * size)
      up = Swift.max(up, calibration.upper[h] * size)
      out.p10[h] = Swift.min(scale.restored(centre + down), points[h])
      out.p90[h] = Swift.max(scale.restored(centre + up), points[h])
      if nonNegative {
        out.mean[h] = Swift.max(out.mean[h], 0)
        out.p10[h] = Swift.max(out.p10[h], 0)
        out.p50[h] = Swift.max(out.p50[h], 0)
        out.p90[h] = Swift.max(out.p90[h], 0)
      }
    }
    return out
  }

  /// Each model's shares as they were applied, with its rolling error and parameters.
  private func weights(_ forecasts: [[Double]], group: Int, reasons: [String]) -> [SeriesForecastResult.Weight] {
    let names = (run.pooled == nil ? [] : ["pooled"]) + models.map(\.name)
    let horizon = run.options.horizon
    return names.indices.map { m in
      let shares = (0..<horizon).map { h -> Double in
        let present = names.indices.reduce(0) {
          $0 + (forecasts[$1][h].isFinite ? combination.shares[group][h][$1] : 0)
        }
        return forecasts[m][h].isFinite && present > 0 ? combination.shares[group][h][m] / present : 0
      }
      let error = Statistics.mean(combination.errors[group].map { $0[m] })
      let rolling = error.isFinite ? "rolling error \(Explain.number(error)); " : ""
      return SeriesForecastResult.Weight(model: names[m], shares: shares, reason: rolling + reasons[m])
    }
  }

  private func countForecast(
    series: Series, ready: PreparedSeries, counts: CountPanel, notes: [String]
  ) -> SeriesForecastResult {
    let (mean, quantiles, explanation) = counts.forecast(ready.values)
    let horizon = run.options.horizon
    let share = SeriesForecastResult.Weight(
      model: "counts", shares: [Double](repeating: 1, count: horizon), reason: explanation)
    return SeriesForecastResult(
      id: series.id, start: ready.end, mean: [Double](repeating: mean, count: horizon), p10: quantiles.map { $0[0] },
      p50: quantiles.map { $0[1] }, p90: quantiles.map { $0[2] }, method: "counts", fallbackReason: nil,
      weights: run.options.explain ? [share] : [], notes: notes)
  }

  /// The forecast of a series that neither the pooled model nor the combination can take.
  private func fallback(series: Series, ready: PreparedSeries, notes: [String]) -> SeriesForecastResult {
    let horizon = run.options.horizon
    let zeros = [Double](repeating: 0, count: horizon)
    var out = SeriesForecastResult(
      id: series.id, start: ready.end, mean: zeros, p10: zeros, p50: zeros, p90: zeros, method: "Naive",
      fallbackReason: "no values", weights: [], notes: notes)
    guard let last = ready.values.last, let lowest = ready.values.min(), let highest = ready.values.max() else {
      if let huge = series.values.last(where: \.isFinite) {
        out.fallbackReason = "values beyond 1e150"
        for path in [\SeriesForecastResult.mean, \.p10, \.p50, \.p90] { out[keyPath: path] = zeros.map { _ in huge } }
      }
      return out
    }
    let count = ready.values.count
    if lowest == highest {
      out.fallbackReason = count == 1 ? "too short (1 value)" : "constant"
    } else if count <= run.options.season {
      out.fallbackReason = "too short (\(count) values, needs \(run.options.season + 1))"
    } else {
      out.fallbackReason = "no change over a season"
    }
    let fit = try? Naive().fit(ready.values, season: run.options.season, horizon: horizon)
    for h in 0..<horizon {
      let width = 1.2815515655446004 * (fit?.deviations[h] ?? 0)
      out.mean[h] = last
      out.p50[h] = last
      out.p10[h] = lowest >= 0 ? Swift.max(last - width, 0) : last - width
      out.p90[h] = last + width
    }
    return out
  }
}
