import Foundation
import LabourMarket
import Tabular

/// A header that does not fit the feed: nothing of the file can be taken.
public struct HeaderFault: Error, Sendable, CustomStringConvertible {
  /// What is missing or doubled, what was found, and what to do.
  public let description: String
}

/// What a feed's rows are read with beside their description.
public struct FeedEnvironment: Sendable {
  /// The reference data of the profile.
  public var reference: Reference
  /// SHA-256 of the reference data.
  public var referenceDigest: String
  /// Codes that the bureau accepts although their check digit is wrong.
  public var acceptedCodes: Set<String>
  /// The key of the pseudonyms; `nil` where there is none: feeds that speak of persons are then refused.
  public var pseudonymKey: PseudonymKey?
  /// The zone of local time.
  public var timeZone: TimeZone
  /// The language of sentences for clerks.
  public var language: ClerkLanguage

  /// An environment from its parts.
  public init(
    reference: Reference, referenceDigest: String, acceptedCodes: Set<String> = [], pseudonymKey: PseudonymKey? = nil,
    timeZone: TimeZone = .gmt, language: ClerkLanguage = .chinese
  ) {
    self.reference = reference
    self.referenceDigest = referenceDigest
    self.acceptedCodes = acceptedCodes
    self.pseudonymKey = pseudonymKey
    self.timeZone = timeZone
    self.language = language
  }
}

/// A feed's description compiled with the reference data: everything about a row that does not depend on the file at hand.
public struct FeedProgram: Sendable {
  /// The description.
  public let description: FeedDescription
  /// The canonical form.
  public let schema: FeedSchema
  /// What rows are read with.
  public let environment: FeedEnvironment
  /// SHA-256 over description, reference data, accepted codes and the version of the rules in this program: files that were taken under the
  /// same digest need not be read again.
  public let rulesDigest: String

  let spellings: [Spellings?]
  let values: [Spellings?]
  let accepted: Spellings

  /// Grows whenever the reading of rows changes in a way that may change what is stored or rejected.
  private static let rulesVersion = 3

  /// Compiles a description.
  public init(_ description: FeedDescription, environment: FeedEnvironment) {
    self.description = description
    self.environment = environment
    schema = description.schema
    let reference = environment.reference
    spellings = schema.columns.map { Self.spellings($0.kind, reference) }
    values = schema.columns.map { column in
      let values = description.columns[column.name]?.values ?? [:]
      return values.isEmpty ? nil : Spellings(values)
    }
    let codes = environment.acceptedCodes.union(description.acceptedCodes)
    accepted = Spellings(Dictionary(uniqueKeysWithValues: codes.map { ($0, $0) }))
    var digest = SHA256Digest()
    digest.update(
      "\(Self.rulesVersion)\u{0}\(description.digest)\u{0}\(environment.referenceDigest)\u{0}\(environment.timeZone.identifier)"
    )
    for code in codes.sorted() { digest.update("\u{0}\(code)") }
    rulesDigest = digest.hex()
  }

  private static func spellings(_ kind: ColumnKind, _ reference: Reference) -> Spellings? {
    switch kind {
    case .region: Spellings(reference.regionSpellings.mapValues(\.rawValue))
    case .chain: Spellings(reference.chainSpellings.mapValues(\.rawValue))
    case .occupation: Spellings(reference.occupationSpellings.mapValues(\.rawValue))
    case .indicator:
      Spellings(
        Dictionary(
          // A measure's use is reported under the measure's own name; an indicator of the same name comes first.
          (reference.indicators.map { [$0.code, $0.name, $0.nameEN] }
            + reference.levers.map { [$0.code, $0.name, $0.nameEN] })
            .flatMap { words in words.map { ($0, words[0]) } }
            .filter { !$0.0.isEmpty }, uniquingKeysWith: { first, _ in first }))
    case .status:
      Spellings([
        "open": "open", "filled": "filled", "closed": "closed", "招聘中": "open", "已招满": "filled", "已关闭": "closed",
      ])
    default: nil
    }
  }

  /// What sentences call a column.
  func title(_ column: Int) -> String {
    let column = schema.columns[column]
    return environment.language == .chinese ? column.headers.first ?? column.name : column.name
  }

  /// Why a file with these counts is refused as a whole: more of its rows are wrong than the description allows; `nil` where they are not.
  func refusal(_ counts: RowCounts, _ examples: [String: RowExample]) -> String? {
    guard let limit = description.maxRejectedShare, counts.read > 0,
      Double(counts.rejected) / Double(counts.read) > limit
    else { return nil }
    let worst = counts.rejectedByReason.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
    let mostWrong = worst.map { reason, count in
      let example = examples[reason].map { ", first in line \($0.line): \($0.message)" } ?? ""
      return "\(reason) \(count) rows\(example)"
    }.joined(separator: "; ")
    return """
      \(counts.rejected) of \(counts.read) rows would be rejected, more than the share of \(limit) that \
      \(description.file) allows: nothing of the file is taken. Mend the file, or raise max_rejected_share. \
      What is wrong most: \(mostWrong).
      """
  }

  // MARK: Headers

  /// A header as it is compared: half-width, lower-case, without spaces and a leading asterisk.
  static func plain(_ header: String) -> String {
    guard header.utf8.count <= Limits.columnName else { return header }
    var text = Text.folded(header).lowercased().filter { !$0.isWhitespace }
    while text.hasPrefix("*") { text.removeFirst() }
    return text
  }

  /// The plain header without a remark in brackets at its end: 现有人数(人).
  static func withoutRemark(_ plain: String) -> String {
    guard plain.hasSuffix(")"), let open = plain.lastIndex(of: "("), open > plain.startIndex else { return plain }
    return String(plain[..<open])
  }

  /// The headers of a column, in the order in which they are looked for.
  func headers(of column: CanonicalColumn) -> [String] {
    (description.columns[column.name]?.headers ?? []) + [column.name] + column.headers
  }

  /// Whether a text is a header that the feed knows: what finds the header below title rows.
  public var isHeader: (String) -> Bool {
    var known: Set<String> = []
    for column in schema.columns {
      for header in headers(of: column) { known.insert(Self.plain(header)) }
      if let factor = description.columns[column.name]?.factorColumn { known.insert(Self.plain(factor)) }
    }
    return { text in
      let plain = Self.plain(text)
      return known.contains(plain) || known.contains(Self.withoutRemark(plain))
    }
  }

  /// Where the feed's columns stand in a file with these headers.
  /// - Throws: ``HeaderFault`` when a required column is missing or a used one stands twice.
  func bind(_ headers: [String], isComplete: Bool = true) throws -> HeaderBinding {
    var places: [String: Int] = [:]
    var doubled: Set<String> = []
    let plains = headers.map(Self.plain)
    for (index, plain) in plains.enumerated() where !plain.isEmpty {
      if places[plain] != nil { doubled.insert(plain) } else { places[plain] = index }
    }
    for (index, plain) in plains.enumerated() where !plain.isEmpty {
      let bare = Self.withoutRemark(plain)
      if bare != plain, places[bare] == nil { places[bare] = index }
    }
    func place(_ header: String) throws -> Int? {
      let plain = Self.plain(header)
      if doubled.contains(plain) {
        throw HeaderFault(description: "the column “\(header)” stands twice in the header: keep one of the two.")
      }
      return places[plain]
    }
    var binding = HeaderBinding(fieldCount: headers.count)
    var missing: [String] = []
    for column in schema.columns {
      let mapping = description.columns[column.name]
      var source = HeaderBinding.Source()
      if let mapping, mapping.separator != nil {
        source.fields = try mapping.headers.map { try place($0) ?? -1 }
        if !source.fields.contains(where: { $0 >= 0 }) { source.fields = [] }
      } else if let found = try self.headers(of: column).lazy.compactMap({ try place($0) }).first {
        source.fields = [found]
      }
      if let factor = mapping?.factorColumn { source.factorField = try place(factor) ?? -1 }
      let hasValue = description.constants[column.name] != nil || mapping?.fallback != nil || column.fallback != nil
      if source.fields.isEmpty, isRequired(column), !hasValue { missing.append(column.title) }
      binding.sources.append(source)
    }
    let hasOne =
      schema.anyOf.isEmpty
      || schema.anyOf.contains { name in
        description.constants[name] != nil
          || schema.columns.firstIndex { $0.name == name }.map { !binding.sources[$0].fields.isEmpty } ?? false
      }
    if !hasOne { missing.append(schema.anyOf.joined(separator: " | ")) }
    if !missing.isEmpty, isComplete { throw missingColumns(missing, headers) }
    binding.unknown = unknown(headers, binding)
    binding.nameFields = nameFields(headers, binding)
    return binding
  }

  /// Whether a column's cells must be filled.
  func isRequired(_ column: CanonicalColumn) -> Bool { column.isRequired || description.required.contains(column.name) }

  private func missingColumns(_ missing: [String], _ headers: [String]) -> HeaderFault {
    // Where the description names the wrong row, the “headers” are a person's data: only words that the feed knows are shown.
    let isHeader = isHeader
    let filled = headers.filter { !$0.isEmpty }
    let known = filled.filter(isHeader)
    let others = filled.count - known.count
    let found = (known.prefix(40) + (others > 0 ? ["\(known.isEmpty ? "" : "and ")\(others) unknown"] : []))
      .joined(separator: ", ")
    return HeaderFault(
      description: """
        the header lacks the required column\(missing.count == 1 ? "" : "s") \(missing.joined(separator: ", ")); found are: \
        \(found.isEmpty ? "none" : found). Add the column to the file, or map its header in \(description.file).
        """)
  }

  /// Fields that hold persons' names: the feed's own column for them, and columns that it does not know under such a header.
  private func nameFields(_ headers: [String], _ binding: HeaderBinding) -> [Int] {
    let own = schema.columns.firstIndex { $0.kind == .personName }.map { binding.sources[$0].fields } ?? []
    let used = binding.usedFields
    return own.filter { $0 >= 0 }
      + headers.indices.filter { !used.contains($0) && PersonText.headsNames(headers[$0]) }.prefix(
        HeaderBinding.mostNames)
  }

  private func unknown(_ headers: [String], _ binding: HeaderBinding) -> [String] {
    let used = binding.usedFields
    return headers.indices.filter { !used.contains($0) && !headers[$0].isEmpty }
      .map { PersonText.shown(headers[$0], at: $0, isPersonal: schema.isPersonal) }
  }
}

/// Where the columns of a feed stand in one file.
struct HeaderBinding: Sendable {
  struct Source: Sendable {
    /// Indices of the fields; several are joined. Empty: the file has no such column.
    var fields: [Int] = []
    /// Index of the field that picks a factor; −1 for none.
    var factorField = -1
  }

  /// Number of fields of the header.
  var fieldCount: Int
  /// By canonical column.
  var sources: [Source] = []
  /// Headers that the feed does not know, as they may be shown.
  var unknown: [String] = []
  /// Indices of fields that hold persons' names, which are masked in the free texts of their row.
  var nameFields: [Int] = []
  /// Most columns of names that are looked at beside the feed's own.
  static let mostNames = 7

  /// Indices of the fields that a column of the feed reads.
  var usedFields: Set<Int> { Set(sources.flatMap { $0.fields + [$0.factorField] }.filter { $0 >= 0 }) }

  init(fieldCount: Int) { self.fieldCount = fieldCount }

  /// The binding without the columns of a role or kind: as if the file did not have them.
  func without(_ schema: FeedSchema, where isLeftOut: (CanonicalColumn) -> Bool) -> HeaderBinding {
    var copy = self
    for (index, column) in schema.columns.enumerated() where isLeftOut(column) { copy.sources[index] = Source() }
    return copy
  }
}
