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

/// Takes one file: reads it by the feed's program, compares it with what is stored, stores what is new, and writes its ledger row, all in one transaction.
/// Either all of it is stored or nothing. See ``Reading`` for why a file is read twice.
public struct FileIngest {
  /// Why a file as a whole is not taken.
  struct Refusal: Error { let message: String }

  let context: IngestContext
  let program: FeedProgram
  let fileNumber: Int

  /// From so many new versions or rejected rows on their table is looked after.
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
    let name = PersonText.fileName(file.name, isPersonal: program.schema.isPersonal)
    var result = FileResult(name: name, sha256: "", bytes: 0, status: .refused)
    func finish() { result.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9 }
    let digest = FileDigest(path: file.path)
    do {
      guard let stamp = FileStamp(path: file.path) else { throw Self.unreadable }
      result.bytes = stamp.size
      // Nothing is known of a file whose size no file had: its digest is not waited for.
      result.isNew = try !isKnownSize(stamp.size)
      if !result.isNew { result.sha256 = try sha256(digest) }
      if !force, !result.isNew, let known = try knownCounts(result.sha256) {
        result.status = .known
        result.counts = known.counts
        result.unknownColumns = known.untold
      } else {
        try openStaging()
        try context.connection.transaction {
          try read(file, stamp, digest, &result)
          finish()
          try record(result)
          try recordTraits(result)
          try remember(file.mark)
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
    result.sha256 = digest.value() ?? ""
    finish()
    try context.connection.transaction {
      try record(result)
      if result.status == .known { try remember(file.mark) }
    }
    return result
  }

  /// Marks the rows of tables that grew as seen by all, and tells the planner of those that outgrew what it knows, before it plans forecasts over them.
  private func refreshStatistics(_ result: FileResult) throws {
    if result.counts.rejected > Self.manyRows {
      try context.connection.execute(context.query("refresh_quarantine"))
    }
    let added = result.counts.inserted + result.counts.updated + result.counts.late
    guard added > Self.manyRows else { return }
    let table = Value.text(program.schema.table)
    let state = try context.connection.query(context.query("has_grown"), [table, .int(added)]).one()
    if try state.bool("has_grown") { try context.connection.execute(context.query("refresh_\(feed)")) }
    if try state.bool("has_outgrown") { try context.connection.execute(context.query("refresh_statistics"), [table]) }
  }

  private func refused(_ result: FileResult, _ message: String) -> FileResult {
    var refused = FileResult(name: result.name, sha256: result.sha256, bytes: result.bytes, status: .refused)
    refused.message = message
    return refused
  }

  // MARK: Reading

  private static let unreadable = Refusal(
    message: "the file cannot be read: check that it is there, that it is a file, and who may read it.")

  private func sha256(_ digest: FileDigest) throws -> String {
    guard let sha256 = digest.value() else { throw Self.unreadable }
    return sha256
  }

  private func read(_ file: InboxFile, _ stamp: FileStamp, _ digest: FileDigest, _ result: inout FileResult) throws {
    if program.schema.isPersonal, program.environment.pseudonymKey == nil {
      throw Refusal(
        message:
          "its rows name persons and there is no key for their pseudonyms: put one where profile.yaml says (pseudonym_key)."
      )
    }
    let corrected = try correctedLines(result.sha256)
    let name = result.name
    let records = try FileRecords(file, program, named: name, corrected: corrected)
    let rows = Self.estimatedRows(file.name, bytes: stamp.size)
    let stock = try openStock(of: result.sha256, rows: rows) { _ = digest.value() }
    defer { stock?.stored.close() }
    var machine = records.machine(firstReading(stock))
    machine.latestClock = context.localClock.seconds * 1_000_000 + RowMachine.tolerance
    try stage(records, &machine, stock) {
      context.progress(records.table.bytesRead / 2, records.table.fileSize)
    }
    result.name = records.shownName
    result.counts = machine.counts
    result.examples = machine.examplesByReason
    result.traits = machine.traits
    // A whole file's last line has its end, whatever is wrong in it.
    result.traits.isCutOff = machine.traits.isCutOff && records.table.endsWithoutNewline
    result.counts.skipped += records.table.blankLines
    result.unknownColumns = records.unknown
    result.hasContactColumns = records.hasContacts
    result.scopes = machine.scopes.sorted()
    result.newestClock = machine.newestClock > .min ? machine.newestClock : nil
    result.form = records.form
    result.sha256 = try sha256(digest)
    let sameFile = { FileStamp(path: file.path) == stamp }
    guard sameFile() else { throw Self.changed }
    if let message = program.refusal(result.counts, result.examples) { throw Refusal(message: message) }
    try checkDrift(&result)
    result.status = .taken
    try merge(&result, stock, lines: nil) { found, place in
      let again = try FileRecords(file, program, named: name, corrected: corrected)
      var machine = again.machine(secondReading(found, place))
      do {
        try store(again, &machine) {
          context.progress((again.table.fileSize + again.table.bytesRead) / 2, again.table.fileSize)
        }
      } catch {
        // Rows of another file than the one that was compared.
        if !sameFile() { throw Self.changed }
        throw error
      }
      guard sameFile(), machine.read == found.visited.count, machine.rejected == 0 else { throw Self.changed }
    }
  }

  private static let changed = Refusal(
    message: "the file changed while it was read: wait until its copy is complete, then run again.")

  // MARK: Merging

  /// Makes the city's staging tables where they are missing; before the transaction, so that no other city waits for its end.
  func openStaging() throws {
    try context.connection.execute(context.query("open_staging"), [.text(context.city), .text(feed)])
  }

  /// Merges what was read.
  /// - Parameters:
  ///   - stock: what the file's rows are compared with; `nil` for the register.
  ///   - lines: the lines that were read; `nil` for a whole file.
  ///   - store: stores what the comparison found as received at that place, by reading it again; called where there is any, and never for the
  ///     register.
  func merge(
    _ result: inout FileResult, _ stock: Stock?, lines: [Int]?, store: (VersionComparison, Place) throws -> Void
  ) throws {
    let place = try place(of: result.sha256)
    if let stock {
      try completeStock(stock)
      let export = try enterExport(result)
      let found = try VersionComparison(stock.rows, with: stock.stored.spool, stock.exports(export))
      (result.counts.inserted, result.counts.updated, result.counts.late) = (found.inserted, found.updated, found.late)
      if found.visited.count > 0 { try store(found, place) }
      try settleExports(&result, found, export, place)
    } else {
      try mergeRegister(&result, place)
    }
    result.counts.unchanged =
      result.counts.read - result.counts.rejected - result.counts.inserted - result.counts.updated - result.counts.late
    try quarantine(&result, lines)
    try context.connection.execute(context.query("clear_staging"), [.text(context.city), .text(feed)])
  }

  private func mergeRegister(_ result: inout FileResult, _ place: Place) throws {
    let row = try context.connection.query(
      context.query("merge_enterprises"),
      [
        .text(context.city), .int(Int(context.runID)), .int(Int(place.runID)), .int(place.fileNumber),
        .double(Double(place.clock)), .text(place.localClock.description), .bool(result.hasContactColumns),
        .bool(result.status == .replayed),
      ]
    ).one()
    result.counts.updated = try row.int("updated")
    result.counts.inserted = try row.int("stored") - result.counts.updated
  }

  /// Puts rejected rows into the quarantine, and marks those that stood there and passed.
  private func quarantine(_ result: inout FileResult, _ lines: [Int]?) throws {
    let start: [Value] = [.text(context.city), .text(feed), .int(Int(context.runID)), .text(result.sha256)]
    if result.counts.rejected > 0 {
      try context.connection.execute(
        context.query("put_rejects"), start + [.text(result.name), .double(Double(context.clock))])
    }
    guard !result.isNew else { return }
    result.passed = try context.connection.query(
      context.query("mark_passed"), start + [.optional(lines) { .ints($0) }]
    ).one().int(0)
  }
}
