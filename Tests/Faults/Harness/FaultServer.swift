import Foundation
import Postgres
import TestSupport

/// A private server that may be crashed at will, with the databases of the cases on it.
///
/// It keeps what was committed when its processes are killed (`synchronous_commit` on); only the machine must not fail (`fsync` off).
public final class FaultServer: @unchecked Sendable {
  private let cluster: LocalCluster
  private let address: String
  /// The folder of the server's socket.
  let socketFolder: String

  /// Makes and starts a server.
  /// - Parameter home: its folder, which must not exist yet and which the user `postgres` can reach.
  init(home: String) throws {
    cluster = LocalCluster(
      home: home,
      settings: [
        "fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB", "autovacuum": "off",
        "max_connections": "40",
        "restart_after_crash": "on", "min_wal_size": "32MB", "max_wal_size": "256MB",
      ])
    address = try cluster.ensureStarted()
    guard let folder = address.split(separator: "?").last?.split(separator: "&").first?.split(separator: "=").last,
      let path = String(folder).removingPercentEncoding
    else { throw TestSupportError("no socket in \(address)") }
    socketFolder = path
  }

  /// Stops it.
  func stop() { _ = try? cluster.stop() }

  /// The address of a database, through a proxy's folder instead of the server's own where one is given.
  func url(_ database: String, through folder: String? = nil) -> String {
    "postgresql:///\(database)?host=\(folder ?? socketFolder)&user=labourwatch"
  }

  /// A session with a database; waits while the server recovers.
  func connect(_ database: String = "labourwatch") throws -> Connection {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      do {
        return try Connection(url(database), applicationName: "fault harness")
      } catch let error as PostgresError where error.code != .noSuchDatabase && ContinuousClock.now < deadline {
        usleep(10_000)
      }
    }
  }

  /// Runs a statement of the harness's own.
  func run(_ text: String) throws { try connect().execute(Query(name: "harness", text: text)) }

  /// Makes a database as a copy of another.
  func create(_ database: String, from template: String, tablespace: String? = nil) throws {
    let place = tablespace.map { " tablespace \($0)" } ?? ""
    // A session of a program that was killed may need a moment to leave the template.
    for attempt in 0... {
      do {
        return try run("create database \(database) template \(template)\(place)")
      } catch let error as PostgresError where error.sqlState == "55006" && attempt < 500 {
        usleep(10_000)
      }
    }
  }

  /// Drops a database and ends its sessions.
  func drop(_ database: String) throws { try run("drop database if exists \(database) with (force)") }

  /// Ends all server processes at once, as a loss of power would, and starts the server again.
  func crash() throws {
    guard case .running(_, let process, _) = try cluster.status() else { throw TestSupportError("no server to crash") }
    kill(pid_t(process), SIGQUIT)
    let deadline = ContinuousClock.now + .seconds(20)
    while case .running = try cluster.status(), ContinuousClock.now < deadline { usleep(5_000) }
    try cluster.ensureStarted()
  }

  /// Kills one server process; the others end and the server recovers by itself.
  func killBackend(_ process: Int32) { kill(process, SIGKILL) }

  /// Ends one session.
  func terminate(_ process: Int32) throws {
    try connect().query("select pg_terminate_backend($1::int)", [.int(Int(process))])
  }
}
