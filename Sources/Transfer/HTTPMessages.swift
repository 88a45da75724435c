import CLibCurl
import Glibc

/// Header fields in their order; names are compared without case.
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral, CustomStringConvertible, CustomReflectable {
  private(set) var fields: [(name: String, value: String)] = []

  /// No fields.
  public init() {}
  /// Fields from names and values, in their order.
  public init(dictionaryLiteral fields: (String, String)...) { for (name, value) in fields { add(name, value) } }

  /// Adds a field; one of the same name stays.
  public mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

  /// The first field of a name; setting replaces all of that name.
  public subscript(_ name: String) -> String? {
    get { fields.first { Self.same($0.name, name) }?.value }
    set {
      fields.removeAll { Self.same($0.name, name) }
      if let newValue { add(name, newValue) }
    }
  }

  /// All fields of a name.
  public func all(_ name: String) -> [String] { fields.filter { Self.same($0.name, name) }.map(\.value) }

  private static func same(_ a: String, _ b: String) -> Bool { a.lowercased() == b.lowercased() }

  /// The names only: values may be secret.
  public var description: String { fields.map(\.name).joined(separator: ", ") }
  /// The names only.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

/// A request to a web server.
public struct HTTPRequest: Sendable {
  /// A method.
  public enum Method: String, Sendable, CaseIterable {
    /// Asks for a resource.
    case get = "GET"
    /// Sends a body.
    case post = "POST"
  }

  /// The method.
  public var method: Method
  /// Where to.
  public var address: WebAddress
  /// Header fields.
  public var headers: HTTPHeaders
  /// The body of a POST.
  public var body: [UInt8]
  /// Texts of address, headers and body that no message may show.
  public var secrets: Secrets

  /// A request from its parts.
  public init(
    _ method: Method = .get, _ address: WebAddress, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [],
    secrets: Secrets = Secrets()
  ) {
    self.method = method
    self.address = address
    self.headers = headers
    self.body = body
    self.secrets = secrets
  }
}

/// A web server's answer.
public struct HTTPResponse: Sendable {
  /// Where it came from.
  public let address: WebAddress
  /// The status, 100 to 599.
  public let status: Int
  /// Header fields.
  public let headers: HTTPHeaders
  /// The body, where it was not handed to a sink: all of it, or the first 64 KiB where the status is no success.
  public let body: [UInt8]
  /// Length of the body after unpacking.
  public let bytes: Int

  /// The charset that `Content-Type` names, such as `gbk`; nil where it names none.
  public var charset: String? {
    for part in (headers["content-type"] ?? "").split(separator: ";").dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\"" && $0 != "'" } }
      if pair.count == 2, pair[0].lowercased() == "charset" { return String(pair[1]) }
    }
    return nil
  }

  /// Seconds to wait before the next request (RFC 9110: a number of seconds, or a moment).
  public var retryAfter: Double? {
    guard let text = headers["retry-after"] else { return nil }
    if let seconds = Double(text), seconds.isFinite, seconds >= 0 { return seconds }
    let moment = curl_getdate(text, nil)
    return moment < 0 ? nil : max(0, Double(moment - time(nil)))
  }

  /// The target of the first link of a relation (RFC 8288), such as `next`.
  /// - Throws: ``TransferError`` with code `invalidAddress`.
  public func link(_ relation: String) throws(TransferError) -> WebAddress? {
    for link in headers.all("link").flatMap(WebLink.parse) where link.relations.contains(relation) {
      return try address.resolving(link.target)
    }
    return nil
  }
}

/// A link of a `Link` field (RFC 8288).
struct WebLink: Equatable {
  let target: String
  let relations: [String]

  /// Parses `<target>; rel="next", <target>; rel=last`; what is malformed ends the list.
  static func parse(_ field: String) -> [WebLink] {
    var links: [WebLink] = []
    var rest = Substring(field)
    func skip(_ characters: String) { rest = rest.drop { characters.contains($0) } }
    while true {
      skip(" \t,")
      guard rest.first == "<", let close = rest.firstIndex(of: ">") else { return links }
      let target = String(rest[rest.index(after: rest.startIndex)..<close])
      rest = rest[rest.index(after: close)...]
      var relations: [String] = []
      skip(" \t")
      while rest.first == ";" {
        skip("; \t")
        let name = rest.prefix { !"=;, \t".contains($0) }
        rest = rest[name.endIndex...]
        skip(" \t")
        guard rest.first == "=" else { continue }
        skip("= \t")
        let value = parameterValue(&rest)
        if name.lowercased() == "rel" { relations += value.lowercased().split(separator: " ").map(String.init) }
        skip(" \t")
      }
      links.append(WebLink(target: target, relations: relations))
    }
  }

  private static func parameterValue(_ rest: inout Substring) -> String {
    guard rest.first == "\"" else {
      let word = rest.prefix { !";, \t".contains($0) }
      rest = rest[word.endIndex...]
      return String(word)
    }
    rest.removeFirst()
    var value = ""
    while let next = rest.popFirst(), next != "\"" {
      if next == "\\", let escaped = rest.popFirst() { value.append(escaped) } else { value.append(next) }
    }
    return value
  }
}
