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

  /// How many rows stand there: by feed and reason, then by file, as tables.
  public func list(_ filter: Filter) throws -> String {
    let rows = try session.connection.query(session.queries["ingestion/quarantine_counts"], try values(filter))
    guard !rows.isEmpty else { return "No such rows in the quarantine.\n" }
    let language: ClerkLanguage = session.profile.language == .chinese ? .chinese : .english
    var totals: [[String]: Int] = [:]
    var files = [["file", "feed", "reason", "status", "rows", "first line", "name"]]
    for row in rows {
      let reason = try row.string("reason")
      let key = [try row.string("feed"), reason, try row.string("status")]
      totals[key, default: 0] += try row.int("rows")
      files.append([
        try row.string("file"), key[0], reason, key[2], try row.string("rows"), try row.string("first_line"),
        try row.string("file_name"),
      ])
    }
    let sums = totals.sorted { ($0.key[0], $1.value, $0.key[1]) < ($1.key[0], $0.value, $1.key[1]) }.map { key, count in
      let title = language == .chinese ? RejectionReason(rawValue: key[1])?.title(language) ?? "" : ""
      return [key[0], "\(count)", key[2], key[1], title]
    }
    let all = totals.values.reduce(0, +)
    return TextTable.render([["feed", "rows", "status", "reason", ""]] + sums, numbers: [1])
      + "\n" + TextTable.render(files, numbers: [4, 5])
        + """

        \(all) rows. One file or row: labourwatch quarantine show \(files[1][0]):\(files[1][5])
        To correct them in a workbook: labourwatch quarantine export --output corrections.xlsx

        """
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
    let raw = Self.shown(RawRowReader.text(try row.bytes("raw"), charset: try row.optionalString("charset")))
    return """
      \(try row.string("file")):\(try row.string("line"))  \(try row.string("feed"))  \(try row.string("file_name"))
        \(try row.string("reason"))\(column): \(try row.string("message"))
        \(raw)
        \(try row.string("status"))\(resolved), rejected \(try row.string("rejected_at")) by run \(try row.string("run_id"))

      """
  }

  /// A row's text for a terminal: further lines indented, no control characters.
  private static func shown(_ raw: String) -> String {
    let lines = raw.split(omittingEmptySubsequences: false) { $0.isNewline }.map { line in
      String(
        String.UnicodeScalarView(
          line.unicodeScalars.map { $0.properties.generalCategory == .control && $0 != "\t" ? "\u{FFFD}" : $0 }))
    }
    return lines.joined(separator: "\n  ")
  }

  func values(_ filter: Filter) throws -> [Value] {
    let feeds = Feed.allCases.map(\.rawValue) + [OfficerListStep.feed]
    if let feed = filter.feed, !feeds.contains(feed) {
      throw Failure.usage(
        "--feed \(feed): there is no such feed.", next: "Feeds: \(feeds.joined(separator: ", ")).")
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

  static func place(_ text: String) throws -> (file: String, line: Int?) {
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
