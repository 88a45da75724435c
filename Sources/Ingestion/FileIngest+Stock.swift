import LabourMarket
import Postgres

extension FileIngest {
  /// What a file's rows are compared with.
  struct Stock {
    /// The file's rows.
    let rows = EntrySpool()
    /// What is stored.
    let stored: StoredVersions
    /// Whether the keys of the file's rows are staged, so that the server sends their versions alone.
    let stages: Bool
    /// Whether the feed has full exports, or the file is one.
    let hasExports: Bool
    /// Whether all rows are noted where there are full exports.
    let notesAll: Bool
    /// The newest moment of a full export other than the file; local microseconds.
    let newestOther: Int?

    /// What the comparison must know of full exports; `nil` where it need not know of any.
    func exports(_ export: EnteredExport?) -> VersionComparison.Exports? {
      guard hasExports else { return nil }
      var exports = VersionComparison.Exports(moment: export?.moment, newestOther: newestOther, notesAll: notesAll)
      if let scopes = export?.scopes {
        let numbers = Set(scopes.compactMap(stored.number))
        exports.covers = numbers.contains
      }
      return exports
    }
  }

  /// Up to so many rows a file's keys are staged, if the feed has many more versions.
  private static let fewRows = 5_000
  /// How many versions of all the server sends in the time in which it looks up those of one key.
  private static let versionsALookUp = 10

  /// How many rows a file may have at most, about; a wrong guess costs time only.
  static func estimatedRows(_ name: String, bytes: Int) -> Int {
    let name = name.lowercased()
    let factor = name.hasSuffix(".gz") ? 8 : name.hasSuffix(".xlsx") ? 6 : 1
    return bytes * factor / 100
  }

  /// Begins to compare: with all versions of the feed, or with those of the file's keys.
  /// - Parameters:
  ///   - rows: how many rows the file may have.
  ///   - isReplay: whether they are rows of the quarantine: what their file lists as a full export was told when it was read.
  ///   - next: done beside the reading of the file, when what it is compared with is read.
  /// - Returns: `nil` for the register, which is compared in staging.
  func openStock(
    of sha256: String, rows: Int, isReplay: Bool = false, then next: @escaping @Sendable () -> Void = {}
  ) throws -> Stock? {
    let start: [Value] = [.text(context.city), .text(feed)]
    guard hasClock else {
      try context.connection.execute(
        context.query("merge_settings"), [.text(context.city), .text(sha256), .bool(rows > Self.fewRows)])
      return nil
    }
    let state = try context.connection.query(
      context.query("stock"), start + [.text(program.schema.table), .text(sha256)]
    ).one()
    let canClose = FullExport.obstacle(program.schema.feed) == nil
    let newestOther = canClose ? try state.optionalTimestamp("newest_export").map(Int.init) : nil
    let isExport = canClose && !isReplay && program.description.fullExport != nil
    let stages = try !isExport && rows <= Self.fewRows && state.int("versions") > rows * Self.versionsALookUp
    try context.connection.execute(
      context.query("merge_settings"), [.text(context.city), .text(sha256), .bool(!stages)])
    let stored = StoredVersions(context.connection, program.schema)
    let hasExports = try canClose && (isExport || state.bool("has_exports"))
    if !stages {
      stored.start(
        try context.query("stored_\(feed)"), absences: hasExports ? try context.query("absent_\(feed)") : nil,
        then: next)
    }
    return Stock(
      stored: stored, stages: stages, hasExports: hasExports, notesAll: stages || isReplay, newestOther: newestOther)
  }

  /// Makes sure that everything to compare with is there.
  func completeStock(_ stock: Stock) throws {
    try stock.stored.finish()
    if stock.stages { try stock.stored.read(try context.query("alike_\(feed)"), absences: nil) }
  }
}
