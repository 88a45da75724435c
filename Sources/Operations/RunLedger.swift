import Foundation
import Ingestion
import Postgres

/// The number of a run: microseconds of the real clock at its start, so that newer runs have larger numbers. Unique within a city because
/// a city's runs follow one another under its lock.
public struct RunID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number, as it stands in every table.
  public let value: Int64

  /// A run's number.
  public init(value: Int64) { self.value = value }

  /// The number of a run that starts now.
  static func fresh() -> RunID {
    RunID(value: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)))
  }

  /// The number in decimal.
  public var description: String { String(value) }
  /// Older runs come first.
  public static func < (a: RunID, b: RunID) -> Bool { a.value < b.value }
}

/// One run in the ledger: opened before anything is done, closed whatever happens.
public final class Run {
  /// The run's number.
  public let id: RunID
  private let session: Session

  fileprivate init(session: Session, id: RunID) {
    self.session = session
    self.id = id
  }

  /// Says that the run is alive; call it between steps, outside a transaction.
  public func heartbeat() throws {
    try session.connection.execute(
      session.queries["operations/heartbeat"],
      [.text(session.profile.city), .int(Int(id.value)), .double(Self.realClock())])
  }

  static func realClock() -> Double { Date().timeIntervalSince1970 }
}

extension Session {
  /// The lock of the city: whoever writes holds it.
  var lock: AdvisoryLock { AdvisoryLock("labourwatch \(profile.city)") }

  /// Runs a use case as one run of the ledger under the city's lock.
  ///
  /// The lock is a session-level advisory lock of the server: it goes with the connection, so a killed run never leaves it behind. Runs
  /// that never closed are marked abandoned first.
  /// - Parameters:
  ///   - command: the command's name in the ledger.
  ///   - body: the work; it gives the end and the summary of the run.
  /// - Returns: the end of the run, also written to the ledger and to `--summary`.
  /// - Throws: ``Failure`` with status `locked` when another run holds the lock; what the body throws, after the ledger has it.
  public func run(_ command: String, _ body: (Run) throws -> RunSummary) throws -> ExitStatus {
    guard try lock.tryLock(connection) else {
      throw Failure(
        .locked, "Another run for \(profile.city) is at work on this database.",
        next: "Wait until it ends (`labourwatch export ledger --output -` shows it) and try again.")
    }
    defer { _ = try? lock.unlock(connection) }
    try SchemaUpkeep(session: self).loadReference()
    let real = Run.realClock()
    for row in try connection.query(queries["operations/abandon_runs"], [.text(profile.city), .double(real)]) {
      console.warning(
        "an earlier run never ended and is marked abandoned; this run finishes its work",
        ["run": "\(try row.int("run_id"))", "command": "\(try row.string("command"))"])
    }
    let run = Run(session: self, id: .fresh())
    try connection.execute(
      queries["operations/open_run"],
      [
        .text(profile.city), .int(Int(run.id.value)), .text(command), .double(Double(clock.unixSeconds)), .double(real),
        .text(Version.current), .text(ProcessInfo.processInfo.hostName), .int(Int(getpid())),
      ])
    do {
      var summary = try body(run)
      summary.runID = run.id
      summary.cost = RunCost(since: real)
      try summary.write(to: configuration.summary)
      let status = summary.status
      try close(
        run, status == .done ? "done" : status == .incomplete ? "incomplete" : "failed", status, nil, try summary.json()
      )
      return status
    } catch {
      console.endProgress()
      let failure = Failure.from(error)
      // The first error counts: a ledger that cannot be reached any more is no news after it.
      try? close(run, "failed", failure.status, failure.message, nil)
      throw error
    }
  }

  private func close(_ run: Run, _ status: String, _ exit: ExitStatus, _ message: String?, _ summary: String?) throws {
    try connection.execute(
      queries["operations/close_run"],
      [
        .text(profile.city), .int(Int(run.id.value)), .double(Run.realClock()), .text(status), .int(Int(exit.rawValue)),
        .optional(message) { .text($0) }, .optional(summary) { .text($0) },
      ])
  }
}

/// The program's version.
public enum Version {
  /// Semantic version of this build.
  public static let current = "0.1.0"
}
