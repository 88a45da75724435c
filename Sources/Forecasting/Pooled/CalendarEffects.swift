/// What a calendar says of each period: numbers such as the share of a month that lies before a moving festival, or its working days.
///
/// Values are centred by position in the season over the whole table (Findley et al. 1998 for moving holidays), so that they say only
/// what the season does not, and divided by their mean absolute size. Periods outside the table count as usual: 0.
public struct CalendarEffects: Sendable, Equatable {
  /// Names of the effects.
  public let names: [String]
  /// The ordinal of the first period of the table.
  public let start: Int
  /// Centred and scaled values: for each period one value an effect, row-major.
  private let values: [Double]

  /// Makes effects from raw numbers.
  ///
  /// - Parameters:
  ///   - rows: for each period from `start` on one number an effect; `nan` where the source has none.
  ///   - season: periods in a season, by whose positions values are centred.
  public init(names: [String], start: Int, rows: [[Double]], season: Int) {
    self.names = names
    self.start = start
    let m = Swift.max(season, 1)
    var out = [Double](repeating: 0, count: rows.count * names.count)
    for e in names.indices {
      var sums = [Double](repeating: 0, count: m)
      var counts = sums
      for (t, row) in rows.enumerated() where row[e].isFinite {
        sums[t % m] += row[e]
        counts[t % m] += 1
      }
      var size = 0.0
      var known = 0.0
      for (t, row) in rows.enumerated() where row[e].isFinite {
        out[t * names.count + e] = row[e] - sums[t % m] / counts[t % m]
        size += Swift.abs(out[t * names.count + e])
        known += 1
      }
      guard size > 1e-12 * known, known > 0 else { continue }
      for t in rows.indices { out[t * names.count + e] *= known / size }
    }
    values = out
  }

  /// An effect's centred value in a period, 0 outside the table.
  @inline(__always)
  func value(_ effect: Int, at ordinal: Int) -> Double {
    let k = (ordinal - start) * names.count + effect
    return ordinal >= start && k < values.count ? values[k] : 0
  }
}
