import Foundation
import Transfer

/// A text of a profile in which `${NAME}` stands for an environment variable and `${file:PATH}` for a file that only its owner
/// may read: secrets never stand in a profile.
public struct SecretText: Sendable, Equatable, CustomStringConvertible {
  private enum Part: Sendable, Equatable {
    case literal(String)
    case variable(String)
    case file(String)
  }

  private var parts: [Part] = []

  /// The text as it is written: with names, without secrets.
  public let description: String

  /// Reads a text; `nil` where a `${` has no end or no name.
  init?(_ text: String) {
    description = text
    var rest = Substring(text)
    while let open = rest.firstRange(of: "${") {
      if open.lowerBound > rest.startIndex { parts.append(.literal(String(rest[..<open.lowerBound]))) }
      guard let close = rest[open.upperBound...].firstIndex(of: "}") else { return nil }
      let name = String(rest[open.upperBound..<close])
      if name.hasPrefix("file:"), name.utf8.count > 5 {
        parts.append(.file(String(name.dropFirst(5))))
      } else {
        let isName = name.utf8.allSatisfy {
          $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        }
        guard isName, let first = name.utf8.first, !(0x30...0x39).contains(first) else { return nil }
        parts.append(.variable(name))
      }
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.literal(String(rest))) }
  }

  /// Whether part of it comes from elsewhere.
  var isSecret: Bool { parts.contains { if case .literal = $0 { false } else { true } } }

  /// Where its secrets come from, in words.
  var origins: [String] {
    parts.compactMap { part in
      switch part {
      case .literal: nil
      case .variable(let name): name
      case .file(let path): path
      }
    }
  }

  /// The text with its secrets in place.
  /// - Throws: ``SourceFault`` that names the variable or file that is missing.
  public func resolved(_ environment: [String: String]) throws(SourceFault) -> String {
    var vault = Vault()
    return try resolved(environment, &vault)
  }

  /// The text with its secrets in place; they are added to `vault`.
  /// - Throws: ``SourceFault`` that names the variable or file that is missing.
  func resolved(_ environment: [String: String], _ vault: inout Vault) throws(SourceFault) -> String {
    var text = ""
    for part in parts {
      switch part {
      case .literal(let literal): text += literal
      case .variable(let name):
        guard let value = environment[name], !value.isEmpty else {
          throw SourceFault(
            "the environment variable \(name) is not set: set it (a line of the settings file, or the vault that fills them).",
            isConfiguration: true)
        }
        vault.add(value, as: "${\(name)}")
        text += value
      case .file(let path):
        let value = try Self.read(path)
        vault.add(value, as: "${file:\(path)}")
        text += value
      }
    }
    return text
  }

  private static func read(_ path: String) throws(SourceFault) -> String {
    var status = stat()
    guard stat(path, &status) == 0, let data = FileManager.default.contents(atPath: path) else {
      throw SourceFault("the file of a secret \(path) is missing or cannot be read.", isConfiguration: true)
    }
    guard status.st_mode & 0o077 == 0 else {
      throw SourceFault(
        "the file of a secret \(path) may be read by others than its owner: run `chmod 600 \(path)`.",
        isConfiguration: true)
    }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// The secrets of one source while it is pulled, and the names they go by.
struct Vault: Sendable {
  private(set) var secrets = Secrets()
  private var entries: [(value: String, name: String)] = []

  mutating func add(_ value: String, as name: String) {
    secrets.add(value)
    for form in [value, WebAddress.encoded(value)] where !form.isEmpty && !entries.contains(where: { $0.value == form })
    {
      entries.append((form, name + (form == value ? "" : "%")))
    }
    entries.sort { $0.value.utf8.count > $1.value.utf8.count }
  }

  /// The text with names in the place of secrets, for a file on disk.
  func sealed(_ text: String) -> String { Self.replace(entries.map { ($0.value, $0.name) }, in: text) }

  /// The text that was sealed.
  func opened(_ text: String) -> String {
    Self.replace(entries.map { ($0.name, $0.value) }.sorted { $0.0.utf8.count > $1.0.utf8.count }, in: text)
  }

  /// Replaces in one pass, longest first, so that nothing is replaced inside of what was put in.
  private static func replace(_ pairs: [(String, String)], in text: String) -> String {
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.first {
      if let (old, new) = pairs.first(where: { rest.starts(with: $0.0.utf8) }) {
        out += new.utf8
        rest = rest.dropFirst(old.utf8.count)
      } else {
        out.append(byte)
        rest = rest.dropFirst()
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// Why a source gives nothing: what is wrong, where, and what to do next. Never a secret.
public struct SourceFault: Error, Sendable, CustomStringConvertible {
  /// What is wrong and what to do.
  public let description: String
  /// Whether the description or the environment must be mended first.
  public let isConfiguration: Bool

  init(_ description: String, isConfiguration: Bool = false) {
    self.description = description
    self.isConfiguration = isConfiguration
  }
}
