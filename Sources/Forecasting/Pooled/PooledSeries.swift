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
  /// Number of its group.
  let group: Int
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
  init(z: [Double], calendar: Int, group: Int = 0, season m: Int, longLag: Int, first: Int = 0) {
    self.z = z
    self.group = group
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
