import Foundation
import Ingestion

/// A text of a profile that may be secret: it stands in the environment or in a file, and the profile says where.
///
///     password: ${LABOURWATCH_MAIL_PASSWORD}
///     password: {file: /etc/labourwatch/mail.password}
struct SecretText: Sendable, Hashable {
  private enum Place: Hashable {
    case plain(String)
    case environment(String)
    case file(String)
  }

  private let place: Place
  /// File, line and key of the profile that name it, for messages.
  private let origin: String

  /// Reads where a text stands.
  /// - Parameter isSecret: whether the text itself may not stand in the profile.
  /// - Throws: ``YAMLFault``.
  init(_ yaml: YAMLDocument, isSecret: Bool) throws {
    origin = "\(yaml.file)\(yaml.line.map { ":\($0)" } ?? ""): “\(yaml.key)”"
    if yaml.isMapping {
      try yaml.allow("file")
      place = .file(try yaml.required("file").string())
      return
    }
    let text = try yaml.string()
    if text.hasPrefix("${"), text.hasSuffix("}") {
      place = .environment(String(text.dropFirst(2).dropLast()))
    } else if isSecret {
      throw yaml.fault(
        "is a secret and may not stand in a profile: write ${NAME_OF_AN_ENVIRONMENT_VARIABLE} or {file: PATH}, a file that only its owner may read."
      )
    } else {
      place = .plain(text)
    }
  }

  /// The text, without blanks at its ends.
  /// - Throws: ``Failure`` (usage) that names the variable or file that is missing, empty or open to others; never the text.
  func resolve(_ environment: [String: String]) throws -> String {
    let text: String
    switch place {
    case .plain(let plain): return plain
    case .environment(let name):
      guard let value = environment[name] else {
        throw Failure.usage(
          "\(origin): the environment variable \(name) is not set.", next: "Set it where the program is started.")
      }
      text = value
    case .file(let path):
      var status = stat()
      guard stat(path, &status) == 0, let bytes = FileSystem.bytes(path) else {
        throw Failure.usage(
          "\(origin): the file \(path) is missing or cannot be read.", next: "Check its name and owner.")
      }
      guard status.st_mode & 0o077 == 0 else {
        throw Failure.usage(
          "\(origin): the file \(path) may be read by others than its owner.", next: "Run `chmod 600 \(path)`.")
      }
      text = String(decoding: bytes, as: UTF8.self)
    }
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty else { throw Failure.usage("\(origin): the secret is empty.", next: "Put it in its place.") }
    return trimmed
  }
}
