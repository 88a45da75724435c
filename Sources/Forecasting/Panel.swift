/// A monthly (or any equally spaced) series of a panel.
public struct Series: Sendable, Equatable {
  /// The key of the series, unique in its panel.
  public var id: String
  /// The ordinal of the first value's period; for months `year * 12 + month - 1`.
  public var start: Int
  /// One value a period, `nan` where the source has none.
  public var values: [Double]
  /// An optional group (industry, region …) whose common movement the pooled model may use.
  public var group: String?

  /// Makes a series.
  public init(id: String, start: Int, values: [Double], group: String? = nil) {
    self.id = id
    self.start = start
    self.values = values
    self.group = group
  }

  /// The ordinal of the period after the last value.
  public var end: Int { start + values.count }
}

/// Series that are forecast together; the pooled model learns from all of them.
public struct Panel: Sendable {
  /// The series, in the order in which results are given.
  public var series: [Series]

  /// Makes a panel.
  public init(series: [Series]) {
    self.series = series
  }
}

/// A series made ready for models: known part only, gaps filled, infinite values dropped.
struct PreparedSeries: Sendable {
  /// Index in the panel.
  var index: Int
  /// Ordinal of the first kept period.
  var start: Int
  /// The values without any gap.
  var values: [Double]
  /// Number of values that were filled in.
  var filled: Int

  /// Trims leading and trailing gaps and fills the inner ones.
  ///
  /// An inner gap takes the value one season earlier moved by the change of level between both ends of the gap where that value
  /// is known, else the straight line between the gap's neighbours. Never extrapolates.
  init(index: Int, series: Series, season: Int) {
    self.index = index
    let raw = series.values
    let known = raw.indices.filter { raw[$0].isFinite && Swift.abs(raw[$0]) < 1e150 }
    guard let first = known.first, let last = known.last else {
      start = series.start
      values = []
      filled = 0
      return
    }
    start = series.start + first
    filled = last - first + 1 - known.count
    if filled == 0 {
      values = first == 0 && last == raw.count - 1 ? raw : Array(raw[first...last])
      return
    }
    var out = Array(raw[first...last])
    var previous = 0
    for k in known.dropFirst() {
      let here = k - first
      let span = here - previous
      if span > 1 {
        let a = out[previous]
        let b = out[here]
        for j in 1..<span {
          let share = Double(j) / Double(span)
          let t = previous + j
          var value = a + (b - a) * share
          if season > 1, previous >= season {
            let seasonal = out[t - season]
            let base = out[previous - season] + (out[here - season] - out[previous - season]) * share
            value += seasonal - base
            if a >= 0, b >= 0 { value = Swift.max(value, 0) }
          }
          out[t] = value
        }
      }
      previous = here
    }
    values = out
  }

  /// The ordinal of the period after the last known value.
  var end: Int { start + values.count }
}
