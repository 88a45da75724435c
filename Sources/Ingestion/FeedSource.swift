import Foundation
import Tabular
import Transfer

/// A source that a feed's rows are pulled from, beside files of the inbox.
public struct FeedSource: Sendable {
  /// Where rows come from.
  public enum Origin: Sendable {
    /// A JSON interface of a web server.
    case http(HTTPSource)
    /// A query on another PostgreSQL.
    case postgres(PostgresSource)
  }

  /// Where rows come from.
  public var origin: Origin
  /// What is asked for only; `nil` asks for everything each time.
  public var since: SinceRule?
  /// How often and when a failed request is tried again.
  public var retries: RetryPolicy
}

/// A JSON interface of a web server.
public struct HTTPSource: Sendable {
  /// Where parameters of paging and watermark go.
  public enum Place: String, CaseIterable, Sendable {
    /// Into the address.
    case query
    /// Into the JSON object of the body.
    case body
  }

  /// How a list is cut into pages.
  public struct Paging: Sendable {
    /// A kind of paging.
    public enum Kind: String, CaseIterable, Sendable {
      /// Pages are numbered.
      case page
      /// Rows are skipped.
      case offset
      /// Each page names what asks for the next.
      case cursor
      /// Each answer names the address of the next page.
      case linkHeader = "link_header"
    }
    /// When a list ends that says nothing of its end.
    public enum Stop: String, CaseIterable, Sendable {
      /// At a page without rows.
      case empty
      /// Also at a page with fewer rows than were asked for.
      case short
    }
    /// The kind.
    public var kind: Kind
    /// The parameter of page number, offset or cursor.
    public var parameter = ""
    /// The parameter of the page's size; `nil` sends none.
    public var sizeParameter: String?
    /// Rows of a page.
    public var size: Int?
    /// The first page's number, or the first offset.
    public var first = 1
    /// Path of the next cursor, or of the next page's address.
    public var next: String?
    /// Path of a truth value: whether there is more.
    public var more: String?
    /// Path of the number of rows of the whole list.
    public var total: String?
    /// Path of the number of pages.
    public var pages: String?
    /// When a list ends that says nothing of its end.
    public var stop = Stop.empty
    /// More pages than this are taken for a mistake.
    public var limit = 100_000
  }

  /// The address.
  public var url: SecretText
  /// The method.
  public var method: HTTPRequest.Method
  /// Parameters of every request.
  public var query: [(name: String, value: SecretText)]
  /// Header fields of every request.
  public var headers: [(name: String, value: SecretText)]
  /// Members of the body of a POST.
  public var body: [(name: String, value: SecretText)]
  /// Path of the array of rows; empty where the answer itself is the array.
  public var rows: String
  /// The charset of answers; `nil` for the one that an answer names, else the one that is guessed.
  public var charset: Charset?
  /// How the list is cut; `nil` for one answer.
  public var paging: Paging?
  /// Where paging and watermark go.
  public var place: Place
  /// Whether the first request asks only for what changed since the last pull.
  public var isConditional: Bool
  /// The least seconds between two requests.
  public var interval: Double
  /// What bounds a request.
  public var options: TransferOptions
}

/// A query on another PostgreSQL.
public struct PostgresSource: Sendable {
  /// The address.
  public var url: SecretText
  /// The statement; `$1` is the watermark.
  public var query: String
  /// Milliseconds after which the server gives the statement up.
  public var statementTimeout: Int
}

// MARK: Reading descriptions

extension FeedSource {
  /// The source of a description, and the patterns of its files; without either, files are named after the feed.
  static func read(
    _ yaml: YAMLDocument?, feed: String, beside path: String
  ) throws -> (patterns: [String], source: FeedSource?) {
    guard let yaml else { return ([feed + "*"], nil) }
    try yaml.allow("inbox", "http", "postgres")
    let http = try yaml["http"]
    let postgres = try yaml["postgres"]
    if http != nil, let postgres { throw postgres.fault("a feed is pulled from one place: keep http or postgres.") }
    let source =
      try http.map { try FeedSource(http: $0) } ?? postgres.map { try FeedSource(postgres: $0, beside: path) }
    return (try yaml["inbox"]?.strings() ?? (source == nil ? [feed + "*"] : []), source)
  }

  private init(http yaml: YAMLDocument) throws {
    try yaml.allow(
      "url", "method", "query", "headers", "body", "rows", "charset", "paging", "since", "parameters", "conditional",
      "requests_per_minute", "retries", "timeout", "stall_timeout", "max_page_bytes", "trust")
    since = try yaml["since"].map { try SinceRule($0, hasParameter: true) }
    retries = try Self.retries(yaml["retries"])
    origin = .http(try HTTPSource(yaml))
  }

  private init(postgres yaml: YAMLDocument, beside path: String) throws {
    try yaml.allow("url", "query", "query_file", "since", "statement_timeout", "retries")
    since = try yaml["since"].map { try SinceRule($0, hasParameter: false) }
    retries = try Self.retries(yaml["retries"])
    let url = try yaml.required("url")
    let address = try url.secretText()
    guard address.isSecret || !Self.namesPassword(address.description) else {
      throw url.fault("holds a password: write ${NAME} and set that environment variable, or use ~/.pgpass.")
    }
    let query: String
    if let node = try yaml["query_file"] {
      let name = try node.string()
      let file = name.hasPrefix("/") ? name : (path as NSString).deletingLastPathComponent + "/" + name
      guard let text = FileManager.default.contents(atPath: file).flatMap({ String(data: $0, encoding: .utf8) }) else {
        throw node.fault("the file \(file) is missing or not UTF-8.")
      }
      query = text
    } else {
      query = try yaml.required("query").string()
    }
    if query.contains("$1") != (since != nil) {
      throw yaml.fault(
        since == nil
          ? "uses $1 and has no `since`: add it (column, lag, first), or leave $1 out."
          : "has `since` and its query does not use $1: write `WHERE column >= $1`.")
    }
    if let since, since.first == nil {
      throw yaml.fault("needs `since.first`: what $1 is at the first pull, such as 2015-01-01.")
    }
    origin = .postgres(
      PostgresSource(
        url: address, query: query,
        statementTimeout: try yaml["statement_timeout"].map { Int(try $0.seconds() * 1000) } ?? 600_000))
  }

  private static func retries(_ node: YAMLDocument?) throws -> RetryPolicy {
    guard let node else { return RetryPolicy() }
    let count = try node.int()
    guard (0...20).contains(count) else { throw node.fault("should lie between 0 and 20.") }
    return RetryPolicy(attempts: count + 1)
  }

  private static func namesPassword(_ address: String) -> Bool {
    if address.contains("password=") { return true }
    let authority = address.firstRange(of: "://").map { address[$0.upperBound...].prefix { $0 != "/" } } ?? ""
    return authority.contains("@") && authority.prefix { $0 != "@" }.contains(":")
  }
}

extension HTTPSource {
  fileprivate init(_ yaml: YAMLDocument) throws {
    let address = try yaml.required("url")
    url = try address.secretText()
    if !url.isSecret {
      do {
        guard try !WebAddress(url.description).hasUser else {
          throw address.fault("holds user or password: send them as a header, from ${NAME}.")
        }
      } catch let error as TransferError { throw address.fault(error.description) }
    }
    let body = try yaml["body"]
    method = try yaml["method"].map(Self.method) ?? (body == nil ? .get : .post)
    if let body, method != .post { throw body.fault("only a POST has a body.") }
    query = try Self.texts(yaml["query"])
    headers = try Self.texts(yaml["headers"])
    self.body = try Self.texts(body)
    rows = try yaml["rows"]?.string() ?? ""
    charset = try yaml["charset"]?.charset()
    paging = try yaml["paging"].map(Self.paging)
    place = try yaml["parameters"]?.choice() ?? (body == nil ? .query : .body)
    isConditional = try yaml["conditional"]?.bool() ?? (paging == nil)
    let rate = try yaml["requests_per_minute"].map { node in
      let rate = try node.double()
      guard rate > 0 else { throw node.fault("should be greater than 0.") }
      return rate
    }
    interval = rate.map { 60 / $0 } ?? 0
    options = TransferOptions()
    options.maximumBytes = try yaml["max_page_bytes"]?.int() ?? 16 << 20
    if let node = try yaml["timeout"] { options.timeout = try node.seconds() }
    if let node = try yaml["stall_timeout"] { options.stallTimeout = try node.seconds() }
    options.trustFile = try yaml["trust"]?.string()
  }

  private static func method(_ node: YAMLDocument) throws -> HTTPRequest.Method { try node.choice() }

  private static func paging(_ yaml: YAMLDocument) throws -> Paging {
    try yaml.allow(
      "kind", "parameter", "size_parameter", "size", "first", "next", "more", "total", "pages", "stop", "max_pages")
    var paging = Paging(kind: try yaml.required("kind").choice())
    if paging.kind != .linkHeader { paging.parameter = try yaml.required("parameter").string() }
    paging.sizeParameter = try yaml["size_parameter"]?.string()
    paging.size = try yaml["size"]?.int()
    if let node = try yaml["size"], (paging.size ?? 0) < 1 { throw node.fault("should be greater than 0.") }
    if let node = try yaml["size_parameter"], paging.size == nil { throw node.fault("needs `size`.") }
    paging.first = try yaml["first"]?.int() ?? (paging.kind == .page ? 1 : 0)
    paging.next = try paging.kind == .cursor ? yaml.required("next").string() : yaml["next"]?.string()
    paging.more = try yaml["more"]?.string()
    paging.total = try yaml["total"]?.string()
    paging.pages = try yaml["pages"]?.string()
    paging.stop = try yaml["stop"]?.choice() ?? .empty
    if let node = try yaml["stop"], paging.stop == .short, paging.size == nil {
      throw node.fault("short needs `size`.")
    }
    paging.limit = try yaml["max_pages"]?.int() ?? paging.limit
    return paging
  }

  private static func texts(_ yaml: YAMLDocument?) throws -> [(name: String, value: SecretText)] {
    try yaml?.keys().compactMap { name in
      guard let node = try yaml?[name] else { return nil }
      let value = try node.secretText()
      guard value.isSecret || !isSecretName(name) else {
        throw node.fault(
          "looks like a secret and stands in the file: write ${NAME} and set that environment variable, or ${file:PATH}."
        )
      }
      return (name, value)
    } ?? []
  }

  /// Whether a name of a header or parameter promises a credential.
  static func isSecretName(_ name: String) -> Bool {
    let plain = name.lowercased().filter { $0.isLetter }
    return [
      "authorization", "cookie", "token", "secret", "password", "passwd", "apikey", "appkey", "accesskey", "sign",
      "signature",
    ]
    .contains { plain == $0 || plain.hasSuffix($0) } || plain == "key" || plain == "xkey"
  }
}

extension YAMLDocument {
  /// A charset by its name.
  func charset() throws -> Charset {
    guard let charset = Charset(name: try string()) else {
      throw fault("is no charset that is read here: utf-8, gb18030, gbk, gb2312, utf-16, utf-16le, utf-16be, auto.")
    }
    return charset
  }

  /// A text that may name secrets.
  /// - Parameter isSecret: whether the text itself is one, so that it may not stand in a profile.
  public func secretText(isSecret: Bool = false) throws -> SecretText {
    guard let text = SecretText(try string()) else {
      throw fault("has a ${…} without an end or a name: write ${NAME} or ${file:PATH}.")
    }
    guard text.isSecret || !isSecret else {
      throw fault(
        "is a secret and may not stand in a profile: write ${NAME_OF_AN_ENVIRONMENT_VARIABLE} or ${file:PATH}, a file that only its owner may read."
      )
    }
    return text
  }
}

// MARK: In words

extension FeedSource {
  /// What is pulled and how, for people; names of variables, never their values.
  public var explanation: [String] {
    var lines: [String]
    switch origin {
    case .http(let source): lines = source.explanation
    case .postgres(let source): lines = source.explanation
    }
    if let since {
      let place = since.parameter.isEmpty ? "$1" : since.parameter
      lines.append(
        "since: \(place) (\(since.format.rawValue)), the greatest “\(since.column)” seen less a window of \(since.lag)"
          + "; at first \(since.first ?? "everything")")
    }
    lines.append("retries: \(retries.attempts - 1), with growing waits, or as the server asks")
    return lines
  }

  /// Every name that a secret comes from.
  public var secretOrigins: [String] {
    switch origin {
    case .http(let source):
      source.url.origins + (source.query + source.headers + source.body).flatMap(\.value.origins)
    case .postgres(let source): source.url.origins
    }
  }
}

extension HTTPSource {
  fileprivate var explanation: [String] {
    let shown = url.isSecret ? url.description : (try? WebAddress(url.description).description) ?? ""
    var lines = [
      "pulled from: \(method.rawValue) \(shown), rows in \(rows.isEmpty ? "the answer itself" : "“\(rows)”")"
        + (charset.map { ", in \($0.rawValue)" } ?? "")
    ]
    for (kind, list) in [("parameter", query), ("header", headers), ("body", body)] {
      for (name, value) in list { lines.append("\(kind) \(name): \(value)") }
    }
    if let paging {
      let size = paging.size.map { " of \($0)" } ?? ""
      let rest = [paging.next.map { "next in “\($0)”" }, paging.total.map { "total in “\($0)”" }].compactMap { $0 }
      lines.append(
        "paging: \(paging.kind.rawValue)\(paging.parameter.isEmpty ? "" : " in \(paging.parameter)")\(size)"
          + rest.map { ", \($0)" }.joined())
    }
    if isConditional { lines.append("conditional: nothing is taken where the server says that nothing changed") }
    return lines
  }
}

extension PostgresSource {
  fileprivate var explanation: [String] {
    ["pulled from: PostgreSQL \(url), read only, at most \(statementTimeout / 1000) s a statement"]
  }
}
