import Glibc

/// Where PostgreSQL's programs are.
public struct PostgresBinaries: Sendable, Equatable {
  /// The folder that holds `postgres`, `initdb`, `pg_ctl` and `psql`.
  public let directory: String
  /// The major version, for example 15.
  public let major: Int

  /// The oldest version that serves.
  public static let oldestMajor = 15

  /// The path of one program.
  public func path(_ program: String) -> String { "\(directory)/\(program)" }

  /// The newest PostgreSQL of version 15 or later: Debian's and Red Hat's folders first, then `PATH`, then what
  /// `pg_config` names.
  ///
  /// - Parameter major: only that version, the one that made a data directory.
  /// - Throws: ``PostgresError`` with code `cluster` that names the package to install.
  public static func find(major: Int? = nil) throws -> PostgresBinaries {
    var seen: [Int] = []
    for directory in versionedFolders() + pathFolders() {
      guard let found = examine(directory) else { continue }
      if found.major >= oldestMajor, major == nil || found.major == major { return found }
      seen.append(found.major)
    }
    if let directory = configuredFolder(), let found = examine(directory), found.major >= oldestMajor,
      major == nil || found.major == major
    {
      return found
    }
    if let major {
      let have = seen.isEmpty ? "none" : Set(seen).sorted().map { String($0) }.joined(separator: ", ")
      throw PostgresError(
        .cluster, "the database was made by PostgreSQL \(major), which is not installed (installed: \(have))",
        advice: "apt-get install postgresql-\(major), or carry the data over with pg_upgrade")
    }
    let tooOld = seen.max().map { ", only version \($0)" } ?? ""
    throw PostgresError(
      .cluster, "no PostgreSQL server of version \(oldestMajor) or later is installed\(tooOld)",
      advice: "apt-get install postgresql, or name a server with --database or LABOURWATCH_DATABASE_URL")
  }

  private static func versionedFolders() -> [String] {
    let debian = (TextFile.names(in: "/usr/lib/postgresql") ?? []).compactMap { name in
      Int(name).map { (version: $0, path: "/usr/lib/postgresql/\(name)/bin") }
    }
    let redHat = (TextFile.names(in: "/usr") ?? []).compactMap { name in
      name.hasPrefix("pgsql-") ? Int(name.dropFirst(6)).map { (version: $0, path: "/usr/\(name)/bin") } : nil
    }
    return (debian + redHat).sorted { $0.version > $1.version }.map(\.path)
  }

  private static func pathFolders() -> [String] {
    guard let path = getenv("PATH") else { return [] }
    return String(cString: path).split(separator: ":").map { String($0) }
  }

  private static func configuredFolder() -> String? {
    for folder in pathFolders() where access("\(folder)/pg_config", X_OK) == 0 {
      guard let outcome = try? ChildProcess.run("\(folder)/pg_config", ["--bindir"]), outcome.status == 0 else {
        continue
      }
      return outcome.output.split(whereSeparator: \.isNewline).first.map { String($0) }
    }
    return nil
  }

  private static func examine(_ directory: String) -> PostgresBinaries? {
    for program in ["postgres", "initdb", "pg_ctl"] where access("\(directory)/\(program)", X_OK) != 0 { return nil }
    // "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
    guard let outcome = try? ChildProcess.run("\(directory)/postgres", ["--version"]), outcome.status == 0 else {
      return nil
    }
    let words = outcome.output.split(separator: " ")
    guard words.count >= 3, let major = Int(words[2].prefix { $0.isNumber }) else { return nil }
    return PostgresBinaries(directory: directory, major: major)
  }
}
