import Foundation
import LabourMarket
import Postgres

/// `labourwatch delivery …`: the outbox from the operator's side.
public struct DeliveryOperations {
  let session: Session

  /// Operations in a session.
  public init(session: Session) { self.session = session }

  private var city: Value { .text(session.profile.city) }
  private func query(_ name: String) throws -> Query { try session.queries.query("delivery/\(name)") }

  /// Sends what waits, as a run of its own.
  public func send() throws -> ExitStatus {
    let settings = try DeliverySettings(profile: session.profile)
    return try session.run("delivery") { _ in
      var summary = RunSummary()
      let messages = try DeliveryRun(session: session, settings: settings).send()
      summary.messages = messages
      summary.take(messages)
      let text = "\(messages.sent) messages sent, \(messages.failed) failed, \(messages.waiting) wait\n"
      if !session.configuration.quiet { Console.writeOutput(text + messages.problems.map { "  \($0)\n" }.joined()) }
      return summary
    }
  }

  /// The messages as a table, the newest first.
  /// - Parameter all: those that were sent or cancelled too, the newest 200.
  public func list(all: Bool) throws -> String {
    let rows = try session.connection.query(query("messages"), [city, .bool(all), .int(200)])
    guard !rows.isEmpty else { return all ? "No messages.\n" : "Nothing waits and nothing failed.\n" }
    var table = [["message", "night", "channel", "team", "level", "status", "tries", "next or end", "last word"]]
    for row in rows {
      let status = try row.string("status")
      let moment = try row.optionalTimestamp("finished_at") ?? row.timestamp("next_attempt_at")
      table.append([
        String(try row.string("message_id").prefix(12)), CalendarDay(ordinal: try row.date("night")).description,
        try row.string("channel"), try row.string("team"), try row.string("level"), status,
        String(try row.int("attempts")), local(moment), try row.string("detail"),
      ])
    }
    return TextTable.render(table)
  }

  /// One message: what it says, why, and its attempts.
  /// - Parameter id: the beginning of its id.
  public func show(_ id: String) throws -> String {
    let row = try message(id)
    let id = try row.string("message_id")
    let recipients = try row.strings("recipients").compactMap { $0 }.joined(separator: ", ")
    var out = """
      message   \(id)
      night     \(CalendarDay(ordinal: try row.date("night"))), team \(try row.string("team")), channel \(try row.string("channel"))
      status    \(try row.string("status")), written \(local(try row.timestamp("created_at")))
      why       \(try row.string("reason"))

      """
    if !recipients.isEmpty { out += "to        \(recipients)\n" }
    out += "subject   \(try row.string("subject"))\n\n\(try row.string("body"))\n"
    var table = [["try", "began", "ended", "outcome", "word"]]
    for attempt in try session.connection.query(query("attempts"), [city, .text(id)]) {
      table.append([
        String(try attempt.int("attempt_no")), local(try attempt.timestamp("started_at")),
        try attempt.optionalTimestamp("ended_at").map(local) ?? "unknown", try attempt.optionalString("outcome") ?? "",
        try attempt.string("detail"),
      ])
    }
    return out + (table.count > 1 ? TextTable.render(table) : "No attempt yet.\n")
  }

  /// Lets messages that failed be sent again.
  /// - Parameter id: the beginning of one id; `nil` for all.
  public func retry(_ id: String?) throws -> String {
    "\(try change(id, from: ["failed", "pending"], to: "pending")) messages will be sent by the next `labourwatch delivery send` or night.\n"
  }

  /// Takes messages that wait or failed out of the outbox; what they told counts as not told.
  public func cancel(_ id: String?) throws -> String {
    "\(try change(id, from: ["failed", "pending"], to: "cancelled")) messages are cancelled; the next night tells their alerts anew.\n"
  }

  private func change(_ id: String?, from: [String], to: String) throws -> Int {
    if let id { _ = try message(id) }
    return try session.connection.transaction {
      try session.connection.query(
        query("set_message_status"),
        [city, .text(id ?? ""), .texts(from), .text(to), .double(Run.realClock())]
      ).count
    }
  }

  private func message(_ id: String) throws -> Row {
    let rows = try session.connection.query(query("message"), [city, .text(id)])
    guard let row = rows.first, !id.isEmpty else {
      throw Failure.usage("There is no message \(id).", next: "`labourwatch delivery list --all` shows them.")
    }
    guard rows.count == 1 else {
      throw Failure.usage("More than one message begins with \(id).", next: "Give more of its id.")
    }
    return row
  }

  private func local(_ micros: Int64) -> String { session.clock.text(ofMicroseconds: micros) }
}
