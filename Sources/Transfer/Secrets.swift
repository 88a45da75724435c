/// Texts that no message may show: credentials of requests and mail servers.
///
///     var secrets = Secrets()
///     secrets.add(token)
///     log(secrets.hidden(in: text))
public struct Secrets: Sendable, CustomStringConvertible, CustomReflectable {
  private var values: [String] = []

  /// Secrets from their texts.
  public init(_ values: [String] = []) { for value in values { add(value) } }

  /// Adds a secret, as it is and as it stands in an address; an empty text is none.
  public mutating func add(_ value: String) {
    for form in [value, WebAddress.encoded(value)] where !form.isEmpty && !values.contains(form) { values.append(form) }
    // A secret that is part of another must not be hidden first and leave the rest of the other.
    values.sort { $0.utf8.count > $1.utf8.count }
  }

  /// Adds all of another set.
  public mutating func add(_ other: Secrets) { for value in other.values { add(value) } }

  /// The text with every secret in it replaced by `***`.
  public func hidden(in text: String) -> String {
    var text = text
    for value in values { text = Self.replace(value, in: text, by: "***") }
    return text
  }

  /// A text with another in the place of each occurrence of a third.
  public static func replace(_ value: String, in text: String, by other: String) -> String {
    guard !value.isEmpty, text.utf8.count >= value.utf8.count else { return text }
    var parts: [Substring] = []
    var rest = Substring(text)
    while let found = rest.firstRange(of: value) {
      parts.append(rest[..<found.lowerBound])
      rest = rest[found.upperBound...]
    }
    guard !parts.isEmpty else { return text }
    return (parts + [rest]).joined(separator: other)
  }

  /// How many there are, and nothing of them.
  public var description: String { "\(values.count) secrets" }
  /// Nothing of them, so that a debugger's or a test's dump shows none.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
