/// What went wrong between this program and PostgreSQL, told so that an operator knows what to do next.
///
/// The ``code`` says what kind of failure it is; ``server`` holds the server's own fields when the server spoke.
/// Passwords never appear: neither connection strings nor parameters are part of an error.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure. Opaque, so that new kinds are no breaking change; compare with the static members.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's name, as printed.
    public let description: String

    init(_ name: String) { description = name }

    /// No server answers at that address, or the address cannot be resolved.
    public static let serverUnreachable = Code("server unreachable")
    /// The server answers but is still starting, recovering or shutting down (SQLSTATE 57P03).
    public static let serverStarting = Code("server starting")
    /// The server refuses the user or the password (class 28).
    public static let authenticationFailed = Code("authentication failed")
    /// The database named in the address does not exist (3D000).
    public static let noSuchDatabase = Code("no such database")
    /// The server has no free connection (53300).
    public static let tooManyConnections = Code("too many connections")
    /// The address is not a connection string that libpq understands.
    public static let invalidAddress = Code("invalid address")
    /// The connection broke while it was in use.
    public static let connectionLost = Code("connection lost")
    /// The connection broke between sending COMMIT and its reply: the transaction may or may not have happened.
    public static let outcomeUnknown = Code("outcome unknown")
    /// The server's disk is full (53100).
    public static let diskFull = Code("disk full")
    /// The server is out of memory (53200).
    public static let outOfMemory = Code("out of memory")
    /// A lock is held by another session (55P03).
    public static let lockNotAvailable = Code("lock not available")
    /// Two transactions got in each other's way (40001).
    public static let serializationFailure = Code("serialization failure")
    /// Two transactions waited for each other (40P01).
    public static let deadlock = Code("deadlock")
    /// An administrator ended the session or stopped the server (57P01, 57P02).
    public static let adminShutdown = Code("administrator shutdown")
    /// The statement was cancelled or ran into a timeout (57014).
    public static let cancelled = Code("cancelled")
    /// A unique key exists already (23505).
    public static let uniqueViolation = Code("unique violation")
    /// A referenced row is missing or still in use (23503).
    public static let foreignKeyViolation = Code("foreign key violation")
    /// A check constraint, a not-null constraint or another rule of the schema is broken (rest of class 23).
    public static let constraintViolation = Code("constraint violation")
    /// The role lacks a privilege (42501).
    public static let insufficientPrivilege = Code("insufficient privilege")
    /// A table, column, function or schema does not exist (42P01, 42703, 42883, 3F000).
    public static let undefinedObject = Code("undefined object")
    /// The text of a statement is wrong (rest of class 42).
    public static let invalidStatement = Code("invalid statement")
    /// A value does not fit its type (class 22).
    public static let invalidData = Code("invalid data")
    /// Any other complaint of the server; see ``PostgresError/sqlState``.
    public static let server = Code("server error")
    /// The program used the connection wrongly, for example a transaction inside a transaction.
    public static let misuse = Code("misuse")
    /// A column is NULL, missing, or not of the type that was asked for.
    public static let decoding = Code("decoding")
    /// A query file or a migration file is missing or cannot be read.
    public static let missingFile = Code("missing file")
    /// The migrations in the database and those of this program do not belong together.
    public static let migration = Code("migration")
    /// The private cluster cannot be created, started or stopped.
    public static let cluster = Code("local cluster")
  }

  /// The fields with which a PostgreSQL server describes an error; absent fields are nil.
  public struct ServerFields: Sendable {
    /// Five characters, for example `23505`.
    public var sqlState: String
    /// `ERROR`, `FATAL` or `PANIC`, never translated.
    public var severity: String
    /// The primary message.
    public var message: String
    /// More words on the cause.
    public var detail: String?
    /// The server's suggestion.
    public var hint: String?
    /// Where in the statement: one-based, in characters.
    public var position: Int?
    /// The call context; for COPY it names table, line and column.
    public var context: String?
    /// The table concerned.
    public var table: String?
    /// The column concerned.
    public var column: String?
    /// The constraint concerned.
    public var constraint: String?
  }

  private final class Storage: Sendable {
    let code: Code
    let message: String
    let advice: String?
    let query: String?
    let server: ServerFields?

    init(code: Code, message: String, advice: String?, query: String?, server: ServerFields?) {
      self.code = code
      self.message = message
      self.advice = advice
      self.query = query
      self.server = server
    }
  }

  private let storage: Storage

  /// An error of this program's own making.
  public init(_ code: Code, _ message: String, advice: String? = nil, query: String? = nil) {
    storage = Storage(code: code, message: message, advice: advice, query: query, server: nil)
  }

  /// An error that the server reported.
  init(server fields: ServerFields, query: String?, code: Code? = nil) {
    let code = code ?? Code(sqlState: fields.sqlState)
    storage = Storage(code: code, message: fields.message, advice: nil, query: query, server: fields)
  }

  private init(_ storage: Storage) { self.storage = storage }

  /// The kind of failure.
  public var code: Code { storage.code }
  /// What is wrong, in one sentence, without advice.
  public var message: String { storage.message }
  /// The server's fields, when the server spoke.
  public var server: ServerFields? { storage.server }
  /// The SQLSTATE, when the server spoke.
  public var sqlState: String? { storage.server?.sqlState }
  /// The name of the query (`room/name`) that failed.
  public var query: String? { storage.query }

  /// What to do next, for the common cases.
  public var advice: String? { storage.advice ?? storage.code.advice ?? storage.server?.hint }

  /// One line: what is wrong, where, and what to do next.
  public var description: String {
    var text = storage.query.map { "\($0): " } ?? ""
    text += storage.message
    if let server = storage.server {
      if let detail = server.detail { text += " (\(detail))" }
      if let context = server.context { text += " [\(context)]" }
      text += " (SQLSTATE \(server.sqlState))"
    }
    if let advice { text += ". Next: \(advice)" }
    return text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// The same error under another code, for example a lost connection during COMMIT.
  func with(code: Code, message: String? = nil) -> PostgresError {
    PostgresError(
      Storage(
        code: code, message: message ?? storage.message, advice: nil, query: storage.query, server: storage.server))
  }

  /// The same error with the name of the query that failed.
  func with(query: String) -> PostgresError {
    PostgresError(
      Storage(
        code: storage.code, message: storage.message, advice: storage.advice, query: storage.query ?? query,
        server: storage.server))
  }
}

extension PostgresError.Code {
  /// The code that a SQLSTATE stands for (PostgreSQL manual, appendix A).
  init(sqlState: String) {
    switch sqlState {
    case "53100": self = .diskFull
    case "53200": self = .outOfMemory
    case "53300": self = .tooManyConnections
    case "55P03": self = .lockNotAvailable
    case "40001": self = .serializationFailure
    case "40P01": self = .deadlock
    case "57P01", "57P02": self = .adminShutdown
    case "57P03": self = .serverStarting
    case "57014": self = .cancelled
    case "23505": self = .uniqueViolation
    case "23503": self = .foreignKeyViolation
    case "3D000": self = .noSuchDatabase
    case "42501": self = .insufficientPrivilege
    case "42P01", "42703", "42883", "3F000": self = .undefinedObject
    default: self = Self.byClass[String(sqlState.prefix(2))] ?? .server
    }
  }

  private static let byClass: [String: PostgresError.Code] = [
    "08": .connectionLost, "22": .invalidData, "23": .constraintViolation, "28": .authenticationFailed,
    "42": .invalidStatement,
  ]

  /// The next step that helps whatever the statement was.
  var advice: String? {
    switch self {
    case .serverUnreachable:
      return "start the server ('labourwatch local start' for the private one) or mend the address given by"
        + " --database or LABOURWATCH_DATABASE_URL"
    case .serverStarting: return "wait until the server accepts connections and run the same command again"
    case .authenticationFailed:
      return "check user and password in the address, PGPASSWORD or ~/.pgpass, and the server's pg_hba.conf"
    case .noSuchDatabase: return "create the database (createdb NAME) or mend the address"
    case .tooManyConnections: return "close other sessions or raise the server's max_connections, then try again"
    case .connectionLost, .adminShutdown:
      return "see the server's log, then run the same command again: what was not committed is not there"
    case .outcomeUnknown:
      return "look into the ledger whether the work was recorded before you repeat it"
    case .diskFull: return "free space on the server's disk and run the same command again; nothing was changed"
    case .outOfMemory: return "close other sessions or lower work_mem, then run the same command again"
    case .lockNotAvailable: return "wait for the other run to finish and try again"
    case .serializationFailure, .deadlock: return "run the same command again"
    case .insufficientPrivilege: return "grant the role what it needs (sql/roles.sql) or use another role"
    case .undefinedObject: return "run 'labourwatch migrate' so that schema and program match"
    default: return nil
    }
  }
}
