import Glibc

/// The count series of a panel: what they share.
///
/// Quantiles come from each series' bank of filters (``CountFilter``), whose prior weights are the panel's own shares found by a
/// few steps of expectation maximisation. Means come from one regression over the panel on exponentially weighted levels with
/// different memories, trained on rolling origins: the panel decides how fast levels change and whether they decline.
struct CountPanel: Sendable {
  /// Memories of the levels that the regression of means uses.
  static let memories: [Double] = [0.5, 0.8, 0.9, 0.96, 1]

  let horizon: Int
  /// Mean of the panel's counts, the prior mean of every filter.
  let priorMean: Double
  private(set) var logPrior: [Double]
  private(set) var coefficients: [Double]

  init(_ histories: [[Double]], horizon: Int, threads: Int) {
    self.horizon = horizon
    let kept = PanelRun.spread(Array(histories.indices), limit: 2000)
    let total = kept.reduce(0.0) { $0 + Statistics.mean(histories[$1]) }
    let mean = kept.isEmpty ? 1 : total / Double(kept.count)
    priorMean = Swift.max(mean, 1e-3)
    logPrior = [Double](repeating: 0, count: CountFilter.size)
    coefficients = CountPanel.memories.map { _ in 1 / Double(CountPanel.memories.count) }
    let filters = Parallel.map(kept.count, threads: threads) { CountFilter(histories[kept[$0]], priorMean: mean) }
    setPrior(filters)
    setCoefficients(kept.map { histories[$0] })
  }

  /// Whether a series is one of small counts: whole numbers, none negative, few in the mean or often zero. One that has not changed
  /// in two years' worth of periods is a constant.
  static func takes(_ values: [Double]) -> Bool {
    guard values.count >= 4 else { return false }
    var zeros = 0
    var sum = 0.0
    var varies = values.count < 24
    for x in values {
      varies = varies || x != values[0]
      guard x >= 0, x == x.rounded(), x < 1e6 else { return false }
      if x == 0 { zeros += 1 }
      sum += x
    }
    let mean = sum / Double(values.count)
    return varies && sum > 0 && (mean <= 10 || (Double(zeros) >= 0.3 * Double(values.count) && mean < 1000))
  }

  private mutating func setPrior(_ filters: [CountFilter]) {
    guard !filters.isEmpty else { return }
    for _ in 0..<10 {
      var sums = [Double](repeating: 0, count: CountFilter.size)
      for filter in filters {
        for (j, w) in filter.weights(logPrior: logPrior).enumerated() { sums[j] += w }
      }
      logPrior = sums.map { log($0 / Double(filters.count) + 1e-6) }
    }
  }

  /// Exponentially weighted levels after each value, by memory; the first year's mean counts as half a period.
  static func levels(_ values: [Double]) -> [[Double]] {
    let first = Statistics.mean(values.prefix(12))
    return memories.map { memory in
      var sum = 0.0
      var weight = 0.0
      return values.map { value in
        sum = sum * memory + value
        weight = weight * memory + 1
        return (sum + CountFilter.priorWeight * first) / (weight + CountFilter.priorWeight)
      }
    }
  }

  private mutating func setCoefficients(_ histories: [[Double]]) {
    let p = CountPanel.memories.count
    var gram = [Double](repeating: 0, count: p * p)
    var moment = [Double](repeating: 0, count: p)
    for values in histories where values.count > 12 + horizon {
      let levels = CountPanel.levels(values)
      var square = 0.0
      for t in 1..<values.count { square += (values[t] - values[t - 1]) * (values[t] - values[t - 1]) }
      let size = Swift.max(square / Double(values.count - 1), 1e-3)
      for t in 12..<(values.count - horizon) {
        let target = Statistics.mean(values[(t + 1)...(t + horizon)])
        let w = pow(0.97, Double(values.count - 1 - horizon - t)) / size
        for i in 0..<p {
          moment[i] += w * levels[i][t] * target
          for j in 0..<p { gram[i * p + j] += w * levels[i][t] * levels[j][t] }
        }
      }
    }
    let trace = (0..<p).reduce(0) { $0 + gram[$1 * p + $1] }
    guard trace > 0 else { return }
    coefficients = LinearAlgebra.ridge(
      gram: gram, moment: moment, penalty: [Double](repeating: 0.002 * trace / Double(p), count: p), prior: coefficients
    )
  }

  /// Mean (the same for every period ahead) and 10 %, 50 % and 90 % quantiles of a series.
  func forecast(_ values: [Double]) -> (mean: Double, quantiles: [[Double]], explanation: String) {
    let filter = CountFilter(values, priorMean: priorMean)
    let weights = filter.weights(logPrior: logPrior)
    let levels = CountPanel.levels(values)
    var mean = 0.0
    for (level, b) in zip(levels, coefficients) { mean += (level.last ?? 0) * b }
    let quantiles = (1...horizon).map {
      filter.predict(weights: weights, ahead: $0, probabilities: [0.1, 0.5, 0.9]).quantiles
    }
    var memory = 0.0
    var dispersion = 0.0
    for (j, w) in weights.enumerated() {
      memory += w * CountFilter.discounts[j / CountFilter.dispersions.count]
      dispersion += w * CountFilter.dispersions[j % CountFilter.dispersions.count]
    }
    let highest = values.max() ?? 0
    return (
      Swift.min(Swift.max(mean, 0), highest * 2), quantiles,
      "average discount \(Explain.number(memory)), overdispersion \(Explain.number(dispersion))"
    )
  }
}
