import Foundation
import LabourMarket

/// The names of regions, chains, occupations and measures in the language of the lists.
///
/// Chains and measures bring their English names with the reference data; a profile may name the rest in `names.en.csv`
/// (`kind,code,name` with kinds `city`, `region`, `chain`, `occupation`, `measure`, `officer_group`).
struct ReportNames: Sendable {
  /// The city's name, and the names of the measures by code.
  let city: String, measures: [String: String]
  private var regions: [String: String] = [:]
  private var chains: [String: String] = [:]
  private var occupations: [String: String] = [:]

  /// Names for a profile in a language.
  /// - Throws: ``Failure`` (usage) where `names.<language>.csv` is malformed.
  init(profile: Profile, language: Profile.Language) throws {
    let reference = profile.reference
    let isForeign = language != profile.language
    let extra = isForeign ? try Self.extra("\(profile.folder)/names.\(language.rawValue).csv") : [:]
    func name(_ kind: String, _ code: String, _ own: String, _ english: String = "") -> String {
      guard isForeign else { return own }
      return extra["\(kind):\(code)"] ?? (language == .english && !english.isEmpty ? english : own)
    }
    city = name("city", profile.city, profile.name)
    measures = Dictionary(
      reference.levers.map { ($0.code, name("measure", $0.code, $0.name, $0.nameEN)) }, uniquingKeysWith: { a, _ in a })
    for region in reference.regions {
      regions[region.code.rawValue] = name("region", region.code.rawValue, region.name)
    }
    for chain in reference.chains {
      chains[chain.code.rawValue] = name("chain", chain.code.rawValue, chain.name, chain.nameEN)
    }
    for occupation in reference.occupations {
      occupations[occupation.code.rawValue] = name("occupation", occupation.code.rawValue, occupation.name)
    }
  }

  /// A region's name; the code where it has none; empty for “all”.
  func region(_ code: String) -> String { regions[code] ?? code }
  /// A chain's name; the code where it has none; empty for “all”.
  func chain(_ code: String) -> String { chains[code] ?? code }
  /// An occupation's name; the code where it has none; empty for “all”.
  func occupation(_ code: String) -> String { occupations[code] ?? code }

  private static func extra(_ path: String) throws -> [String: String] {
    guard let data = FileSystem.bytes(path) else { return [:] }
    var names: [String: String] = [:]
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated().dropFirst() {
      let parts = line.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else {
        throw Failure.usage("\(path):\(index + 1): should hold kind,code,name.", next: "Mend the line.")
      }
      names["\(parts[0]):\(parts[1])"] = parts[2].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
    return names
  }
}
