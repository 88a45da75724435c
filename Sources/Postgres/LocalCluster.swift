import Glibc
import Logging

/// The private PostgreSQL of a home folder: made and started on first use, reachable through a Unix socket alone.
///
/// Root never runs a server: called as root it runs as user `postgres`. The user who runs it, root and `postgres` connect
/// as the superuser `labourwatch` without a password, because the system vouches for who they are. Folders are 0700.
/// See ``ClusterPlace`` for where the files are.
///
///     let cluster = LocalCluster(home: ".labourwatch")
///     let connection = try Connection(try cluster.ensureStarted())
public struct LocalCluster: Sendable {
  /// What is known of the cluster.
  public enum Status: Sendable, Equatable {
    /// There is none yet.
    case absent
    /// It is there, its server does not run.
    case stopped(data: String)
    /// Its server runs.
    case running(url: String, process: Int, data: String)
  }

  /// The home folder as given.
  public let home: String
  let settings: [String: String]
  let logger: Logger

  /// The database that the program uses.
  public static let database = "labourwatch"
  /// The only role, the cluster's superuser.
  public static let role = "labourwatch"

  /// A cluster of that home; nothing is touched yet.
  ///
  /// - Parameters:
  ///   - home: the folder, by default `.labourwatch` or what `LABOURWATCH_HOME` names (the caller decides).
  ///   - settings: server settings that replace those of ``ClusterSettings``, for example `fsync` for tests.
  public init(
    home: String, settings: [String: String] = [:], logger: Logger = Logger(label: "labourwatch.cluster")
  ) {
    self.home = home
    self.settings = settings
    self.logger = logger
  }

  /// Makes sure that the server runs and the database is there; makes both when missing.
  ///
  /// A few milliseconds when it runs already. Safe when several processes call it at once.
  ///
  /// - Returns: the URL to connect to.
  /// - Throws: ``PostgresError`` with code `cluster` or `diskFull`, with the next step.
  @discardableResult
  public func ensureStarted() throws -> String {
    if let url = try runningURL() { return url }
    try ClusterFiles.makeFolders(home)
    let folder = try ClusterFiles.realPath(home)
    let lock = try FileLock("\(folder)/cluster.lock") {
      logger.notice("waiting for another process that starts or stops the database in \(folder)")
    }
    return try withExtendedLifetime(lock) {
      if let url = try runningURL() { return url }
      return try ClusterStarter(cluster: self, home: folder).start()
    }
  }

  /// Stops the server; sessions that are open are ended, what they had not committed is undone.
  ///
  /// - Returns: whether a server was running.
  @discardableResult
  public func stop() throws -> Bool {
    guard let folder = try? ClusterFiles.realPath(home), try ClusterPlace.existing(folder) != nil else { return false }
    let lock = try FileLock("\(folder)/cluster.lock") {
      logger.notice("waiting for another process that starts or stops the database in \(folder)")
    }
    return try withExtendedLifetime(lock) {
      guard let place = try ClusterPlace.existing(folder), let server = ServerFile.read(place), server.isAlive else {
        return false
      }
      let binaries = try PostgresBinaries.find(major: ClusterStarter.major(of: place))
      let outcome = try ChildProcess.run(
        binaries.path("pg_ctl"), ["stop", "-D", place.data, "-m", "fast", "-w", "-t", "120", "--silent"],
        as: place.switchedUser)
      guard outcome.status == 0 || !server.isAlive else {
        throw PostgresError(
          .cluster, "the server in \(place.data) does not stop: \(outcome.output)",
          advice: "see its log in \(place.log)")
      }
      return true
    }
  }

  /// Whether the cluster is there and runs.
  public func status() throws -> Status {
    guard let folder = try? ClusterFiles.realPath(home), let place = try ClusterPlace.existing(folder),
      ClusterFiles.facts(place.data) != nil
    else { return .absent }
    guard let server = ServerFile.read(place), server.isAlive else { return .stopped(data: place.data) }
    return .running(url: Self.url(server.socketFolder), process: Int(server.process), data: place.data)
  }

  /// The URL of the database, whether the server runs or not.
  ///
  /// - Throws: ``PostgresError`` with code `cluster` when there is no cluster yet.
  public func url() throws -> String {
    guard let folder = try? ClusterFiles.realPath(home), let place = try ClusterPlace.existing(folder) else {
      throw PostgresError(.cluster, "there is no database in \(home) yet", advice: "run 'labourwatch local start'")
    }
    if let server = ServerFile.read(place), server.isAlive { return Self.url(server.socketFolder) }
    return Self.url(place.socketFolder)
  }

  /// The path of `psql`, of the version of the cluster when there is one.
  public func psql() throws -> String {
    let place = try (try? ClusterFiles.realPath(home)).flatMap { try ClusterPlace.existing($0) }
    return try PostgresBinaries.find(major: place.flatMap { ClusterStarter.major(of: $0) }).path("psql")
  }

  /// The URL when the server runs and takes connections; nil when it must be started first.
  private func runningURL() throws -> String? {
    guard let folder = try? ClusterFiles.realPath(home), let place = try ClusterPlace.existing(folder),
      let server = ServerFile.read(place), server.isAlive
    else { return nil }
    let url = Self.url(server.socketFolder)
    do {
      _ = try Connection(url, timeout: 5, logger: logger)
      return url
    } catch let error as PostgresError {
      let mayMend: Set<PostgresError.Code> = [.serverUnreachable, .serverStarting, .noSuchDatabase, .adminShutdown]
      if mayMend.contains(error.code) { return nil }
      throw error
    }
  }

  /// The URL of a database behind a socket.
  static func url(_ socketFolder: String, database: String = Self.database) -> String {
    "postgresql:///\(database)?host=\(percentEncoded(socketFolder))&user=\(role)"
  }

  private static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { out, byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F:
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default: out += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}
