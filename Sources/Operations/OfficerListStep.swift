import Assistance
import Foundation
import Ingestion
import LabourMarket
import Postgres
import Reporting
import Tabular

/// The step of an ingest that takes the lists which officers filled in and dropped into the inbox: works the alerts as `labourwatch alerts` does.
///
/// A workbook is taken in one transaction with its row of the ledger. Each row is exactly one of unchanged (as the list printed it, or known),
/// updated (the alert took a step, quiet or a word), late (what the same officer said before a step that was taken since: kept as a note) or
/// rejected (in quarantine under the feed `alerts`). A row that is taken closes the rejected ones about the same alert.
struct OfficerListStep {
  /// The name under which these workbooks stand in ledger, summary and quarantine.
  static let feed = "alerts"

  let session: Session
  let headings: OfficerHeadings
  let lists: [InboxFile]

  /// Takes the workbooks, in the order of their names.
  /// - Parameter strangers: files that no feed wants: lists among them whose sheets bear other names are taken too.
  /// - Returns: the names of those strangers that were such lists.
  func run(
    _ run: Run, strangers: [InboxFile], force: Bool, number: inout Int, _ feeds: inout [FeedSummary],
    _ findings: inout Findings
  ) throws -> Set<String> {
    let found = strangers.filter {
      $0.name.lowercased().hasSuffix(".xlsx") && headings.isList($0.path, anySheet: true)
    }
    let files = (lists + found).sorted { $0.name < $1.name }
    guard !files.isEmpty else { return [] }
    let reader = try OfficerRowReader(profile: session.profile)
    let settings = try AlertSettings(profile: session.profile.folder)
    let strings = try StringTable(language: session.profile.language.rawValue, folder: session.resources.templates)
    let sentences = OfficerSentences(profile: session.profile, strings: strings)
    var summary = FeedSummary(feed: Self.feed)
    for file in files {
      number += 1
      let intake = OfficerListIntake(
        session: session, run: run, settings: settings, reader: reader, sentences: sentences,
        measures: try ReportNames(profile: session.profile, language: session.profile.language).measures)
      let result = try intake.take(file, headings: headings, number: number, force: force)
      try run.heartbeat()
      summary.add(result)
      tell(result, &findings)
    }
    feeds.append(summary)
    return Set(found.map(\.name))
  }

  private func tell(_ result: FileResult, _ findings: inout Findings) {
    let counts = result.counts
    switch result.status {
    case .refused:
      findings.add(feed: Self.feed, kind: "officer_list", "\(result.name) refused: \(result.message ?? "")")
      session.console.warning("\(result.name) refused: \(result.message ?? "")")
    case .known: session.console.info("\(result.name) is known", ["rows": "\(counts.read)"])
    case .taken, .replayed:
      let text =
        "\(result.name): \(counts.updated) alerts worked, \(counts.unchanged) rows unchanged, \(counts.late) overtaken, \(counts.rejected) in quarantine"
      findings.add(feed: Self.feed, kind: "officer_list", text)
      session.console.info(text)
    }
  }
}

/// Takes one workbook.
struct OfficerListIntake {
  let session: Session
  let run: Run
  let settings: AlertSettings
  let reader: OfficerRowReader
  let sentences: OfficerSentences
  /// The measures' names in the profile's language, by code.
  let measures: [String: String]

  private var city: Value { .text(session.profile.city) }
  private func query(_ name: String) throws -> Query { try session.queries.query("assistance/\(name)") }

  /// Takes a workbook, unless it was taken before under the same measures.
  /// - Throws: `PostgresError` when the database fails: then nothing of it is stored.
  func take(_ file: InboxFile, headings: OfficerHeadings, number: Int, force: Bool) throws -> FileResult {
    let start = Date()
    let context = session.ingestContext(run: run.id.value)
    let name = PersonNumbers.masked(file.name)
    guard let stamp = FileStamp(path: file.path), let sha = FileStamp.sha256(path: file.path) else {
      return FileResult(
        name: name, sha256: "", bytes: 0, status: .refused, message: "it cannot be read: check who may read it.")
    }
    var result = FileResult(name: name, sha256: sha, bytes: stamp.size, status: .taken)
    result.form = FileForm(type: FileFormat.FileType.xlsx.rawValue, charset: Charset.utf8.rawValue)
    return try session.connection.transaction {
      if !force, let known = try context.knownCounts(OfficerListStep.feed, sha, rules: reader.rules, status: .taken) {
        result.status = .known
        result.counts = known.counts
      } else {
        do {
          let list = try OfficerListFile(file, headings: headings)
          try stamp.requireUnchanged(path: file.path, name: name)
          result.counts = try take(list, sha: sha, name: name)
        } catch let error as TableError {
          result.status = .refused
          result.message = error.description
        }
      }
      result.seconds = Date().timeIntervalSince(start)
      try context.record(result, feed: OfficerListStep.feed, number: number, rules: reader.rules)
      return result
    }
  }

  // MARK: Rows

  private struct Tally {
    var counts = RowCounts()
    var rejected: [(row: OfficerListFile.Row, rejection: OfficerRejection)] = []
    var worked: [String] = []
  }

  private func take(_ list: OfficerListFile, sha: String, name: String) throws -> RowCounts {
    let fingerprints = Set(list.rows.compactMap { AlertTicket($0.cells[.alert] ?? "")?.fingerprint }).sorted()
    _ = try session.connection.query(query("lock_alerts"), [city, .texts(fingerprints)])
    var columns = OfficerColumns(
      alerts: try AlertEvaluation.newest(session), quiet: try OfficerColumns.quiet(session), settings: settings,
      night: session.clock.local.day)
    var tally = Tally()
    tally.counts.skipped = list.skipped
    for row in list.rows { try take(row, name, &columns, &tally) }
    try session.connection.execute(
      query("settle_officer_rejects"), [city, .int(Int(run.id.value)), .texts(tally.worked)])
    let rejected = tally.rejected
    if !rejected.isEmpty {
      try session.connection.execute(
        query("put_officer_rejects"),
        [
          city, .int(Int(run.id.value)), .text(sha), .text(name), .double(Double(session.clock.unixSeconds)),
          .ints(rejected.map(\.row.line)), .texts(rejected.map(\.rejection.column.rawValue)),
          .texts(rejected.map(\.rejection.reason.rawValue)), .texts(rejected.map(\.rejection.message)),
          .texts(rejected.map(\.row.raw)),
        ])
    }
    return tally.counts
  }

  private func take(
    _ row: OfficerListFile.Row, _ name: String, _ columns: inout OfficerColumns, _ tally: inout Tally
  ) throws {
    tally.counts.read += 1
    let place = sentences.place(row, file: name)
    func reject(_ rejection: OfficerRejection) {
      tally.counts.rejected += 1
      tally.counts.rejectedByReason[rejection.reason.rawValue, default: 0] += 1
      let message = sentences.located(rejection.message, place)
      tally.rejected.append(
        (row, OfficerRejection(reason: rejection.reason, column: rejection.column, message: message)))
    }
    guard let text = row.cells[.alert] else { return reject(sentences.noNumber()) }
    guard let ticket = AlertTicket(text) else { return reject(sentences.brokenNumber(text)) }
    let request: OfficerRequest
    do {
      request = try reader.request(row.cells)
    } catch {
      return reject(sentences.fault(error, cell: row.cells[error.column] ?? ""))
    }
    guard request.entry.check != ticket.check || request.asksForQuiet else {
      tally.counts.unchanged += 1
      return
    }
    let stored = columns.alerts[ticket.fingerprint]
    let decision = request.decision(ticket, try standing(stored, columns), today: session.clock.local.day)
    switch (decision, stored) {
    case (.conflict(let conflict), _): reject(sentences.conflict(conflict, ticket.fingerprint))
    case (.late, let alert?):
      if try keepLate(request, alert, place) { tally.counts.late += 1 } else { tally.counts.unchanged += 1 }
    case (.take(let change), let alert?):
      columns.alerts[ticket.fingerprint] = try apply(change, request, alert, place)
      if let day = change.quietUntil { columns.quiet[ticket.fingerprint] = day }
      tally.worked.append(ticket.fingerprint)
      tally.counts.updated += 1
    default: tally.counts.unchanged += 1
    }
  }

  /// What is so of an alert now.
  private func standing(_ alert: StoredAlert?, _ columns: OfficerColumns) throws -> AlertStanding {
    guard let alert, case .shortage(let cell) = alert.subject else {
      return AlertStanding(openedOn: nil, status: nil, officer: nil, printed: OfficerEntry())
    }
    let gap = try session.connection.query(
      query("largest_gap"),
      [
        city, .text(Self.level(cell).rawValue), .text(cell.chain?.rawValue ?? ""), .text(cell.region?.rawValue ?? ""),
        .text(cell.occupation?.rawValue ?? ""), .date(alert.state.openedOn.ordinal),
      ]
    ).first?.optionalDouble("gap")
    return AlertStanding(
      openedOn: alert.state.openedOn, status: alert.state.status, officer: alert.officer.map(OfficerListFile.normal),
      closedOn: alert.state.closedOn, printed: columns.printed(cell), largestGap: gap.map { Int($0.rounded()) })
  }

  /// The level of the forecast at which a node stands.
  private static func level(_ cell: Cell) -> Level {
    if cell.occupation != nil { return .cell }
    guard cell.chain != nil else { return cell.region == nil ? .city : .region }
    return cell.region == nil ? .chain : .chainRegion
  }

  // MARK: What is written

  private func place(_ alert: StoredAlert) -> AlertsOperations.Place {
    AlertsOperations.Place(
      fingerprint: alert.subject.fingerprint, openedOn: alert.state.openedOn, level: alert.state.level, run: run.id)
  }

  private func statement(
    _ request: OfficerRequest, _ status: AlertStatus, _ place: String
  ) -> AlertsOperations.Statement {
    let entry = request.entry
    return AlertsOperations.Statement(
      officer: entry.officer,
      reason: sentences.reason(request, status, measure: entry.measure.map { measures[$0] ?? $0 }, place: place),
      measure: entry.measure, hired: entry.hired, note: entry.note.isEmpty ? nil : entry.note)
  }

  /// Takes a row; returns the alert as it is then.
  private func apply(
    _ change: OfficerChange, _ request: OfficerRequest, _ alert: StoredAlert, _ written: String
  ) throws -> StoredAlert {
    let operations = AlertsOperations(session: session)
    var alert = alert
    if let action = change.action, let status = action.applied(to: alert.state.status) {
      let statement = statement(request, status, written)
      try operations.set(status, place(alert), statement)
      alert.state.status = status
      alert.officer = statement.officer
      alert.measure = statement.measure ?? alert.measure
      alert.hired = statement.hired ?? alert.hired
      if status == .resolved { alert.state.closedOn = session.clock.local.day }
    }
    let statement = statement(request, alert.state.status, written)
    if let day = change.quietUntil { try operations.quiet(until: day, place(alert), statement) }
    if change.isNote || (change.quietUntil != nil && change.action == nil) {
      try operations.note(place(alert), statement, isPrinted: true)
    }
    alert.note = statement.note ?? alert.note
    return alert
  }

  /// Keeps what was overtaken, once.
  private func keepLate(_ request: OfficerRequest, _ alert: StoredAlert, _ written: String) throws -> Bool {
    let status = request.entry.status ?? alert.state.status
    let statement = statement(request, status, written)
    let words = sentences.reason(request, status, measure: statement.measure.map { measures[$0] ?? $0 }, place: "")
    let said = try session.connection.query(
      query("has_said"),
      [
        city, .text(alert.subject.fingerprint), .date(alert.state.openedOn.ordinal), .text(statement.officer),
        .text(status.rawValue), .text(String(words.dropLast(2))),
      ]
    ).first?.bool("said")
    guard said != true else { return false }
    try AlertsOperations(session: session).note(place(alert), statement, isPrinted: false)
    return true
  }
}
