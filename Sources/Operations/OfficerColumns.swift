import Assistance
import LabourMarket
import Postgres

/// What the lists print of an alert in the columns that officers fill in, and the number that a row bears.
struct OfficerColumns {
  /// The newest alert of every node.
  var alerts: [String: StoredAlert]
  /// The last day of quiet by alert.
  var quiet: [String: CalendarDay]
  let settings: AlertSettings
  let night: CalendarDay

  /// Reads until when alerts are quiet.
  static func quiet(_ session: Session) throws -> [String: CalendarDay] {
    let rows = try session.connection.query(
      session.queries["assistance/silences"],
      [.text(session.profile.city), .double(Double(session.clock.unixSeconds))])
    var days: [String: CalendarDay] = [:]
    for row in rows {
      // A silence ends with the midnight after its last day.
      let end = Int(try row.timestamp("ends_at") / 1_000_000)
      let day = LocalTimestamp(seconds: end - 1 + session.clock.offset).day
      let fingerprint = try row.string("fingerprint")
      days[fingerprint] = max(days[fingerprint] ?? day, day)
    }
    return days
  }

  /// The newest alert of a node.
  func alert(_ cell: Cell) -> StoredAlert? { alerts[AlertSubject.shortage(cell).fingerprint] }

  /// The status of a live alert, and of one that was resolved and is still quiet.
  func shownStatus(_ alert: StoredAlert?) -> AlertStatus? {
    guard let state = alert?.state else { return nil }
    if state.status.isLive { return state.status }
    let isQuiet = night - (state.closedOn ?? state.evaluatedFor) < settings.life.reopenAfterDays
    return state.status == .resolved && isQuiet ? .resolved : nil
  }

  /// What is printed of a node. An officer who took the chain's case in the region took its cells with it, unless a cell has gone its own way.
  func printed(_ cell: Cell) -> OfficerEntry {
    let own = alert(cell)
    let parent = alert(Cell(chain: cell.chain, region: cell.region))
    let taken = own?.state.status == .open || own == nil ? parent : nil
    let standing = taken.flatMap { [.claimed, .acting, .resolved].contains(shownStatus($0)) ? $0 : nil } ?? own
    let told = shownStatus(own) == nil ? nil : own
    return OfficerEntry(
      status: shownStatus(standing),
      officer: OfficerListFile.normal(standing?.officer ?? settings.officers[cell.region?.rawValue ?? ""] ?? ""),
      hired: told?.hired, measure: told?.measure, note: OfficerListFile.normal(told?.note ?? ""),
      quietUntil: quiet[AlertSubject.shortage(cell).fingerprint])
  }

  /// The number of a node's row.
  func ticket(_ cell: Cell, printed: OfficerEntry) -> AlertTicket {
    let own = alert(cell)
    return AlertTicket(
      AlertSubject.shortage(cell).fingerprint, openedOn: shownStatus(own) == nil ? nil : own?.state.openedOn,
      printed: printed)
  }
}
