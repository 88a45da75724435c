import Assistance
import Ingestion
import LabourMarket
import Reporting

/// `alerts.yaml` and `delivery.yaml` of a profile: thresholds, the life of alerts, what lists show and how they are written.
public struct AlertSettings: Sendable {
  /// Months ahead by which levels and ranks are judged.
  public var horizon = 3
  /// The thresholds of the levels.
  public var rules = LevelRules.standard
  /// How alerts live.
  public var life = AlertLife()
  /// Kinds of findings that are alerts, and their level.
  public var dataKinds: Set<String> = ["late", "missing", "stale"], dataLevel = AlertLevel.orange
  /// Feeds whose staleness makes shortage alerts stand still.
  public var inhibitingFeeds: Set<String> = ["vacancies"]
  /// How measures are chosen.
  public var measures = MeasureRules.standard
  /// The indicator of the feed of outcomes that counts a measure's use, where it is not the measure's own code.
  public var measureIndicators = [
    "talent-campus": "talent", "internship": "internships", "certification": "skill_certification",
  ]
  /// Months of outcomes and closed cases from which the measures' effects are learned.
  public var evidenceMonths = 24
  /// How Saturday fairs are planned.
  public var fairs = FairSettings()
  /// How order classes and training are planned.
  public var classes = ClassRules()
  /// What it costs to lend a person to another region and to another chain, in the same arbitrary unit, and how many enterprises on either
  /// side are matched, the largest first.
  public var otherRegionCost = 10, otherChainCost = 3, sharingEntries = 2000
  /// Least gap of a row without an alert, persons.
  public var leastGap = 1.0
  /// How much of a list is shown.
  public var limits = ListLimits()
  /// The officer of each team, by region.
  public var officers: [String: String] = [:]
  /// Which documents are written.
  public var formats: Set<ListFormat> = Set(ListFormat.allCases)
  /// Whether CSV is written in GB18030 instead of UTF-8.
  public var usesGB18030 = false
  /// Whether contacts stand on the lists.
  public var showsContacts = true

  /// A kind of document.
  public enum ListFormat: String, CaseIterable, Sendable {
    case xlsx, html, csv
  }

  /// Reads the files of a profile; a file that is missing leaves the defaults.
  /// - Throws: ``Failure`` (usage) that names file, line and key.
  public init(profile folder: String) throws {
    do {
      if let yaml = try Self.document(folder + "/alerts.yaml") { try read(yaml) }
      if let yaml = try Self.document(folder + "/delivery.yaml") { try readDelivery(yaml) }
    } catch let fault as YAMLFault {
      throw Failure.usage(fault.description, next: "Mend the file; docs/alerts.md explains every key.")
    }
  }

  private static func document(_ path: String) throws -> YAMLDocument? {
    FileSystem.exists(path) ? try YAMLDocument(contentsOf: path) : nil
  }

  private mutating func read(_ yaml: YAMLDocument) throws {
    try yaml.allow(
      "horizon", "levels", "rate_needs_gap", "blue_quality", "calm_nights", "reopen_after_days", "data", "measures",
      "fairs", "classes", "lists", "teams")
    horizon = try yaml["horizon"].map { try $0.whole(in: 1...24) } ?? horizon
    if let levels = try yaml["levels"] { rules.steps = try Self.steps(levels) }
    rules.rateNeedsGap = try yaml["rate_needs_gap"]?.double() ?? rules.rateNeedsGap
    if let codes = try yaml["blue_quality"] { rules.blueQuality = Set(try codes.strings()) }
    life.calmNights = try yaml["calm_nights"].map { try $0.whole(in: 1...60) } ?? life.calmNights
    life.reopenAfterDays = try yaml["reopen_after_days"].map { try $0.whole(in: 0...3650) } ?? life.reopenAfterDays
    if let data = try yaml["data"] { try readData(data) }
    if let node = try yaml["measures"] { try readMeasures(node) }
    if let node = try yaml["fairs"] { try fairs.read(node) }
    if let node = try yaml["classes"] { try readClasses(node) }
    if let lists = try yaml["lists"] { try readLists(lists) }
    if let teams = try yaml["teams"] {
      for team in try teams.keys() {
        guard let node = try teams[team] else { continue }
        try node.allow("officer")
        officers[team] = try node["officer"]?.string()
      }
    }
  }

  private static func steps(_ yaml: YAMLDocument) throws -> [LevelRules.Step] {
    try yaml.allow(AlertLevel.alerts.map(\.rawValue))
    return try AlertLevel.alerts.compactMap { level in
      guard let node = try yaml[level.rawValue] else { return nil }
      try node.allow("p_exceed", "rate", "gap")
      return LevelRules.Step(
        level: level, exceedance: try share(node.required("p_exceed")), rate: try node["rate"].map(share),
        gap: try node["gap"]?.double())
    }
  }

  private mutating func readData(_ yaml: YAMLDocument) throws {
    try yaml.allow("kinds", "level", "inhibiting_feeds")
    if let kinds = try yaml["kinds"] { dataKinds = Set(try kinds.strings()) }
    dataLevel = try yaml["level"]?.choice() ?? dataLevel
    if let feeds = try yaml["inhibiting_feeds"] { inhibitingFeeds = Set(try feeds.strings()) }
  }

  private mutating func readLists(_ yaml: YAMLDocument) throws {
    try yaml.allow("least_gap", "rows", "page_rows", "enterprises", "page_enterprises", "omit")
    leastGap = try yaml["least_gap"]?.double() ?? leastGap
    limits.rows = try yaml["rows"].map { try $0.whole(in: 1...100_000) } ?? limits.rows
    limits.pageRows = try yaml["page_rows"].map { try $0.whole(in: 1...100_000) } ?? limits.pageRows
    limits.enterprises = try yaml["enterprises"].map { try $0.whole(in: 1...1_000_000) } ?? limits.enterprises
    limits.pageEnterprises =
      try yaml["page_enterprises"].map { try $0.whole(in: 0...100_000) } ?? limits.pageEnterprises
    if let columns = try yaml["omit"] {
      let always: Set<ListColumn> = [.rank, .level, .chain, .region, .openings, .forecast]
      limits.omitted = Set(
        try columns.items().map { node in
          let column: ListColumn = try node.choice()
          if always.contains(column) { throw node.fault("“\(column.rawValue)” is part of every list.") }
          return column
        })
    }
  }

  private mutating func readDelivery(_ yaml: YAMLDocument) throws {
    guard let folder = try yaml["folder"] else { return }
    try folder.allow("formats", "csv_charset", "contacts")
    if let node = try folder["formats"] { formats = Set(try node.items().map { try $0.choice() }) }
    if let node = try folder["csv_charset"] {
      switch try node.string().uppercased() {
      case "UTF-8": usesGB18030 = false
      case "GB18030", "GBK": usesGB18030 = true
      default: throw node.fault("should be UTF-8 or GB18030.")
      }
    }
    showsContacts = try folder["contacts"]?.bool() ?? showsContacts
  }

  static func share(_ node: YAMLDocument) throws -> Double {
    let value = try node.double()
    guard (0...1).contains(value) else { throw node.fault("should lie between 0 and 1.") }
    return value
  }
}
