import Foundation
import LabourMarket
import Postgres
import Transfer

/// What is remembered of a source between pulls; stored in the transaction that takes what was pulled.
public struct SourceMark: Sendable, Equatable {
  /// The name of the feed's description.
  public var feed: String
  /// The watermark, in the form of its rule; `nil` where there is none.
  public var value: String?
  /// The server's tag of what was pulled (ETag).
  public var etag: String?
  /// The server's date of what was pulled (Last-Modified).
  public var modified: String?
  /// SHA-256 of what was asked for, under which rules: tag and date hold for that alone.
  public var request: String
}

/// What a pull gave.
public struct PullResult: Sendable {
  /// How a pull ended.
  public enum Status: String, Sendable {
    /// Rows are there to be taken.
    case pulled
    /// The source has no rows that are new.
    case empty
    /// The source says that nothing changed.
    case unchanged
    /// The source gave nothing: the message says why.
    case failed
  }

  /// How it ended.
  public var status: Status
  /// What was pulled, as a file; `nil` where nothing was.
  public var file: InboxFile?
  /// What is to be remembered where there is no file to take.
  public var mark: SourceMark?
  /// Where from, without secrets.
  public var place = ""
  /// Requests, failed ones counted.
  public var requests = 0
  /// Pages, those of an earlier run counted.
  public var pages = 0
  /// Pages that an earlier run had pulled.
  public var resumedPages = 0
  /// Rows.
  public var rows = 0
  /// Bytes of JSON Lines.
  public var bytes = 0
  /// Rows without a value of the watermark's column.
  public var unmarked = 0
  /// Wall-clock seconds.
  public var seconds = 0.0
  /// What is wrong and what to do; `nil` where nothing is.
  public var message: String?
}

/// Pulls what a feed's source has, into the spool.
public struct SourcePull {
  /// What a pull works with.
  public struct Environment {
    /// The folder of spooled pulls.
    public var folder: String
    /// The process's environment.
    public var variables: [String: String]
    /// The queries of `sql/queries`.
    public var queries: QueryCatalog
    /// The run's clock, unix seconds.
    public var clock: Int
    /// The run's clock in local time.
    public var localClock: LocalTimestamp
    /// Waits that many seconds.
    public var sleep: (Double) -> Void
    /// Told of failed requests that are tried again.
    public var note: (String) -> Void
    /// Told of rows so far.
    public var progress: (Int) -> Void

    /// An environment from its parts.
    public init(
      folder: String, variables: [String: String], queries: QueryCatalog, clock: Int, localClock: LocalTimestamp,
      sleep: @escaping (Double) -> Void = { usleep(useconds_t(min($0, 4000) * 1e6)) },
      note: @escaping (String) -> Void = { _ in }, progress: @escaping (Int) -> Void = { _ in }
    ) {
      self.folder = folder
      self.variables = variables
      self.queries = queries
      self.clock = clock
      self.localClock = localClock
      self.sleep = sleep
      self.note = note
      self.progress = progress
    }
  }

  /// A pull that broke off is taken up within so many seconds; an older one begins anew, because the list has moved on.
  static let resumeWithin = 2 * 86_400

  /// The program that reads what is pulled: JSON Lines in UTF-8, whatever files of the inbox are.
  public let program: FeedProgram
  private let source: FeedSource
  private let environment: Environment
  private var generator = SystemRandomNumberGenerator()

  /// The pull of a program whose description has a source; `nil` where it has none.
  public init?(_ program: FeedProgram, _ environment: Environment) {
    guard let source = program.description.source else { return nil }
    var description = program.description
    description.format.type = .jsonl
    description.format.charset = .utf8
    self.program = FeedProgram(description, environment: program.environment)
    self.source = source
    self.environment = environment
  }

  private var name: String { program.description.name }
  private var zone: TimeZone { program.environment.timeZone }

  /// Makes sure that every secret of a source is there, before anything is done.
  /// - Throws: ``SourceFault``.
  public static func check(_ description: FeedDescription, variables: [String: String], queries: QueryCatalog) throws {
    guard let source = description.source else { return }
    switch source.origin {
    case .http(let http): _ = try HTTPPull(http, since: nil, zone: .gmt, environment: variables)
    case .postgres(let postgres):
      _ = try PostgresPull(postgres, since: nil, zone: .gmt, environment: variables, queries: queries)
    }
  }

  /// Pulls.
  /// - Parameters:
  ///   - last: what is remembered of the last pull.
  ///   - force: pulls everything again, whatever is remembered.
  /// - Returns: what came of it; a source that fails gives a result that says so.
  public mutating func pull(last: SourceMark?, force: Bool) -> PullResult {
    let start = DispatchTime.now().uptimeNanoseconds
    var result = PullResult(status: .failed)
    do {
      try pull(force ? nil : last, &result)
    } catch {
      result.status = .failed
      let kept = result.pages > 0 ? " \(result.pages) pages are kept, and the next run goes on behind them." : ""
      result.message = "\(error).\(kept)".replacingOccurrences(of: "..", with: ".")
    }
    result.seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    return result
  }

  private mutating func pull(_ last: SourceMark?, _ result: inout PullResult) throws {
    let old = last?.value.flatMap { text in source.since.flatMap { $0.mark(stored: text) } }
    let value = source.since.flatMap { rule in old.map { rule.value(after: $0, zone: zone) } ?? rule.first }
    let request = digest(value)
    let spool = try SourceSpool(folder: environment.folder, name: name)
    let isResumed = try spool.resume(digest: request, notBefore: environment.clock - Self.resumeWithin)
    if !isResumed { try spool.begin(digest: request, started: environment.clock) }
    result.resumedPages = spool.state.pages
    defer { (result.pages, result.rows, result.bytes) = (spool.state.pages, spool.state.rows, spool.state.bytes) }
    var isUnchanged = false
    switch source.origin {
    case .http(let http):
      let validators = last.flatMap { $0.request == request && http.isConditional ? ($0.etag, $0.modified) : nil }
      isUnchanged = try !pullPages(http, value, validators, spool, &result)
    case .postgres(let postgres):
      try pullRows(postgres, value, spool, request, &result)
    }
    guard !isUnchanged else {
      spool.discard()
      result.status = .unchanged
      return
    }
    let state = spool.state
    result.unmarked = state.unmarked
    let mark = SourceMark(
      feed: name, value: newMark(old, state.mark), etag: state.etag, modified: state.modified, request: request)
    if state.rows == 0 {
      spool.discard()
      result.status = .empty
      result.mark = mark
    } else {
      result.status = .pulled
      result.file = InboxFile(
        path: spool.path, name: "\(name)@\(Self.compact(environment.localClock)).jsonl", mark: mark)
    }
  }

  /// The greatest value seen, not later than the clock, and never earlier than before.
  private func newMark(_ old: Int?, _ seen: Int?) -> String? {
    guard let rule = source.since else { return nil }
    let latest = rule.latest(clock: environment.clock, localClock: environment.localClock)
    return [old, seen.map { min($0, latest) }].compactMap { $0 }.max().map(rule.text)
  }

  /// SHA-256 of what is asked for: the description, the rules that rows are read by, and the parameter's value.
  private func digest(_ value: String?) -> String {
    var digest = SHA256Digest()
    digest.update("\(program.rulesDigest)\u{0}\(value ?? "")")
    return digest.hex()
  }

  /// `20220105T020000`.
  private static func compact(_ clock: LocalTimestamp) -> String { clock.description.filter { $0 != "-" && $0 != ":" } }

  // MARK: The two kinds

  /// Pulls the pages that the spool lacks; false where the server says that nothing changed.
  private mutating func pullPages(
    _ http: HTTPSource, _ value: String?, _ validators: (etag: String?, modified: String?)?, _ spool: SourceSpool,
    _ result: inout PullResult
  ) throws -> Bool {
    let pull = try HTTPPull(http, since: source.since, zone: zone, environment: environment.variables)
    result.place = pull.place
    while !spool.state.isComplete {
      if result.requests > 0, http.interval > 0 { environment.sleep(http.interval) }
      let page = try source.retries.run(
        using: &generator, sleep: environment.sleep,
        onFailure: { environment.note("\($0); tried again in \(Int($1.rounded(.up))) s") }
      ) {
        result.requests += 1
        return try pull.page(at: spool.state.next, since: value, validators: validators, before: spool.state)
      }
      guard let page else { return false }
      try spool.append(page)
      environment.progress(spool.state.rows)
    }
    return true
  }

  /// Pulls all rows of a query; a query that broke off begins anew, because its rows belong to one snapshot.
  private mutating func pullRows(
    _ postgres: PostgresSource, _ value: String?, _ spool: SourceSpool, _ request: String, _ result: inout PullResult
  ) throws {
    let pull = try PostgresPull(
      postgres, since: source.since, zone: zone, environment: environment.variables, queries: environment.queries)
    result.place = pull.place
    guard !spool.state.isComplete else { return }
    try source.retries.run(
      using: &generator, sleep: environment.sleep,
      onFailure: { environment.note("\($0); tried again in \(Int($1.rounded(.up))) s") }
    ) {
      result.requests += 1
      result.resumedPages = 0
      try spool.begin(digest: request, started: environment.clock)
      do {
        try pull.rows(since: value) { page in
          try spool.append(page)
          environment.progress(spool.state.rows)
        }
      } catch let error as PostgresError where Self.isRecoverable(error) {
        spool.discard()
        throw TransferError(.cutShort, error.description)
      } catch {
        spool.discard()
        throw error
      }
    }
  }

  private static func isRecoverable(_ error: PostgresError) -> Bool {
    [.serverUnreachable, .serverStarting, .tooManyConnections, .connectionLost, .adminShutdown, .serializationFailure]
      .contains(error.code)
  }

  // MARK: Afterwards

  /// Takes the spool away after its rows were taken, or puts it aside where they were refused.
  /// - Returns: where it was put.
  public func finish(_ result: FileResult) -> String? {
    guard let spool = try? SourceSpool(folder: environment.folder, name: name) else { return nil }
    guard result.status == .refused, !program.schema.isPersonal else {
      spool.discard()
      return nil
    }
    return spool.setAside()
  }

  /// Writes the first page, or the first rows, to a file that only its owner may read, for a look at them.
  public func sample(into path: String, rows: Int) throws {
    let value = source.since?.first
    var page = SourcePage()
    switch source.origin {
    case .http(let http):
      let pull = try HTTPPull(http, since: source.since, zone: zone, environment: environment.variables)
      if let first = try pull.page(at: nil, since: value, validators: nil, before: .init()) { page = first }
    case .postgres(let postgres):
      let pull = try PostgresPull(
        postgres, since: source.since, zone: zone, environment: environment.variables, queries: environment.queries)
      try pull.rows(since: value, limit: max(1, rows)) { page = $0 }
    }
    guard page.rows > 0 else {
      throw SourceFault("the source gives no rows: check `rows`, the query and its parameters.")
    }
    let made = FileManager.default.createFile(
      atPath: path, contents: Data(page.lines), attributes: [.posixPermissions: 0o600])
    guard made else { throw SourceFault("\(path) cannot be written.") }
  }
}
