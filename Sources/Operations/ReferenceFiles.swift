import Foundation
import Ingestion
import LabourMarket
import Tabular

/// Reads a profile's `reference/*.csv`.
struct ReferenceFiles {
  let folder: String

  /// The reference data and the SHA-256 (hex) of its files.
  /// - Throws: ``Failure`` (usage) that names file, line and column.
  func load() throws -> (reference: Reference, digest: String) {
    var digest = SHA256Digest()
    var reference = Reference()
    reference.regions = try read("regions.csv", ["code", "name"], required: true, into: &digest).map { row in
      Region(
        code: RegionCode(rawValue: try row.text("code")), name: try row.text("name"), level: row["level"] ?? "",
        parent: row["parent"].map(RegionCode.init(rawValue:)), codeSystem: row["code_system"] ?? "",
        aliases: row.list("aliases"))
    }
    reference.chains = try read("chains.csv", ["code", "name"], required: true, into: &digest).map { row in
      Chain(
        code: ChainCode(rawValue: try row.text("code")), name: try row.text("name"), nameEN: row["name_en"] ?? "",
        parent: row["parent"].map(ChainCode.init(rawValue:)), group: row["group"] ?? "",
        validFrom: try row.month("valid_from"), validTo: try row.month("valid_to"), aliases: row.list("aliases"))
    }
    reference.chainIndustries = try read("chain_industries.csv", ["chain", "industry"], into: &digest).map { row in
      ChainIndustry(
        chain: ChainCode(rawValue: try row.text("chain")), industry: try row.text("industry"),
        edition: row["edition"] ?? "")
    }
    reference.occupations = try read("occupations.csv", ["code", "name", "officer_group"], into: &digest).map { row in
      Occupation(
        code: OccupationCode(rawValue: try row.text("code")), name: try row.text("name"), group: try row.group(),
        groupName: row["officer_group_name"] ?? "", edition: row["edition"] ?? "", aliases: row.list("aliases"))
    }
    reference.indicators = try read("indicators.csv", ["code", "name"], into: &digest).map { row in
      Indicator(
        code: try row.text("code"), name: try row.text("name"), nameEN: row["name_en"] ?? "", unit: row["unit"] ?? "",
        note: row["note"] ?? "")
    }
    reference.targets = try read("targets.csv", ["region", "indicator", "target"], into: &digest).map { row in
      Target(
        region: RegionCode(rawValue: try row.text("region")), indicator: try row.text("indicator"),
        periodStart: try row.requiredMonth("period_start"), periodEnd: try row.requiredMonth("period_end"),
        value: try row.number("target"), source: row["source"] ?? "")
    }
    reference.levers = try read("levers.csv", ["code", "name"], into: &digest).map { row in
      Lever(
        code: try row.text("code"), name: try row.text("name"), nameEN: row["name_en"] ?? "",
        groups: try row.groups("suits_officer_groups"), leadTimeMonths: Int(try row.number("lead_time_months")),
        capacity: row["capacity"] == nil ? nil : try row.number("capacity"), capacityUnit: row["capacity_unit"] ?? "",
        source: row["source"] ?? "")
    }
    (reference.enterpriseLinks, reference.employers) = try links(into: &digest)
    try check(reference)
    return (reference, digest.hex())
  }

  private func links(into digest: inout SHA256Digest) throws -> ([EnterpriseLink], EmployerLinks) {
    let rows = try read("enterprise_links.csv", ["credit_code", "kind"], into: &digest)
    let links = try rows.map { row in
      EnterpriseLink(
        creditCode: Self.code(try row.text("credit_code")), kind: try row.choice("kind"),
        successor: row["successor_code"].map(Self.code), alias: row["alias"], validFrom: try row.day("valid_from"),
        knownOn: try row.day("known_on"), note: row["note"] ?? "")
    }
    do {
      return (links, try EmployerLinks(links))
    } catch let fault as EmployerLinks.Fault {
      throw rows[fault.position].fault(fault.column, fault.message)
    }
  }

  /// A code as records are stored under it.
  private static func code(_ text: String) -> String { String(decoding: CreditCode.normalised(text), as: UTF8.self) }

  /// The rows of one file; its bytes are added to the digest. A file that is not required and not there has no rows.
  private func read(
    _ name: String, _ columns: [String], required: Bool = false, into digest: inout SHA256Digest
  ) throws -> [ReferenceRow] {
    let path = "\(folder)/\(name)"
    guard let data = FileManager.default.contents(atPath: path) else {
      if !required { return [] }
      throw Failure.usage(
        "\(path) is missing or cannot be read.", next: "A profile needs at least regions.csv and chains.csv.")
    }
    digest.update("\(name)\u{0}")
    data.withUnsafeBytes { digest.update($0) }
    return try ReferenceRow.rows(of: data, path, columns: columns)
  }

  /// Codes are unique, and whatever a table points at exists.
  private func check(_ reference: Reference) throws {
    try unique(reference.regions.map(\.code.rawValue), "regions.csv")
    try unique(reference.chains.map(\.code.rawValue), "chains.csv")
    try unique(reference.occupations.map(\.code.rawValue), "occupations.csv")
    let regions = Set(reference.regions.map(\.code))
    let chains = Set(reference.chains.map(\.code))
    for region in reference.regions {
      if let parent = region.parent, !regions.contains(parent) {
        throw fault("regions.csv", "region \(region.code) is part of \(parent), which is not in the file.")
      }
    }
    for chain in reference.chains {
      if let parent = chain.parent, !chains.contains(parent) {
        throw fault("chains.csv", "chain \(chain.code) is part of \(parent), which is not in the file.")
      }
    }
    for class_ in reference.chainIndustries where !chains.contains(class_.chain) {
      throw fault("chain_industries.csv", "the chain \(class_.chain) is not in chains.csv.")
    }
    for target in reference.targets where !regions.contains(target.region) {
      throw fault("targets.csv", "the region \(target.region) is not in regions.csv.")
    }
  }

  private func unique(_ codes: [String], _ file: String) throws {
    var seen: Set<String> = []
    for code in codes where !seen.insert(code).inserted { throw fault(file, "the code \(code) stands there twice.") }
  }

  private func fault(_ file: String, _ message: String) -> Failure {
    Failure.usage(
      "\(folder)/\(file): \(message)", next: "Mend the reference data; `docs/profiles.md` explains the columns.")
  }
}

/// One row of a reference table, cells by column name; an empty cell is `nil`.
struct ReferenceRow {
  /// The rows of a CSV in UTF-8.
  /// - Parameters:
  ///   - path: what faults name.
  ///   - columns: those that must be there.
  /// - Throws: ``Failure`` (usage) that names file and line.
  static func rows(of bytes: Data, _ path: String, columns: [String]) throws -> [ReferenceRow] {
    let table = try TableFile(
      bytes: Array(bytes), name: path, format: FileFormat(charset: .utf8, delimiter: .byte(0x2C)))
    for column in columns where !table.headers.contains(column) {
      throw Failure.usage(
        "\(path): the column “\(column)” is missing; there are \(table.headers.joined(separator: ", ")).",
        next: "Mend the header; `docs/profiles.md` explains the columns.")
    }
    var rows: [ReferenceRow] = []
    var record = Record()
    while try table.next(&record) {
      guard record.count == table.headers.count, record.isValidEncoding, record.defect == nil else {
        throw Failure.usage(
          "\(path):\(record.line): \(record.count) fields instead of \(table.headers.count), or not valid UTF-8.",
          next: "Mend the line: quote cells that hold a comma.")
      }
      var cells: [String: String] = [:]
      for (index, header) in table.headers.enumerated() {
        let cell = record.string(index)
        if !cell.isEmpty { cells[header] = cell }
      }
      rows.append(ReferenceRow(file: path, line: record.line, cells: cells))
    }
    return rows
  }

  let file: String
  let line: Int
  let cells: [String: String]

  subscript(_ column: String) -> String? { cells[column] }

  func text(_ column: String) throws -> String {
    guard let value = cells[column] else { throw fault(column, "is empty.") }
    return value
  }

  func list(_ column: String) -> [String] {
    cells[column]?.split(separator: "|").map(String.init) ?? []
  }

  func number(_ column: String) throws -> Double {
    guard let value = Double(try text(column)), value.isFinite else { throw fault(column, "is not a number.") }
    return value
  }

  func month(_ column: String) throws -> Month? {
    guard let text = cells[column] else { return nil }
    guard let month = Month(text) else { throw fault(column, "“\(text)” is not a month (YYYY-MM).") }
    return month
  }

  func requiredMonth(_ column: String) throws -> Month {
    guard let month = try month(column) else { throw fault(column, "is empty.") }
    return month
  }

  func day(_ column: String) throws -> CalendarDay? {
    guard let text = cells[column] else { return nil }
    guard let day = CalendarDay(text) else { throw fault(column, "“\(text)” is not a day (YYYY-MM-DD).") }
    return day
  }

  func choice<T: RawRepresentable & CaseIterable>(_ column: String) throws -> T where T.RawValue == String {
    let text = try text(column)
    guard let value = T(rawValue: text) else {
      throw fault(column, "“\(text)” is none of \(T.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return value
  }

  func group() throws -> OfficerGroup { try choice("officer_group") }

  func groups(_ column: String) throws -> Set<OfficerGroup> {
    Set(
      try list(column).map { text in
        guard let group = OfficerGroup(rawValue: text) else { throw fault(column, "“\(text)” is no officer group.") }
        return group
      })
  }

  func fault(_ column: String, _ message: String) -> Failure {
    Failure.usage("\(file):\(line): column \(column) \(message)", next: "Mend the reference data of the profile.")
  }
}
