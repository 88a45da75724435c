import Foundation
import Ingestion
import LabourMarket

/// Reads a profile's `deduplication.yaml`: the versions of the rule that says which postings are the same job, oldest first.
struct DeduplicationFile {
  /// The rules of a profile; one without the file has the built-in one.
  /// - Throws: ``Failure`` (usage) that names file, line and key.
  static func load(folder: String) throws -> [JobRule] {
    let path = folder + "/deduplication.yaml"
    guard FileManager.default.fileExists(atPath: path) else { return [JobRule()] }
    do {
      let yaml = try YAMLDocument(contentsOf: path)
      try yaml.allow("rules")
      let items = try yaml.required("rules").items()
      guard !items.isEmpty else { throw yaml.fault("has no rule: name one, or take the file away.") }
      var rules: [JobRule] = []
      for item in items { rules.append(try rule(item, after: rules)) }
      return rules
    } catch let fault as YAMLFault {
      throw Failure.usage(fault.description, next: "Mend the file; `docs/employers-and-jobs.md` explains every key.")
    }
  }

  private static func rule(_ yaml: YAMLDocument, after earlier: [JobRule]) throws -> JobRule {
    try yaml.allow(
      "version", "valid_from", "same", "title_likeness", "headcount_within", "posted_within_days", "across")
    let version = try yaml.required("version")
    var rule = JobRule(version: try version.string())
    guard !rule.version.isEmpty, !earlier.contains(where: { $0.version == rule.version }) else {
      throw version.fault("should be a name that no other rule has.")
    }
    if let last = earlier.last {
      let node = try yaml.required("valid_from")
      rule.validFrom = try day(node)
      guard last.validFrom.map({ $0 < rule.validFrom ?? $0 }) ?? true else {
        throw node.fault("should come after the day of the rule before it.")
      }
    } else if let node = try yaml["valid_from"] {
      throw node.fault("the first rule is in force from the beginning: take the key away.")
    }
    if let same = try yaml["same"] { rule.same = Set(try same.items().map { try $0.choice() }) }
    if let likeness = try yaml["title_likeness"] {
      let value = try likeness.double()
      guard value > 0, value <= 1 else { throw likeness.fault("should lie above 0 and be at most 1.") }
      rule.titleLikeness = value
      guard !rule.same.contains(.title) else {
        throw likeness.fault("does nothing where “same” names the title: take one of them away.")
      }
    }
    rule.headcountWithin = try yaml["headcount_within"].map { try count($0, 10_000) } ?? rule.headcountWithin
    rule.postedWithinDays = try yaml["posted_within_days"].map { try count($0, 366) } ?? rule.postedWithinDays
    rule.across = try yaml["across"]?.choice() ?? rule.across
    return rule
  }

  private static func day(_ node: YAMLDocument) throws -> CalendarDay {
    guard let day = CalendarDay(try node.string()) else { throw node.fault("should be a day, such as 2024-05-01.") }
    return day
  }

  private static func count(_ node: YAMLDocument, _ most: Int) throws -> Int {
    let value = try node.int()
    guard (0...most).contains(value) else { throw node.fault("should lie between 0 and \(most).") }
    return value
  }
}

extension JobRule {
  /// The rule as JSON, keys sorted: what the database keeps, and what tells whether a version was changed.
  var document: String {
    let criteria = Criterion.allCases.filter(same.contains).map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    return """
      {"across": "\(across.rawValue)", "headcount_within": \(headcountWithin), "posted_within_days": \(postedWithinDays), \
      "same": [\(criteria)], "title_likeness": \(titleLikeness.map { "\($0)" } ?? "null")}
      """
  }
}
