import Assistance
import LabourMarket
import Reporting

/// What was planned and held before, as far as a plan of fairs must know it.
struct FairHistory {
  /// Sessions of this year and of the recent days, by day: past ones, and those that are too near to be changed.
  var sessions: [FairSession] = []
  /// Sessions of this year that are reported as held, and the last month of which is reported.
  var reported = 0.0, reportedUntil: Month?

  /// Sessions of this year that count as held on a night: what is reported, and what was planned for the days after.
  func held(_ night: CalendarDay) -> (reported: Int, planned: Int) {
    let first = max(Month(year: night.month.year, month: 1), reportedUntil.map { $0 + 1 } ?? Month(ordinal: 0))
    let planned = sessions.count { $0.day >= first.firstDay && $0.day < night }
    return (Int(reported.rounded()), planned)
  }
}

/// The plan of the next Saturdays' fairs and how it stands towards the year's target.
struct FairOutcome {
  /// Fixed and new sessions, by day.
  var sessions: [FairSession]
  /// The weekends planned.
  var weekends: [FairWeekend]
  var progress: FairProgress
}

/// Forms the problem of the fairs from the night's data.
struct FairPlanning {
  let profile: Profile
  let settings: AlertSettings
  let data: ReportData
  let night: CalendarDay
  /// Holidays and worked weekends.
  let quiet: QuietDays
  let history: FairHistory

  private var rules: FairRules { settings.fairs.rules }

  /// The plan; `nil` where the profile has no fairs among its measures.
  /// - Throws: ``Failure`` (usage) where a venue names a region that the profile does not know.
  func plan() throws -> FairOutcome? {
    guard profile.reference.levers.contains(where: { $0.code == settings.fairs.measure }) else { return nil }
    let calendar = FairCalendar(quiet, moves: settings.fairs.movesToSunday)
    let open = night + rules.noticeDays
    let year = night.month.year
    let last = Month(year: year, month: 12).lastDay
    let weekends = calendar.weekends(night...(night + 7 * rules.weeks - 1))
    let fixed = history.sessions.filter { $0.day >= night && $0.day < open }.map { session -> FairSession in
      var session = session
      session.isFixed = true
      return session
    }
    let held = history.held(night)
    let done = held.reported + held.planned + fixed.count { $0.day <= last }
    let quotas = quotas(calendar, open: open, done: done, weekends: weekends)
    let recent = history.sessions.filter { $0.day > night - rules.recentDays }
    let plan = FairPlan(
      rules: rules, venues: try venues(), needs: needs, night: night, asOf: data.run.asOf, recent: recent,
      days: quotas)
    let new = plan.sessions()
    let planned = new.count { $0.day <= last }
    let rest = calendar.weekends((night + 7 * rules.weeks)...max(night + 7 * rules.weeks, last))
    let unknown = Set([night.month.year, (night + 7 * rules.weeks).month.year]).filter { !calendar.knows($0) }
    return FairOutcome(
      sessions: fixed + new, weekends: weekends,
      progress: FairProgress(
        year: year, target: rules.target, reported: held.reported, assumed: held.planned,
        planned: planned + fixed.count { $0.day <= last }, missing: max(0, rules.target - done - planned),
        daysLeft: rest.count { $0.day.map { $0 <= last } ?? false }, unknownYears: unknown.sorted(),
        meanValue: plan.meanValue))
  }

  /// The days that can still be planned, each with the sessions that it must have so that its year reaches the target.
  private func quotas(
    _ calendar: FairCalendar, open: CalendarDay, done: Int, weekends: [FairWeekend]
  ) -> [(day: CalendarDay, quota: Int)] {
    let planned = weekends.compactMap(\.day).filter { $0 >= open }
    return [night.month.year, night.month.year + 1].flatMap { year -> [(day: CalendarDay, quota: Int)] in
      let (first, last) = (Month(year: year, month: 1).firstDay, Month(year: year, month: 12).lastDay)
      let days = calendar.weekends((first - 1)...last).compactMap(\.day).filter { $0 >= max(first, open) && $0 <= last }
      let left = max(0, rules.target - (year == night.month.year ? done : 0))
      return zip(days, FairPlan.quotas(left, days: days.count)).filter { planned.contains($0.0) }.map { ($0, $1) }
    }
  }

  /// The venues of the profile, or a hall in each region; and the online stage.
  private func venues() throws -> [FairVenue] {
    let spellings = profile.reference.regionSpellings
    let halls =
      try settings.fairs.venues?.map { venue in
        let regions = try venue.regions.map { text in
          guard let code = spellings[text]?.rawValue else {
            throw Failure.usage(
              "\(profile.folder)/alerts.yaml: fairs: venue “\(venue.id)”: “\(text)” is no region of this profile.",
              next: "Give codes or names of reference/regions.csv.")
          }
          return code
        }
        return FairVenue(id: venue.id, regions: regions, sessions: venue.sessions)
      }
      ?? profile.teams.filter { $0.code != profile.region }.map {
        FairVenue(id: $0.code.rawValue, regions: [$0.code.rawValue], sessions: 1)
      }
    return halls + [FairVenue(id: "online", regions: [], sessions: settings.fairs.onlineSessions)]
  }

  /// The chains in their regions, then online the chains in the city.
  private var needs: [FairNeed] {
    func need(_ node: ReportData.NodeData, _ region: String) -> FairNeed? {
      node.cell.chain.map { chain in
        FairNeed(
          theme: FairTheme(chain: chain.rawValue, region: region), openings: node.openings,
          forecast: node.forecast.map(\.p50), exceedance: node.exceedances)
      }
    }
    return (data.nodes[.chainRegion] ?? []).compactMap { node in
      node.cell.region.flatMap { need(node, $0.rawValue) }
    } + data.leafChains(profile.reference).compactMap { need($0, "") }
  }
}
