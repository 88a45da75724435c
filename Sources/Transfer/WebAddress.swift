import CLibCurl

/// An `http` or `https` address (RFC 3986), checked by libcurl.
///
/// Its description shows scheme, host, port, path and the names of the query's parameters: values and user
/// information may be secret.
public struct WebAddress: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  /// The whole address, secrets included.
  public let text: String
  /// `http` or `https`.
  public let scheme: String
  /// The host's name or number.
  public let host: String
  /// The port, also where it is the scheme's own.
  public let port: Int
  /// The path, beginning with a slash.
  public let path: String
  /// The query without its question mark; empty where there is none.
  public let query: String
  /// Whether user or password stand in the address.
  public let hasUser: Bool

  /// Reads an address.
  /// - Throws: ``TransferError`` with code `invalidAddress`; the message quotes nothing of the text.
  public init(_ text: String) throws(TransferError) { try self.init(text, base: nil) }

  private init(_ text: String, base: String?) throws(TransferError) {
    guard let url = curl_url() else { throw TransferError(.outOfMemory, "no memory is left for an address") }
    defer { curl_url_cleanup(url) }
    let flags = UInt32(CURLU_NON_SUPPORT_SCHEME)
    for part in [base, text] {
      guard let part else { continue }
      guard !part.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }),
        curl_url_set(url, CURLUPART_URL, part, flags) == CURLUE_OK
      else { throw Self.invalid("it is no address of the form https://HOST/PATH") }
    }
    func get(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
      var value: UnsafeMutablePointer<CChar>?
      guard curl_url_get(url, part, &value, UInt32(flags)) == CURLUE_OK, let value else { return nil }
      defer { curl_free(value) }
      return String(cString: value)
    }
    // What stands behind # never reaches a server.
    curl_url_set(url, CURLUPART_FRAGMENT, nil, 0)
    scheme = get(CURLUPART_SCHEME) ?? ""
    guard scheme == "http" || scheme == "https" else { throw Self.invalid("its scheme is neither http nor https") }
    host = get(CURLUPART_HOST) ?? ""
    port = get(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap { Int($0) } ?? 0
    path = get(CURLUPART_PATH) ?? "/"
    query = get(CURLUPART_QUERY) ?? ""
    hasUser = get(CURLUPART_USER) != nil || get(CURLUPART_PASSWORD) != nil
    guard !host.isEmpty, let whole = get(CURLUPART_URL) else { throw Self.invalid("it names no host") }
    self.text = whole
  }

  private static func invalid(_ words: String) -> TransferError {
    TransferError(.invalidAddress, "the address is not valid: \(words)", advice: "write it as https://HOST/PATH")
  }

  /// Scheme, host and port: what a credential was given for.
  public var origin: String { "\(scheme)://\(host.lowercased()):\(port)" }

  /// An address that stands in an answer from here: whole, or relative to this one.
  /// - Throws: ``TransferError`` with code `invalidAddress`.
  public func resolving(_ reference: String) throws(TransferError) -> WebAddress {
    try WebAddress(reference, base: text)
  }

  /// The address with further parameters in its query.
  /// - Throws: ``TransferError`` with code `invalidAddress`.
  public func adding(_ parameters: [(name: String, value: String)]) throws(TransferError) -> WebAddress {
    guard !parameters.isEmpty else { return self }
    let more = parameters.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    guard let mark = text.firstIndex(of: "?") else { return try WebAddress(text + "?" + more) }
    let isEmpty = text.index(after: mark) == text.endIndex
    return try WebAddress(text + (isEmpty ? "" : "&") + more)
  }

  /// A text as it stands in a query: all but the unreserved characters of RFC 3986 escaped.
  public static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
      default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The address without user information and without the values of its parameters.
  public var description: String {
    let usual = scheme == "https" ? 443 : 80
    let names = query.split(separator: "&").map { part in
      part.firstIndex(of: "=").map { part[..<$0] + "=…" } ?? "…"
    }
    return "\(scheme)://\(host)\(port == usual ? "" : ":\(port)")\(path)"
      + (names.isEmpty ? "" : "?" + names.joined(separator: "&"))
  }

  /// The description only, so that a dump shows no secret.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
