import Assistance
import LabourMarket
import Postgres

/// What happened to the alerts since the lists of the night before.
struct NightStory {
  private struct Event {
    var fingerprint: String, kind: AlertEventKind, from: AlertLevel, actor: String, reason: String
  }

  private var events: [Event] = []
  /// Whether there were lists of an earlier night.
  private(set) var hasEarlierNight = false

  /// Reads it; inside the transaction that evaluated the alerts.
  static func read(_ session: Session, night: CalendarDay) throws -> NightStory {
    var story = NightStory()
    let city = Value.text(session.profile.city)
    let rows = try session.connection.query(session.queries["reporting/earlier_night"], [city, .date(night.ordinal)])
    guard let since = try rows.first?.optionalDouble(0) else { return story }
    story.hasEarlierNight = true
    // Until the end of the night's day: a night that is written again later tells nothing of what came after it.
    let until = Double(LocalTimestamp(day: night + 1).seconds - session.clock.offset)
    for row in try session.connection.query(
      session.queries["assistance/events_since"], [city, .double(since), .double(until)])
    {
      guard let kind = AlertEventKind(rawValue: try row.string("event")) else { continue }
      story.events.append(
        Event(
          fingerprint: try row.string("fingerprint"), kind: kind,
          from: try row.optionalString("from_level").flatMap { AlertLevel(rawValue: $0) } ?? .none,
          actor: try row.string("actor"), reason: try row.string("reason")))
    }
    return story
  }

  /// How the alerts differ from the night before; `nil` where there was none. Alerts that came and went in between are left out.
  func changes(_ alerts: [String: StoredAlert]) -> [AlertChange]? {
    guard hasEarlierNight else { return nil }
    var seen: Set<String> = []
    return events.compactMap { event in
      guard seen.insert(event.fingerprint).inserted, let state = alerts[event.fingerprint]?.state else { return nil }
      let now = state.status.isLive ? state.level : .none
      guard let change = NoticeChange(from: event.from, to: now) else { return nil }
      return AlertChange(fingerprint: event.fingerprint, change: change, from: event.from)
    }
  }

  /// What officers did, in the order of time.
  var deeds: [OfficerDeed] {
    events.filter { [.claimed, .acting, .resolved, .silenced, .noted].contains($0.kind) }.map {
      OfficerDeed(fingerprint: $0.fingerprint, event: $0.kind, actor: $0.actor, reason: $0.reason)
    }
  }
}
