import LabourMarket

/// Why a figure is what it is: persons added to (or taken from) today's stock by each cause; together they make the mean.
public enum Driver: String, CaseIterable, Sendable, Codable {
  /// Unfilled openings of the as-of month.
  case carriedOver = "carried_over"
  /// New posts by expansion, as the season and the plans say.
  case planned
  /// New posts that replace leavers.
  case replacement
  /// Posts that machines take (negative).
  case automation
  /// Posts filled (negative).
  case fills
  /// Change of the fills by scheduled supply above last year's.
  case supply
  /// Postings withdrawn or run out (negative).
  case lapses
  /// Correction by the statistical forecast and by the newest errors.
  case statistical
}

/// One node and one month of a forecast. Quantities are persons.
public struct ForecastValue: Sendable, Hashable {
  /// Months ahead, from 1.
  public var horizon: Int
  /// Expected unfilled openings at the month's end, a multiple of 0.001, so that sums are exact in print.
  public var mean: Double
  /// Quantiles.
  public var p10, p50, p90: Double
  /// P(unfilled > threshold).
  public var pExceed: Double
  /// Persons by driver, in the order of ``Driver/allCases``.
  public var drivers: [Double]
}

/// A node with its forecast and what is known of it.
public struct NodeForecast: Sendable, Hashable {
  /// The node.
  public var node: ForecastNode
  /// Gap above which the node counts as short.
  public var threshold: Double
  /// Months 1…H.
  public var values: [ForecastValue]
  /// Unfilled openings at the end of the as-of month, the month before and the year before.
  public var openings: Double
  public var openingsPreviousMonth, openingsPreviousYear: Double?
  /// Employed persons and reachable job-seekers, where known.
  public var employed, seekers: Double?
  /// Share of enterprises that answered the newest wave; share of employed persons with figures of their own.
  public var response, coverage: Double?
  /// Quality codes, ascending.
  public var quality: [String]
  /// Observed openings from ``CityPanel/start`` on.
  public var history: [Double]
}

/// A forecast of one city as of one month.
public struct ShortfallForecast: Sendable, Hashable {
  /// Last month that was used.
  public var asOf: Month
  /// First month of the history.
  public var start: Month
  /// Months ahead.
  public var horizon: Int
  /// The nodes in the order of ``CityPanel/nodes(trees:)``.
  public var nodes: [NodeForecast]
  /// Name of the model and what it used.
  public var model: String
  /// Codes that hold for the whole forecast: `short_history`, `survivors_only`, `no_plans`, `no_unemployment`, `no_headcount`.
  public var quality: [String]
  /// What was learned, for the analyst: name and value.
  public var learned: [(name: String, value: Double)] {
    get { zip(learnedNames, learnedValues).map { ($0, $1) } }
    set {
      learnedNames = newValue.map(\.name)
      learnedValues = newValue.map(\.value)
    }
  }
  private var learnedNames: [String] = []
  private var learnedValues: [Double] = []

  init(
    asOf: Month, start: Month, horizon: Int, nodes: [NodeForecast], model: String, quality: [String],
    learned: [(name: String, value: Double)]
  ) {
    self.asOf = asOf
    self.start = start
    self.horizon = horizon
    self.nodes = nodes
    self.model = model
    self.quality = quality
    self.learned = learned
  }
}
