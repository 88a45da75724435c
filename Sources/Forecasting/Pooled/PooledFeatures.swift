import Glibc

/// What the pooled regression knows at an origin, for one horizon. All values are on the scale of ``PooledScale``.
///
/// - The same movement in the last three years and its exponentially weighted average over up to eight.
/// - Growth over a season: now, lagged, against its averages.
/// - Recent one-period moves with the usual move of that season taken out.
/// - How far the value stands from its average over a season, against what is usual now and at the target; and how far the
///   season-adjusted value stands from its own exponential averages, which tells noise from movement.
/// - The panel's common growth and moves.
struct PooledFeatures: Sendable {
  /// Number of features, the constant included.
  static let count = 26
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
  var commonGrowth: [Double] = []
  var commonMove: [Double] = []
  var calendarStart = 0

  init(season: Int) {
    self.season = Swift.max(season, 1)
    longLag = self.season > 6 ? self.season : 12
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
    _ s: borrowing PooledView, origin t: Int, horizon h: Int, calendar: Int, into out: UnsafeMutablePointer<Double>
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
    let growth = common(commonGrowth, c)
    out[19] = growth
    out[20] = growth - common(commonGrowth, c - 1)
    out[21] = growth - common(commonGrowth, c - 3)
    out[22] = common(commonMove, c)
    out[23] = common(commonMove, c - 1)
    out[24] = common(commonMove, c - 2)
    out[25] = 1
  }

  @inline(__always) private func common(_ values: [Double], _ c: Int) -> Double {
    c >= 0 && c < values.count ? values[c] : 0
  }
}

/// Pointers into a prepared series.
struct PooledView: ~Copyable {
  let z: UnsafePointer<Double>
  let usual: UnsafePointer<Double>
  let position: UnsafePointer<Double>
  let fixed: UnsafePointer<Double>
  let count: Int
}

/// A scaled series with everything computed once that its features need.
struct PooledSeries: Sendable {
  /// Scaled values.
  let z: [Double]
  /// Ordinal of the first value.
  let calendar: Int
  /// Growth over a season, 0 where unknown.
  private(set) var growth: [Double]
  /// Season-adjusted one-period moves, 0 where unknown.
  private(set) var moves: [Double]
  /// Distance from the average over the last season.
  private var position: [Double]
  /// Weighted average of that distance now and at whole seasons before.
  private var usual: [Double]
  /// Features that do not depend on the horizon, row-major.
  private var fixed: [Double]

  /// - Parameter first: features of earlier origins are not needed.
  init(z: [Double], calendar: Int, season m: Int, longLag: Int, first: Int = 0) {
    self.z = z
    self.calendar = calendar
    let n = z.count
    growth = [Double](repeating: 0, count: n)
    moves = growth
    position = growth
    usual = growth
    fixed = [Double](repeating: 0, count: n * PooledFeatures.fixed)
    setGrowthAndMoves(m)
    setPositions(m)
    setFixed(m, longLag, first: first)
  }

  /// Calls `body` with pointers into the series.
  @inline(__always)
  func withView<R>(_ body: (borrowing PooledView) -> R) -> R? {
    z.withUnsafeBufferPointer { z in
      usual.withUnsafeBufferPointer { usual in
        position.withUnsafeBufferPointer { position in
          fixed.withUnsafeBufferPointer { fixed in
            guard let z0 = z.baseAddress, let u0 = usual.baseAddress, let p0 = position.baseAddress,
              let f0 = fixed.baseAddress
            else { return nil }
            return body(PooledView(z: z0, usual: u0, position: p0, fixed: f0, count: z.count))
          }
        }
      }
    }
  }

  private mutating func setGrowthAndMoves(_ m: Int) {
    for t in m..<Swift.max(z.count, m) {
      growth[t] = PooledFeatures.cut(z[t] - z[t - m])
      guard t > m else { continue }
      var sum = 0.0
      var total = 0.0
      var weight = 1.0
      var u = t - m
      var year = 0
      while u >= 1, year < PooledFeatures.years {
        sum += weight * (z[u] - z[u - 1])
        total += weight
        weight *= PooledFeatures.yearWeight
        u -= m
        year += 1
      }
      moves[t] = PooledFeatures.cut(z[t] - z[t - 1] - sum / total)
    }
  }

  private mutating func setPositions(_ m: Int) {
    var running = 0.0
    for t in z.indices {
      running += z[t] - (t >= m ? z[t - m] : 0)
      guard t >= m - 1 else { continue }
      position[t] = PooledFeatures.cut(z[t] - running / Double(m))
      var sum = 0.0
      var total = 0.0
      var weight = 1.0
      var u = t
      var year = 0
      while u >= m - 1, year < PooledFeatures.years {
        sum += weight * position[u]
        total += weight
        weight *= PooledFeatures.yearWeight
        u -= m
        year += 1
      }
      usual[t] = sum / total
    }
  }

  private mutating func setFixed(_ m: Int, _ longLag: Int, first: Int) {
    let n = z.count
    var fast = SlowAverage(memory: 0.5)
    var slow = SlowAverage(memory: 0.85)
    let from = 2 * m - 1
    for t in m..<Swift.max(n, m) {
      let known = t >= from
      let adjusted = z[t] - (known ? usual[t - m] : 0)
      if known {
        fast.add(adjusted)
        slow.add(adjusted)
      }
      guard t >= first else { continue }
      let g = growth[t]
      let row = t * PooledFeatures.fixed
      fixed[row] = g
      fixed[row + 1] = t >= m + 1 ? g - growth[t - 1] : 0
      fixed[row + 2] = t >= m + 2 ? g - growth[t - 2] : 0
      fixed[row + 3] = t >= m + 3 ? g - growth[t - 3] : 0
      fixed[row + 4] = t >= m + 6 ? g - growth[t - 6] : 0
      fixed[row + 5] = t >= m + longLag ? g - growth[t - longLag] : 0
      fixed[row + 6] = moves[t]
      fixed[row + 7] = moves[t - 1]
      fixed[row + 8] = t >= 2 ? moves[t - 2] : 0
      fixed[row + 9] = known ? position[t] - usual[t - m] : 0
      fixed[row + 10] = t >= m + 5 ? g - average(t, 6) : 0
      fixed[row + 11] = t >= m + longLag - 1 ? average(t, longLag) : 0
      fixed[row + 12] = known ? PooledFeatures.cut(adjusted - fast.value) : 0
      fixed[row + 13] = known ? PooledFeatures.cut(adjusted - slow.value) : 0
    }
  }

  /// Average growth over the last `count` periods.
  private func average(_ t: Int, _ count: Int) -> Double {
    var sum = 0.0
    for u in (t - count + 1)...t { sum += growth[u] }
    return sum / Double(count)
  }
}

/// An exponential average that starts without bias.
struct SlowAverage {
  let memory: Double
  private var sum = 0.0
  private var weight = 0.0

  init(memory: Double) { self.memory = memory }

  mutating func add(_ x: Double) {
    sum = sum * memory + x
    weight = weight * memory + 1
  }

  var value: Double { weight > 0 ? sum / weight : 0 }
}
