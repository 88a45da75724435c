import LabourMarket
import Postgres

extension FileIngest {
  /// A file as a full export.
  struct EnteredExport {
    let settings: FullExport
    /// Local microseconds.
    let moment: Int
    let scopes: [String]
  }

  /// Enters a file that is a full export with its moment. - Returns: `nil` where it is none.
  func enterExport(_ result: FileResult) throws -> EnteredExport? {
    guard result.status == .taken, let settings = program.description.fullExport else { return nil }
    guard !result.traits.isCutOff else {
      throw Refusal(
        message:
          "it is a full export and its last row is cut off: what it does not list any more cannot be told. Export it again."
      )
    }
    let scopes: [String] =
      program.schema.feed == .vacancies ? program.description.constants["source"].map { [$0] } ?? result.scopes : [""]
    let told = try moment(of: result, settings)
    let entered = try context.connection.query(
      context.query("put_export"),
      [
        .text(context.city), .text(feed), .texts(scopes), .timestamp(Int64(told)), .text(result.sha256),
        .int(Int(context.runID)),
      ]
    ).one()
    return EnteredExport(settings: settings, moment: Int(try entered.timestamp("moment")), scopes: scopes)
  }

  /// Derives what full exports add to the versions of files, after a file of a feed that has full exports: see
  /// `docs/decisions/0009-full-exports.md`.
  func settleExports(
    _ result: inout FileResult, _ found: VersionComparison, _ export: EnteredExport?, _ place: Place
  ) throws {
    let start: [Value] = [.text(context.city), .text(feed), .text(result.sha256)]
    if export != nil { try context.connection.execute(context.query("put_unread"), start + [.bool(result.isNew)]) }
    guard found.touchesExports else { return }
    for chunk in Self.chunks(found.missing) {
      try context.connection.execute(context.query("stage_missing_\(feed)"), [.text(context.city), .texts(chunk)])
    }
    try context.connection.execute(
      context.query("put_absences"), start + [.texts(found.interrupted.map(Entry.Place.text))])
    if !found.notes.isEmpty { try context.connection.execute(context.query("put_first_absences"), start) }
    let row = try context.connection.query(
      context.query("close_\(feed)"),
      [.text(context.city), .int(Int(place.runID)), .int(place.fileNumber), .double(Double(place.clock))]
    ).one()
    result.counts.closed = try row.int("closed")
    result.counts.reopened = try row.int("reopened")
    if let export { try checkClosed(result.counts, export.settings) }
  }

  /// Places in the form of the server, some thousands at a time.
  private static func chunks(_ places: [Int]) -> [[String]] {
    stride(from: 0, to: places.count, by: 50_000).map {
      places[$0..<min($0 + 50_000, places.count)].map(Entry.Place.text)
    }
  }

  /// The moment of a full export, local microseconds.
  private func moment(of result: FileResult, _ export: FullExport) throws -> Int {
    let clock = context.localClock.seconds * 1_000_000
    var told: Int?
    switch export.moment {
    case .newest: break
    case .received: told = clock
    case .fileName:
      guard let date = FullExport.date(inName: result.name) else {
        throw Refusal(
          message: """
            its name holds no date, and \(program.description.file) says that the date in its name is the moment of this full export: name it \
            like vacancies-2021-04-26.csv, or choose another full_export.moment.
            """)
      }
      told = date.seconds * 1_000_000
    }
    guard let moment = [result.newestClock, told].compactMap({ $0 }).max() else {
      throw Refusal(
        message:
          "it is a full export and has no good row that tells its moment: nothing is closed on its word. Export it again."
      )
    }
    return moment
  }

  /// Refuses a file that would close too much: most likely it was cut off.
  private func checkClosed(_ counts: RowCounts, _ export: FullExport) throws {
    let share = Double(counts.closed) / Double(max(1, counts.closed + counts.read))
    guard share > export.maxClosedShare else { return }
    throw Refusal(
      message: """
        as a full export it would close \(counts.closed) records and lists only \(counts.read) rows, more than the share of \
        \(export.maxClosedShare) that may be closed at once: nothing of it is taken. Was the export cut off? If it is right, raise \
        full_export.max_closed_share in \(program.description.file) and run again.
        """)
  }
}
