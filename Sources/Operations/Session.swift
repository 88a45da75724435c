import Foundation
import Ingestion
import LabourMarket
import Postgres

/// What every use case works with: the profile, one connection, the queries, the clock and the console.
///
/// A session is opened once a command and used by one thread.
public final class Session {
  /// What the command line and the environment say.
  public struct Configuration: Sendable {
    /// The profile's folder, as given.
    public var profile: String
    /// The server's address; `nil` for `LABOURWATCH_DATABASE_URL` or the private cluster.
    public var database: String?
    /// How log lines look.
    public var logFormat: LogFormat
    /// Only warnings and errors.
    public var quiet: Bool
    /// Where the run's summary goes; `nil` for nowhere.
    public var summary: String?
    /// What `--now` says; `nil` for the real clock.
    public var now: String?
    /// The process's environment.
    public var environment: [String: String]

    /// A configuration from its parts.
    public init(
      profile: String = "jobs/suqian", database: String? = nil, logFormat: LogFormat = .text, quiet: Bool = false,
      summary: String? = nil, now: String? = nil,
      environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
      self.profile = profile
      self.database = database
      self.logFormat = logFormat
      self.quiet = quiet
      self.summary = summary
      self.now = now
      self.environment = environment
    }
  }

  /// What the command line and the environment say.
  public let configuration: Configuration
  /// The profile.
  public let profile: Profile
  /// Where the program's own files are.
  public let resources: Resources
  /// The connection that does the work.
  public let connection: Connection
  /// The address, for further connections.
  public let address: String
  /// The queries of `sql/queries`.
  public let queries: QueryCatalog
  /// The run's clock.
  public let clock: RunClock
  /// Log lines and progress.
  public let console: Console

  /// Loads the profile, finds or starts the server, connects, and brings schema and reference data up to date.
  /// - Throws: ``Failure`` or a room's own error, with what to do next.
  public init(_ configuration: Configuration) throws {
    self.configuration = configuration
    console = Console(format: configuration.logFormat, quiet: configuration.quiet)
    resources = try Resources.locate(environment: configuration.environment)
    profile = try Profile(folder: Self.profileFolder(configuration.profile, resources: resources))
    clock = try Self.clock(configuration, zone: profile.timeZone)
    if let summary = configuration.summary { try FileSystem.requireWritable(file: summary, "--summary") }
    address = try Self.address(configuration, console)
    connection = try Connection(
      address, patience: try Self.patience(configuration.environment), logger: console.logger)
    queries = QueryCatalog(root: resources.queries)
    try connection.execute(queries["operations/lock_patience"])
    try SchemaUpkeep(session: self).bringUpToDate()
  }

  /// The profile's folder: as named from the current folder, else below the program's own files.
  static func profileFolder(_ name: String, resources: Resources) -> String {
    let fallback = resources.root + "/" + name
    let here = FileManager.default.fileExists(atPath: name + "/profile.yaml")
    return !here && !name.hasPrefix("/") && FileManager.default.fileExists(atPath: fallback) ? fallback : name
  }

  /// The folder of the private cluster.
  public static func home(_ environment: [String: String]) -> String {
    environment["LABOURWATCH_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? ".labourwatch"
  }

  private static func clock(_ configuration: Configuration, zone: TimeZone) throws -> RunClock {
    guard let now = configuration.now else { return .real(zone: zone) }
    return try .parsing(now, zone: zone)
  }

  /// Seconds of the server's silence after which a run gives up: `LABOURWATCH_PATIENCE`, else half an hour, far above the longest statement of
  /// ten million rows; 0 waits for ever.
  private static func patience(_ environment: [String: String]) throws -> Int {
    guard let text = environment["LABOURWATCH_PATIENCE"], !text.isEmpty else { return 1800 }
    guard let seconds = Int(text), (0...604_800).contains(seconds) else {
      throw Failure.usage(
        "LABOURWATCH_PATIENCE=\(text) is no number of seconds.",
        next: "Write a whole number from 0 (wait for ever) to 604800.")
    }
    return seconds
  }

  private static func address(_ configuration: Configuration, _ console: Console) throws -> String {
    if let given = configuration.database { return given }
    if let given = configuration.environment["LABOURWATCH_DATABASE_URL"], !given.isEmpty { return given }
    let cluster = LocalCluster(home: home(configuration.environment), logger: console.logger)
    return try cluster.ensureStarted()
  }
}
