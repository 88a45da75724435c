import Glibc

/// What the pooled regression knows at an origin, for one horizon. All values are on the scale of ``PooledScale``.
///
/// The same movement in the last three years and its exponentially weighted average over up to eight; growth over a year, now and
/// lagged; recent one-period moves with the usual move of that season taken out; and the panel's common growth and moves.
struct PooledFeatures: Sendable {
  /// Number of features, the constant included.
  static let count = 20
  /// Position of the averaged movement of former years, which the regression is shrunk towards.
  static let seasonalMovement = 3
  /// Names, in order, for explanations.
  static let names = [
    "movement a year ago", "movement two years ago", "movement three years ago", "average movement", "yearly growth",
    "growth change 1", "growth change 2", "growth change 3", "growth change 6", "growth change season", "move 0",
    "move 1",
    "move 2", "common growth", "common growth change 1", "common growth change 3", "common move 0", "common move 1",
    "common move 2", "constant",
  ]
  /// Weight of each older year in the averages.
  static let yearWeight = 0.7
  /// Largest number of years in the averages.
  static let years = 8
  /// Features and targets beyond this many yearly changes are cut.
  static let limit = 100.0

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

  /// Growth over a season and season-adjusted moves of a scaled series; 0 where unknown.
  func prepare(_ z: UnsafeBufferPointer<Double>, growth: inout [Double], moves: inout [Double]) {
    let n = z.count
    growth.removeAll(keepingCapacity: true)
    moves.removeAll(keepingCapacity: true)
    for t in 0..<n {
      growth.append(t >= season ? cut(z[t] - z[t - season]) : 0)
      var move = 0.0
      if t > season {
        var sum = 0.0
        var total = 0.0
        var weight = 1.0
        var u = t - season
        var year = 0
        while u >= 1, year < PooledFeatures.years {
          sum += weight * (z[u] - z[u - 1])
          total += weight
          weight *= PooledFeatures.yearWeight
          u -= season
          year += 1
        }
        move = cut(z[t] - z[t - 1] - sum / total)
      }
      moves.append(move)
    }
  }

  @inline(__always) private func cut(_ x: Double) -> Double {
    Swift.min(Swift.max(x, -PooledFeatures.limit), PooledFeatures.limit)
  }

  /// Writes the features at origin `t` into `out`; `t` must be at least ``firstOrigin(_:)``.
  @inline(__always)
  func write(
    _ z: UnsafePointer<Double>, growth: UnsafePointer<Double>, moves: UnsafePointer<Double>, origin t: Int,
    horizon h: Int,
    calendar: Int, into out: UnsafeMutablePointer<Double>
  ) {
    var back = seasonsBack(h) * season
    var sum = 0.0
    var total = 0.0
    var weight = 1.0
    var year = 0
    while back <= t, year < PooledFeatures.years {
      let movement = cut(z[t + h - back] - z[t - back])
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
    let g = growth[t]
    out[4] = g
    out[5] = t >= season + 1 ? g - growth[t - 1] : 0
    out[6] = t >= season + 2 ? g - growth[t - 2] : 0
    out[7] = t >= season + 3 ? g - growth[t - 3] : 0
    out[8] = t >= season + 6 ? g - growth[t - 6] : 0
    out[9] = t >= season + longLag ? g - growth[t - longLag] : 0
    out[10] = moves[t]
    out[11] = t >= 1 ? moves[t - 1] : 0
    out[12] = t >= 2 ? moves[t - 2] : 0
    let c = calendar + t - calendarStart
    out[13] = common(commonGrowth, c)
    out[14] = out[13] - common(commonGrowth, c - 1)
    out[15] = out[13] - common(commonGrowth, c - 3)
    out[16] = common(commonMove, c)
    out[17] = common(commonMove, c - 1)
    out[18] = common(commonMove, c - 2)
    out[19] = 1
  }

  @inline(__always) private func common(_ values: [Double], _ c: Int) -> Double {
    c >= 0 && c < values.count ? values[c] : 0
  }
}
