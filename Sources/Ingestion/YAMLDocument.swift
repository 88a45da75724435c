import Foundation
import Yams

/// A fault in a YAML file of a profile: where, which key, what is wrong and what to do.
public struct YAMLFault: Error, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The line, counted from 1; `nil` where the file as a whole is at fault.
  public let line: Int?
  /// The dotted path of the key; empty for the document.
  public let key: String
  /// What is wrong and what to do next.
  public let message: String

  /// The code.
  public var description: String {
    "\(file)\(line.map { ":\($0)" } ?? ""): \(key.isEmpty ? "" : "“\(key)”: ")\(message)"
  }
}

/// One node of a YAML file, read strictly: every key must be known, every value must have the type that is asked for, and every fault
/// names file, line and key.
public struct YAMLDocument {
  /// The file the node stands in.
  public let file: String
  /// The dotted path of the node; empty for the document.
  public let key: String
  private let node: Node

  private init(file: String, key: String, node: Node) {
    self.file = file
    self.key = key
    self.node = node
  }

  /// Reads a file.
  /// - Throws: ``YAMLFault`` when the file is missing, empty or not YAML.
  public init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw YAMLFault(file: path, line: nil, key: "", message: "the file is missing or cannot be read.")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw YAMLFault(file: path, line: nil, key: "", message: "the file is not UTF-8: save it as UTF-8.")
    }
    try self.init(text: text, file: path)
  }

  /// Reads a text; `file` is what faults name.
  public init(text: String, file: String) throws {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw YAMLFault(file: file, line: nil, key: "", message: "the file is empty.")
      }
      self.init(file: file, key: "", node: node)
    } catch let error as YamlError {
      throw YAMLFault(file: file, line: Self.line(of: error), key: "", message: "not valid YAML: \(Self.short(error))")
    }
  }

  /// What the reader says, which quotes the line at fault, however long that is.
  private static func short(_ error: YamlError) -> String {
    "\(error)".split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.count > 160 ? $0.prefix(160) + "…" : $0 }.joined(separator: "\n")
  }

  /// The line of the node, counted from 1.
  public var line: Int? { node.mark?.line }

  /// A fault at this node.
  public func fault(_ message: String) -> YAMLFault { YAMLFault(file: file, line: line, key: key, message: message) }

  /// The keys of a mapping in the order of the file.
  /// - Throws: ``YAMLFault`` when the node is no mapping.
  public func keys() throws -> [String] {
    guard let mapping = node.mapping else { throw fault("should be a mapping of keys to values.") }
    return try mapping.map { pair in
      guard let name = pair.key.string else { throw fault("has a key that is not a text.") }
      return name
    }
  }

  /// Refuses a mapping with a key that is not among the known ones.
  public func allow(_ known: String...) throws { try allow(known) }

  /// Refuses a mapping with a key that is not among the known ones.
  public func allow(_ known: [String]) throws {
    for name in try keys() where !known.contains(name) {
      let child = try self[name]
      throw (child ?? self).fault("is not a known key here. Known keys: \(known.joined(separator: ", ")).")
    }
  }

  /// The value of a key, or `nil` where it is absent or null.
  public subscript(_ name: String) -> YAMLDocument? {
    get throws {
      guard let mapping = node.mapping else { throw fault("should be a mapping of keys to values.") }
      guard let child = mapping[name], !Self.isNull(child) else { return nil }
      return YAMLDocument(file: file, key: key.isEmpty ? name : "\(key).\(name)", node: child)
    }
  }

  /// The value of a key that must be there.
  public func required(_ name: String) throws -> YAMLDocument {
    guard let child = try self[name] else { throw fault("lacks the key “\(name)”.") }
    return child
  }

  /// Whether the node is a mapping.
  public var isMapping: Bool { node.mapping != nil }
  /// Whether the node is a sequence.
  public var isSequence: Bool { node.sequence != nil }

  /// The members of a sequence.
  public func items() throws -> [YAMLDocument] {
    guard let sequence = node.sequence else { throw fault("should be a list.") }
    return sequence.enumerated().map { YAMLDocument(file: file, key: "\(key)[\($0.offset)]", node: $0.element) }
  }

  /// The value as text, as written.
  public func string() throws -> String {
    guard let scalar = node.scalar else { throw fault("should be a single text.") }
    return scalar.string
  }

  /// The value as a list of texts; a single text is a list of one.
  public func strings() throws -> [String] { isSequence ? try items().map { try $0.string() } : [try string()] }

  /// The value as a whole number.
  public func int() throws -> Int {
    guard let value = Int(try string()) else { throw fault("should be a whole number.") }
    return value
  }

  /// An integer within bounds.
  public func whole(in range: ClosedRange<Int>) throws -> Int {
    let value = try int()
    guard range.contains(value) else {
      throw fault("should lie between \(range.lowerBound) and \(range.upperBound).")
    }
    return value
  }

  /// The value as a finite number.
  public func double() throws -> Double {
    guard let value = Double(try string()), value.isFinite else { throw fault("should be a number.") }
    return value
  }

  /// A span of time, in seconds: a number of less than a million with its unit, `0.5s`, `15m`, `12h` or `3d`.
  /// - Throws: ``YAMLFault``, also where there is no unit.
  public func seconds() throws -> Double {
    let text = try string()
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let number = text.dropLast()
    guard let unit = text.last.flatMap({ units[$0] }), number.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }),
      let count = Double(number), count < 1_000_000
    else { throw fault("“\(text)” is no span of time: write a number with its unit, such as 45s, 15m, 12h or 3d.") }
    return count * unit
  }

  /// The value as true or false.
  public func bool() throws -> Bool {
    switch try string().lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw fault("should be true or false.")
    }
  }

  /// The value as one of the raw values of an enumeration.
  public func choice<T: RawRepresentable & CaseIterable>(_ type: T.Type = T.self) throws -> T
  where T.RawValue == String {
    let text = try string()
    guard let value = T(rawValue: text) else {
      throw fault("“\(text)” is none of: \(T.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return value
  }

  private static func isNull(_ node: Node) -> Bool {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  private static func line(of error: YamlError) -> Int? {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    default: nil
    }
  }
}
