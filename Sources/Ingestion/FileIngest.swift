import Foundation
import LabourMarket
import Logging
import Postgres
import Tabular

/// Where and as what files are ingested.
public struct IngestContext {
  /// The connection; used by one thread.
  public let connection: Connection
  /// The queries of `sql/queries`.
  public let queries: QueryCatalog
  /// The value of `city` in every table.
  public let city: String
  /// The run in the ledger.
  public let runID: Int64
  /// The run's clock, unix seconds.
  public let clock: Int
  /// The run's clock in local time.
  public let localClock: LocalTimestamp
  /// Called now and then with the bytes of the file read so far, of how many.
  public let progress: (Int, Int) -> Void

  /// A context from its parts.
  public init(
    connection: Connection, queries: QueryCatalog, city: String, runID: Int64, clock: Int, localClock: LocalTimestamp,
    progress: @escaping (Int, Int) -> Void = { _, _ in }
  ) {
    self.connection = connection
    self.queries = queries
    self.city = city
    self.runID = runID
    self.clock = clock
    self.localClock = localClock
    self.progress = progress
  }

  func query(_ name: String) throws -> Query { try queries.query("ingestion/\(name)") }
}

/// Takes one file: reads it by the feed's program into staging, merges it, and writes its ledger row, all in one transaction. Either all of it is
/// stored or nothing.
public struct FileIngest {
  /// Why a file as a whole is not taken.
  struct Refusal: Error { let message: String }

  let context: IngestContext
  let program: FeedProgram
  let fileNumber: Int

  /// Below so many rows the planner's default guesses do.
  private static let fewRows = 5_000
  /// From so many new versions on the planner's statistics of the feed's table are gathered anew.
  private static let manyRows = 5_000

  /// An ingest of one file. The number counts the files of the run.
  public init(context: IngestContext, program: FeedProgram, fileNumber: Int) {
    self.context = context
    self.program = program
    self.fileNumber = fileNumber
  }

  /// The feed's name, as in the ledger and in the names of queries.
  var feed: String { program.schema.feed.rawValue }

  /// Takes a file.
  /// - Parameter force: read it although it was taken before under the same rules.
  /// - Returns: what became of it; a file that cannot be taken is `refused`, with the reason.
  /// - Throws: ``PostgresError`` when the database fails: then nothing of the file is stored.
  public func take(_ file: InboxFile, force: Bool = false) throws -> FileResult {
    let start = DispatchTime.now().uptimeNanoseconds
    var result = FileResult(name: file.name, sha256: "", bytes: 0, status: .refused)
    func finish() { result.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9 }
    do {
      guard let stamp = FileStamp(path: file.path), let sha = FileStamp.sha256(path: file.path) else {
        throw Refusal(
          message: "the file cannot be read: check that it is there, that it is a file, and who may read it.")
      }
      result.sha256 = sha
      result.bytes = stamp.size
      if !force, let known = try knownCounts(sha) {
        result.status = .known
        result.counts = known
      } else {
        try context.connection.transaction {
          try read(file, stamp, &result)
          finish()
          try record(result)
        }
        try refreshStatistics(result)
        return result
      }
    } catch let refusal as Refusal {
      result = refused(result, refusal.message)
    } catch let error as TableError {
      result = refused(result, error.description)
    } catch let error as HeaderFault {
      result = refused(result, error.description)
    }
    finish()
    try record(result)
    return result
  }

  /// Tells the planner of tables that grew much, before it plans forecasts over them.
  private func refreshStatistics(_ result: FileResult) throws {
    let added = result.counts.inserted + result.counts.updated + result.counts.late
    guard added > Self.manyRows else { return }
    let grown = try context.connection.query(
      context.query("has_grown"), [.text(program.schema.table), .int(added)]
    ).one().bool(0)
    guard grown else { return }
    try context.connection.execute(context.query("refresh_\(feed)"))
  }

  private func refused(_ result: FileResult, _ message: String) -> FileResult {
    var refused = FileResult(name: result.name, sha256: result.sha256, bytes: result.bytes, status: .refused)
    refused.message = message
    return refused
  }

  // MARK: Reading

  private func read(_ file: InboxFile, _ stamp: FileStamp, _ result: inout FileResult) throws {
    if program.schema.isPersonal, program.environment.pseudonymKey == nil {
      throw Refusal(
        message:
          "its rows name persons and there is no key for their pseudonyms: put one where profile.yaml says (pseudonym_key)."
      )
    }
    let table = try TableFile(
      path: file.path, name: file.name, format: program.description.format, isHeader: program.isHeader)
    guard !table.headers.isEmpty else {
      throw Refusal(message: "the file is empty: not even a header stands in it. Export it again.")
    }
    try stage(table, &result)
    result.form = FileForm(
      type: table.type.rawValue, charset: table.charset.rawValue,
      delimiter: table.delimiter.map { String(UnicodeScalar($0)) }, header: table.headers)
    guard FileStamp(path: file.path) == stamp else {
      throw Refusal(message: "the file changed while it was read: wait until its copy is complete, then run again.")
    }
    try checkShare(result)
    try merge(&result)
    result.status = .taken
  }

  private func checkShare(_ result: FileResult) throws {
    guard let limit = program.description.maxRejectedShare, result.counts.read > 0 else { return }
    let share = Double(result.counts.rejected) / Double(result.counts.read)
    guard share > limit else { return }
    let reasons = result.counts.rejectedByReason.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    throw Refusal(
      message: """
        \(result.counts.rejected) of \(result.counts.read) rows would be rejected (\(reasons.joined(separator: ", "))), more than \
        the share of \(limit) that \(program.description.file) allows: nothing of the file is taken. Mend the file, or raise \
        max_rejected_share.
        """)
  }

  // MARK: Merging

  func merge(_ result: inout FileResult) throws {
    let place = try place(of: result.sha256)
    var values: [Value] = [
      .text(context.city), .int(Int(context.runID)), .int(place.fileNumber), .double(Double(context.clock)),
      .text(result.sha256), .text(result.name),
    ]
    if program.schema.feed == .enterprises {
      values += [.text(place.localClock.description), .bool(result.hasContactColumns)]
    }
    values += [
      .int(result.counts.rejected), .bool(result.status == .replayed), .int(Int(place.runID)),
      .double(Double(place.clock)),
    ]
    try context.connection.execute(
      context.query("merge_settings"), [.text(context.city), .bool(result.counts.read > Self.fewRows)])
    let hasClock = program.schema.feed != .enterprises
    if hasClock { try context.connection.execute(context.query("fresh_\(feed)")) }
    let row = try context.connection.query(context.query("merge_\(feed)"), values).one()
    let stored = try row.int("stored")
    result.counts.updated = try row.int("updated")
    result.counts.late = try row.int("late")
    result.counts.inserted = stored - result.counts.updated - result.counts.late
    result.counts.unchanged = result.counts.read - result.counts.rejected - stored
    result.passed = try row.int("passed")
    if hasClock { try context.connection.execute(context.query("drop_fresh")) }
    try context.connection.execute(context.query("clear_\(feed)"))
  }
}
