import Glibc

/// One ridge regression a horizon over all series of a panel, on scaled logarithms, trained with a robust loss and a bundle of
/// settings that are averaged by their rolling error.
///
/// For every horizon the training rows are grouped by the age of their target, counted back from each series' end. Normal
/// equations are summed from the oldest age to the newest with a geometric recency weight; so the regression that would have
/// been fitted at every past origin comes at the cost of one small solve, and all rolling errors are genuine forecasts.
///
/// Robust loss: Huber weights by iteration (Holland and Welsch 1977), and series weighted by the inverse of their own mean
/// absolute residual. Cost: O(rows · p² + origins · settings · p³) a horizon; rows are a fixed sample of series in a large panel.
public struct PooledRegression: Sendable {
  /// Settings of the regression; the defaults are not tuned to any panel.
  public struct Options: Sendable, Equatable {
    /// Candidate recency weights a period.
    public var decays: [Double] = [0.99, 0.97, 0.94]
    /// Candidate penalties a series of the panel.
    public var penalties: [Double] = [0.25, 1, 4]
    /// Candidate weights of the averaged movement of former years as the value the regression is shrunk to.
    public var priors: [Double] = [1, 0]
    /// Number of rolling origins.
    public var origins = 24
    /// Recency weight of rolling errors a period.
    public var errorDecay = 0.95
    /// Largest number of training rows a horizon.
    public var rows = 60_000
    /// Makes the default settings.
    public init() {}
  }

  let options: Options
  let horizon: Int
  var features: PooledFeatures
  /// Coefficients by horizon (from 1) and origin age; see ``slot(horizon:age:)``.
  var coefficients: [[[Double]]] = []
  /// Weights of the settings by horizon.
  var weights: [[Double]] = []
  /// Training rows by horizon.
  var rows: [Int] = []

  /// The position of an origin age in the coefficients of a horizon: 0 for the end of the series, else ages from the horizon on.
  func slot(horizon h: Int, age: Int) -> Int? {
    if age == 0 { return 0 }
    let k = age - h + 1
    return k >= 1 && k <= options.origins + horizon ? k : nil
  }

  /// The forecast movement of a scaled series from its value at `origin` to `origin + h`; `nil` without enough history, of the series or
  /// of the panel: a horizon may have had no row to train on.
  @inline(__always)
  func movement(
    _ s: borrowing PooledView, calendar: Int, origin: Int, horizon h: Int, scratch: UnsafeMutablePointer<Double>
  ) -> Double? {
    guard origin >= features.firstOrigin(h), h <= coefficients.count,
      let slot = slot(horizon: h, age: s.count - 1 - origin), coefficients[h - 1].indices.contains(slot),
      coefficients[h - 1][slot].count == PooledFeatures.count
    else { return nil }
    features.write(s, origin: origin, horizon: h, calendar: calendar, into: scratch)
    return coefficients[h - 1][slot].withUnsafeBufferPointer { b in
      var sum = 0.0
      for j in 0..<PooledFeatures.count { sum += b[j] * scratch[j] }
      return PooledFeatures.cut(sum)
    }
  }

  /// A series prepared for forecasts from its last `origins + horizon` periods.
  func prepare(_ z: [Double], calendar: Int) -> PooledSeries {
    PooledSeries(
      z: z, calendar: calendar, season: features.season, longLag: features.longLag,
      first: z.count - options.origins - 2 * horizon - 1)
  }
}

extension PooledRegression {
  /// Trains on a sample of scaled series.
  ///
  /// - Parameters:
  ///   - sample: scaled series, each longer than a season.
  ///   - seriesCount: number of series in the whole panel the sample stands for.
  init?(sample input: [(z: [Double], calendar: Int)], season: Int, horizon: Int, options: Options, threads: Int) {
    self.options = options
    self.horizon = horizon
    features = PooledFeatures(season: season)
    guard !input.isEmpty else { return nil }
    let longLag = features.longLag
    let sample = Parallel.map(input.count, threads: threads, chunk: 8) {
      PooledSeries(z: input[$0].z, calendar: input[$0].calendar, season: season, longLag: longLag)
    }
    setCommonMovement(sample)
    let shared = features
    let trained = Parallel.map(horizon, threads: threads) { k in
      var training = PooledTraining(
        sample: sample, features: shared, horizon: k + 1, maximumHorizon: horizon, options: options)
      return training.run()
    }
    coefficients = trained.map(\.coefficients)
    weights = trained.map(\.weights)
    rows = trained.map(\.rows)
    if rows[0] == 0 { return nil }
  }

  /// Averages growth and season-adjusted moves over the sample, by calendar period.
  private mutating func setCommonMovement(_ sample: [PooledSeries]) {
    let first = sample.map(\.calendar).min() ?? 0
    let last = sample.map { $0.calendar + $0.z.count }.max() ?? 0
    guard last - first < 100_000 else { return }
    var growth = [Double](repeating: 0, count: last - first)
    var moves = growth
    var counts = growth
    for s in sample where s.z.count > features.season {
      for t in features.season..<s.z.count {
        let c = s.calendar + t - first
        growth[c] += Swift.min(Swift.max(s.growth[t], -20), 20)
        moves[c] += Swift.min(Swift.max(s.moves[t], -20), 20)
        counts[c] += 1
      }
    }
    for c in counts.indices where counts[c] > 0 {
      growth[c] /= counts[c]
      moves[c] /= counts[c]
    }
    features.calendarStart = first
    features.commonGrowth = growth
    features.commonMove = moves
  }
}
