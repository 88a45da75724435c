import Assistance
import Foundation
import Ingestion
import LabourMarket
import Postgres
import Reporting

/// The messages of a city in the database: what was told to whom, what waits, what became of it.
struct Outbox {
  let session: Session

  private var city: Value { .text(session.profile.city) }
  private func query(_ name: String) throws -> Query { try session.queries.query("delivery/\(name)") }

  /// A team on a channel.
  struct Place: Hashable {
    var channel: String, team: String
  }

  /// A message to be written.
  struct Draft {
    var place: Place, reason: String, level: AlertLevel, told: [String: AlertLevel], recipients: [String]
    var subject: String, body: String, attachments: [OutgoingMessage.Attachment]
  }

  /// A message that is to be sent.
  struct Due {
    var message: OutgoingMessage, channel: String, attempts: Int
    /// Whether an attempt began of which nobody knows how it ended.
    var isUncertain: Bool
  }

  /// What was told last, by team and channel, up to a night.
  func told(_ night: CalendarDay) throws -> [Place: NoticeRules.Told] {
    var told: [Place: NoticeRules.Told] = [:]
    for row in try session.connection.query(query("told"), [city, .date(night.ordinal)]) {
      let levels = try JSONDecoder().decode([String: AlertLevel].self, from: Data(try row.string("told").utf8))
      told[Place(channel: try row.string("channel"), team: try row.string("team"))] = NoticeRules.Told(
        night: CalendarDay(ordinal: try row.date("night")), levels: levels)
    }
    return told
  }

  /// The id of a message: equal for the same decision, so that a night that is run again writes it once.
  static func id(_ city: String, _ draft: Draft, _ night: CalendarDay, after told: NoticeRules.Told?) throws -> String {
    var digest = SHA256Digest()
    for part in [
      city, draft.place.channel, draft.place.team, night.description, draft.reason, try json(draft.told),
      told?.night.description ?? "", try json(told?.levels ?? [:]), draft.recipients.joined(separator: ","),
    ] { digest.update(part + "\u{0}") }
    return digest.hex()
  }

  private static func json(_ levels: [String: AlertLevel]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(levels), as: UTF8.self)
  }

  /// Writes a message; inside the transaction of the decision.
  /// - Returns: its id, or `nil` where it was there already.
  func put(_ draft: Draft, night: CalendarDay, after told: NoticeRules.Told?, run: Run) throws -> String? {
    let id = try Self.id(session.profile.city, draft, night, after: told)
    let rows = try session.connection.query(
      query("put_message"),
      [
        city, .text(id), .text(draft.place.channel), .text(draft.place.team), .date(night.ordinal),
        .int(Int(run.id.value)), .double(Double(session.clock.unixSeconds)), .text(draft.reason),
        .text(draft.level.rawValue), .json(try Self.json(draft.told)), .texts(draft.recipients), .text(draft.subject),
        .text(draft.body), .double(Run.realClock()),
      ])
    guard !rows.isEmpty else { return nil }
    for (number, attachment) in draft.attachments.enumerated() {
      try session.connection.execute(
        query("put_attachment"),
        [
          city, .text(id), .int(number + 1), .text(attachment.name), .text(attachment.mediaType),
          .bytes(attachment.bytes),
        ])
    }
    return id
  }

  /// The messages to be sent at a moment of the real clock, without their documents.
  func due(_ now: Double) throws -> [Due] {
    try session.connection.query(query("due"), [city, .double(now)]).map { row in
      Due(
        message: OutgoingMessage(
          id: try row.string("message_id"), city: session.profile.city, team: try row.string("team"),
          night: CalendarDay(ordinal: try row.date("night")),
          createdAt: Int(try row.timestamp("created_at") / 1_000_000), level: try row.string("level"),
          recipients: try row.strings("recipients").compactMap { $0 }, subject: try row.string("subject"),
          body: try row.string("body")), channel: try row.string("channel"), attempts: try row.int("attempts"),
        isUncertain: try row.string("status") == "sending")
    }
  }

  /// The documents of a message.
  func attachments(_ id: String) throws -> [OutgoingMessage.Attachment] {
    try session.connection.query(query("attachments"), [city, .text(id)]).map { row in
      OutgoingMessage.Attachment(
        name: try row.string("name"), mediaType: try row.string("media_type"), bytes: try row.bytes("content"))
    }
  }

  /// Records that an attempt begins; committed before anything is sent.
  /// - Returns: its number, and which it is of those that the message has, since it was new or its operator let it try again; `nil` where the
  ///   message is no longer to be sent.
  func begin(_ id: String, now: Double) throws -> (number: Int, counted: Int)? {
    try session.connection.query(query("begin_attempt"), [city, .text(id), .double(now)]).first.map {
      (try $0.int(0), try $0.int(1))
    }
  }

  /// Leaves a message for later without an attempt.
  func postpone(_ id: String, until moment: Double) throws {
    try session.connection.execute(query("postpone"), [city, .text(id), .double(moment)])
  }

  /// How an attempt ended.
  enum Ending {
    case sent(String)
    case again(String, at: Double)
    case failed(String)
  }

  /// Records how an attempt ended.
  func end(_ id: String, attempt: Int, _ ending: Ending, now: Double) throws {
    let (outcome, detail, status, next): (String, String, String, Double) =
      switch ending {
      case .sent(let receipt): ("sent", receipt, "sent", now)
      case .again(let error, let moment): ("recoverable", error, "pending", moment)
      case .failed(let error): ("final", error, "failed", now)
      }
    try session.connection.execute(
      query("end_attempt"),
      [
        city, .text(id), .int(attempt), .double(now), .text(outcome), .text(detail), .text(status), .double(next),
      ])
  }
}
