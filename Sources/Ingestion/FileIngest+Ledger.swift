import Foundation
import LabourMarket
import Postgres

extension FileIngest {
  /// The counts that reading a file would give, where it was taken before under the same rules, and the columns that nobody was told of.
  /// - Parameters:
  ///   - rules: SHA-256 of the rules; `nil` for those of the feed's program.
  ///   - status: as what it was taken.
  func knownCounts(
    _ sha256: String, rules: String? = nil, status: FileResult.Status = .taken
  ) throws -> (counts: RowCounts, untold: [String])? {
    try context.knownCounts(feed, sha256, rules: rules ?? program.rulesDigest, status: status)
  }

  /// Whether a file of that many bytes stands in the ledger.
  func isKnownSize(_ bytes: Int) throws -> Bool {
    try context.connection.query(
      context.query("is_known_size"), [.text(context.city), .text(feed), .int(bytes)]
    ).one().bool(0)
  }

  /// A file's place in the order of receipt.
  struct Place {
    let runID: Int64
    let fileNumber: Int
    /// The run's clock, unix seconds, and in local time.
    let clock: Int
    let localClock: LocalTimestamp
  }

  /// The place of a file: where it was read first, else this run's. Rows that are taken later (from the quarantine, or by other rules) stand
  /// where they would stand had they passed at once.
  func place(of sha256: String) throws -> Place {
    let rows = try context.connection.query(
      context.query("first_place"), [.text(context.city), .text(feed), .text(sha256)])
    guard let row = rows.first, try row.int("run_id") != Int(context.runID) else {
      return Place(
        runID: context.runID, fileNumber: try rows.first?.int("file_no") ?? fileNumber, clock: context.clock,
        localClock: context.localClock)
    }
    let clock = try row.int("clock")
    let offset = program.environment.timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(clock)))
    return Place(
      runID: Int64(try row.int("run_id")), fileNumber: try row.int("file_no"), clock: clock,
      localClock: LocalTimestamp(seconds: clock + offset))
  }

  /// Writes the file's row of the ledger.
  func record(_ result: FileResult, rules: String? = nil) throws {
    try context.record(result, feed: feed, number: fileNumber, rules: rules ?? program.rulesDigest)
  }

  /// Remembers how far a source was pulled.
  func remember(_ mark: SourceMark?) throws {
    if let mark { try context.put(mark) }
  }
}

extension IngestContext {
  /// The counts that reading a file would give, where it was taken before under the same rules, and the columns that nobody was told of.
  public func knownCounts(
    _ feed: String, _ sha256: String, rules: String, status: FileResult.Status
  ) throws -> (counts: RowCounts, untold: [String])? {
    let rows = try connection.query(
      query("known_file"), [.text(city), .text(feed), .text(sha256), .text(rules), .text(status.rawValue)])
    guard let row = rows.first else { return nil }
    var counts = RowCounts()
    counts.read = try row.int("read")
    counts.rejected = try row.int("rejected")
    counts.unchanged = counts.read - counts.rejected
    counts.skipped = try row.int("skipped")
    for (reason, count) in zip(try row.strings("reasons"), try row.ints("reason_counts")) {
      if let reason { counts.rejectedByReason[reason] = count }
    }
    return (counts, try row.strings("untold_columns").compactMap(\.self))
  }

  /// Writes a file's row of the ledger.
  public func record(_ result: FileResult, feed: String, number: Int, rules: String) throws {
    let counts = result.counts
    try connection.execute(
      query("put_file"),
      [
        .text(city), .int(Int(runID)), .int(number), .text(feed), .text(result.name), .text(result.sha256),
        .int(result.bytes), .text(rules), .optional(result.form?.charset) { .text($0) }, .text(result.status.rawValue),
        .optional(result.message) { .text($0) }, .int(counts.read), .int(counts.inserted), .int(counts.updated),
        .int(counts.late), .int(counts.unchanged), .int(counts.rejected), .int(counts.skipped),
        .json(counts.reasonsJSON), .texts(result.unknownColumns), .double(result.seconds), .double(Double(clock)),
        .optional(result.form?.type) { .text($0) }, .optional(result.form?.delimiter) { .text($0) },
        .optional(result.form?.header ?? nil) { .texts($0) }, .int(counts.closed), .int(counts.reopened),
      ])
  }

  /// Remembers how far a source was pulled.
  public func put(_ mark: SourceMark) throws {
    func text(_ text: String?) -> Value { .optional(text) { .text($0) } }
    try connection.execute(
      query("put_source_mark"),
      [
        .text(city), .text(mark.feed), text(mark.value), text(mark.etag), text(mark.modified), .text(mark.request),
        .int(Int(runID)), .double(Double(clock)),
      ])
  }

  /// How far a feed's source was pulled; `nil` before the first pull.
  public func mark(of feed: String) throws -> SourceMark? {
    try connection.query(query("source_mark"), [.text(city), .text(feed)]).first.map { row in
      SourceMark(
        feed: feed, value: try row.optionalString("mark"), etag: try row.optionalString("etag"),
        modified: try row.optionalString("modified"), request: try row.string("request_sha256"))
    }
  }
}
