import Foundation
import Ingestion
import LabourMarket
import Shortfall

/// Reads a scenario (`--scenario FILE.yaml`); `docs/estimator.md`, section 6, explains every key, `jobs/suqian/scenarios` holds examples.
struct ForecastScenarioFile {
  /// Codes, names and aliases of the profile.
  let reference: Reference
  /// `+3` means the third month after it.
  let asOf: Month

  /// The scenario of a file, and its text.
  /// - Throws: ``Failure`` (usage) that names file, line and key.
  func load(_ path: String) throws -> (scenario: ShortfallScenario, text: String) {
    do {
      let scenario = try read(YAMLDocument(contentsOf: path), file: path)
      return (scenario, FileSystem.bytes(path).map { String(decoding: $0, as: UTF8.self) } ?? "")
    } catch let fault as YAMLFault {
      throw Failure.usage(
        fault.description,
        next: "Mend the file; docs/estimator.md explains scenarios, jobs/suqian/scenarios has examples.")
    }
  }

  /// The scenario of a document; without `name` it is called as the file.
  func read(_ yaml: YAMLDocument, file: String) throws -> ShortfallScenario {
    try yaml.allow("name", "changes")
    let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    let name = try yaml["name"].map { node -> String in
      let text = try node.string().trimmingCharacters(in: .whitespaces)
      guard !text.isEmpty else { throw node.fault("should not be empty.") }
      return text
    }
    // A file may hold no change yet: `changes: []` is the base case.
    return ShortfallScenario(name: name ?? stem, changes: try yaml.required("changes").items().flatMap(changes))
  }

  private enum Kind: String, CaseIterable {
    case automation, demand, separations, fill, enterprise, supply, response
  }

  /// The changes of one entry: of several occupations, one each.
  private func changes(_ yaml: YAMLDocument) throws -> [ShortfallScenario.Change] {
    let place = ["kind", "chain", "region", "occupation", "group"]
    switch try yaml.required("kind").choice(Kind.self) {
    case .automation:
      try yaml.allow(place + ["share", "from", "months"])
      return [
        .automation(
          try scope(yaml), share: try number(yaml.required("share"), 0...1), from: try month(yaml.required("from")),
          months: try months(yaml, "months"))
      ]
    case .demand:
      try yaml.allow(place + ["factor", "from", "until"])
      return [.demand(try scope(yaml), factor: try number(yaml.required("factor"), 0...10), try span(yaml))]
    case .separations:
      try yaml.allow(place + ["factor", "from", "until"])
      return [.separations(try scope(yaml), factor: try number(yaml.required("factor"), 0...10), try span(yaml))]
    case .fill:
      try yaml.allow(place + ["factor", "from", "until"])
      return [.fill(try scope(yaml), factor: try number(yaml.required("factor"), 0...10), try span(yaml))]
    case .enterprise: return [.enterprise(try enterprise(yaml))]
    case .supply: return try supply(yaml)
    case .response:
      try yaml.allow("kind", "share")
      return [.response(share: try number(yaml.required("share"), 0...1))]
    }
  }

  private func enterprise(_ yaml: YAMLDocument) throws -> ShortfallScenario.NewEnterprise {
    try yaml.allow("kind", "chain", "region", "opens", "ramp_months", "headcount", "turnover")
    return ShortfallScenario.NewEnterprise(
      chain: try one(yaml.required("chain"), reference.chainSpellings, "chain"),
      region: try one(yaml.required("region"), reference.regionSpellings, "region"),
      opens: try month(yaml.required("opens")), rampMonths: try months(yaml, "ramp_months"),
      headcount: try persons(yaml.required("headcount")),
      turnover: try yaml["turnover"].map { try number($0, 0...1) } ?? 0.03)
  }

  private func supply(_ yaml: YAMLDocument) throws -> [ShortfallScenario.Change] {
    try yaml.allow("kind", "region", "persons", "month", "arrival_rate")
    let region = try one(yaml.required("region"), reference.regionSpellings, "region")
    let month = try month(yaml.required("month"))
    let rate = try yaml["arrival_rate"].map { try number($0, 0...1) }
    return try persons(yaml.required("persons")).sorted { $0.key.rawValue < $1.key.rawValue }.map {
      .supply(region: region, occupation: $0.key, persons: $0.value, month: month, arrivalRate: rate)
    }
  }

  // MARK: values

  /// Chains, regions, occupations or officer groups that an entry names; a chain or region with parts means its parts.
  private func scope(_ yaml: YAMLDocument) throws -> ShortfallScenario.Scope {
    var out = ShortfallScenario.Scope()
    let trees = ReferenceTrees(reference)
    for node in try nodes(yaml["chain"]) {
      let code = try code(node, reference.chainSpellings, "chain")
      out.chains.insert(code)
      for chain in reference.chains where ReferenceTrees.ancestors(of: chain.code, in: trees.chains).contains(code) {
        out.chains.insert(chain.code)
      }
    }
    for node in try nodes(yaml["region"]) {
      let code = try code(node, reference.regionSpellings, "region")
      guard reference.regions.first(where: { $0.code == code })?.level != "city" else {
        throw node.fault("is the whole city: leave the key out.")
      }
      out.regions.insert(code)
      for region in reference.regions where ReferenceTrees.ancestors(of: region.code, in: trees.regions).contains(code)
      {
        out.regions.insert(region.code)
      }
    }
    for node in try nodes(yaml["occupation"]) {
      out.occupations.insert(try code(node, reference.occupationSpellings, "occupation"))
    }
    for node in try nodes(yaml["group"]) {
      let word = try node.string()
      let members = reference.occupations.filter { $0.group.rawValue == word || $0.groupName == word }
      guard !members.isEmpty else {
        let known = Set(reference.occupations.map { "\($0.group.rawValue) (\($0.groupName))" }).sorted()
        throw node.fault(
          "“\(word)” is no group of occupations of this profile. Known: \(known.joined(separator: ", ")).")
      }
      out.occupations.formUnion(members.map(\.code))
    }
    return out
  }

  private func nodes(_ yaml: YAMLDocument?) throws -> [YAMLDocument] {
    guard let yaml else { return [] }
    return yaml.isSequence ? try yaml.items() : [yaml]
  }

  private func code<Code>(_ yaml: YAMLDocument, _ known: [String: Code], _ what: String) throws -> Code {
    let word = try yaml.string()
    guard let code = known[word] else {
      throw yaml.fault("“\(word)” is no \(what) of this profile; give its code or name as in reference/\(what)s.csv.")
    }
    return code
  }

  private func one<Code>(_ yaml: YAMLDocument, _ known: [String: Code], _ what: String) throws -> Code {
    try code(yaml, known, what)
  }

  /// Persons by occupation.
  private func persons(_ yaml: YAMLDocument) throws -> [OccupationCode: Double] {
    let known = reference.occupationSpellings
    var out: [OccupationCode: Double] = [:]
    for word in try yaml.keys() {
      let node = try yaml.required(word)
      guard let code = known[word] else {
        throw node.fault("is no occupation of this profile; give its code or name as in reference/occupations.csv.")
      }
      out[code, default: 0] += try number(node, 0...1_000_000)
    }
    guard !out.isEmpty else { throw yaml.fault("names no occupation.") }
    return out
  }

  private func span(_ yaml: YAMLDocument) throws -> ShortfallScenario.Span {
    let span = ShortfallScenario.Span(from: try yaml["from"].map(month), until: try yaml["until"].map(month))
    if let from = span.from, let until = span.until, until < from { throw yaml.fault("ends before it begins.") }
    return span
  }

  /// `2022-03`, or `+3`: the third month after the as-of month.
  private func month(_ yaml: YAMLDocument) throws -> Month {
    let text = try yaml.string()
    if text.hasPrefix("+"), let ahead = Int(text.dropFirst()), (1...120).contains(ahead) { return asOf + ahead }
    guard text.count == 7, let month = Month(text) else {
      throw yaml.fault("should be a month such as 2022-03, or +3 for the third month ahead.")
    }
    return month
  }

  /// A number of months, 1 where the key is absent.
  private func months(_ yaml: YAMLDocument, _ key: String) throws -> Int {
    guard let node = try yaml[key] else { return 1 }
    let value = try node.int()
    guard (1...60).contains(value) else { throw node.fault("should lie between 1 and 60 months.") }
    return value
  }

  private func number(_ yaml: YAMLDocument, _ range: ClosedRange<Double>) throws -> Double {
    let value = try yaml.double()
    guard range.contains(value) else {
      throw yaml.fault("should lie between \(Self.plain(range.lowerBound)) and \(Self.plain(range.upperBound)).")
    }
    return value
  }

  private static func plain(_ value: Double) -> String { String(format: "%g", value) }
}
