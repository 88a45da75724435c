import Assistance
import LabourMarket

/// What was observed and what is expected of one node over time.
public struct Trend: Hashable, Sendable {
  /// The node's name.
  public var name: String
  /// The chain's code; `nil` for the sum of the list.
  public var chain: ChainCode?
  /// Observed unfilled openings by month, the oldest first.
  public var history: [(month: Month, openings: Double)]
  /// The months ahead.
  public var forecast: [ForecastPoint]
  /// Employed persons and openings now; `nil` where unknown.
  public var employed: Double?, openings: Double?
  /// The node's own level, what stands in the columns that officers fill in, and the number of its row.
  public var level: AlertLevel, entry: OfficerEntry, ticket: AlertTicket?
  /// Codes of what is known about the data.
  public var quality: [String]

  /// A trend from its parts.
  public init(
    name: String, chain: ChainCode?, history: [(month: Month, openings: Double)], forecast: [ForecastPoint],
    employed: Double? = nil, openings: Double? = nil, level: AlertLevel = .none, entry: OfficerEntry = OfficerEntry(),
    ticket: AlertTicket? = nil, quality: [String] = []
  ) {
    self.quality = quality
    self.name = name
    self.chain = chain
    self.history = history
    self.forecast = forecast
    self.employed = employed
    self.openings = openings
    self.level = level
    self.entry = entry
    self.ticket = ticket
  }

  /// openings / (employed + openings); `nil` where one is unknown, or the employed are so few that the rate would tell their number.
  public var rate: Double? {
    guard let employed, let openings, whole(employed) >= 5 else { return nil }
    return LevelEvidence.rate(gap: openings, employed: employed)
  }

  /// Equality of all parts.
  public static func == (a: Self, b: Self) -> Bool {
    a.name == b.name && a.chain == b.chain && a.forecast == b.forecast && a.employed == b.employed
      && a.openings == b.openings && a.level == b.level && a.entry == b.entry && a.ticket == b.ticket
      && a.quality == b.quality
      && a.history.elementsEqual(b.history, by: { $0.month == $1.month && $0.openings == $1.openings })
  }
  /// Hashes what distinguishes trends.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(chain)
    hasher.combine(forecast)
  }
}
