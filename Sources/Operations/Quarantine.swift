import Foundation
import Ingestion
import LabourMarket
import Postgres

/// What a clerk does with rejected rows: look at them, run them again, accept codes that exist all the same.
public struct Quarantine {
  /// Which rows are meant.
  public struct Filter: Sendable {
    /// A feed's name; `nil` for all.
    public var feed: String?
    /// A reason code; `nil` for all.
    public var reason: String?
    /// `open` or `replayed`; `nil` for all.
    public var status: String?

    /// A filter from its parts.
    public init(feed: String? = nil, reason: String? = nil, status: String? = "open") {
      self.feed = feed
      self.reason = reason
      self.status = status
    }
  }

  let session: Session

  /// The quarantine of a session's city.
  public init(session: Session) { self.session = session }

  /// How many rows stand there, by feed, file and reason, as a table.
  public func list(_ filter: Filter) throws -> String {
    let rows = try session.connection.query(session.queries["ingestion/quarantine_counts"], try values(filter))
    guard !rows.isEmpty else { return "No such rows in the quarantine.\n" }
    var table = [["feed", "file", "name", "reason", "status", "rows", "first line"]]
    for row in rows {
      table.append([
        try row.string("feed"), try row.string("file"), try row.string("file_name"), try row.string("reason"),
        try row.string("status"), try row.string("rows"), try row.string("first_line"),
      ])
    }
    return TextTable.render(table)
  }

  /// Single rows with what is wrong and their bytes.
  /// - Parameters:
  ///   - row: `<file>` or `<file>:<line>`, the file by the first digits of its SHA-256 as `list` shows them; `nil` for all.
  ///   - limit: most rows.
  public func show(_ row: String?, _ filter: Filter, limit: Int) throws -> String {
    let place = try row.map(Self.place)
    let rows = try session.connection.query(
      session.queries["ingestion/quarantine_rows"],
      try values(filter) + [
        .optional(place?.file) { .text($0) }, .optional(place?.line) { .int($0) }, .int(limit),
      ])
    guard !rows.isEmpty else {
      if row == nil { return "The quarantine holds no such rows.\n" }
      throw Failure.usage(
        "The quarantine holds no row \(row ?? "").", next: "`labourwatch quarantine list` shows which there are.")
    }
    return try rows.map(describe).joined(separator: "\n")
  }

  private func describe(_ row: Row) throws -> String {
    let column = try row.optionalString("column_name").map { ", \($0)" } ?? ""
    let resolved = try row.optionalString("resolved_run_id").map { " by run \($0)" } ?? ""
    let raw = String(decoding: try row.bytes("raw"), as: UTF8.self)
    return """
      \(try row.string("file")):\(try row.string("line"))  \(try row.string("feed"))  \(try row.string("file_name"))
        \(try row.string("reason"))\(column): \(try row.string("message"))
        \(raw)
        \(try row.string("status"))\(resolved), rejected \(try row.string("rejected_at")) by run \(try row.string("run_id"))

      """
  }

  func values(_ filter: Filter) throws -> [Value] {
    if let feed = filter.feed, Feed(rawValue: feed) == nil {
      throw Failure.usage(
        "--feed \(feed): there is no such feed.",
        next: "Feeds: \(Feed.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    if let reason = filter.reason, RejectionReason(rawValue: reason) == nil {
      throw Failure.usage(
        "--reason \(reason): there is no such reason.",
        next: "Reasons: \(RejectionReason.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return [
      .text(session.profile.city), .optional(filter.feed) { .text($0) }, .optional(filter.reason) { .text($0) },
      .optional(filter.status) { .text($0) },
    ]
  }

  private static func place(_ text: String) throws -> (file: String, line: Int?) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let file = parts.first, parts.count <= 2, file.count >= 4, file.allSatisfy(\.isHexDigit) else {
      throw Failure.usage(
        "\(text) names no row.",
        next: "Write <file>:<line> as `labourwatch quarantine list` shows them, for example 3fa9c1d2:15.")
    }
    guard parts.count == 2 else { return (file.lowercased(), nil) }
    guard let line = Int(parts[1]) else {
      throw Failure.usage("\(text): “\(parts[1])” is no line.", next: "Write <file>:<line>, for example 3fa9c1d2:15.")
    }
    return (file.lowercased(), line)
  }
}
