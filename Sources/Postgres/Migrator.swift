/// Brings a database's schema up to what this program needs: scripts `NNNN_name.sql`, forward only.
///
/// Each script is one transaction; all run under an advisory lock, so that two programs never migrate at once. The table
/// `labourwatch.migrations` remembers which were applied, with the SHA-256 of their bytes: an applied script is never
/// edited, a change is a new script.
public struct Migrator: Sendable {
  /// One script.
  public struct Script: Sendable, Hashable {
    /// The number in front of the file's name.
    public let version: Int
    /// The file's name without number and suffix.
    public let name: String
    /// The script.
    public let text: String

    /// The file's name.
    public var file: String { "\(Migrator.padded(version))_\(name).sql" }
  }

  /// What a migration did.
  public struct Report: Sendable, Equatable {
    /// The files applied now, in order.
    public let applied: [String]
    /// The newest version that the database has now.
    public let version: Int
  }

  /// All scripts in order.
  public let scripts: [Script]
  private let directory: String

  /// Reads the scripts of a folder.
  ///
  /// - Throws: ``PostgresError`` with code `missingFile` for a missing or empty folder, `migration` for a file whose name
  ///   has another form, and for numbers that occur twice. Numbers may be left out: branches that reserved theirs land in any order.
  public init(directory: String) throws {
    self.directory = directory
    guard let names = TextFile.names(in: directory) else {
      throw PostgresError(
        .missingFile, "cannot read the folder of migrations \(directory)",
        advice: "install the program together with its sql folder")
    }
    var scripts: [Script] = []
    for name in names where name.hasSuffix(".sql") {
      let parts = name.dropLast(4).split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].utf8.count == 4, parts[0].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
        let version = Int(parts[0]), !parts[1].isEmpty
      else {
        throw PostgresError(
          .migration, "\(directory)/\(name) is not named like a migration", advice: "name it NNNN_name.sql")
      }
      let before = scripts.last?.version ?? 0
      guard version > before else {
        throw PostgresError(
          .migration, "\(directory)/\(name): number \(Self.padded(version)) follows \(Self.padded(before))",
          advice: "give each migration a number of its own, from 0001")
      }
      scripts.append(Script(version: version, name: String(parts[1]), text: try TextFile.read("\(directory)/\(name)")))
    }
    guard !scripts.isEmpty else {
      throw PostgresError(.missingFile, "the folder \(directory) holds no migration (NNNN_name.sql)")
    }
    self.scripts = scripts
  }

  /// Applies what is missing.
  ///
  /// Costs one round trip when nothing is to be done.
  ///
  /// - Parameters:
  ///   - now: what `applied_at` shall say, in microseconds since 1970.
  ///   - note: receives a sentence for each script applied, and when another program's migration is waited for.
  /// - Throws: ``PostgresError`` with code `migration` when an applied script was changed, is missing, or is newer than
  ///   this program; the server's error with file and line when a script fails.
  @discardableResult
  public func migrate(_ connection: Connection, now: Int64, note: (String) -> Void = { _ in }) throws -> Report {
    if let report = try reportIfCurrent(connection) { return report }
    let lock = AdvisoryLock("labourwatch.migrations")
    if try !lock.tryLock(connection) {
      note("waiting for the migration that \(try lock.holder(connection) ?? "another program") runs")
      try lock.lock(connection)
    }
    let applied: [String]
    do {
      applied = try applyMissing(connection, now, note)
    } catch {
      if connection.isOpen { _ = try? lock.unlock(connection) }
      throw error
    }
    try lock.unlock(connection)
    return Report(applied: applied, version: version)
  }

  /// The files that ``migrate(_:now:note:)`` would apply.
  public func pending(_ connection: Connection) throws -> [String] {
    try missing(connection).map(\.file)
  }

  // MARK: Steps

  /// The newest script's number.
  private var version: Int { scripts.last?.version ?? 0 }

  private func reportIfCurrent(_ connection: Connection) throws -> Report? {
    try missing(connection).isEmpty ? Report(applied: [], version: version) : nil
  }

  private func applyMissing(_ connection: Connection, _ now: Int64, _ note: (String) -> Void) throws -> [String] {
    try connection.executeScript(Self.controlTable)
    let missing = try missing(connection)
    for script in missing {
      note("migrating: \(script.file)")
      try connection.transaction { try apply(script, connection, now) }
    }
    return missing.map(\.file)
  }

  private func apply(_ script: Script, _ connection: Connection, _ now: Int64) throws {
    let name = "\(directory)/\(script.file)"
    do {
      try connection.executeScript(Query(name: name, text: script.text))
    } catch let error as PostgresError {
      guard let position = error.server?.position else { throw error.with(query: name) }
      throw error.with(code: error.code, message: "line \(Self.line(position, in: script.text)): \(error.message)")
    }
    guard connection.isInsideTransaction else {
      throw PostgresError(
        .migration, "\(name) ends the transaction that it runs in", advice: "remove BEGIN, COMMIT and ROLLBACK from it")
    }
    try connection.execute(
      """
      insert into labourwatch.migrations (version, name, sha256, applied_at)
      values ($1, $2, encode(sha256($3), 'hex'), $4)
      """, [.int(script.version), .text(script.name), .bytes(Array(script.text.utf8)), .timestamp(now)])
  }

  /// The scripts that were not applied yet, in their order, after the check that all applied ones are this program's.
  private func missing(_ connection: Connection) throws -> [Script] {
    guard try connection.query("select to_regclass('labourwatch.migrations') is not null").one().bool(0) else {
      return scripts
    }
    let rows = try connection.query(
      """
      select m.version, m.name, m.sha256 = encode(sha256(decode(s.script, 'hex')), 'hex') as same
      from labourwatch.migrations m left join unnest($1::text[], $2::int[]) s(script, version) using (version)
      order by m.version
      """, [.texts(scripts.map { Self.hex($0.text) }), .ints(scripts.map(\.version))])
    var applied: Set<Int> = []
    for row in rows {
      let version = try row.int("version")
      try check(version: version, row.string("name"), row.optionalBool("same"))
      applied.insert(version)
    }
    return scripts.filter { !applied.contains($0.version) }
  }

  private func check(version: Int, _ name: String, _ same: Bool?) throws {
    let file = "\(Self.padded(version))_\(name).sql"
    guard let same else {
      throw PostgresError(
        .migration,
        "the database was migrated to \(file), this program knows only \(Self.padded(self.version))",
        advice: "use the newer program that made the migration")
    }
    guard same else {
      throw PostgresError(
        .migration, "\(directory)/\(file) was changed after it had been applied",
        advice: "restore the file and put the change into a new migration")
    }
  }

  private static let controlTable = Query(
    name: "control table of migrations",
    text: """
      create schema if not exists labourwatch;
      create table if not exists labourwatch.migrations (
        version int primary key, name text not null, sha256 text not null, applied_at timestamptz not null);
      """)

  static func padded(_ version: Int) -> String {
    let digits = String(version)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func hex(_ text: String) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count * 2)
    for byte in text.utf8 {
      out.append(digits[Int(byte >> 4)])
      out.append(digits[Int(byte & 15)])
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func line(_ position: Int, in text: String) -> Int {
    text.unicodeScalars.prefix(max(0, position - 1)).reduce(into: 1) { if $1 == "\n" { $0 += 1 } }
  }
}
