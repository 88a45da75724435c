import Assistance
import Foundation
import LabourMarket
import Postgres

/// What officers do with alerts from the command line: look at them, take them, say what they do and what came of it, ask for quiet.
///
/// Every change is an event with time, actor and reason, written in the same transaction as the change.
public struct AlertsOperations {
  let session: Session

  /// Operations in a session.
  public init(session: Session) { self.session = session }

  private var city: Value { .text(session.profile.city) }
  private func query(_ name: String) throws -> Query { try session.queries.query("assistance/\(name)") }

  /// An alert as a table shows it.
  struct Entry {
    var fingerprint: String, openedOn: CalendarDay, subject: AlertSubject?, team: String
    var level: AlertLevel, status: AlertStatus, officer: String?, evaluatedFor: CalendarDay
    var closedOn: CalendarDay?, measure: String?, hired: Int?
    var place: Place { Place(fingerprint: fingerprint, openedOn: openedOn, level: level) }
  }

  /// What an officer says with an action.
  public struct Statement: Sendable {
    /// Who speaks.
    public var officer: String
    /// Why, or what is done.
    public var reason: String
    /// The measure that helped, a code of `levers.csv`; only for an outcome.
    public var measure: String?
    /// Persons hired; only for an outcome.
    public var hired: Int?
    /// What the next night's lists print as the officer's word; `nil` leaves what they print.
    public var note: String?

    /// A statement from its parts.
    public init(officer: String, reason: String, measure: String? = nil, hired: Int? = nil, note: String? = nil) {
      self.note = note
      self.officer = officer
      self.reason = reason
      self.measure = measure
      self.hired = hired
    }
  }

  // MARK: Looking

  /// The live alerts as a table; those that a graver or equal alert above them covers are left out unless `all`.
  /// - Parameters:
  ///   - team: a region's code, name or alias; `nil` for all.
  ///   - all: covered and closed alerts too.
  public func list(team: String?, all: Bool) throws -> String {
    let code = try team.map(self.team)
    let rows = try session.connection.query(query("list_alerts"), [city, .optional(code) { .text($0) }, .bool(all)])
    let entries = try rows.map(entry)
    let live = Dictionary(
      entries.filter(\.status.isLive).map { ($0.fingerprint, $0) }, uniquingKeysWith: { older, newer in newer })
    let shown = all ? entries : entries.filter { !isCovered($0, by: live) }
    guard !shown.isEmpty else { return "No alerts.\n" }
    let names = try ReportNames(profile: session.profile, language: session.profile.language)
    let header = ["level", "status", "alert", "about", "officer", "opened", "evaluated"]
    let table =
      [header]
      + shown.map { entry in
        [
          entry.level.rawValue, entry.status.rawValue, entry.fingerprint, about(entry, names), entry.officer ?? "",
          entry.openedOn.description, entry.evaluatedFor.description,
        ]
      }
    let hidden = entries.count - shown.count
    return TextTable.render(table)
      + (hidden > 0 ? "\(hidden) more under graver alerts above them: --all shows them.\n" : "")
  }

  /// One alert with its story.
  public func show(_ fingerprint: String) throws -> String {
    let entry = try alert(fingerprint)
    let names = try ReportNames(profile: session.profile, language: session.profile.language)
    var out = "\(entry.fingerprint)  \(about(entry, names))\n"
    out +=
      "\(entry.level.rawValue), \(entry.status.rawValue), opened \(entry.openedOn), evaluated for \(entry.evaluatedFor)"
    out += entry.officer.map { ", officer \($0)" } ?? ""
    if let hired = entry.hired { out += ", hired \(hired)" + (entry.measure.map { " by \($0)" } ?? "") }
    out += "\n"
    let events = try session.connection.query(
      query("alert_events"), [city, .text(entry.fingerprint), .date(entry.openedOn.ordinal)])
    var table = [["when", "who", "what", "level", "why"]]
    for row in events {
      table.append([
        local(try row.timestamp("at")), try row.string("actor"), try row.string("event"), try row.string("level"),
        try row.string("reason"),
      ])
    }
    for row in try session.connection.query(query("silences"), [city, .double(Double(session.clock.unixSeconds))])
    where try row.string("fingerprint") == entry.fingerprint {
      out += "quiet until \(local(try row.timestamp("ends_at"))): \(try row.string("reason"))\n"
    }
    return out + TextTable.render(table)
  }

  // MARK: Acting

  /// Takes an alert a step further: claimed, acting or resolved.
  /// - Parameter fingerprint: the alert's name, or the number that its row bears on a list.
  /// - Returns: one line that says what is so now.
  /// - Throws: ``Failure`` (usage) where there is no such alert, or its status does not allow the step.
  public func apply(_ action: OfficerAction, to fingerprint: String, _ statement: Statement) throws -> String {
    try session.connection.transaction {
      let entry = try alert(fingerprint, locked: true)
      guard let status = action.applied(to: entry.status) else {
        throw Failure.usage(
          "The alert \(fingerprint) is \(entry.status.rawValue): it cannot be \(Self.participle(action)).",
          next: "`labourwatch alerts show \(fingerprint)` tells its story.")
      }
      if let measure = statement.measure,
        !session.profile.reference.levers.contains(where: { $0.code == measure })
      {
        let codes = session.profile.reference.levers.map(\.code).joined(separator: ", ")
        throw Failure.usage("“\(measure)” is no measure of this profile.", next: "Give one of: \(codes).")
      }
      var told = statement
      // Reasons stand in briefings: fewer than five persons are not told there.
      if let hired = OfficerEntry(hired: statement.hired).toldHired {
        told.reason += " (hired \(hired)\(statement.measure.map { ", \($0)" } ?? ""))"
      }
      try set(status, entry.place, told)
      return "\(entry.fingerprint) is \(status.rawValue) by \(statement.officer).\n"
    }
  }

  /// Asks for quiet about an alert until the end of a day: it stays on the lists and sends no messages.
  public func silence(_ fingerprint: String, until day: CalendarDay, _ statement: Statement) throws -> String {
    let clock = session.clock
    guard day >= clock.local.day else {
      throw Failure.usage("--until \(day) lies before the run's clock (\(clock.local.day)).", next: "Give a later day.")
    }
    return try session.connection.transaction {
      let entry = try alert(fingerprint, locked: true)
      try quiet(until: day, entry.place, statement)
      return "\(entry.fingerprint) is quiet until the end of \(day).\n"
    }
  }

  // MARK: Writing, inside a transaction that holds the alert

  /// Which alert is meant, and its level.
  struct Place {
    var fingerprint: String, openedOn: CalendarDay, level: AlertLevel
    /// The run that writes; `nil` for a command.
    var run: RunID?
  }

  /// Gives an alert a status, with an event.
  func set(_ status: AlertStatus, _ place: Place, _ statement: Statement) throws {
    let closed = status == .resolved ? session.clock.local.day : nil
    try session.connection.execute(
      query("set_status"),
      [
        city, .text(place.fingerprint), .date(place.openedOn.ordinal), .text(status.rawValue),
        .text(statement.officer), .optional(closed) { .date($0.ordinal) },
        .optional(statement.measure) { .text($0) }, .optional(statement.hired) { .int($0) },
        .optional(statement.note.map(OfficerListFile.normal)) { .text($0) },
      ])
    try event(place, status.rawValue, statement)
  }

  /// Asks for quiet until the end of a day, with an event.
  func quiet(until day: CalendarDay, _ place: Place, _ statement: Statement) throws {
    let clock = session.clock
    let end = LocalTimestamp(day: day + 1).seconds - clock.offset
    try session.connection.execute(
      query("put_silence"),
      [
        city, .int(Int(RunID.fresh().value)), .text(place.fingerprint), .double(Double(clock.unixSeconds)),
        .double(Double(end)), .text(statement.officer), .text(statement.reason),
      ])
    var told = statement
    told.reason = "until the end of \(day): \(statement.reason)"
    try event(place, AlertEventKind.silenced.rawValue, told)
  }

  /// Keeps an officer's word; the alert stays where it stands.
  /// - Parameter isPrinted: whether the next night's lists print it.
  func note(_ place: Place, _ statement: Statement, isPrinted: Bool) throws {
    if isPrinted, let note = statement.note {
      try session.connection.execute(
        query("set_note"), [city, .text(place.fingerprint), .date(place.openedOn.ordinal), .text(note)])
    }
    try event(place, AlertEventKind.noted.rawValue, statement)
  }

  private func event(_ place: Place, _ event: String, _ statement: Statement) throws {
    let record = [
      "fingerprint": place.fingerprint, "opened_on": place.openedOn.description, "event": event,
      "level": place.level.rawValue, "reason": statement.reason,
    ]
    try session.connection.execute(
      query("put_events"),
      [
        city, .optional(place.run) { .int(Int($0.value)) }, .double(Double(session.clock.unixSeconds)),
        .text(statement.officer), .json(String(decoding: try JSONEncoder().encode([record]), as: UTF8.self)),
      ])
  }

  // MARK: Parts

  private static func participle(_ action: OfficerAction) -> String {
    switch action {
    case .claim: "claimed"
    case .act: "acted on"
    case .resolve: "resolved"
    }
  }

  /// The newest alert of a fingerprint; `locked` holds it until the transaction ends.
  private func alert(_ name: String, locked: Bool = false) throws -> Entry {
    let fingerprint = AlertTicket.fingerprint(of: name)
    let rows = try session.connection.query(query(locked ? "lock_alert" : "alert"), [city, .text(fingerprint)])
    guard let row = rows.first else {
      throw Failure.usage(
        "There is no alert \(fingerprint) in \(session.profile.city).",
        next: "`labourwatch alerts list --all` shows all of them.")
    }
    return try entry(row)
  }

  private func entry(_ row: Row) throws -> Entry {
    let fingerprint = try row.string("fingerprint")
    let cell = ReportReader.cell(try row.string("chain"), try row.string("region"), try row.string("occupation"))
    let isData = try row.string("kind") == "data"
    let feed = Feed(rawValue: String(fingerprint.dropFirst("data:".count)))
    return Entry(
      fingerprint: fingerprint, openedOn: CalendarDay(ordinal: try row.date("opened_on")),
      subject: isData ? feed.map { .data($0) } : .shortage(cell), team: try row.string("team"),
      level: AlertLevel(rawValue: try row.string("level")) ?? .none,
      status: AlertStatus(rawValue: try row.string("status")) ?? .open, officer: try row.optionalString("officer"),
      evaluatedFor: CalendarDay(ordinal: try row.date("evaluated_for")),
      closedOn: try row.optionalDate("closed_on").map { CalendarDay(ordinal: $0) },
      measure: try row.optionalString("measure"), hired: try row.optionalInt("hired"))
  }

  /// Whether a live alert of the same team above this one is at least as grave. The city's alerts do not hide a team's case from its list.
  private func isCovered(_ entry: Entry, by live: [String: Entry]) -> Bool {
    (entry.subject?.above ?? []).contains { above in
      live[above.fingerprint].map { $0.team == entry.team && $0.level >= entry.level } ?? false
    }
  }

  private func about(_ entry: Entry, _ names: ReportNames) -> String {
    switch entry.subject {
    case .data(let feed)?: "feed \(feed.rawValue)"
    case .shortage(let cell)?:
      [
        names.chain(cell.chain?.rawValue ?? ""), names.region(cell.region?.rawValue ?? session.profile.region.rawValue),
        names.occupation(cell.occupation?.rawValue ?? ""),
      ].filter { !$0.isEmpty }.joined(separator: " · ")
    case nil: entry.fingerprint
    }
  }

  private func team(_ text: String) throws -> String {
    guard let code = session.profile.reference.regionSpellings[text] else {
      throw Failure.usage(
        "“\(text)” is no region of this profile.", next: "Give a code or a name of reference/regions.csv.")
    }
    return code.rawValue
  }

  private func local(_ micros: Int64) -> String {
    String(session.clock.text(ofMicroseconds: micros).prefix(16))
  }
}

/// Columns of text for a terminal; Chinese characters are two columns wide.
enum TextTable {
  /// The rows with their columns below one another; the first row is the header.
  /// - Parameter numbers: columns whose cells stand on the right.
  static func render(_ rows: [[String]], numbers: Set<Int> = []) -> String {
    guard let count = rows.first?.count else { return "" }
    let widths = (0..<count).map { column in rows.map { width($0[column]) }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (index, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[index] - width(cell))
        if numbers.contains(index) {
          line += space + cell + "  "
        } else {
          line += index == count - 1 ? cell : cell + space + "  "
        }
      }
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }

  private static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 2 : 1) }
  }
}
