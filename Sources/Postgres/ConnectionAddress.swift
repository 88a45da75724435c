import CLibPQ

/// Where a database is and as whom to connect: a `postgresql://` URL or a `key=value` string, as libpq reads them.
///
/// What the string leaves out comes from libpq's own places: `PGHOST`, `PGPASSWORD`, `~/.pgpass`, service files.
/// Its description never contains a password or another secret.
public struct ConnectionAddress: Sendable, CustomStringConvertible, CustomReflectable {
  /// The settings that the string spells out, by libpq keyword, secrets included.
  let settings: [String: String]

  /// Reads a connection string.
  ///
  /// - Throws: ``PostgresError`` with code `invalidAddress`; the message quotes nothing of the string.
  public init(_ text: String) throws {
    var complaint: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(text, &complaint) else {
      let message = complaint.map { String(cString: $0) } ?? "out of memory"
      PQfreemem(complaint)
      throw PostgresError(
        .invalidAddress, "the database address is not valid: \(Self.withoutQuotes(message))",
        advice: "write it as postgresql://USER@HOST:PORT/DATABASE")
    }
    defer { PQconninfoFree(options) }
    var settings: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { settings[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    self.settings = settings
    try Self.checkEscapes(settings)
  }

  /// A password with an unescaped `@`, `/` or `:` in a URL spills into host, port or database, which messages print.
  private static func checkEscapes(_ settings: [String: String]) throws {
    let spills = ["host", "dbname"].contains { settings[$0]?.contains("@") == true }
    let ports = settings["port"].map { $0.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2C } } ?? true
    if spills || !ports {
      throw PostgresError(
        .invalidAddress, "the database address is not valid: its host, port or database holds characters of a password",
        advice: "write @ as %40, / as %2F, : as %3A, # as %23, ? as %3F in the URL, or give the password by PGPASSWORD")
    }
  }

  /// Host, port, database and user; never the password.
  public var description: String {
    let host = settings["host"] ?? settings["hostaddr"] ?? settings["service"].map { "service \($0)" } ?? "local socket"
    var text = "database \(settings["dbname"] ?? "(default)") at \(host)"
    if let port = settings["port"] { text += ":\(port)" }
    if let user = settings["user"] { text += " as \(user)" }
    return text
  }

  /// Nothing of the settings, so that a debugger's or a test's dump shows no password.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }

  /// The text with every secret of this address replaced.
  func redacted(_ text: String) -> String {
    var text = text
    for key in ["password", "sslpassword", "passfile"] {
      guard let secret = settings[key], !secret.isEmpty else { continue }
      var parts: [Substring] = []
      var rest = Substring(text)
      while let found = rest.firstRange(of: secret) {
        parts.append(rest[..<found.lowerBound])
        rest = rest[found.upperBound...]
      }
      parts.append(rest)
      text = parts.joined(separator: "***")
    }
    return text
  }

  /// libpq quotes pieces of a malformed string, which may be pieces of a password: all that is quoted goes.
  private static func withoutQuotes(_ message: String) -> String {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    guard let first = line.firstIndex(of: "\""), let last = line.lastIndex(of: "\""), first < last else { return line }
    return line[...first] + "…" + line[last...]
  }
}
