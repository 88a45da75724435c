import Foundation

/// The texts of the lists in one language, from `strings.<language>.tsv` in the templates' folder: a key, a tab, the text. `%1` to `%9`
/// stand for values; a line that begins with `#` is a comment.
public struct StringTable: Sendable {
  /// The language's tag (`zh-CN`, `en`).
  public let language: String
  private let texts: [String: String]

  /// What is wrong with a table of texts.
  public struct Fault: Error, CustomStringConvertible {
    /// File, line and fault.
    public let description: String
  }

  /// Reads the table of a language.
  /// - Throws: ``Fault`` when the file is missing or a line has no tab.
  public init(language: String, folder: String) throws {
    let path = "\(folder)/strings.\(language).tsv"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Fault(
        description:
          "\(path) is missing: there are no texts in the language “\(language)”; use zh-CN or en, or add the file.")
    }
    var texts: [String: String] = [:]
    for (number, line) in String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated() where !line.isEmpty && line.first != "#"
    {
      guard let tab = line.firstIndex(of: "\t") else {
        throw Fault(description: "\(path):\(number + 1): no tab between key and text.")
      }
      texts[String(line[..<tab])] = String(line[line.index(after: tab)...])
    }
    self.language = language
    self.texts = texts
  }

  /// The text of a key, with values in place of `%1`, `%2` …; the key itself where the table has no such text.
  public func callAsFunction(_ key: String, _ values: String...) -> String {
    guard var text = texts[key] else { return key }
    for (index, value) in values.enumerated() { text = text.replacing("%\(index + 1)", with: value) }
    return text
  }

  /// The text of a key, or `nil`.
  public func find(_ key: String) -> String? { texts[key] }

  /// All keys, sorted.
  public var keys: [String] { texts.keys.sorted() }
}
