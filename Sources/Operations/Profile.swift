import Foundation
import Ingestion
import LabourMarket
import Tabular

/// A profile: the folder that adapts the program to one place (contract section 1).
public struct Profile: Sendable {
  /// The folder.
  public let folder: String
  /// The value of `city` in every table: short, stable, unique on a server.
  public let city: String
  /// What the lists call the place.
  public let name: String
  /// The region that stands for the whole place.
  public let region: RegionCode
  /// The zone in which all of the profile's dates and times are meant.
  public let timeZone: TimeZone
  /// The language of lists and of messages to clerks.
  public let language: Language
  /// The currency of wages, ISO 4217.
  public let currency: String
  /// Where the key of the pseudonyms comes from.
  public let pseudonymKey: PseudonymKeySource
  /// Months that a forecast reaches ahead unless told otherwise.
  public let defaultHorizon: Int
  /// How many chains the plan speaks of; `nil` where no plan does.
  public let plannedChains: Int?
  /// The reference data.
  public let reference: Reference
  /// SHA-256 (hex) of the reference data's files, in the order of their names.
  public let referenceDigest: String

  /// A language of lists.
  public enum Language: String, CaseIterable, Sendable {
    /// Simplified Chinese.
    case chinese = "zh-CN"
    /// English.
    case english = "en"
  }

  /// Where the key of the pseudonyms comes from: never the database, never an argument.
  public struct PseudonymKeySource: Hashable, Sendable {
    /// The environment variable that may hold the key.
    public let environment: String?
    /// The file that may hold it, readable by its owner only.
    public let file: String?
  }

  /// Reads `profile.yaml` and `reference/*.csv` of a folder.
  /// - Throws: ``Failure`` (usage) that names file, line, column or key and says what to do.
  public init(folder: String) throws {
    guard FileManager.default.fileExists(atPath: folder + "/profile.yaml") else {
      throw Failure.usage(
        "There is no profile in \(folder): profile.yaml is missing.",
        next: "Name the folder of a profile with --profile, for example --profile jobs/suqian.")
    }
    do {
      let yaml = try YAMLDocument(contentsOf: folder + "/profile.yaml")
      try yaml.allow(
        "name", "city", "region", "time_zone", "language", "currency", "pseudonym_key", "default_horizon",
        "planned_chains")
      self.folder = folder
      city = try Self.cityCode(yaml.required("city"))
      name = try yaml.required("name").string()
      region = RegionCode(rawValue: try yaml.required("region").string())
      timeZone = try Self.zone(yaml.required("time_zone"))
      language = try yaml.required("language").choice()
      currency = try yaml["currency"]?.string() ?? "CNY"
      let key = try yaml["pseudonym_key"]
      try key?.allow("env", "file")
      pseudonymKey = PseudonymKeySource(environment: try key?["env"]?.string(), file: try key?["file"]?.string())
      defaultHorizon = try yaml["default_horizon"].map(Self.horizon) ?? 6
      plannedChains = try yaml["planned_chains"]?.int()
      let loaded = try ReferenceFiles(folder: folder + "/reference").load()
      reference = loaded.reference
      referenceDigest = loaded.digest
    } catch let fault as YAMLFault {
      throw Failure.usage(fault.description, next: "Mend the file; `docs/profiles.md` explains every key.")
    }
    guard reference.regions.contains(where: { $0.code == region }) else {
      throw Failure.usage(
        "\(folder)/profile.yaml: “region”: \(region) is not in reference/regions.csv.",
        next: "Name the code of the region that stands for the whole place.")
    }
  }

  /// The regions that have an assistance team: those that no other region is part of.
  public var teams: [Region] {
    let parents = Set(reference.regions.compactMap(\.parent))
    return reference.regions.filter { !parents.contains($0.code) }
  }

  private static func cityCode(_ node: YAMLDocument) throws -> String {
    let text = try node.string()
    let allowed = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    guard !text.isEmpty, text.utf8.count <= 32, allowed else {
      throw node.fault("should be a short code of small letters, digits and hyphens, such as suqian.")
    }
    return text
  }

  private static func zone(_ node: YAMLDocument) throws -> TimeZone {
    let text = try node.string()
    guard let zone = TimeZone(identifier: text) else {
      throw node.fault(
        "“\(text)” is not a time zone this machine knows (an IANA name such as Asia/Shanghai; package tzdata).")
    }
    return zone
  }

  private static func horizon(_ node: YAMLDocument) throws -> Int {
    let value = try node.int()
    guard (1...24).contains(value) else { throw node.fault("should lie between 1 and 24 months.") }
    return value
  }
}
