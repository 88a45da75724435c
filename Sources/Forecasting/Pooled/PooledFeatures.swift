import Glibc

/// What the pooled regression knows at an origin, for one horizon. All values are on the scale of ``PooledScale``.
///
/// - The same movement in the last three years and its exponentially weighted average over up to eight.
/// - Growth over a season: now, lagged, against its averages.
/// - Recent one-period moves with the usual move of that season taken out.
/// - How far the value stands from its average over a season, against what is usual now and at the target; and how far the
///   season-adjusted value stands from its own exponential averages, which tells noise from movement.
/// - The panel's common growth and moves.
///
/// Behind these stand the blocks of ``PooledRegression/Part``, as far as they are asked for; whether a block stays is decided by
/// rolling error (``PooledTraining``).
struct PooledFeatures: Sendable {
  /// Number of features that every panel has, the constant included.
  static let basic = 26
  /// Position of the averaged movement of former years, which the regression is shrunk towards.
  static let seasonalMovement = 3
  /// Weight of each older year in the averages.
  static let yearWeight = 0.7
  /// Largest number of years in the averages.
  static let years = 8
  /// Features and targets beyond this many yearly changes are cut.
  static let limit = 100.0
  /// Number of features that do not depend on the horizon.
  static let fixed = 14

  let season: Int
  let longLag: Int
  /// Common growth and common season-adjusted move by calendar period.
  var common = CommonMovement(periods: 0)
  /// The same by group, `nil` for groups with too few series.
  var groups: [CommonMovement?] = []
  var calendarStart = 0
  let effects: CalendarEffects?
  /// Whether the block of level shifts is there.
  let hasLevels: Bool
  /// Whether the block of groups is there.
  let hasGroups: Bool

  init(season: Int, parts: Set<PooledRegression.Part> = [], effects: CalendarEffects? = nil, hasGroups: Bool = false) {
    self.season = Swift.max(season, 1)
    longLag = self.season > 6 ? self.season : 12
    self.effects = parts.contains(.calendar) ? effects : nil
    hasLevels = parts.contains(.levels)
    self.hasGroups = hasGroups && parts.contains(.groups)
  }

  /// Number of features.
  var count: Int { blocks.last?.features.upperBound ?? PooledFeatures.basic }

  /// The optional blocks and their features.
  var blocks: [(part: PooledRegression.Part, features: Range<Int>)] {
    var out: [(part: PooledRegression.Part, features: Range<Int>)] = []
    var next = PooledFeatures.basic
    func add(_ part: PooledRegression.Part, _ size: Int) {
      out.append((part, next..<(next + size)))
      next += size
    }
    if hasLevels { add(.levels, 2) }
    if hasGroups { add(.groups, 3) }
    if let effects { add(.calendar, 2 * effects.names.count) }
    return out
  }

  /// Seasons to go back so that a movement over `horizon` has happened.
  func seasonsBack(_ horizon: Int) -> Int { (horizon + season - 1) / season }

  /// The first origin (index in the series) that has features for a horizon.
  func firstOrigin(_ horizon: Int) -> Int { seasonsBack(horizon) * season }

  /// The first origin that the regression trains on: half a season later, so that lagged growth is known.
  func firstTrainingOrigin(_ horizon: Int) -> Int { firstOrigin(horizon) + season / 2 }

  @inline(__always) static func cut(_ x: Double) -> Double { Swift.min(Swift.max(x, -limit), limit) }

  /// Writes the features at origin `t` into `out`; `t` must be at least ``firstOrigin(_:)``.
  @inline(__always)
  func write(
    _ s: borrowing PooledView, origin t: Int, horizon h: Int, calendar: Int, group: Int,
    into out: UnsafeMutablePointer<Double>
  ) {
    let z = s.z
    var back = seasonsBack(h) * season
    let target = t + h - back
    var sum = 0.0
    var total = 0.0
    var weight = 1.0
    var year = 0
    while back <= t, year < PooledFeatures.years {
      let movement = PooledFeatures.cut(z[t + h - back] - z[t - back])
      if year < 3 { out[year] = movement }
      sum += weight * movement
      total += weight
      weight *= PooledFeatures.yearWeight
      back += season
      year += 1
    }
    if year < 2 { out[1] = out[0] }
    if year < 3 { out[2] = 0.5 * (out[0] + out[1]) }
    out[3] = sum / total
    out[4] = target >= season - 1 ? PooledFeatures.cut(s.usual[target] - s.position[t]) : 0
    let row = s.fixed + t * PooledFeatures.fixed
    for j in 0..<PooledFeatures.fixed { out[5 + j] = row[j] }
    let c = calendar + t - calendarStart
    let growth = common.growth(c)
    out[19] = growth
    out[20] = growth - common.growth(c - 1)
    out[21] = growth - common.growth(c - 3)
    out[22] = common.move(c)
    out[23] = common.move(c - 1)
    out[24] = common.move(c - 2)
    out[25] = 1
    var next = PooledFeatures.basic
    if hasLevels {
      writeLevels(s, origin: t, horizon: h, average: sum / total, into: out + next)
      next += 2
    }
    if hasGroups {
      let own = groups.indices.contains(group) ? groups[group] : nil
      out[next] = own.map { $0.growth(c) - growth } ?? 0
      out[next + 1] = own.map { $0.growth(c) - $0.growth(c - 3) - out[21] } ?? 0
      out[next + 2] = own.map { $0.move(c) - out[22] } ?? 0
      next += 3
    }
    if effects != nil { writeCalendar(period: calendar + t, origin: t, horizon: h, into: out + next) }
  }

  /// A recent step of the season-adjusted level beyond what its moves usually are, and how far the median of former years' movements
  /// lies from their average: a year with a level shift or an outlier moves the average, not the median.
  private func writeLevels(
    _ s: borrowing PooledView, origin t: Int, horizon h: Int, average: Double, into out: UnsafeMutablePointer<Double>
  ) {
    out[0] = 0
    out[1] = 0
    let m = season
    if t >= 2 * m + 14 {
      func adjusted(_ u: Int) -> Double { s.z[u] - s.usual[u - m] }
      let recent = (adjusted(t) + adjusted(t - 1) + adjusted(t - 2)) / 3
      var before = 0.0
      for u in (t - 14)...(t - 3) { before += adjusted(u) / 12 }
      var noise = 0.0
      for u in (t - 23)...t where u >= 0 { noise += Swift.abs(s.fixed[u * PooledFeatures.fixed + 6]) / 24 }
      let step = recent - before
      out[0] = PooledFeatures.cut(step > 0 ? Swift.max(step - 3 * noise, 0) : Swift.min(step + 3 * noise, 0))
    }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: PooledFeatures.years) { moves in
      var back = seasonsBack(h) * m
      var count = 0
      while back <= t, count < PooledFeatures.years {
        let move = PooledFeatures.cut(s.z[t + h - back] - s.z[t - back])
        var k = count
        while k > 0, moves[k - 1] > move {
          moves[k] = moves[k - 1]
          k -= 1
        }
        moves[k] = move
        count += 1
        back += m
      }
      if count > 2 {
        let median = count % 2 == 1 ? moves[count / 2] : 0.5 * (moves[count / 2 - 1] + moves[count / 2])
        out[1] = median - average
      }
    }
  }

  /// For every effect its change from the origin to the target, and the average of that change in the former years that the average
  /// movement is taken from.
  private func writeCalendar(period: Int, origin t: Int, horizon h: Int, into out: UnsafeMutablePointer<Double>) {
    guard let effects else { return }
    for e in effects.names.indices {
      func change(_ back: Int) -> Double {
        effects.value(e, at: period + h - back) - effects.value(e, at: period - back)
      }
      out[2 * e] = change(0)
      var sum = 0.0
      var total = 0.0
      var weight = 1.0
      var back = seasonsBack(h) * season
      var year = 0
      while back <= t, year < PooledFeatures.years {
        sum += weight * change(back)
        total += weight
        weight *= PooledFeatures.yearWeight
        back += season
        year += 1
      }
      out[2 * e + 1] = total > 0 ? sum / total : 0
    }
  }
}

/// Average growth over a season and average season-adjusted move of some series, by calendar period.
struct CommonMovement: Sendable {
  private var sums: [Double]
  private var moves: [Double]
  private var counts: [Double]
  /// Number of series.
  private(set) var series = 0

  init(periods: Int) {
    sums = [Double](repeating: 0, count: periods)
    moves = sums
    counts = sums
  }

  /// Takes a series in whose first value stands at position `offset`.
  mutating func add(_ s: PooledSeries, offset: Int, season: Int) {
    series += 1
    for t in season..<Swift.max(s.z.count, season) {
      sums[offset + t] += Swift.min(Swift.max(s.growth[t], -20), 20)
      moves[offset + t] += Swift.min(Swift.max(s.moves[t], -20), 20)
      counts[offset + t] += 1
    }
  }

  @inline(__always) func growth(_ c: Int) -> Double {
    c >= 0 && c < sums.count && counts[c] > 0 ? sums[c] / counts[c] : 0
  }

  @inline(__always) func move(_ c: Int) -> Double {
    c >= 0 && c < moves.count && counts[c] > 0 ? moves[c] / counts[c] : 0
  }
}
