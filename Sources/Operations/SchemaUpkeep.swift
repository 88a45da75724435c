import Foundation
import Ingestion
import LabourMarket
import Postgres

/// Keeps schema and reference data as the program and the profile have them.
struct SchemaUpkeep {
  let session: Session

  /// Applies what is missing; a few milliseconds when nothing is.
  func bringUpToDate() throws {
    let report = try Migrator(directory: session.resources.migrations).migrate(
      session.connection, now: Int64(session.clock.unixSeconds) * 1_000_000
    ) { session.console.info($0) }
    if !report.applied.isEmpty { session.console.info("schema brought up to date", ["version": "\(report.version)"]) }
    try loadReference()
  }

  /// Loads the reference data where the profile's differ from those in the database, under the city's lock: a run that is at work keeps those
  /// it began with, and the next command loads them.
  func loadReference() throws {
    let profile = session.profile
    let known = try session.connection.query(session.queries["operations/reference_digest"], [.text(profile.city)])
    if let row = known.first, try row.string(0) == digest { return }
    guard try session.lock.tryLock(session.connection) else {
      session.console.warning(
        "the profile's reference data changed; they are loaded when the run that is at work has ended")
      return
    }
    defer { _ = try? session.lock.unlock(session.connection) }
    try session.connection.transaction {
      try session.connection.execute(session.queries["operations/clear_reference"], [.text(profile.city)])
      try session.connection.execute(
        session.queries["operations/put_city"],
        [
          .text(profile.city), .text(profile.name), .text(profile.timeZone.identifier),
          .text(profile.language.rawValue), .text(digest),
        ])
      try session.connection.execute(
        session.queries["operations/put_reference"],
        [.text(profile.city), .text(try ReferenceDocument.json(profile.reference))])
      try session.connection.execute(
        session.queries["operations/put_links"],
        [.text(profile.city), .text(try ReferenceDocument.links(profile.reference))])
    }
    session.describeReference()
  }

  /// Reference data and what `cities` tells, in one digest.
  private var digest: String {
    var digest = SHA256Digest()
    let profile = session.profile
    digest.update(profile.referenceDigest)
    digest.update("\u{0}\(profile.name)\u{0}\(profile.timeZone.identifier)\u{0}\(profile.language.rawValue)")
    return digest.hex()
  }
}

extension Session {
  /// Says what reference data the profile has, and how many chains of the plan are not named yet.
  public func describeReference() {
    let reference = profile.reference
    console.info(
      "reference data of \(profile.name)",
      [
        "chains": "\(reference.chains.count)", "regions": "\(reference.regions.count)",
        "occupations": "\(reference.occupations.count)", "targets": "\(reference.targets.count)",
        "levers": "\(reference.levers.count)", "enterprise links": "\(reference.enterpriseLinks.count)",
      ])
    if let planned = profile.plannedChains, planned != reference.chains.count {
      console.info(
        "the plan speaks of \(planned) chains, reference/chains.csv names \(reference.chains.count): add the others when the bureau names them"
      )
    }
  }
}

/// The reference data as the JSON document that `put_reference.sql` takes.
enum ReferenceDocument {
  static func json(_ reference: Reference) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(Document(reference)), as: UTF8.self)
  }

  /// The links between enterprises and what follows from them, as `put_links.sql` takes them.
  static func links(_ reference: Reference) throws -> String {
    let links = reference.enterpriseLinks.enumerated().map { position, link in
      LinkRow(
        position: position + 1, credit_code: link.creditCode, kind: link.kind.rawValue, successor_code: link.successor,
        alias: link.alias, valid_from: link.validFrom?.description, known_on: link.knownOn?.description, note: link.note
      )
    }
    let employers = reference.employers.spans.map { span in
      EmployerRow(
        credit_code: span.creditCode, valid_from: span.from?.description ?? "-infinity",
        valid_to: span.to?.description ?? "infinity", enterprise: span.enterprise, employer: span.employer)
    }
    let mergers = reference.employers.spans.filter { $0.creditCode == $0.enterprise }.flatMap { span in
      span.absorbers.map { absorber in
        MergerRow(
          enterprise: span.enterprise, valid_from: span.from?.description ?? "-infinity",
          valid_to: span.to?.description ?? "infinity", absorber: absorber.enterprise,
          since: absorber.since?.month.firstDay.description ?? "-infinity")
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(
      decoding: try encoder.encode(Links(links: links, employers: employers, mergers: mergers)), as: UTF8.self)
  }

  private struct Links: Encodable {
    let links: [LinkRow], employers: [EmployerRow], mergers: [MergerRow]
  }
  private struct LinkRow: Encodable {
    let position: Int, credit_code: String, kind: String, successor_code: String?, alias: String?
    let valid_from: String?, known_on: String?, note: String
  }
  private struct EmployerRow: Encodable {
    let credit_code: String, valid_from: String, valid_to: String, enterprise: String, employer: String
  }
  private struct MergerRow: Encodable {
    let enterprise: String, valid_from: String, valid_to: String, absorber: String, since: String
  }

  private struct Document: Encodable {
    var regions: [RegionRow]
    var chains: [ChainRow]
    var chain_industries: [[String: String]]
    var occupations: [OccupationRow]
    var indicators: [IndicatorRow]
    var targets: [TargetRow]
    var levers: [LeverRow]

    init(_ reference: Reference) {
      regions = reference.regions.enumerated().map { position, region in
        RegionRow(
          code: region.code.rawValue, position: position + 1, name: region.name, level: region.level,
          parent: region.parent?.rawValue, code_system: region.codeSystem, aliases: region.aliases)
      }
      chains = reference.chains.enumerated().map { position, chain in
        ChainRow(
          code: chain.code.rawValue, position: position + 1, name: chain.name, name_en: chain.nameEN,
          parent: chain.parent?.rawValue, chain_group: chain.group, valid_from: chain.validFrom?.firstDay.description,
          valid_to: chain.validTo?.lastDay.description, aliases: chain.aliases)
      }
      chain_industries = reference.chainIndustries.map {
        ["chain": $0.chain.rawValue, "industry": $0.industry, "edition": $0.edition]
      }
      occupations = reference.occupations.enumerated().map { position, occupation in
        OccupationRow(
          code: occupation.code.rawValue, position: position + 1, name: occupation.name,
          officer_group: occupation.group.rawValue, officer_group_name: occupation.groupName,
          edition: occupation.edition, aliases: occupation.aliases)
      }
      indicators = reference.indicators.enumerated().map { position, indicator in
        IndicatorRow(
          code: indicator.code, position: position + 1, name: indicator.name, name_en: indicator.nameEN,
          unit: indicator.unit, note: indicator.note)
      }
      targets = reference.targets.map {
        TargetRow(
          region: $0.region.rawValue, indicator: $0.indicator, period_start: $0.periodStart.firstDay.description,
          period_end: $0.periodEnd.lastDay.description, target: $0.value, source: $0.source)
      }
      levers = reference.levers.enumerated().map { position, lever in
        LeverRow(
          code: lever.code, position: position + 1, name: lever.name, name_en: lever.nameEN,
          officer_groups: lever.groups.map(\.rawValue).sorted(), lead_time_months: lever.leadTimeMonths,
          capacity: lever.capacity, capacity_unit: lever.capacityUnit, source: lever.source)
      }
    }
  }

  private struct RegionRow: Encodable {
    let code: String, position: Int, name: String, level: String, parent: String?, code_system: String
    let aliases: [String]
  }
  private struct ChainRow: Encodable {
    let code: String, position: Int, name: String, name_en: String, parent: String?, chain_group: String
    let valid_from: String?, valid_to: String?, aliases: [String]
  }
  private struct OccupationRow: Encodable {
    let code: String, position: Int, name: String, officer_group: String, officer_group_name: String, edition: String
    let aliases: [String]
  }
  private struct IndicatorRow: Encodable {
    let code: String, position: Int, name: String, name_en: String, unit: String, note: String
  }
  private struct TargetRow: Encodable {
    let region: String, indicator: String, period_start: String, period_end: String, target: Double, source: String
  }
  private struct LeverRow: Encodable {
    let code: String, position: Int, name: String, name_en: String, officer_groups: [String], lead_time_months: Int
    let capacity: Double?, capacity_unit: String, source: String
  }
}
