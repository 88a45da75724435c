/// What went wrong between this program and another host, told so that an operator knows what to do next.
///
/// ``isRecoverable`` tells what may be tried again by itself (a broken connection, an overloaded server) from what somebody
/// must mend first (an address, a credential, a certificate). Messages never hold credentials: no header values, no
/// values of a query, no bodies.
public struct TransferError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure. Opaque, so that new kinds are no breaking change; compare with the static members.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's name, as printed.
    public let description: String
    init(_ name: String) { description = name }

    /// The address is none that is spoken here.
    public static let invalidAddress = Code("invalid address")
    /// The name of the host, or of the proxy, is not known.
    public static let unknownHost = Code("unknown host")
    /// No connection comes about.
    public static let unreachable = Code("unreachable")
    /// No end within the time allowed.
    public static let timeout = Code("timeout")
    /// The connection stands and hardly a byte comes.
    public static let stalled = Code("stalled")
    /// The connection broke, or the body ended before its announced end.
    public static let cutShort = Code("cut short")
    /// The body is longer than is allowed.
    public static let tooLarge = Code("too large")
    /// The certificate is not trusted, or is another host's.
    public static let untrusted = Code("untrusted certificate")
    /// No encrypted connection comes about.
    public static let noEncryption = Code("no encryption")
    /// The credentials are missing or refused (HTTP 401, 403, 407; SMTP 530, 535).
    public static let denied = Code("denied")
    /// Nothing stands at the address (HTTP 404, 410).
    public static let notFound = Code("not found")
    /// The address has moved (HTTP 3xx); it is not followed, because credentials would go along.
    public static let moved = Code("moved")
    /// Too many requests (HTTP 429).
    public static let throttled = Code("throttled")
    /// The server failed or is overloaded (HTTP 5xx and 408; SMTP 4xx).
    public static let serverFailed = Code("server failed")
    /// The server refuses this request (other HTTP 4xx; SMTP 5xx).
    public static let refused = Code("refused")
    /// The answer breaks its protocol.
    public static let badAnswer = Code("bad answer")
    /// No memory is left.
    public static let outOfMemory = Code("out of memory")
    /// The request itself is wrong, for example a line break in a header.
    public static let misuse = Code("misuse")
  }

  /// The kind of failure.
  public let code: Code
  /// What is wrong, and where.
  public let message: String
  /// What to do next; `nil` where the message says it all.
  public let advice: String?
  /// The status of HTTP or the reply code of SMTP; `nil` where no answer came.
  public let status: Int?
  /// Seconds after which the server wants to be asked again (HTTP Retry-After).
  public let retryAfter: Double?
  /// Whether the request was sent whole, so that it may have had its effect although no good answer came: something to know before a
  /// message is sent again.
  public let mayHaveArrived: Bool

  /// An error from its parts.
  public init(
    _ code: Code, _ message: String, advice: String? = nil, status: Int? = nil, retryAfter: Double? = nil,
    mayHaveArrived: Bool = false
  ) {
    self.code = code
    self.message = message
    self.advice = advice
    self.status = status
    self.retryAfter = retryAfter
    self.mayHaveArrived = mayHaveArrived
  }

  /// Whether trying again later, with nothing changed, may help.
  public var isRecoverable: Bool {
    switch code {
    case .unknownHost, .unreachable, .timeout, .stalled, .cutShort, .throttled, .serverFailed, .outOfMemory: true
    default: false
    }
  }

  /// Message and advice.
  public var description: String { advice.map { "\(message); \($0)" } ?? message }
}

extension HTTPResponse {
  /// Refuses all answers but those of success.
  /// - Throws: ``TransferError`` that tells recoverable from final and carries Retry-After.
  public func requireSuccess() throws(TransferError) {
    guard !(200...299).contains(status) else { return }
    let (code, advice) = verdict
    throw TransferError(
      code, "\(address) answers \(status)\(Self.phrase(status).map { " (\($0))" } ?? "")", advice: advice,
      status: status,
      retryAfter: retryAfter, mayHaveArrived: status >= 500)
  }

  private var verdict: (TransferError.Code, String?) {
    switch status {
    case 300...399:
      let target = headers["location"].flatMap { try? address.resolving($0) }
      return (
        .moved,
        "redirects are not followed: \(target.map { "if the new place \($0) is right, write it as the address" } ?? "ask for the right address")"
      )
    case 401, 403, 407: return (.denied, "check the credentials: they are missing, wrong or expired")
    case 404, 410: return (.notFound, "check the address")
    case 429: return (.throttled, "ask less often, or try again later")
    case 408, 425, 500...599: return (.serverFailed, "try again later; if it stays so, tell the operator of that host")
    default: return (.refused, "check address, parameters and headers against that host's documentation")
    }
  }

  private static func phrase(_ status: Int) -> String? {
    [
      301: "moved", 302: "moved", 304: "not modified", 307: "moved", 308: "moved", 400: "bad request",
      401: "not authorised",
      403: "forbidden", 404: "not found", 405: "method not allowed", 407: "proxy wants credentials",
      408: "request timeout",
      410: "gone", 413: "too large", 422: "not processable", 429: "too many requests", 500: "server error",
      502: "bad gateway",
      503: "unavailable", 504: "gateway timeout",
    ][status]
  }
}
