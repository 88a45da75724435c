import Assistance
import LabourMarket
import Postgres

/// What is known of the measures on a night.
struct NightMeasures {
  /// What is left of them and what was learned of them.
  var outlook: MeasureOutlook
  /// The fairs planned and held before.
  var fairs = FairHistory()
}

/// Reads what is left of the measures this year and what was learned of their effects.
struct MeasureReader {
  let session: Session
  let settings: AlertSettings
  let night: CalendarDay

  /// What is known of the measures on the night, of what was reported by then and of cases closed by then.
  func read() throws -> NightMeasures {
    let levers = session.profile.reference.levers
    var measures = NightMeasures(outlook: MeasureOutlook(rules: settings.measures, levers: []))
    guard !levers.isEmpty else { return measures }
    let progress = try self.progress()
    let first = Month(year: night.month.year, month: 1)
    measures.fairs = try fairs(progress, since: first)
    let window = (night.month - settings.evidenceMonths + 1)...night.month
    let cases = try closed(from: min(first.firstDay, window.lowerBound.firstDay))
    var capacities: [String: MeasureCapacity] = [:]
    var reported: [String: Double] = [:]
    for lever in levers {
      let counts = progress[indicator(lever)] ?? []
      func growth(_ months: ClosedRange<Month>) -> Double { counts.reduce(0) { $0 + $1.growth(months) } }
      // Two sources of one number: the larger, never the sum.
      let hired = cases.filter { $0.day >= first.firstDay && $0.item.measure == lever.code }
      let used = growth(first...night.month)
      var capacity = MeasureCapacity(
        lever, year: night.month.year, usedBefore: growth(Month(year: 1, month: 1)...(first - 1)), used: used)
      capacity.used =
        capacity.unit == .sessions
        ? max(used, Double(hired.count)) : max(used, hired.reduce(0) { $0 + $1.item.hired })
      if lever.code == settings.fairs.measure {
        let held = measures.fairs.held(night)
        capacity.used = max(capacity.used, Double(held.reported + held.planned))
      }
      capacities[lever.code] = capacity
      if !counts.isEmpty, bringsPersons(lever, capacity) { reported[lever.code] = growth(window) }
    }
    measures.outlook = MeasureOutlook(
      rules: settings.measures, levers: levers,
      cases: cases.filter { $0.day >= window.lowerBound.firstDay }.map(\.item), reported: reported,
      capacities: capacities)
    return measures
  }

  /// The sessions that earlier nights planned, and those that are reported.
  private func fairs(_ progress: [String: [RunningCount]], since first: Month) throws -> FairHistory {
    let rules = settings.fairs.rules
    var history = FairHistory()
    let lever = session.profile.reference.levers.first { $0.code == settings.fairs.measure }
    for count in lever.flatMap({ progress[indicator($0)] }) ?? [] {
      history.reported += count.growth(first...night.month)
      history.reportedUntil = [history.reportedUntil, count.lastMonth].compactMap { $0 }.max()
    }
    let rows = try session.connection.query(
      session.queries["assistance/fair_sessions"],
      [
        .text(session.profile.city), .date(min(first.firstDay, night - rules.recentDays).ordinal),
        .date((night + rules.noticeDays - 1).ordinal), .date(night.ordinal),
      ])
    history.sessions = try rows.map { row in
      FairSession(
        day: CalendarDay(ordinal: try row.date(0)),
        theme: FairTheme(chain: try row.string(2), region: try row.string(3)), venue: try row.string(1),
        expected: try row.double(4), exceedance: try row.double(5), value: try row.double(6),
        repetition: try row.double(7), balance: try row.double(8), turn: try row.int(9))
    }
    return history
  }

  /// The indicator that counts a measure's use.
  private func indicator(_ lever: Lever) -> String { settings.measureIndicators[lever.code] ?? lever.code }

  /// Whether what is reported of a measure counts people brought to work; those that are trained are not yet.
  private func bringsPersons(_ lever: Lever, _ capacity: MeasureCapacity) -> Bool {
    (settings.measures.kinds[lever.code] ?? .training) != .training && capacity.unit != .sessions
  }

  /// The counts of each indicator: the city's own where it reports them, else those of its regions.
  private func progress() throws -> [String: [RunningCount]] {
    var reports: [String: [String: [(month: Month, value: Double)]]] = [:]
    for row in try session.connection.query(
      session.queries["assistance/reported_progress"],
      [.text(session.profile.city), .text(session.clock.local.description)])
    {
      reports[try row.string(0), default: [:]][try row.string(1), default: []].append(
        (CalendarDay(ordinal: try row.date(2)).month, try row.double(3)))
    }
    let starts = session.profile.reference.targets.reduce(into: [String: Month]()) { starts, target in
      starts[target.indicator] = min(starts[target.indicator] ?? target.periodStart, target.periodStart)
    }
    return reports.reduce(into: [:]) { out, entry in
      let own = entry.value[session.profile.region.rawValue].map { [$0] }
      let parts = own ?? entry.value.sorted { $0.key < $1.key }.map(\.value)
      out[entry.key] = parts.map { RunningCount($0, since: starts[entry.key]) }
    }
  }

  private func closed(from first: CalendarDay) throws -> [(item: ClosedCase, day: CalendarDay)] {
    try session.connection.query(
      session.queries["assistance/closed_cases"],
      [.text(session.profile.city), .date(first.ordinal), .date(night.ordinal)]
    ).map { row in
      (
        ClosedCase(
          measure: try row.optionalString(0), hired: try row.double(1), gap: try row.optionalDouble(2)),
        CalendarDay(ordinal: try row.date(3))
      )
    }
  }
}
