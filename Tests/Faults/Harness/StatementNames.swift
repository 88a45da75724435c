import Foundation
import Postgres
import TestSupport

/// The names of statements by their text: files of `sql/queries` and `sql/migrations` by their path, others by their first words.
struct StatementNames: Sendable {
  private let names: [String: String]

  /// The names of the repository's statements.
  static let repository = StatementNames()

  private init() {
    var names: [String: String] = [:]
    for folder in ["queries", "migrations"] {
      let root = "\(repositoryRoot)/sql/\(folder)"
      guard let found = FileManager.default.enumerator(atPath: root) else { continue }
      for case let path as String in found where path.hasSuffix(".sql") {
        guard let text = try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8) else { continue }
        names[text] = (folder == "queries" ? "" : "migrations/") + path.dropLast(4)
      }
    }
    self.names = names
  }

  /// The name of a statement.
  func name(_ text: String) -> String {
    if let name = names[text] { return name }
    let words = text.split(whereSeparator: { $0.isWhitespace || $0 == "(" }).prefix(4)
    return words.joined(separator: " ").lowercased()
  }
}
