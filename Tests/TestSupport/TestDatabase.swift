import Glibc
import Postgres
import Synchronization

/// A database of one test's own, with the schema of `sql/migrations`, dropped when the test ends.
///
/// All tests of all processes share one server under `.build/test-cluster`; each database is a copy of a template that
/// holds the migrated schema, so that making one takes some 30 ms. Tests may run in parallel. The last process to end
/// stops the server; what a killed run left behind is dropped by the next one.
public struct TestDatabase: Sendable {
  /// The address to connect to.
  public let url: String
  /// The database's name.
  public let name: String

  /// A new session with this database.
  public func connect() throws -> Connection { try Connection(url, applicationName: "test") }

  /// Runs `body` with a database of its own.
  ///
  /// - Parameter migrated: false for an empty database without the schema `labourwatch`.
  public static func withDatabase<T>(migrated: Bool = true, _ body: (TestDatabase) throws -> T) throws -> T {
    let database = try make(migrated: migrated)
    defer { database.drop() }
    return try body(database)
  }

  /// Runs `body` with a database of its own.
  ///
  /// - Parameter migrated: false for an empty database without the schema `labourwatch`.
  public static func withDatabase<T>(
    migrated: Bool = true, _ body: (TestDatabase) async throws -> T
  ) async throws -> T {
    let database = try make(migrated: migrated)
    defer { database.drop() }
    return try await body(database)
  }

  /// Runs `body` with a session in a database of its own.
  public static func withConnection<T>(migrated: Bool = true, _ body: (Connection) throws -> T) throws -> T {
    try withDatabase(migrated: migrated) { try body(try $0.connect()) }
  }

  private static func make(migrated: Bool) throws -> TestDatabase {
    let server = try TestServer.shared.get()
    let name = "t_\(getpid())_\(TestServer.counter.add(1, ordering: .relaxed).newValue)"
    let admin = try Connection(server.url, applicationName: "test support")
    let template = migrated ? server.template : "template0"
    try admin.execute(Query(name: "make test database", text: "create database \(name) template \(template)"))
    return TestDatabase(url: server.url(of: name), name: name)
  }

  private func drop() {
    guard let server = try? TestServer.shared.get(), let admin = try? Connection(server.url) else { return }
    _ = try? admin.execute(Query(name: "drop test database", text: "drop database if exists \(name) with (force)"))
  }
}

/// The server that all tests share.
struct TestServer: Sendable {
  let url: String
  let template: String

  static let counter = Atomic<Int>(0)
  /// Started on first use; a failure stays the failure of every test that needs it.
  static let shared = Result { try start() }

  private static let home = "\(repositoryRoot)/.build/test-cluster"
  private static let settings = [
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200",
    "shared_buffers": "128MB", "autovacuum_naptime": "1h",
  ]

  func url(of database: String) -> String { Self.url(url, of: database) }

  private static func url(_ url: String, of database: String) -> String {
    let parts = url.split(separator: "?", maxSplits: 1)
    return "postgresql:///\(database)?\(parts.last ?? "")"
  }

  private static func start() throws -> TestServer {
    let cluster = LocalCluster(home: home, settings: settings)
    mkdir("\(repositoryRoot)/.build", 0o755)
    mkdir(home, 0o755)
    holdServer()
    let url: String
    do {
      url = try cluster.ensureStarted()
    } catch {
      // Without fsync a killed machine may leave a server that never starts again; tests own nothing worth keeping.
      guard case .stopped(let data) = try cluster.status() else { throw error }
      removeTree(data)
      url = try cluster.ensureStarted()
    }
    atexit { TestServer.release() }
    let connection = try Connection(url, applicationName: "test support")
    return TestServer(url: url, template: try template(connection, url))
  }

  // MARK: The template

  private static func template(_ admin: Connection, _ url: String) throws -> String {
    let lock = AdvisoryLock("labourwatch.tests.template")
    try lock.lock(admin)
    defer { _ = try? lock.unlock(admin) }
    let migrator = try Migrator(directory: "\(repositoryRoot)/sql/migrations")
    let text = migrator.scripts.map { "\($0.file)\n\($0.text)" }.joined(separator: "\n")
    let name = "template_\(String(UInt64(bitPattern: AdvisoryLock.key(of: text)), radix: 16))"
    try dropLeftovers(admin, keeping: name)
    let exists = try admin.query("select exists (select from pg_database where datname = $1)", [.text(name)])
    if try exists.one().bool(0) { return name }
    try run(admin, "drop database if exists template_building with (force)")
    try run(admin, "create database template_building template template0")
    do {
      let connection = try Connection(Self.url(url, of: "template_building"), applicationName: "test support")
      try migrator.migrate(connection, now: 1_700_000_000_000_000)
    }
    // The session that migrated may need a moment to leave the server.
    for attempt in 0... {
      do {
        try run(admin, "alter database template_building rename to \(name)")
        break
      } catch let error as PostgresError where error.sqlState == "55006" && attempt < 200 {
        usleep(10_000)
      }
    }
    return name
  }

  /// Drops databases of test processes that are gone, and templates of other schemas.
  private static func dropLeftovers(_ admin: Connection, keeping template: String) throws {
    for row in try admin.query("select datname from pg_database where datname ~ '^(t_[0-9]+_|template_[0-9a-f]+$)'") {
      let name = try row.string(0)
      if name.hasPrefix("t_") {
        let process = name.split(separator: "_").dropFirst().first.flatMap { pid_t($0) } ?? 0
        if kill(process, 0) == 0 || errno == EPERM { continue }
      } else if name == template {
        continue
      }
      _ = try? run(admin, "drop database if exists \(name) with (force)")
    }
  }

  private static func run(_ connection: Connection, _ text: String) throws {
    try connection.execute(Query(name: "test support", text: text))
  }

  // MARK: The last one turns off the light

  private static let holder = Atomic<Int32>(-1)

  /// Takes a shared lock that says "a test process uses the server".
  private static func holdServer() {
    let file = open("\(home)/users.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    flock(file, LOCK_SH)
    holder.store(file, ordering: .relaxed)
  }

  /// Stops the server when no other test process uses it.
  private static func release() {
    let file = holder.load(ordering: .relaxed)
    guard file >= 0, flock(file, LOCK_EX | LOCK_NB) == 0 else { return }
    _ = try? LocalCluster(home: home).stop()
  }
}
