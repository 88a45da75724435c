import Glibc

/// Reconciles the forecasts of one tree by the ways that did best at past origins.
///
/// Base forecasts of all members are made again at past origins. Covariances come from the older half, every way is judged by its
/// mean absolute scaled error on the newer half, and the final forecast is the average of the ways, weighted by the inverse error
/// to the twentieth power: near ties share, clear winners stand alone. A way that makes a level more than 2 % worse than its base
/// forecasts is set back. An average of coherent forecasts is coherent.
struct TreeReconciliation {
  private struct Origin {
    /// By period ahead: base forecasts of all members.
    var base: [[Double]]
    /// By period ahead: what came.
    var actual: [[Double]]
  }

  let tree: SummingTree
  private let run: PanelRun
  private let start: Int
  private let scales: [Double]
  private let reconciler: Reconciler
  /// Ways with their shares.
  private(set) var shares: [(method: Reconciler.Method, share: Double)] = []

  init(tree: SummingTree, plan: CombinationPlan, results: [SeriesForecastResult]) throws(ModelFailure) {
    self.tree = tree
    run = plan.run
    start = results[tree.members[0]].start
    for i in tree.members where results[i].start != start {
      throw ModelFailure(
        "hierarchy: \(results[i].id) and \(results[tree.members[0]].id) end at different periods; give all of a tree the same end"
      )
    }
    let prepared = plan.run.prepared
    let season = plan.run.options.season
    scales = tree.members.map { Statistics.maseScale(prepared[$0].values, season: season) }
    let variances = tree.members.map { i in
      let width = (results[i].p90[0] - results[i].p10[0]) / 2.563
      return width * width
    }
    let origins = TreeReconciliation.origins(tree: tree, plan: plan)
    let older = Reconciler(
      tree: tree, errors: Array(origins.dropFirst(origins.count / 2)).map(TreeReconciliation.error),
      fallbackVariances: variances)
    shares = TreeReconciliation.weigh(
      tree: tree, origins: Array(origins.prefix(origins.count / 2)), older, scales: scales)
    reconciler = Reconciler(
      tree: tree, errors: origins.map(TreeReconciliation.error), fallbackVariances: variances)
  }

  /// The mean error over the periods ahead, by member.
  private static func error(_ origin: Origin) -> [Double] {
    var out = [Double](repeating: 0, count: origin.base.first?.count ?? 0)
    for (base, actual) in zip(origin.base, origin.actual) {
      for i in out.indices { out[i] += (actual[i] - base[i]) / Double(origin.base.count) }
    }
    return out
  }

  /// Base forecasts of all members at past origins, newest first. Large trees use the pooled model alone.
  private static func origins(tree: SummingTree, plan: CombinationPlan) -> [Origin] {
    let run = plan.run
    let members = tree.members
    let shortest = members.map { run.prepared[$0].values.count }.min() ?? 0
    let latest = shortest - 2 * run.options.season - 1
    let ages = (1..<Swift.max(1, Swift.min(run.options.pooled.origins + run.options.horizon, latest + 1))).map { $0 }
    guard ages.count >= 6 else { return [] }
    let affordable = members.count * ages.count <= 4 * run.options.budget
    let models = affordable ? plan.models : []
    let made = Parallel.map(members.count, threads: run.options.threads) { k in
      ages.map { age in base(series: members[k], age: age, models: models, plan: plan) }
    }
    return ages.indices.map { a in
      let reach = Swift.min(ages[a], run.options.horizon)
      let base = (0..<reach).map { h in members.indices.map { made[$0][a][h] } }
      let actual = (0..<reach).map { h in
        members.map { i in
          let values = run.prepared[i].values
          return values[values.count - ages[a] + h]
        }
      }
      return Origin(base: base, actual: actual)
    }
  }

  /// The base forecast of one series from a past origin; the mean of the last season where no model applies.
  private static func base(series i: Int, age: Int, models: [any SeriesModel], plan: CombinationPlan) -> [Double] {
    let run = plan.run
    let horizon = run.options.horizon
    if !run.isCount[i], let entry = Evidence.entry(run: run, models: models, series: i, age: age) {
      let all = entry.forecasts.count == plan.models.count + (run.pooled == nil ? 0 : 1)
      return (0..<horizon).map { h in
        let values = entry.forecasts.map { $0.isEmpty ? Double.nan : $0[h] }
        return all ? plan.combination.combine(values, group: run.groups.index[i], at: h) : values.first ?? .nan
      }.map { $0.isFinite ? $0 : run.prepared[i].values[run.prepared[i].values.count - age - 1] }
    }
    let values = run.prepared[i].values
    let known = values[0..<Swift.max(values.count - age, 1)].suffix(Swift.max(run.options.season, 1))
    return [Double](repeating: Statistics.mean(known), count: horizon)
  }

  /// Shares of the ways by their errors at past origins.
  private static func weigh(
    tree: SummingTree, origins: [Origin], _ reconciler: Reconciler, scales: [Double]
  ) -> [(method: Reconciler.Method, share: Double)] {
    guard !origins.isEmpty else { return [(.bottomUp, 1)] }
    let base = levelErrors(tree: tree, origins: origins, scales: scales) { $0 }
    var scores: [(method: Reconciler.Method, error: Double)] = []
    for method in Reconciler.Method.allCases {
      if method == .topDown, tree.root == nil { continue }
      let errors = levelErrors(tree: tree, origins: origins, scales: scales) { forecasts in
        reconciler.bottom(forecasts, method: method).map(tree.sum) ?? forecasts
      }
      var error = errors.total
      for level in 0..<3 where base.levels[level] > 0 {
        error *= 1 + Swift.max(0, errors.levels[level] / base.levels[level] - 1.02)
      }
      scores.append((method, error))
    }
    let best = scores.map(\.error).min() ?? 1
    let raw = scores.map { ($0.method, $0.error > 0 ? pow(best / $0.error, 20) : 1) }
    let sum = raw.reduce(0) { $0 + $1.1 }
    return raw.map { ($0.0, $0.1 / sum) }
  }

  /// Mean absolute scaled errors over all members, and by level.
  private static func levelErrors(
    tree: SummingTree, origins: [Origin], scales: [Double], _ reconcile: ([Double]) -> [Double]
  ) -> (total: Double, levels: [Double]) {
    var sums = [Double](repeating: 0, count: 3)
    var counts = sums
    for (age, origin) in origins.enumerated() {
      let weight = pow(0.97, Double(age))
      for (base, actual) in zip(origin.base, origin.actual) {
        let forecast = reconcile(base)
        for i in forecast.indices where scales[i] > 0 {
          sums[tree.level(i)] += weight * Swift.abs(forecast[i] - actual[i]) / scales[i]
          counts[tree.level(i)] += weight
        }
      }
    }
    let total = sums.reduce(0, +) / Swift.max(counts.reduce(0, +), 1e-300)
    return (total, zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 })
  }

  /// Replaces the results of the tree's members by coherent ones; intervals move with the means and keep their widths.
  func apply(to results: inout [SeriesForecastResult]) {
    let nonNegative = tree.members.allSatisfy { run.prepared[$0].values.allSatisfy { $0 >= 0 } }
    let text = shares.filter { $0.share > 0.005 }.map { "\($0.method.rawValue) \(Explain.number($0.share))" }
      .joined(separator: ", ")
    for i in tree.members { results[i].notes.append("reconciled: \(text)") }
    for h in 0..<run.options.horizon {
      let base = tree.members.map { results[$0].mean[h] }
      var bottom = [Double](repeating: 0, count: tree.bottomCount)
      for (method, share) in shares {
        guard let part = reconciler.bottom(base, method: method) else { continue }
        for b in bottom.indices { bottom[b] += share * part[b] }
      }
      if nonNegative { bottom = bottom.map { Swift.max($0, 0) } }
      let coherent = tree.sum(bottom)
      for (k, i) in tree.members.enumerated() {
        let shift = coherent[k] - base[k]
        results[i].mean[h] = coherent[k]
        for path in [\SeriesForecastResult.p10, \.p50, \.p90] {
          let moved = results[i][keyPath: path][h] + shift
          results[i][keyPath: path][h] = nonNegative ? Swift.max(moved, 0) : moved
        }
      }
    }
  }
}
