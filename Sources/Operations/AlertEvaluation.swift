import Assistance
import Foundation
import LabourMarket
import Postgres

/// An alert as the database holds it.
struct StoredAlert {
  var subject: AlertSubject
  var team: String
  var state: AlertState
  var officer: String?
  /// What officers said of it last: the measure that runs or helped, persons hired, and their word.
  var measure: String?, hired: Int?, note: String?
}

/// One night of all alerts: reads them, steps each, and writes what changed.
struct AlertEvaluation {
  let session: Session
  let settings: AlertSettings
  let run: Run
  let night: CalendarDay

  /// What the night made of the alerts.
  struct Outcome {
    /// The newest alert of every fingerprint.
    var alerts: [String: StoredAlert]
    /// Messages about the feeds that are stale.
    var staleFeeds: [String]
    /// Whether shortage alerts stood still.
    var isInhibited: Bool
    /// Number of changes.
    var events: Int
  }

  private struct Change: Encodable {
    var fingerprint: String, openedOn: String, event: String, level: String, reason: String

    private enum CodingKeys: String, CodingKey {
      case fingerprint, event, level, reason
      case openedOn = "opened_on"
    }
  }

  private struct Record: Encodable {
    var fingerprint: String, openedOn: String, kind: String, chain: String, region: String, occupation: String
    var team: String, level: String, status: String, calmPeriods: Int, calmLevel: String, evaluatedFor: String
    var closedOn: String?

    private enum CodingKeys: String, CodingKey {
      case fingerprint, kind, chain, region, occupation, team, level, status
      case openedOn = "opened_on"
      case calmPeriods = "calm_periods"
      case calmLevel = "calm_level"
      case evaluatedFor = "evaluated_for"
      case closedOn = "closed_on"
    }
  }

  /// Evaluates the alerts of a night; must run inside a transaction.
  /// - Parameter writes: whether the alerts remember it; a look back only shows what its forecast would make of them.
  func evaluate(_ data: ReportData, writes: Bool) throws -> Outcome {
    var alerts = try Self.newest(session)
    var changes: [Change] = []
    var touched: [String] = []
    let stale = data.findings.filter { settings.dataKinds.contains($0.kind) }
    func step(_ subject: AlertSubject, _ team: String, _ observed: AlertLevel, _ reason: (AlertEventKind) -> String) {
      let fingerprint = subject.fingerprint
      let known = alerts[fingerprint]
      // A night that is written again after later ones leaves alone what those opened.
      if let known, known.state.openedOn > night { return }
      let step = settings.life.step(known?.state, observed: observed, night: night)
      guard let state = step.state, state != known?.state else { return }
      let isNew = known?.state.openedOn != state.openedOn
      var stored = StoredAlert(subject: subject, team: team, state: state)
      if let known, !isNew {
        stored = known
        stored.state = state
      }
      alerts[fingerprint] = stored
      touched.append(fingerprint)
      if let event = step.event {
        changes.append(
          Change(
            fingerprint: fingerprint, openedOn: state.openedOn.description, event: event.rawValue,
            level: state.level.rawValue, reason: reason(event)))
      }
    }
    for feed in Feed.allCases {
      let findings = stale.filter { $0.feed == feed.rawValue }
      step(.data(feed), session.profile.region.rawValue, findings.isEmpty ? .none : settings.dataLevel) { _ in
        findings.isEmpty ? "the feed is complete again" : findings.map(\.message).joined(separator: " ")
      }
    }
    let isInhibited = stale.contains { settings.inhibitingFeeds.contains($0.feed) }
    if !isInhibited {
      for (subject, node) in subjects(data) {
        let evidence = node.evidence(horizon: settings.horizon)
        let team = node.cell.region?.rawValue ?? session.profile.region.rawValue
        step(subject, team, settings.rules.level(evidence)) { Self.reason($0, evidence, settings.rules) }
      }
    }
    if writes { try write(alerts, touched: touched, changes: changes) }
    return Outcome(
      alerts: alerts.filter { $0.value.state.openedOn <= night }, staleFeeds: stale.map(\.message),
      isInhibited: isInhibited, events: changes.count)
  }

  /// The nodes that have alerts: chains in the city, chains in their regions, and cells; each node once. Where nothing is known of chains in
  /// regions, the regions have them.
  private func subjects(_ data: ReportData) -> [(AlertSubject, ReportData.NodeData)] {
    var seen: Set<Cell> = []
    var out: [(AlertSubject, ReportData.NodeData)] = []
    let reference = session.profile.reference
    let levels = [
      data.leafChains(reference), data.isCrossed ? [] : data.leafRegions(reference), data.nodes[.chainRegion] ?? [],
      data.nodes[.cell] ?? [],
    ]
    for nodes in levels {
      for node in nodes where seen.insert(node.cell).inserted {
        out.append((.shortage(node.cell), node))
      }
    }
    return out
  }

  /// Rate and openings together tell the number of employed persons, so that the rate of fewer than five is not told.
  static func reason(_ event: AlertEventKind, _ evidence: LevelEvidence, _ rules: LevelRules) -> String {
    func round(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }
    let isTold = (evidence.employed ?? 0).rounded() >= 5
    let rate = (isTold ? evidence.rate : nil).map { ", rate \(round($0 * 100, 10)) %" } ?? ""
    let codes = evidence.quality.filter(rules.blueQuality.contains)
    let quality = codes.isEmpty ? "" : ", \(codes.joined(separator: ", "))"
    let figures =
      "P(exceed) \(round(evidence.exceedance, 100)), openings \(Int(evidence.openings.rounded())), forecast \(Int(evidence.forecast.rounded()))\(rate)\(quality)"
    switch event {
    case .lowered, .lapsed: return "calm: \(figures)"
    default: return figures
    }
  }

  /// The newest alert of every node and feed, by fingerprint.
  static func newest(_ session: Session) throws -> [String: StoredAlert] {
    var alerts: [String: StoredAlert] = [:]
    for row in try session.connection.query(
      session.queries["assistance/newest_alerts"], [.text(session.profile.city)])
    {
      let fingerprint = try row.string("fingerprint")
      let isData = try row.string("kind") == "data"
      let feed = Feed(rawValue: String(fingerprint.dropFirst("data:".count)))
      let cell = ReportReader.cell(
        try row.string("chain"), try row.string("region"), try row.string("occupation"))
      guard !isData || feed != nil, let level = AlertLevel(rawValue: try row.string("level")),
        let status = AlertStatus(rawValue: try row.string("status")),
        let calm = AlertLevel(rawValue: try row.string("calm_level"))
      else { continue }
      alerts[fingerprint] = StoredAlert(
        subject: feed.map { isData ? .data($0) : .shortage(cell) } ?? .shortage(cell), team: try row.string("team"),
        state: AlertState(
          openedOn: CalendarDay(ordinal: try row.date("opened_on")), level: level, status: status,
          calmPeriods: try row.int("calm_periods"), calmLevel: calm,
          evaluatedFor: CalendarDay(ordinal: try row.date("evaluated_for")),
          closedOn: try row.optionalDate("closed_on").map { CalendarDay(ordinal: $0) }),
        officer: try row.optionalString("officer"), measure: try row.optionalString("measure"),
        hired: try row.optionalInt("hired"), note: try row.optionalString("note"))
    }
    return alerts
  }

  private func write(_ alerts: [String: StoredAlert], touched: [String], changes: [Change]) throws {
    guard !touched.isEmpty else { return }
    let records = touched.compactMap { fingerprint -> Record? in
      guard let alert = alerts[fingerprint] else { return nil }
      var cell = Cell()
      var kind = "data"
      if case .shortage(let node) = alert.subject {
        cell = node
        kind = "shortage"
      }
      return Record(
        fingerprint: fingerprint, openedOn: alert.state.openedOn.description, kind: kind,
        chain: cell.chain?.rawValue ?? "", region: cell.region?.rawValue ?? "",
        occupation: cell.occupation?.rawValue ?? "", team: alert.team, level: alert.state.level.rawValue,
        status: alert.state.status.rawValue, calmPeriods: alert.state.calmPeriods,
        calmLevel: alert.state.calmLevel.rawValue, evaluatedFor: alert.state.evaluatedFor.description,
        closedOn: alert.state.closedOn?.description)
    }
    let city = Value.text(session.profile.city)
    try session.connection.execute(
      session.queries["assistance/put_alerts"], [city, .int(Int(run.id.value)), .json(try Self.json(records))])
    try session.connection.execute(
      session.queries["assistance/put_events"],
      [
        city, .int(Int(run.id.value)), .double(Double(session.clock.unixSeconds)), "nightly",
        .json(try Self.json(changes)),
      ])
  }

  private static func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }
}
