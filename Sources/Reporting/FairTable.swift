import Assistance
import LabourMarket

/// How the fairs of a year stand towards their target.
public struct FairProgress: Hashable, Sendable {
  /// The year, and the sessions that it must have at least.
  public var year: Int, target: Int
  /// Sessions reported as held; sessions planned for days that are over and not reported yet; sessions planned for
  /// the days to come.
  public var reported: Int, assumed: Int, planned: Int
  /// Sessions that are neither held nor planned yet, and days of fairs after those planned.
  public var missing: Int, daysLeft: Int
  /// Years that are planned and whose holidays the calendar does not know.
  public var unknownYears: [Int]
  /// Mean of the themes' best values, in points: what balance is a share of.
  public var meanValue: Double

  /// Progress from its parts.
  public init(
    year: Int, target: Int, reported: Int, assumed: Int, planned: Int, missing: Int, daysLeft: Int,
    unknownYears: [Int], meanValue: Double
  ) {
    self.year = year
    self.target = target
    self.reported = reported
    self.assumed = assumed
    self.planned = planned
    self.missing = missing
    self.daysLeft = daysLeft
    self.unknownYears = unknownYears
    self.meanValue = meanValue
  }

  /// Sessions that each day after those planned must have; `nil` where no day is left.
  public var pace: Double? { daysLeft > 0 ? Double(missing) / Double(daysLeft) : nil }
}

/// A session of a fair as the sheet shows it. Names are in the language of the list.
public struct FairRow: Hashable, Sendable {
  /// The session.
  public var session: FairSession
  /// Names of venue, region and chain.
  public var venue: String, region: String, chain: String
  /// Codes and names of the main occupations, the largest shortage first.
  public var occupationCodes: [String], occupations: [String]
  /// Openings to be filled now.
  public var openings: Double
  /// Enterprises to call: name, expected shortage, whom to call.
  public var enterprises: [Enterprise]

  /// An enterprise to call.
  public struct Enterprise: Hashable, Sendable {
    /// Its name, credit code and expected shortage, and whom to call.
    public var name: String, creditCode: String, expected: Double, call: String?

    /// An enterprise from its parts.
    public init(name: String, creditCode: String, expected: Double, call: String?) {
      self.name = name
      self.creditCode = creditCode
      self.expected = expected
      self.call = call
    }

    /// `name 12 (Li, 0527-…)`.
    func text(_ strings: StringTable) -> String {
      let text = strings("plan.enterprise", name, String(whole(expected)))
      return call.map { strings("measure.with", text, $0) } ?? text
    }
  }

  /// A row from its parts.
  public init(
    session: FairSession, venue: String, region: String, chain: String, occupationCodes: [String],
    occupations: [String], openings: Double, enterprises: [Enterprise]
  ) {
    self.session = session
    self.venue = venue
    self.region = region
    self.chain = chain
    self.occupationCodes = occupationCodes
    self.occupations = occupations
    self.openings = openings
    self.enterprises = enterprises
  }
}

/// Forms the sheet of the next Saturdays' fairs.
public struct FairTable: Sendable {
  let rows: [FairRow]
  let weekends: [FairWeekend]
  let progress: FairProgress
  let rules: FairRules
  let strings: StringTable

  /// A former of the sheet; `weekends` are those planned.
  public init(
    rows: [FairRow], weekends: [FairWeekend], progress: FairProgress, rules: FairRules, strings: StringTable
  ) {
    self.rows = rows
    self.weekends = weekends
    self.progress = progress
    self.rules = rules
    self.strings = strings
  }

  /// The sheet.
  public var sheet: PlanSheet {
    func title(_ key: String) -> String { strings("column.fair.\(key)") }
    let columns = [
      TableColumn(title("day"), width: 11, .center), TableColumn(title("weekday"), width: 6, .center),
      TableColumn(title("venue"), width: 22), TableColumn(title("region"), width: 16),
      TableColumn(title("chain"), width: 13), TableColumn(title("occupations"), width: 30),
      TableColumn(title("openings"), width: 8, .right), TableColumn(title("expected"), width: 8, .right),
      TableColumn(title("exceedance"), width: 8, .right), TableColumn(title("enterprises"), width: 46),
      TableColumn(title("value"), width: 8, .right), TableColumn(title("repetition"), width: 8, .right),
      TableColumn(title("balance"), width: 8, .right), TableColumn(title("score"), width: 8, .right),
      TableColumn(title("state"), width: 8, .center), TableColumn(title("reason"), width: 26),
    ]
    return PlanSheet(
      name: strings("plan.fairs"), lines: [standing] + calendar,
      table: ListTable(columns: columns, rows: rows.map(cells), totalLabel: "", labelColumn: 0), notes: notes,
      empty: strings("fairs.empty"), frozen: 1)
  }

  private func cells(_ row: FairRow) -> [TableCell] {
    let session = row.session
    return [
      .day(session.day), .text(strings("weekday.\(session.day.weekday)")), .text(row.venue), .text(row.region),
      .text(row.chain), .text(row.occupations.joined(separator: strings("list.separator"))),
      .count(whole(row.openings)), .count(whole(session.expected)), .probability(session.exceedance),
      .text(row.enterprises.map { $0.text(strings) }.joined(separator: strings("list.separator"))),
      .decimal(session.value), .decimal(session.repetition), .decimal(session.balance),
      .decimal(session.score), .text(strings(session.isFixed ? "fairs.fixed" : "fairs.new")),
      .text(reason(session)),
    ]
  }

  private func reason(_ session: FairSession) -> String {
    let text = strings(
      "fairs.reason", String(whole(session.expected)), TableText.probability(session.exceedance),
      String(rules.recentDays / 7), String(session.turn))
    // Nothing speaks for it but the year's number of sessions.
    return session.score > 0.05 ? text : text + strings("list.separator") + strings("fairs.quota")
  }

  private var standing: String {
    let held = strings(
      "fairs.progress", String(progress.year), TableText.grouped(progress.target),
      TableText.grouped(progress.reported + progress.assumed), TableText.grouped(progress.reported),
      TableText.grouped(progress.assumed), TableText.grouped(progress.planned), TableText.grouped(progress.missing))
    guard progress.missing > 0 else { return held + strings("fairs.reached") }
    guard let pace = progress.pace else { return held + strings("fairs.late") }
    return held + strings("fairs.pace", String(progress.daysLeft), TableText.decimal(pace))
  }

  /// Saturdays that holidays move or take away.
  private var calendar: [String] {
    let changes = weekends.compactMap { weekend -> String? in
      guard let day = weekend.day else { return strings("fairs.skipped", weekend.saturday.description) }
      return day == weekend.saturday ? nil : strings("fairs.moved", weekend.saturday.description, day.description)
    }
    let unknown = progress.unknownYears.map { strings("fairs.unknown", String($0)) }
    let lines = changes + unknown
    return lines.isEmpty ? [] : [lines.joined(separator: strings("list.separator"))]
  }

  private var notes: [String] {
    let percent = { (share: Double) in TableText.percent(share, decimals: 0) }
    return [
      strings(
        "fairs.note", percent(rules.waiting), percent(rules.online), percent(rules.repetition), percent(rules.balance)),
      strings(
        "fairs.rule", String(rules.noticeDays), String(rules.recentDays / 7), String(whole(rules.leastGap)),
        TableText.decimal(progress.meanValue)),
    ]
  }
}
