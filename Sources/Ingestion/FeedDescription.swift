import Foundation
import LabourMarket
import Tabular

/// How a canonical column is filled from a file.
public struct ColumnMapping: Sendable, Equatable {
  /// Headers of which the first that is there is taken; one member each, or all members joined where `separator` is set.
  public var headers: [String] = []
  /// The text between the joined cells; `nil` takes the first header that is there.
  public var separator: String?
  /// Cell values and what they stand for.
  public var values: [String: String] = [:]
  /// What numbers are multiplied by.
  public var factor = 1.0
  /// A column whose value picks a further factor, and the factors.
  public var factorColumn: String?
  /// The further factors by the value of `factorColumn`.
  public var factors: [String: Double] = [:]
  /// The format of dates; `nil` reads the usual ones.
  var datePattern: DatePattern?
  /// Whether a month stands for its last day.
  public var isMonthEnd = false
  /// What an empty cell stands for.
  public var fallback: String?
}

/// A feed as the profile describes it in `feeds/*.yaml`: where it comes from, its format, its columns, its rules.
public struct FeedDescription: Sendable {
  /// How enterprise codes are read.
  public enum CreditCodes: String, CaseIterable, Sendable {
    /// Unified social credit codes, check digits and all.
    case check
    /// Any identifier of an employer: no check digit.
    case identifier
  }

  /// What becomes of a word that the reference data do not know.
  public enum UnknownWord: String, CaseIterable, Sendable {
    /// The row is rejected.
    case reject
    /// The cell counts as empty; the row is taken if the column may be empty.
    case empty
  }

  /// What becomes of a row that is well formed and cannot be quite right.
  public enum DoubtfulRow: String, CaseIterable, Sendable {
    /// It is taken, and a finding tells of it.
    case report
    /// It is rejected.
    case reject
  }

  /// The file of the description.
  public var file: String
  /// The file's name without its ending: what the operator calls the feed.
  public var name: String
  /// The canonical feed.
  public var feed: Feed
  /// What lists and findings call it.
  public var title: String
  /// Patterns of file names in the inbox.
  public var patterns: [String]
  /// What rows are pulled from; `nil` where they come in files only.
  public var source: FeedSource?
  /// How the files are to be read.
  public var format: FileFormat
  /// Values that hold for every row, by canonical column.
  public var constants: [String: String]
  /// The columns that are mapped, by canonical column.
  public var columns: [String: ColumnMapping]
  /// Columns that must be filled beside the contract's.
  public var required: Set<String>
  /// Least and greatest allowed value, by canonical column.
  public var ranges: [String: ClosedRange<Double>]
  /// Comparisons between columns; `nil` for those of the schema.
  public var comparisons: [Comparison]?
  /// How enterprise codes are read.
  public var creditCodes: CreditCodes
  /// Codes that are taken although their check digit is wrong.
  public var acceptedCodes: Set<String>
  /// What becomes of unknown words, by canonical column; the default is to reject.
  public var unknownWords: [String: UnknownWord]
  /// The share of rejected rows above which nothing of a file is taken.
  public var maxRejectedShare: Double?
  /// What becomes of rows whose clock is ahead of the run's.
  public var future: DoubtfulRow
  /// What becomes of rows that name a chain outside its validity.
  public var chainValidity: DoubtfulRow
  /// When the feed is expected; `nil` where it never is.
  public var calendar: FeedCalendar?
  /// What becomes of a file whose columns differ from the last one's, by kind of difference.
  public var drift: [HeaderDrift.Kind: HeaderDrift.Policy]
  /// How the files close what they do not list any more; `nil` where they are no full exports.
  public var fullExport: FullExport?
  /// SHA-256 of the description and its accept list.
  public var digest: String

  /// The canonical form of the feed.
  public var schema: FeedSchema { .of(feed) }
}

extension FeedDescription {
  /// Reads the descriptions of a profile's `feeds` folder, in the order of the contract's feeds, then by name.
  /// - Throws: ``YAMLFault`` naming file, line and key.
  public static func load(folder: String) throws -> [FeedDescription] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    let files = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
    guard !files.isEmpty else {
      throw YAMLFault(
        file: folder, line: nil, key: "", message: "there is no feed description (*.yaml): write one file a feed.")
    }
    let all = try files.map { try FeedDescription(contentsOf: folder + "/" + $0) }
    try FullExport.check(all)
    return Feed.allCases.flatMap { feed in all.filter { $0.feed == feed } }
  }

  /// Reads one description.
  /// - Throws: ``YAMLFault`` naming file, line and key.
  public init(contentsOf path: String) throws {
    try self.init(
      YAMLDocument(contentsOf: path), path: path, text: FileManager.default.contents(atPath: path) ?? Data())
  }

  /// Reads a description from a text; `path` is what faults name and where an accept list is looked for.
  public init(text: String, path: String) throws {
    try self.init(YAMLDocument(text: text, file: path), path: path, text: Data(text.utf8))
  }

  private init(_ yaml: YAMLDocument, path: String, text: Data) throws {
    try yaml.allow("feed", "title", "source", "format", "constants", "columns", "rules", "calendar", "drift")
    file = path
    name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    feed = try yaml.required("feed").choice()
    title = try yaml["title"]?.string() ?? feed.rawValue
    (patterns, source) = try FeedSource.read(yaml["source"], feed: feed.rawValue, beside: path)
    format = try Self.format(yaml["format"])
    let schema = FeedSchema.of(feed)
    constants = try Self.constants(yaml["constants"], schema)
    columns = try Self.columns(yaml["columns"], schema)
    let rules = try yaml["rules"]
    try rules?.allow(
      "required", "ranges", "compare", "credit_code", "accept", "unknown", "max_rejected_share", "future",
      "chain_validity", "full_export")
    required = Set(try rules?["required"].map { try Self.names($0, schema) } ?? [])
    ranges = try Self.ranges(rules?["ranges"], schema)
    comparisons = try rules?["compare"].map { try Self.comparisons($0, schema) }
    creditCodes = try rules?["credit_code"]?.choice() ?? .check
    unknownWords = try Self.unknownWords(rules?["unknown"], schema)
    maxRejectedShare = try Self.share(rules?["max_rejected_share"])
    future = try rules?["future"]?.choice() ?? .report
    chainValidity = try rules?["chain_validity"]?.choice() ?? .report
    calendar = try yaml["calendar"].flatMap { try FeedCalendar($0) }
    drift = try HeaderDrift.policies(yaml["drift"])
    fullExport = try FullExport.read(rules?["full_export"], feed)
    var digest = SHA256Digest()
    text.withUnsafeBytes { digest.update($0) }
    acceptedCodes = []
    if let accept = try rules?["accept"] {
      let list = try Self.acceptList(accept, beside: path)
      acceptedCodes = list.codes
      digest.update("\u{0}")
      list.text.withUnsafeBytes { digest.update($0) }
    }
    self.digest = digest.hex()
  }

  // MARK: The parts

  private static func format(_ yaml: YAMLDocument?) throws -> FileFormat {
    var format = FileFormat()
    guard let yaml else { return format }
    try yaml.allow("type", "charset", "delimiter", "header", "sheet", "max_columns", "max_unpacked_bytes")
    format.type = try yaml["type"]?.choice() ?? .auto
    if let charset = try yaml["charset"]?.charset() { format.charset = charset }
    if let node = try yaml["delimiter"] {
      let text = try node.string()
      let named = ["tab": "\t", "comma": ",", "semicolon": ";"][text] ?? text
      guard named != "auto" else { return format }
      guard named.utf8.count == 1, let byte = named.utf8.first, byte < 0x80, byte != 0x22 else {
        throw node.fault("should be one character, or tab, comma, semicolon, auto.")
      }
      format.delimiter = .byte(byte)
    }
    if let node = try yaml["header"] {
      switch try node.string() {
      case "auto": format.header = .auto
      case "none": format.header = .none
      default: format.header = .row(try node.int())
      }
    }
    if let node = try yaml["sheet"] {
      let text = try node.string()
      format.sheet = text == "auto" ? .auto : text == "all" ? .allVisible : Int(text).map { .index($0) } ?? .name(text)
    }
    if let node = try yaml["max_columns"] { format.limits.columns = try node.int() }
    if let node = try yaml["max_unpacked_bytes"] {
      format.limits.gzipBytes = try node.int()
      format.limits.workbookBytes = try node.int()
    }
    return format
  }

  private static func known(_ name: String, _ node: YAMLDocument, _ schema: FeedSchema) throws -> CanonicalColumn {
    guard let column = schema.column(name) else {
      throw node.fault(
        "“\(name)” is no column of the feed \(schema.feed.rawValue). Its columns: "
          + schema.columns.map(\.name).joined(separator: ", ") + ".")
    }
    return column
  }

  private static func names(_ node: YAMLDocument, _ schema: FeedSchema) throws -> [String] {
    try node.strings().map { try known($0, node, schema).name }
  }

  private static func constants(_ yaml: YAMLDocument?, _ schema: FeedSchema) throws -> [String: String] {
    var constants: [String: String] = [:]
    for name in try yaml?.keys() ?? [] {
      guard let node = try yaml?[name] else { continue }
      constants[try known(name, node, schema).name] = try node.string()
    }
    return constants
  }

  private static func columns(_ yaml: YAMLDocument?, _ schema: FeedSchema) throws -> [String: ColumnMapping] {
    var columns: [String: ColumnMapping] = [:]
    for name in try yaml?.keys() ?? [] {
      guard let node = try yaml?[name] else { continue }
      columns[try known(name, node, schema).name] = try mapping(node)
    }
    return columns
  }

  private static func mapping(_ node: YAMLDocument) throws -> ColumnMapping {
    var mapping = ColumnMapping()
    guard node.isMapping else {
      mapping.headers = try node.strings()
      return mapping
    }
    try node.allow("from", "join", "values", "unit", "date_format", "as", "default")
    mapping.headers = try node["from"]?.strings() ?? []
    mapping.separator = try node["join"]?.string()
    if let values = try node["values"] {
      for key in try values.keys() { mapping.values[key] = try values[key]?.string() ?? "" }
    }
    if let unit = try node["unit"] { try Self.unit(unit, &mapping) }
    if let pattern = try node["date_format"] {
      guard let parsed = DatePattern(try pattern.string()) else {
        throw pattern.fault("should name year and month, for example dd-MMM-yyyy or MM/dd/yyyy.")
      }
      mapping.datePattern = parsed
    }
    if let form = try node["as"] {
      guard try form.string() == "month_end" else { throw form.fault("can only be month_end.") }
      mapping.isMonthEnd = true
    }
    mapping.fallback = try node["default"]?.string()
    return mapping
  }

  private static func unit(_ node: YAMLDocument, _ mapping: inout ColumnMapping) throws {
    guard node.isMapping else {
      mapping.factor = try node.double()
      return
    }
    try node.allow("from", "factors")
    mapping.factorColumn = try node.required("from").string()
    let factors = try node.required("factors")
    for key in try factors.keys() { mapping.factors[key] = try factors.required(key).double() }
  }

  private static func ranges(_ yaml: YAMLDocument?, _ schema: FeedSchema) throws -> [String: ClosedRange<Double>] {
    var ranges: [String: ClosedRange<Double>] = [:]
    for name in try yaml?.keys() ?? [] {
      guard let node = try yaml?[name] else { continue }
      let bounds = try node.items().map { try $0.double() }
      guard bounds.count == 2, bounds[0] <= bounds[1] else { throw node.fault("should be [least, greatest].") }
      ranges[try known(name, node, schema).name] = bounds[0]...bounds[1]
    }
    return ranges
  }

  private static func comparisons(_ node: YAMLDocument, _ schema: FeedSchema) throws -> [Comparison] {
    try node.items().map { item in
      let parts = try item.string().split(separator: " ").map(String.init)
      guard parts.count == 3, parts[1] == "<=" else { throw item.fault("should read `column <= column`.") }
      return Comparison(try known(parts[0], item, schema).name, try known(parts[2], item, schema).name)
    }
  }

  private static func unknownWords(_ yaml: YAMLDocument?, _ schema: FeedSchema) throws -> [String: UnknownWord] {
    var words: [String: UnknownWord] = [:]
    for name in try yaml?.keys() ?? [] {
      guard let node = try yaml?[name] else { continue }
      let column = try known(name, node, schema)
      guard [.region, .chain, .occupation].contains(column.kind) else {
        throw node.fault("only region, chain and occupation are looked up in the reference data.")
      }
      words[name] = try node.choice()
    }
    return words
  }

  private static func share(_ node: YAMLDocument?) throws -> Double? {
    guard let node else { return nil }
    let share = try node.double()
    guard (0...1).contains(share) else { throw node.fault("should lie between 0 and 1: 0.2 is a fifth of the rows.") }
    return share
  }

  private static func acceptList(_ node: YAMLDocument, beside path: String) throws -> (codes: Set<String>, text: Data) {
    let name = try node.string()
    let file = name.hasPrefix("/") ? name : (path as NSString).deletingLastPathComponent + "/" + name
    guard let data = FileManager.default.contents(atPath: file) else {
      throw node.fault("the accept list \(file) is missing: one code a line, a comment may follow a comma.")
    }
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    let codes = lines.compactMap { line -> String? in
      let code = CreditCode.normalised(String(line.prefix { $0 != "," && $0 != "#" }))
      return code.isEmpty ? nil : String(decoding: code, as: UTF8.self)
    }
    return (Set(codes), data)
  }
}
