/// How grave a shortage is, in the national colours; `none` is no alert at all.
public enum AlertLevel: String, CaseIterable, Sendable, Codable, Comparable {
  /// No alert.
  case none
  /// 蓝色: worth watching, or a key firm's data are missing.
  case blue
  /// 黄色.
  case yellow
  /// 橙色.
  case orange
  /// 红色: the gravest.
  case red

  /// 0 for `none` to 4 for `red`.
  public var severity: Int {
    switch self {
    case .none: 0
    case .blue: 1
    case .yellow: 2
    case .orange: 3
    case .red: 4
    }
  }

  /// The levels of alerts, the gravest first.
  public static let alerts: [AlertLevel] = [.red, .orange, .yellow, .blue]

  /// Order by gravity.
  public static func < (a: Self, b: Self) -> Bool { a.severity < b.severity }
}

/// What a level is judged from: one node of the forecast at the horizon of the lists.
public struct LevelEvidence: Hashable, Sendable {
  /// P(unfilled openings > threshold) at the horizon, 0…1.
  public var exceedance: Double
  /// Unfilled openings now, persons.
  public var openings: Double
  /// Forecast P50 at the horizon, persons.
  public var forecast: Double
  /// Employed persons; `nil` where unknown.
  public var employed: Double?
  /// Codes of what is known about the quality of the node's data.
  public var quality: [String]

  /// Evidence from its parts.
  public init(
    exceedance: Double, openings: Double, forecast: Double, employed: Double?, quality: [String] = []
  ) {
    self.exceedance = exceedance
    self.openings = openings
    self.forecast = forecast
    self.employed = employed
    self.quality = quality
  }

  /// The gap that counts for the level: the larger of now and the forecast, persons.
  public var gap: Double { max(openings, forecast) }
  /// gap / (employed + gap), the form of Eurostat's job vacancy rate, 0…1; `nil` where the employed are unknown or nobody is sought.
  public var rate: Double? { LevelEvidence.rate(gap: gap, employed: employed) }

  /// gap / (employed + gap); `nil` where the employed are unknown or the sum is 0.
  public static func rate(gap: Double, employed: Double?) -> Double? {
    guard let employed, employed + gap > 0 else { return nil }
    return gap / (employed + gap)
  }
}

/// The thresholds of the levels. No national standard of shortage levels exists: a bureau sets its own in `alerts.yaml`.
public struct LevelRules: Hashable, Sendable {
  /// One level's conditions: the exceedance, and the rate or the gap.
  public struct Step: Hashable, Sendable {
    /// The level.
    public var level: AlertLevel
    /// Least P(exceed), 0…1.
    public var exceedance: Double
    /// Least shortage rate, 0…1; with `gap` absent as well, the exceedance alone decides.
    public var rate: Double?
    /// Least gap in persons.
    public var gap: Double?

    /// A step from its conditions.
    public init(level: AlertLevel, exceedance: Double, rate: Double? = nil, gap: Double? = nil) {
      self.level = level
      self.exceedance = exceedance
      self.rate = rate
      self.gap = gap
    }
  }

  /// The steps; the gravest that holds decides, whatever their order.
  public var steps: [Step]
  /// A rate counts only from a gap of this many persons: two openings beside eight employed are no 20 % shortage of an occupation.
  public var rateNeedsGap: Double
  /// Quality codes that give at least blue (a key firm's data are missing).
  public var blueQuality: Set<String>

  /// Rules from their parts.
  public init(steps: [Step], rateNeedsGap: Double, blueQuality: Set<String>) {
    self.steps = steps
    self.rateNeedsGap = rateNeedsGap
    self.blueQuality = blueQuality
  }

  /// Red 0.8 and (15 % or 500), orange 0.6 and (10 % or 300), yellow 0.4 and (5 % or 100), blue 0.2 or a key firm's data missing.
  public static let standard = LevelRules(
    steps: [
      Step(level: .red, exceedance: 0.8, rate: 0.15, gap: 500),
      Step(level: .orange, exceedance: 0.6, rate: 0.10, gap: 300),
      Step(level: .yellow, exceedance: 0.4, rate: 0.05, gap: 100),
      Step(level: .blue, exceedance: 0.2),
    ], rateNeedsGap: 0, blueQuality: ["key_firm_missing"])

  /// The level that the evidence alone asks for, without memory of earlier nights. Complexity: O(steps).
  public func level(_ evidence: LevelEvidence) -> AlertLevel {
    var level = blueQuality.isDisjoint(with: evidence.quality) ? AlertLevel.none : .blue
    for step in steps where step.level > level && holds(step, evidence) { level = step.level }
    return level
  }

  private func holds(_ step: Step, _ evidence: LevelEvidence) -> Bool {
    guard evidence.gap > 0, evidence.exceedance >= step.exceedance else { return false }
    if step.rate == nil && step.gap == nil { return true }
    if let least = step.gap, evidence.gap >= least { return true }
    guard let least = step.rate, let rate = evidence.rate, evidence.gap >= rateNeedsGap else { return false }
    return rate >= least
  }
}
