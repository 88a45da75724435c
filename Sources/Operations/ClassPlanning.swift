import Assistance
import LabourMarket
import Postgres

/// The gaps of occupations in regions over time, from which those that last are told.
struct OccupationGaps {
  var gaps: [GapHistory] = []
  /// The longest history and forecast of any of them, in months.
  var past: Int { gaps.map(\.past.count).max() ?? 0 }
  var ahead: Int { gaps.map(\.ahead.count).max() ?? 0 }
}

extension ReportReader {
  /// Reads them for a forecast.
  func occupationGaps(_ run: ReportData.ForecastRunData) throws -> OccupationGaps {
    struct Key: Hashable { var region: String, occupation: String }
    let city = Value.text(session.profile.city)
    var past: [Key: [Double]] = [:]
    var ahead: [Key: [Double]] = [:]
    var arrivals: [Key: [Month: Double]] = [:]
    var order: [Key] = []
    try session.connection.forEachRow(session.queries["reporting/occupation_history"], [city, .int(run.runID)]) { row in
      let key = Key(region: try row.string(0), occupation: try row.string(1))
      if past[key] == nil { order.append(key) }
      past[key, default: []].append(try row.double(2))
    }
    guard !order.isEmpty else { return OccupationGaps() }
    try session.connection.forEachRow(session.queries["reporting/occupation_forecast"], [city, .int(run.runID)]) {
      row in
      ahead[Key(region: try row.string(0), occupation: try row.string(1)), default: []].append(try row.double(2))
    }
    let until = Value.text(run.knownUntil.description)
    try session.connection.forEachRow(session.queries["shortfall/arrivals"], [city, until]) { row in
      guard let region = try row.optionalString(0), let occupation = try row.optionalString(1) else { return }
      let month = CalendarDay(ordinal: try row.date(2)).month
      arrivals[Key(region: region, occupation: occupation), default: [:]][month] = try row.double(3)
    }
    let groups = Dictionary(
      session.profile.reference.occupations.map { ($0.code.rawValue, $0.group) }, uniquingKeysWith: { a, _ in a })
    return OccupationGaps(
      gaps: order.compactMap { key in
        groups[key.occupation].map { group in
          GapHistory(
            region: key.region, occupation: OccupationCode(rawValue: key.occupation), group: group,
            past: past[key] ?? [], ahead: ahead[key] ?? [], arrivals: arrivals[key] ?? [:])
        }
      })
  }
}

/// The classes proposed on a night.
struct ClassOutcome {
  var proposals: [ClassProposal]
  /// Whether there is history and forecast enough to tell which gaps last.
  var isJudged: Bool
}

extension ReportBuilder {
  /// The plan; `nil` where the profile has no measure that opens classes.
  static func classes(
    _ profile: Profile, _ rules: ClassRules, _ data: ReportData, _ outlook: MeasureOutlook, night: CalendarDay
  ) -> ClassOutcome? {
    let measures = rules.measures.compactMap { code in
      profile.reference.levers.first { $0.code == code }.map { lever in
        ClassPlan.Measure(
          code: lever.code, groups: lever.groups, leadTimeMonths: lever.leadTimeMonths,
          left: outlook.states[code]?.capacity.left.map { Int($0.rounded(.down)) })
      }
    }
    guard !measures.isEmpty else { return nil }
    let plan = ClassPlan(rules: rules, measures: measures, night: night.month, asOf: data.run.asOf)
    return ClassOutcome(
      proposals: plan.proposals(data.occupationGaps.gaps),
      isJudged: data.occupationGaps.past >= rules.pastMonths && data.occupationGaps.ahead >= rules.monthsAhead)
  }
}
