import Glibc

/// One ridge regression a horizon over all series of a panel, on scaled logarithms, trained with a robust loss and a bundle of
/// settings that are averaged by their rolling error.
///
/// For every horizon the training rows are grouped by the age of their target, counted back from each series' end. Normal
/// equations are summed from the oldest age to the newest with a geometric recency weight; so the regression that would have
/// been fitted at every past origin comes at the cost of one small solve, and all rolling errors are genuine forecasts.
///
/// Robust loss: Huber weights by iteration (Holland and Welsch 1977), strict with series weighted by the inverse of their own mean
/// absolute residual, and mild; both are among the settings. Cost: O(rows · p² + origins · settings · p³) a horizon; rows are a fixed sample of series in a large panel.
public struct PooledRegression: Sendable {
  /// Parts of the regression that can be left out.
  public enum Part: String, Sendable, CaseIterable {
    /// Effects of the calendar, where the panel has a calendar.
    case calendar
    /// Common movement of groups, where groups are given.
    case groups
    /// Recent level shifts, and the median of former years.
    case levels
    /// The robust loss.
    case robust
  }

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
    /// Parts that may take part; of the blocks of features among them those are used that lower the rolling error.
    public var parts = Set(Part.allCases)
    /// The calendar of the series, if it is known.
    public var effects: CalendarEffects?
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
  /// Blocks that lowered the rolling error, by horizon.
  var used: [[Part]] = []

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
    _ s: borrowing PooledView, calendar: Int, group: Int, origin: Int, horizon h: Int,
    scratch: UnsafeMutablePointer<Double>
  ) -> Double? {
    guard origin >= features.firstOrigin(h), h <= coefficients.count,
      let slot = slot(horizon: h, age: s.count - 1 - origin), coefficients[h - 1].indices.contains(slot),
      !coefficients[h - 1][slot].isEmpty
    else { return nil }
    features.write(s, origin: origin, horizon: h, calendar: calendar, group: group, into: scratch)
    return coefficients[h - 1][slot].withUnsafeBufferPointer { b in
      var sum = 0.0
      for j in b.indices { sum += b[j] * scratch[j] }
      return PooledFeatures.cut(sum)
    }
  }

  /// What it was trained on and which blocks of features lowered the rolling error, for people.
  var explanation: String {
    let parts = Part.allCases.compactMap { part -> String? in
      let count = used.count { $0.contains(part) }
      return count == 0 ? nil : "\(part.rawValue) at \(count) of \(used.count) periods ahead"
    }
    return "trained on \(rows[0]) rows" + (parts.isEmpty ? "" : " with " + parts.joined(separator: ", "))
  }

  /// A series prepared for forecasts from its last `origins + horizon` periods.
  func prepare(_ z: [Double], calendar: Int) -> PooledSeries {
    PooledSeries(
      z: z, calendar: calendar, group: 0, season: features.season, longLag: features.longLag,
      first: z.count - options.origins - 2 * horizon - 1)
  }
}

extension PooledRegression {
  /// Trains on a sample of scaled series.
  ///
  /// - Parameters:
  ///   - sample: scaled series, each longer than a season, with their groups.
  ///   - groupCount: number of given groups, 0 for none.
  init?(
    sample input: [(z: [Double], calendar: Int, group: Int)], groupCount: Int = 0, season: Int, horizon: Int,
    options: Options, threads: Int
  ) {
    self.options = options
    self.horizon = horizon
    features = PooledFeatures(
      season: season, parts: options.parts, effects: options.effects, hasGroups: groupCount > 1)
    guard !input.isEmpty else { return nil }
    let longLag = features.longLag
    let sample = Parallel.map(input.count, threads: threads, chunk: 8) {
      PooledSeries(
        z: input[$0].z, calendar: input[$0].calendar, group: input[$0].group, season: season, longLag: longLag)
    }
    setCommonMovement(sample, groupCount: groupCount)
    let shared = features
    let trained = Parallel.map(horizon, threads: threads) { k in
      var training = PooledTraining(
        sample: sample, features: shared, horizon: k + 1, maximumHorizon: horizon, options: options)
      return training.run()
    }
    coefficients = trained.map(\.coefficients)
    weights = trained.map(\.weights)
    rows = trained.map(\.rows)
    used = trained.map(\.used)
    if rows[0] == 0 { return nil }
  }

  /// Averages growth and season-adjusted moves over the sample and over groups of at least three series, by calendar period.
  private mutating func setCommonMovement(_ sample: [PooledSeries], groupCount: Int) {
    let first = sample.map(\.calendar).min() ?? 0
    let last = sample.map { $0.calendar + $0.z.count }.max() ?? 0
    guard last - first < 100_000 else { return }
    features.calendarStart = first
    features.common = CommonMovement(periods: last - first)
    var groups = [CommonMovement](
      repeating: CommonMovement(periods: features.hasGroups ? last - first : 0),
      count: features.hasGroups ? groupCount : 0)
    for s in sample {
      features.common.add(s, offset: s.calendar - first, season: features.season)
      if groups.indices.contains(s.group) {
        groups[s.group].add(s, offset: s.calendar - first, season: features.season)
      }
    }
    features.groups = groups.map { $0.series >= 3 ? $0 : nil }
  }
}
