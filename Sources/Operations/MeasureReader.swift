import Assistance
import LabourMarket
import Postgres

/// Reads what is left of the measures this year and what was learned of their effects.
struct MeasureReader {
  let session: Session
  let settings: AlertSettings
  let night: CalendarDay

  /// What is known of the measures on the night, of what was reported by then and of cases closed by then.
  func outlook() throws -> MeasureOutlook {
    let levers = session.profile.reference.levers
    guard !levers.isEmpty else { return MeasureOutlook(rules: settings.measures, levers: []) }
    let progress = try self.progress()
    let first = Month(year: night.month.year, month: 1)
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
      capacities[lever.code] = capacity
      if !counts.isEmpty, bringsPersons(lever, capacity) { reported[lever.code] = growth(window) }
    }
    return MeasureOutlook(
      rules: settings.measures, levers: levers,
      cases: cases.filter { $0.day >= window.lowerBound.firstDay }.map(\.item), reported: reported,
      capacities: capacities)
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
