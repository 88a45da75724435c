import CLibPQ

/// How far a transaction is kept apart from others.
public enum Isolation: String, Sendable {
  /// Each statement sees what was committed before it began (PostgreSQL's default).
  case readCommitted = "read committed"
  /// All statements see what was committed before the first one began.
  case repeatableRead = "repeatable read"
}

extension Connection {
  /// Whether the server has a transaction open on this session, failed or not.
  public var isInsideTransaction: Bool {
    let status = PQtransactionStatus(pointer)
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
  }

  /// Runs `body` as one transaction: committed when it returns, rolled back when it throws.
  ///
  /// Transactions do not nest.
  ///
  /// - Throws: what `body` throws; `misuse` inside another transaction; `outcomeUnknown` when the connection breaks
  ///   between COMMIT and its reply, so that the caller looks into the ledger before repeating anything.
  public func transaction<T>(isolation: Isolation = .readCommitted, _ body: () throws -> T) throws -> T {
    guard !inTransaction, !isInsideTransaction else {
      throw PostgresError(.misuse, "a transaction runs already on this connection")
    }
    try execute(Query(name: "begin", text: "begin isolation level \(isolation.rawValue)"))
    inTransaction = true
    defer { inTransaction = false }
    let value: T
    do {
      value = try body()
    } catch {
      rollback()
      throw error
    }
    try commit()
    return value
  }

  private func rollback() {
    guard isOpen else { return }
    // A failing ROLLBACK means a broken session, which the server rolls back by itself.
    _ = try? execute("rollback")
  }

  private func commit() throws {
    let query: Query = "commit"
    guard isOpen else { throw lost("commit") }
    do {
      let rows = try self.query(query)
      let tag = PQcmdStatus(rows.storage.pointer).map { String(cString: $0) }
      guard tag == "COMMIT" else {
        throw PostgresError(
          .misuse, "the transaction was rolled back: one of its statements had failed and the error was not passed on")
      }
    } catch let error as PostgresError where !isOpen {
      throw error.with(
        code: .outcomeUnknown,
        message: "the connection broke while the transaction was being committed: \(error.message)")
    }
  }
}
