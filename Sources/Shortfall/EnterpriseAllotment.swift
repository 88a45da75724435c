import LabourMarket

/// Allots a cell's expected shortfall to its enterprises, so that an officer knows whom to call first.
///
/// An enterprise's weight is a half of its own openings plus its monthly recruiting: the mean of last year's postings and, where it
/// answered the survey, a quarter of it its plans. Openings count that much because who fills slowly goes on filling slowly. Parts of a cell
/// add up to the cell's mean.
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

  /// Weight of today's openings, months of recruiting a person; and of plans in the recruiting of who answered.
  private static let openingsWeight = 0.5
  private static let planWeight = 0.25

  /// Allots the means `months` months ahead (or the last month, if nearer).
  public init(_ parts: [Part], forecast: ShortfallForecast, months: Int) {
    let h = max(min(months, forecast.horizon), 1)
    var means: [Cell: Double] = [:]
    for entry in forecast.nodes where entry.node.level == .cell { means[entry.node.key] = entry.values[h - 1].mean }
    let weights = parts.map { part -> Double in
      let past = part.sought / 12
      let flow = part.planned.map { (1 - Self.planWeight) * past + Self.planWeight * $0 / Double(h) } ?? past
      return Self.openingsWeight * part.openings + flow + 1e-6
    }
    var totals: [Cell: Double] = [:]
    for (part, weight) in zip(parts, weights) { totals[part.cell, default: 0] += weight }
    expected = zip(parts, weights).map { part, weight in
      guard let mean = means[part.cell], let total = totals[part.cell], total > 0 else { return 0 }
      return mean * weight / total
    }
  }
}
