import Assistance
import Ingestion

/// What `alerts.yaml` says of measures and of the plans made of them.
extension AlertSettings {
  mutating func readMeasures(_ yaml: YAMLDocument) throws {
    try yaml.allow(
      "kinds", "weights", "most", "structural_share", "sharing", "prior_weight", "closure",
      "indicators", "evidence_months")
    if let sharing = try yaml["sharing"] {
      try sharing.allow("other_region", "other_chain", "entries")
      otherRegionCost = try sharing["other_region"].map { try $0.whole(in: 0...1000) } ?? otherRegionCost
      otherChainCost = try sharing["other_chain"].map { try $0.whole(in: 0...1000) } ?? otherChainCost
      sharingEntries = try sharing["entries"].map { try $0.whole(in: 0...5000) } ?? sharingEntries
    }
    if let kinds = try yaml["kinds"] {
      measures.kinds = [:]
      for code in try kinds.keys() { measures.kinds[code] = try kinds[code]?.choice() }
    }
    if let weights = try yaml["weights"] {
      for name in try weights.keys() {
        guard let kind = MeasureKind(rawValue: name) else {
          throw weights.fault("“\(name)” is no kind of measure: \(MeasureKind.allCases.map(\.rawValue)).")
        }
        measures.weights[kind] = try weights[name]?.double()
      }
    }
    measures.most = try yaml["most"].map { try $0.whole(in: 0...20) } ?? measures.most
    measures.structuralShare = try yaml["structural_share"]?.double() ?? measures.structuralShare
    measures.priorWeight =
      try yaml["prior_weight"].map { Double(try $0.whole(in: 1...1_000_000)) } ?? measures.priorWeight
    measures.closure = try yaml["closure"].map(Self.share) ?? measures.closure
    evidenceMonths = try yaml["evidence_months"].map { try $0.whole(in: 1...240) } ?? evidenceMonths
    if let indicators = try yaml["indicators"] {
      measureIndicators = [:]
      for code in try indicators.keys() { measureIndicators[code] = try indicators[code]?.string() }
    }
  }

  mutating func readClasses(_ yaml: YAMLDocument) throws {
    try yaml.allow(
      "measures", "class_size", "completion", "arrival", "past_months", "months_ahead", "least_gap")
    classes.measures = try yaml["measures"]?.strings() ?? classes.measures
    if let size = try yaml["class_size"] {
      let sizes = try size.items().map { try $0.whole(in: 1...500) }
      guard sizes.count == 2, sizes[0] <= sizes[1] else {
        throw size.fault("should be the least and the most seats of a class, such as [30, 50].")
      }
      (classes.smallest, classes.largest) = (sizes[0], sizes[1])
    }
    if let node = try yaml["completion"] {
      classes.completion = try Self.share(node)
      guard classes.completion >= 0.05 else { throw node.fault("should be 0.05 or more.") }
    }
    classes.arrival = try yaml["arrival"].map(Self.share) ?? classes.arrival
    classes.pastMonths =
      try yaml["past_months"].map { try $0.whole(in: 1...ForecastWriter.occupationMonths) } ?? classes.pastMonths
    classes.monthsAhead = try yaml["months_ahead"].map { try $0.whole(in: 1...24) } ?? classes.monthsAhead
    classes.leastGap = try yaml["least_gap"].map { try $0.whole(in: 1...10_000) } ?? classes.leastGap
  }
}

/// `fairs` of `alerts.yaml`: how Saturday fairs are planned and where they can be held.
public struct FairSettings: Sendable {
  /// A hall as the profile names it.
  struct Venue: Sendable {
    var id: String, regions: [String], sessions: Int
  }

  /// How sessions are chosen.
  public var rules = FairRules()
  /// The measure that fairs are, a code of `levers.csv`.
  public var measure = "job-fair"
  /// Whether the Sunday stands in for a Saturday on which no fair can be held.
  public var movesToSunday = true
  /// The halls; `nil` for one in each region.
  var venues: [Venue]?
  /// Sessions online on a day of fairs; enterprises that a row names.
  public var onlineSessions = 2, enterprises = 3

  mutating func read(_ yaml: YAMLDocument) throws {
    try yaml.allow(
      "measure", "sessions_a_year", "weeks", "notice_days", "recent_weeks", "move_to_sunday", "venues",
      "online_sessions", "enterprises", "least_gap", "score")
    measure = try yaml["measure"]?.string() ?? measure
    rules.target = try yaml["sessions_a_year"].map { try $0.whole(in: 0...10_000) } ?? rules.target
    rules.weeks = try yaml["weeks"].map { try $0.whole(in: 1...26) } ?? rules.weeks
    rules.noticeDays = try yaml["notice_days"].map { try $0.whole(in: 0...60) } ?? rules.noticeDays
    rules.recentDays = try yaml["recent_weeks"].map { try $0.whole(in: 0...52) * 7 } ?? rules.recentDays
    movesToSunday = try yaml["move_to_sunday"]?.bool() ?? movesToSunday
    venues = try yaml["venues"].map { try $0.items().map(Self.venue) } ?? venues
    onlineSessions = try yaml["online_sessions"].map { try $0.whole(in: 0...100) } ?? onlineSessions
    enterprises = try yaml["enterprises"].map { try $0.whole(in: 0...50) } ?? enterprises
    rules.leastGap = try yaml["least_gap"].map { Double(try $0.whole(in: 1...10_000)) } ?? rules.leastGap
    if let score = try yaml["score"] {
      try score.allow("waiting", "online", "repetition", "balance")
      rules.waiting = try score["waiting"].map(AlertSettings.share) ?? rules.waiting
      rules.online = try score["online"].map(AlertSettings.share) ?? rules.online
      rules.repetition = try score["repetition"].map(AlertSettings.share) ?? rules.repetition
      rules.balance = try score["balance"].map(AlertSettings.share) ?? rules.balance
    }
  }

  private static func venue(_ yaml: YAMLDocument) throws -> Venue {
    try yaml.allow("name", "regions", "sessions")
    return Venue(
      id: try yaml.required("name").string(), regions: try yaml.required("regions").strings(),
      sessions: try yaml["sessions"].map { try $0.whole(in: 0...100) } ?? 1)
  }
}
