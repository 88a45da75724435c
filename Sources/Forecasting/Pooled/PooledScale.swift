import Glibc

/// The scale on which the pooled model sees a series: logarithms (or plain values) divided by the mean absolute yearly change.
///
/// On this scale series of any size and unit look alike, which is what lets one regression serve them all.
public struct PooledScale: Sendable, Equatable {
  /// Whether logarithms are taken.
  public let logarithmic: Bool
  /// Added before the logarithm; above 0 only for series with zeros.
  public let offset: Double
  /// The mean absolute change over one season on the (log) values.
  public let unit: Double

  /// Finds the scale of a series; `nil` when it does not vary or is shorter than a season and one value.
  public init?(_ values: [Double], season: Int) {
    let m = Swift.max(season, 1)
    guard values.count > m, let lowest = values.min() else { return nil }
    var offset = 0.0
    if lowest == 0 { offset = 0.3 * Statistics.mean(values) }
    let logarithmic = lowest > 0 || (lowest == 0 && offset > 0)
    var sum = 0.0
    for t in m..<values.count {
      sum +=
        logarithmic
        ? Swift.abs(log((values[t] + offset) / (values[t - m] + offset))) : Swift.abs(values[t] - values[t - m])
    }
    let unit = sum / Double(values.count - m)
    guard unit.isFinite, unit > 0 else { return nil }
    let size = logarithmic ? 1 : Swift.max(Swift.abs(lowest), values.max().map { Swift.abs($0) } ?? 0)
    guard unit > 1e-12 * size else { return nil }
    self.logarithmic = logarithmic
    self.offset = offset
    self.unit = unit
  }

  /// The scaled value; values outside the logarithm's domain take its edge.
  public func scaled(_ value: Double) -> Double {
    logarithmic ? log(Swift.max(value + offset, 1e-9 * Swift.max(offset, 1e-300))) / unit : value / unit
  }

  /// The value of a scaled one; overflow is cut to the largest finite magnitude.
  public func restored(_ scaled: Double) -> Double {
    if logarithmic { return Swift.min(exp(Swift.min(scaled * unit, 700)) - offset, 1e300) }
    return Swift.min(Swift.max(scaled * unit, -1e300), 1e300)
  }
}
