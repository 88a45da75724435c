import Postgres

/// How a command ends (contract section 5). The raw value is the process's exit code.
public enum ExitStatus: Int32, Sendable {
  /// All done.
  case done = 0
  /// Failed; nothing changed that the ledger does not show.
  case failed = 1
  /// Wrong usage or configuration.
  case usage = 2
  /// Done, with rejected rows or late feeds: the summary says which.
  case incomplete = 3
  /// Another run holds the lock: try later.
  case locked = 75

  /// The graver of two ends, for a run of several steps.
  public func worse(_ other: ExitStatus) -> ExitStatus {
    func weight(_ status: ExitStatus) -> Int {
      switch status {
      case .done: 0
      case .incomplete: 1
      case .locked: 2
      case .usage: 3
      case .failed: 4
      }
    }
    return weight(self) >= weight(other) ? self : other
  }
}

/// An end of a command that its user can do something about: what is wrong, where, and what to do next.
public struct Failure: Error, Sendable, CustomStringConvertible {
  /// The exit code it leads to.
  public let status: ExitStatus
  /// What is wrong, and where.
  public let message: String
  /// What to do next; empty where the message says it all.
  public let next: String

  /// A failure from its parts.
  public init(_ status: ExitStatus, _ message: String, next: String = "") {
    self.status = status
    self.message = message
    self.next = next
  }

  /// The code.
  public var description: String { next.isEmpty ? message : "\(message)\n  → \(next)" }

  /// Wrong usage or configuration (exit code 2).
  public static func usage(_ message: String, next: String = "") -> Failure { Failure(.usage, message, next: next) }

  /// Whatever was thrown as a failure a user can read. The one place where errors become text and exit code.
  public static func from(_ error: any Error) -> Failure {
    switch error {
    case let failure as Failure: failure
    case let error as PostgresError where error.code == .lockNotAvailable: Failure(.locked, error.description)
    case let error as PostgresError where error.code == .invalidAddress: .usage(error.description)
    case let text as any CustomStringConvertible: Failure(.failed, text.description)
    default: Failure(.failed, String(describing: error))
    }
  }
}
