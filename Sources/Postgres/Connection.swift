import CLibPQ
import Glibc
import Logging

/// One session with a PostgreSQL server, over libpq.
///
/// A connection is used by one thread at a time and is not `Sendable`; only its ``canceller`` may travel. Every call
/// blocks until the server has answered. The session speaks UTF-8, UTC and ISO dates, looks for names in the schema
/// `labourwatch` alone, and has no statement timeout; a server that says nothing for long is given up where a patience is set.
///
///     let connection = try Connection("postgresql:///labourwatch")
///     for row in try connection.query("select code, name from regions where city = $1", [.text(city)]) {
///       print(try row.string("code"), try row.string("name"))
///     }
public final class Connection {
  /// Where this session is connected to.
  public let address: ConnectionAddress
  let pointer: OpaquePointer
  let notices: NoticeReceiver
  /// Looks that the server answers; `nil` where it may take its time.
  let watch: AnswerWatch?
  /// Whether a ``transaction(isolation:_:)`` is running.
  var inTransaction = false
  /// Whether a COPY or a row stream is being read or written, during which nothing else may run.
  var isStreaming = false

  /// Connects and sets the session up.
  ///
  /// - Parameters:
  ///   - url: a `postgresql://` URL or a libpq connection string; see ``ConnectionAddress``.
  ///   - applicationName: what `pg_stat_activity` and the server's log call this session.
  ///   - timeout: seconds to wait for the server's first answer.
  ///   - patience: seconds of silence after which a statement fails with `connectionLost`; 0 waits for ever.
  ///   - logger: receives the server's warnings.
  /// - Throws: ``PostgresError``, with codes that tell a missing server from a refused user and a missing database.
  public init(
    _ url: String, applicationName: String = "labourwatch", timeout: Int = 10, patience: Int = 0,
    logger: Logger = Logger(label: "labourwatch.postgres")
  ) throws {
    address = try ConnectionAddress(url)
    pointer = try Self.connect(address, applicationName: applicationName, timeout: timeout)
    notices = NoticeReceiver(logger: logger)
    watch = patience > 0 ? AnswerWatch(socket: PQsocket(pointer), patience: patience) : nil
    // libpq holds the receiver without owning it; it lives as long as this object, which closes the session first.
    PQsetNoticeProcessor(
      pointer,
      { context, message in
        guard let context, let message else { return }
        Unmanaged<NoticeReceiver>.fromOpaque(context).takeUnretainedValue().receive(String(cString: message))
      }, Unmanaged.passUnretained(notices).toOpaque())
    try execute(Self.sessionSettings)
  }

  deinit {
    watch?.end()
    PQfinish(pointer)
  }

  private static let sessionSettings = Query(
    name: "session settings",
    text: """
      select set_config('search_path', 'labourwatch', false), set_config('TimeZone', 'UTC', false),
        set_config('DateStyle', 'ISO, YMD', false), set_config('client_min_messages', 'warning', false),
        set_config('statement_timeout', '0', false), set_config('idle_in_transaction_session_timeout', '0', false),
        set_config('extra_float_digits', '1', false), set_config('bytea_output', 'hex', false)
      """)

  /// The server process that serves this session.
  public var backendProcess: Int { Int(PQbackendPID(pointer)) }

  /// Whether the session is still usable, as far as libpq has noticed.
  public var isOpen: Bool { PQstatus(pointer) == CONNECTION_OK }

  /// A handle that cancels this session's running statement from any thread.
  public var canceller: Canceller { Canceller(pointer) }

  // MARK: Connecting

  private static func connect(
    _ address: ConnectionAddress, applicationName: String, timeout: Int
  ) throws -> OpaquePointer {
    var settings: [String: String] = [
      "application_name": applicationName, "client_encoding": "UTF8", "keepalives": "1", "keepalives_idle": "30",
      "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "60000",
    ]
    settings.merge(address.settings) { _, given in given }
    settings["client_encoding"] = "UTF8"
    let pairs = settings.sorted { $0.key < $1.key }
    let keywords = pairs.map { strdup($0.key) } + [nil]
    let values = pairs.map { strdup($0.value) } + [nil]
    defer { (keywords + values).forEach { free($0) } }
    let started = PQconnectStartParams(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 0)
    guard let pointer = started else { throw PostgresError(.outOfMemory, "out of memory while connecting") }
    // Verbose messages carry the SQLSTATE, which libpq keeps to itself while connecting.
    PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
    let limit = settings["connect_timeout"].flatMap { Int($0) } ?? timeout
    if let failure = poll(pointer, address, seconds: limit > 0 ? limit : Int(Int32.max / 1000)) {
      PQfinish(pointer)
      throw failure
    }
    PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
    return pointer
  }

  private static func poll(_ pointer: OpaquePointer, _ address: ConnectionAddress, seconds: Int) -> PostgresError? {
    let deadline = Clock.monotonicMilliseconds() + seconds * 1000
    var events = Int16(POLLOUT)
    while PQstatus(pointer) != CONNECTION_BAD {
      var descriptor = pollfd(fd: PQsocket(pointer), events: events, revents: 0)
      let remaining = deadline - Clock.monotonicMilliseconds()
      let ready = remaining > 0 ? Glibc.poll(&descriptor, 1, Int32(clamping: remaining)) : 0
      if ready < 0, errno == EINTR { continue }
      if ready == 0 {
        return PostgresError(.serverUnreachable, "no answer from \(address) within \(seconds) s")
      }
      switch PQconnectPoll(pointer) {
      case PGRES_POLLING_OK: return nil
      case PGRES_POLLING_READING: events = Int16(POLLIN)
      case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
      default: return connectFailure(pointer, address)
      }
    }
    return connectFailure(pointer, address)
  }

  private static func connectFailure(_ pointer: OpaquePointer, _ address: ConnectionAddress) -> PostgresError {
    let text = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
    let message = address.redacted(lines.joined(separator: " "))
    let code: PostgresError.Code
    if PQconnectionNeedsPassword(pointer) != 0 {
      code = .authenticationFailed
    } else if let state = sqlState(in: message) {
      code = PostgresError.Code(sqlState: state)
    } else {
      code = .serverUnreachable
    }
    return PostgresError(code, "cannot connect to \(address): \(message)")
  }

  /// The SQLSTATE in `FATAL:  28P01: password …`, a severity (perhaps translated), a code, a text.
  static func sqlState(in message: String) -> String? {
    for part in message.split(separator: ": ") {
      let word = part.drop { $0 == " " }
      guard word.utf8.count == 5 else { continue }
      let fits = word.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) }
      if fits, word.utf8.contains(where: { $0 <= 0x39 }) { return String(word) }
    }
    return nil
  }
}

/// Cancels the statement that a connection is running; safe to use from any thread and after the session's end.
public final class Canceller: @unchecked Sendable {
  // A PGcancel holds only the address and the secret of the session; PQcancel is documented as safe for threads.
  private let pointer: OpaquePointer?

  init(_ connection: OpaquePointer) { pointer = PQgetCancel(connection) }

  deinit { if let pointer { PQfreeCancel(pointer) } }

  /// Asks the server to stop the running statement, which then fails with code `cancelled`.
  ///
  /// - Returns: whether the request was sent; not whether anything was running.
  @discardableResult
  public func cancel() -> Bool {
    guard let pointer else { return false }
    var complaint = [CChar](repeating: 0, count: 256)
    return PQcancel(pointer, &complaint, Int32(complaint.count)) == 1
  }
}

/// Hands the server's warnings to the log and counts them.
final class NoticeReceiver {
  private let logger: Logger
  private(set) var count = 0

  init(logger: Logger) { self.logger = logger }

  func receive(_ message: String) {
    count += 1
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    logger.warning("PostgreSQL says: \(line)")
  }
}

/// The operating system's clocks.
enum Clock {
  /// Milliseconds of a clock that never jumps.
  static func monotonicMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
