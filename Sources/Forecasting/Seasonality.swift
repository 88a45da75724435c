import Glibc

/// The classical seasonal adjustment that Naive2 and the Theta models use.
///
/// Test and multiplicative decomposition follow the M3/M4 competitions (Assimakopoulos and Nikolopoulos 2000; Makridakis et al.
/// 2020): seasonal when the autocorrelation at the season's lag exceeds 1.645 standard errors.
public struct Seasonality: Sendable, Equatable {
  /// How the pattern enters.
  public enum Form: Sendable, Equatable {
    /// No pattern.
    case none
    /// Values are divided by the index.
    case multiplicative
    /// The index is subtracted.
    case additive
  }

  /// How the pattern enters.
  public let form: Form
  /// One index for every position of the season, counted from the first value of the series.
  public let indices: [Double]

  /// Tests the series and decomposes it when it is seasonal.
  ///
  /// - Parameters:
  ///   - additiveFallback: decompose additively where values are not all positive; otherwise such series count as not seasonal,
  ///     which is the rule of the competitions.
  ///   - shrunk: bring the indices towards no season by James and Stein's weight (Miller and Williams, "Shrinkage estimators of
  ///     time series seasonal factors and their effect on forecasting accuracy", IJF 19, 2003).
  public init(_ values: [Double], season: Int, additiveFallback: Bool = true, shrunk: Bool = false) {
    let positive = values.allSatisfy { $0 > 0 }
    guard season > 1, values.count >= 3 * season, positive || additiveFallback,
      Seasonality.isSeasonal(values, season: season)
    else {
      form = .none
      indices = [Double](repeating: 0, count: Swift.max(season, 1))
      return
    }
    form = positive ? .multiplicative : .additive
    indices = Seasonality.decompose(values, season: season, multiplicative: positive, shrunk: shrunk)
  }

  /// Whether the autocorrelation at the season's lag is significant at 90 %.
  public static func isSeasonal(_ values: [Double], season m: Int) -> Bool {
    let n = values.count
    guard n > m else { return false }
    let mean = Statistics.mean(values)
    var centred = values
    for t in 0..<n { centred[t] -= mean }
    var variance = 0.0
    for x in centred { variance += x * x }
    guard variance > 0 else { return false }
    var squares = 0.0
    var last = 0.0
    for lag in 1...m {
      var sum = 0.0
      for t in lag..<n { sum += centred[t] * centred[t - lag] }
      last = sum / variance
      if lag < m { squares += last * last }
    }
    return Swift.abs(last) > 1.645 * sqrt((1 + 2 * squares) / Double(n))
  }

  /// Seasonal indices by ratio (difference) to a centred moving average; they average 1 (0).
  static func decompose(
    _ values: [Double], season m: Int, multiplicative: Bool, shrunk: Bool = false
  ) -> [Double] {
    let n = values.count
    let half = m / 2
    var sums = [Double](repeating: 0, count: m)
    var counts = [Double](repeating: 0, count: m)
    var squares = 0.0
    let even = m % 2 == 0
    guard n > 2 * half else { return [Double](repeating: multiplicative ? 1 : 0, count: m) }
    for t in half..<(n - half) {
      var trend = 0.0
      if even {
        trend = 0.5 * (values[t - half] + values[t + half])
        for k in (t - half + 1)..<(t + half) { trend += values[k] }
      } else {
        for k in (t - half)...(t + half) { trend += values[k] }
      }
      trend /= Double(m)
      if multiplicative, !(trend > 0) { continue }
      let ratio = multiplicative ? values[t] / trend : values[t] - trend
      sums[t % m] += ratio
      squares += ratio * ratio
      counts[t % m] += 1
    }
    var indices = [Double](repeating: multiplicative ? 1 : 0, count: m)
    for j in 0..<m where counts[j] > 0 { indices[j] = sums[j] / counts[j] }
    if shrunk { shrink(&indices, counts: counts, squares: squares, to: multiplicative ? 1 : 0) }
    let average = Statistics.mean(indices)
    for j in 0..<m {
      if multiplicative {
        indices[j] = average > 0 ? Swift.max(indices[j] / average, 1e-6) : 1
      } else {
        indices[j] -= average
      }
    }
    return indices
  }

  /// Moves indices towards `centre` by the share of their variance that is chance.
  private static func shrink(_ indices: inout [Double], counts: [Double], squares: Double, to centre: Double) {
    let m = Double(indices.count)
    let total = counts.reduce(0, +)
    guard m > 3, total > m else { return }
    var explained = 0.0
    var spread = 0.0
    for (index, count) in zip(indices, counts) {
      explained += count * index * index
      spread += (index - centre) * (index - centre) / (m - 1)
    }
    let chance = Swift.max(squares - explained, 0) / (total - m) / (total / m)
    guard spread > 0 else { return }
    let weight = Swift.min((m - 3) / (m - 1) * chance / spread, 1)
    for j in indices.indices { indices[j] = weight * centre + (1 - weight) * indices[j] }
  }

  /// Takes the pattern out of a value at position `t`.
  public func adjust(_ value: Double, at t: Int) -> Double {
    switch form {
    case .none: value
    case .multiplicative: value / indices[t % indices.count]
    case .additive: value - indices[t % indices.count]
    }
  }

  /// Puts the pattern back.
  public func restore(_ value: Double, at t: Int) -> Double {
    switch form {
    case .none: value
    case .multiplicative: value * indices[t % indices.count]
    case .additive: value + indices[t % indices.count]
    }
  }

  /// The factor by which the pattern widens deviations at position `t`.
  func spread(at t: Int) -> Double {
    form == .multiplicative ? indices[t % indices.count] : 1
  }
}
