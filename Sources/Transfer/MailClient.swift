import CLibCurl

/// A server that takes mail for delivery (RFC 6409).
public struct MailServer: Sendable, CustomStringConvertible, CustomReflectable {
  /// How the connection is encrypted.
  public enum Security: String, Sendable, CaseIterable {
    /// TLS from the first byte (port 465).
    case tls
    /// TLS after STARTTLS (port 587); where the server does not offer it, nothing is sent.
    case startTLS = "starttls"
    /// None: for a relay on this machine. No credentials are ever sent.
    case none
  }

  /// The host's name.
  public var host: String
  /// The port.
  public var port: Int
  /// How the connection is encrypted.
  public var security: Security
  /// The user; `nil` logs in as nobody.
  public var user: String?
  /// The user's password.
  public var password: String?

  /// A server from its parts.
  /// - Parameter port: `nil` for the usual one: 465, 587 or 25.
  public init(
    host: String, port: Int? = nil, security: Security = .startTLS, user: String? = nil, password: String? = nil
  ) {
    self.host = host
    self.port = port ?? (security == .tls ? 465 : security == .startTLS ? 587 : 25)
    self.security = security
    self.user = user
    self.password = password
  }

  /// Host and port.
  public var description: String { "mail server \(host):\(port)" }
  /// Host and port only, so that a dump shows no password.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

/// Hands mail over to a server, over libcurl.
///
/// A client is used by one thread at a time and keeps its connection between messages. A message is taken for all its recipients or for
/// none: when the server refuses one, nothing is sent. An error says whether trying again may help
/// (``TransferError/isRecoverable``) and whether the message may have been taken all the same
/// (``TransferError/mayHaveArrived``).
public final class MailClient {
  /// The server.
  public let server: MailServer
  /// What bounds each transfer.
  public let options: TransferOptions
  private let handle: CurlHandle

  /// A client of a server.
  /// - Throws: ``TransferError`` with code `misuse` when the server's name is none, or credentials would go unencrypted.
  public init(server: MailServer, options: TransferOptions = TransferOptions()) throws(TransferError) {
    let isHost = server.host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/@?#\\".utf8.contains($0) }
    guard isHost, !server.host.isEmpty, (1...65_535).contains(server.port) else {
      throw TransferError(
        .invalidAddress, "the mail server's host or port is not valid", advice: "write host and port apart")
    }
    guard server.security != .none || (server.user == nil && server.password == nil) else {
      throw TransferError(
        .misuse, "\(server) would get user and password unencrypted", advice: "use starttls or tls, or log in as nobody"
      )
    }
    self.server = server
    self.options = options
    handle = try CurlHandle()
  }

  /// Hands one message over.
  /// - Parameters:
  ///   - message: header and body (RFC 5322, MIME); line ends may be LF or CRLF.
  ///   - from: the sender's address, to which failures are reported.
  ///   - to: the recipients' addresses.
  /// - Throws: ``TransferError``.
  public func submit(_ message: [UInt8], from: String, to: [String]) throws(TransferError) {
    for address in [from] + to { try Self.check(address) }
    guard !to.isEmpty else { throw TransferError(.misuse, "a message has no recipient", advice: "name at least one") }
    var secrets = Secrets()
    if let password = server.password { secrets.add(password) }
    let exchange = CurlHandle.Exchange()
    exchange.upload = Self.withFullLineEnds(message)
    exchange.limit = options.maximumBytes
    handle.prepare(options)
    handle.set(CURLOPT_URL, "\(server.security == .tls ? "smtps" : "smtp")://\(server.host):\(server.port)/")
    if server.security != .none { handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
    if let user = server.user { handle.set(CURLOPT_USERNAME, user) }
    if let password = server.password { handle.set(CURLOPT_PASSWORD, password) }
    handle.set(CURLOPT_MAIL_FROM, "<\(from)>")
    try handle.set(CURLOPT_MAIL_RCPT, to.map { "<\($0)>" })
    handle.set(CURLOPT_UPLOAD, 1)
    lw_curl_set_size(handle.pointer, CURLOPT_INFILESIZE_LARGE, curl_off_t(exchange.upload.count))
    let code = handle.perform(exchange)
    guard code != CURLE_OK else { return }
    throw failure(code, exchange, secrets)
  }

  private func failure(_ code: CURLcode, _ exchange: CurlHandle.Exchange, _ secrets: Secrets) -> TransferError {
    let wasSent = exchange.sent == exchange.upload.count
    let failure = handle.failure(code, exchange, server.description, options, secrets, wasSent: wasSent)
    guard failure.code == .cutShort || failure.code == .badAnswer || failure.code == .denied,
      let status = failure.status,
      (400...599).contains(status)
    else { return failure }
    // The server has spoken: its reply code says more than libcurl's words. A reply of refusal says that nothing was taken.
    let kind: TransferError.Code = status < 500 ? .serverFailed : [530, 534, 535].contains(status) ? .denied : .refused
    let step =
      exchange.sent > 0 ? "the message" : failure.code == .denied ? "user and password" : "sender or a recipient"
    let advice =
      kind == .serverFailed
      ? "try again later"
      : kind == .denied ? "check user and password" : "check the addresses, and ask that server's operator"
    return TransferError(kind, "\(server) refuses \(step) with \(status)", advice: advice, status: status)
  }

  /// Refuses what would break the dialogue of SMTP.
  private static func check(_ address: String) throws(TransferError) {
    let isFine = address.utf8.allSatisfy {
      $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
    }
    guard isFine, address.utf8.count <= 254, let at = address.lastIndex(of: "@"), at > address.startIndex,
      address.index(after: at) < address.endIndex
    else { throw TransferError(.misuse, "a mail address is not valid", advice: "write it as name@host, in ASCII") }
  }

  /// The message with CRLF at the end of every line, also the last one.
  static func withFullLineEnds(_ message: [UInt8]) -> [UInt8] {
    var whole: [UInt8] = []
    whole.reserveCapacity(message.count + message.count / 40 + 2)
    for byte in message {
      if byte == 0x0A, whole.last != 0x0D { whole.append(0x0D) }
      whole.append(byte)
    }
    if !whole.suffix(2).elementsEqual([0x0D, 0x0A]) { whole += [0x0D, 0x0A] }
    return whole
  }
}
