import LabourMarket
import Postgres

extension FileIngest {
  /// Derives what full exports add to the versions of files, after a file of a feed that has full exports: see
  /// `docs/decisions/0009-full-exports.md`.
  /// - Parameters:
  ///   - fresh: the numbers of the file's new versions.
  ///   - firsts: of these, first versions of their key.
  func settleExports(_ result: inout FileResult, _ fresh: RowSet, _ firsts: RowSet, _ place: Place) throws {
    guard FullExport.obstacle(program.schema.feed) == nil else { return }
    let export = result.status == .taken ? program.description.fullExport : nil
    let start: [Value] = [.text(context.city), .text(feed)]
    let hasExports = try context.connection.query(context.query("has_exports"), start).one().bool(0)
    guard export != nil || hasExports else { return }
    if hasExports { try stageFresh(fresh, firsts) }
    if let export {
      let moment = try moment(of: result, export)
      let scope = program.schema.feed == .vacancies ? program.description.constants["source"] : ""
      try context.connection.execute(
        context.query("put_export"),
        start + [
          .optional(scope) { .text($0) }, .timestamp(Int64(moment)), .text(result.sha256), .int(Int(context.runID)),
        ])
      try context.connection.execute(context.query("put_unread"), start + [.text(result.sha256)])
      try stageMissing(result.sha256)
    }
    try context.connection.execute(context.query("put_absences"), start + [.text(result.sha256)])
    let row = try context.connection.query(
      context.query("close_\(feed)"),
      [.text(context.city), .int(Int(place.runID)), .int(place.fileNumber), .double(Double(place.clock))]
    ).one()
    result.counts.closed = try row.int("closed")
    result.counts.reopened = try row.int("reopened")
    if let export { try checkClosed(result.counts, export) }
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

  private func stageFresh(_ fresh: RowSet, _ firsts: RowSet) throws {
    let reading = Reading(.keys, city: context.city)
    var rows = RowWriter()
    try copy("stage_fresh") { writer in
      for number in fresh.numbers {
        rows.beginRow(3)
        rows.append(reading.city)
        rows.int64(Int64(number))
        rows.bool(firsts.contains(number))
        if rows.count > 1 << 16 { try send(&rows, writer: &writer) {} }
      }
      try send(&rows, writer: &writer) {}
    }
  }

  /// Finds the records that the file misses. They pass through the program, because only so the server looks for them on several processors.
  private func stageMissing(_ sha256: String) throws {
    try context.connection.execute(context.query("full_export_settings"), [.text(sha256)])
    var lines: [UInt8] = []
    try context.connection.copyOut(context.query("missing_\(feed)")) { lines.append(contentsOf: $0) }
    guard !lines.isEmpty else { return }
    _ = try context.connection.copyIn(context.query("stage_records")) { writer in
      try lines.withUnsafeBytes { try writer.append($0) }
    }
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
