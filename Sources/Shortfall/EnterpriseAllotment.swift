import LabourMarket

/// Allots a cell's expected shortfall to its enterprises, so that an officer knows whom to call first.
///
/// An enterprise's weight is what should be left of its own openings, plus its monthly recruiting: the mean of last year's postings and, where
/// it answered the survey, its plans. Parts of a cell add up to the cell's mean.
public struct EnterpriseAllotment: Sendable {
  /// What is known of an enterprise in a cell.
  public struct Part: Sendable, Hashable {
    /// The cell.
    public var cell: Cell
    /// Unfilled openings now; persons sought in the last twelve months.
    public var openings, sought: Double
    /// Persons planned over the months ahead; `nil`: no answer.
    public var planned: Double?
    /// A part from its values.
    public init(cell: Cell, openings: Double, sought: Double, planned: Double?) {
      self.cell = cell
      self.openings = openings
      self.sought = sought
      self.planned = planned
    }
  }

  /// Expected shortfall of every part, persons, in the order given.
  public let expected: [Double]

  /// Share of today's openings that stays open a month, for the weights only: half are filled and some lapse.
  private static let monthlyStay = 0.45

  /// Allots the means `months` months ahead (or the last month, if nearer).
  public init(_ parts: [Part], forecast: ShortfallForecast, months: Int) {
    let h = max(min(months, forecast.horizon), 1)
    var means: [Cell: Double] = [:]
    for entry in forecast.nodes where entry.node.level == .cell { means[entry.node.key] = entry.values[h - 1].mean }
    var stay = 1.0
    for _ in 0..<h { stay *= Self.monthlyStay }
    let weights = parts.map { part -> Double in
      let past = part.sought / 12
      let flow = part.planned.map { 0.5 * past + 0.5 * $0 / Double(h) } ?? past
      return stay * part.openings + flow + 1e-6
    }
    var totals: [Cell: Double] = [:]
    for (part, weight) in zip(parts, weights) { totals[part.cell, default: 0] += weight }
    expected = zip(parts, weights).map { part, weight in
      guard let mean = means[part.cell], let total = totals[part.cell], total > 0 else { return 0 }
      return mean * weight / total
    }
  }
}
