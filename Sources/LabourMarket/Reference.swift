/// A region of the profile: the city itself, a county, a district or a zone.
public struct Region: Hashable, Sendable {
  /// The code that facts name.
  public let code: RegionCode
  /// The name in the language of the profile.
  public let name: String
  /// `city`, `county`, `zone`, `state`, …: the word of the reference data.
  public let level: String
  /// The region this one is part of; `nil` for the top.
  public let parent: RegionCode?
  /// Who issued the code (GB/T 2260, a statistical code, the bureau).
  public let codeSystem: String
  /// Other spellings that feeds use.
  public let aliases: [String]

  /// A region from its reference data.
  public init(
    code: RegionCode, name: String, level: String, parent: RegionCode?, codeSystem: String = "", aliases: [String] = []
  ) {
    self.code = code
    self.name = name
    self.level = level
    self.parent = parent
    self.codeSystem = codeSystem
    self.aliases = aliases
  }
}

/// An industry chain of the profile, valid between two months (both included; `nil` is open).
public struct Chain: Hashable, Sendable {
  /// The code that facts name.
  public let code: ChainCode
  /// The name in the language of the profile.
  public let name: String
  /// The English name; may be empty.
  public let nameEN: String
  /// The chain this one is part of: a chain with parts is an aggregate and holds no cells of its own.
  public let parent: ChainCode?
  /// The group it is counted in.
  public let group: String
  /// First month of validity; `nil` is open.
  public let validFrom: Month?
  /// Last month of validity; `nil` is open.
  public let validTo: Month?
  /// Other spellings that feeds use.
  public let aliases: [String]

  /// A chain from its reference data.
  public init(
    code: ChainCode, name: String, nameEN: String = "", parent: ChainCode? = nil, group: String = "",
    validFrom: Month? = nil, validTo: Month? = nil, aliases: [String] = []
  ) {
    self.code = code
    self.name = name
    self.nameEN = nameEN
    self.parent = parent
    self.group = group
    self.validFrom = validFrom
    self.validTo = validTo
    self.aliases = aliases
  }
}

/// An occupation of the profile and the officers' group it belongs to.
public struct Occupation: Hashable, Sendable {
  /// The code that facts name.
  public let code: OccupationCode
  /// The name in the language of the profile.
  public let name: String
  /// The group it is counted in.
  public let group: OfficerGroup
  /// The name of the group in the language of the profile.
  public let groupName: String
  /// The edition of the classification.
  public let edition: String
  /// Other spellings that feeds use.
  public let aliases: [String]

  /// An occupation from its reference data.
  public init(
    code: OccupationCode, name: String, group: OfficerGroup, groupName: String, edition: String = "",
    aliases: [String] = []
  ) {
    self.code = code
    self.name = name
    self.group = group
    self.groupName = groupName
    self.edition = edition
    self.aliases = aliases
  }
}

/// An indicator of the plan (`referrals`, `talent`, …).
public struct Indicator: Hashable, Sendable {
  /// The code that facts name.
  public let code: String
  /// The name in the language of the profile.
  public let name: String
  /// The English name; may be empty.
  public let nameEN: String
  /// The unit of its values.
  public let unit: String
  /// What one must know to read it.
  public let note: String

  /// An indicator from its reference data.
  public init(code: String, name: String, nameEN: String, unit: String, note: String) {
    self.code = code
    self.name = name
    self.nameEN = nameEN
    self.unit = unit
    self.note = note
  }
}

/// The plan's target for an indicator in a region over a span of months.
public struct Target: Hashable, Sendable {
  /// The region.
  public let region: RegionCode
  /// The code of the indicator.
  public let indicator: String
  /// First month of the period.
  public let periodStart: Month
  /// Last month of the period.
  public let periodEnd: Month
  /// The target for the whole period.
  public let value: Double
  /// Where the fact stands.
  public let source: String

  /// A target from its reference data.
  public init(
    region: RegionCode, indicator: String, periodStart: Month, periodEnd: Month, value: Double, source: String
  ) {
    self.region = region
    self.indicator = indicator
    self.periodStart = periodStart
    self.periodEnd = periodEnd
    self.value = value
    self.source = source
  }
}

/// A measure that an assistance team may offer, with the officer groups it suits and the months it takes to work.
public struct Lever: Hashable, Sendable {
  /// The code that facts name.
  public let code: String
  /// The name in the language of the profile.
  public let name: String
  /// The English name; may be empty.
  public let nameEN: String
  /// The officer groups it suits.
  public let groups: Set<OfficerGroup>
  /// Months until it works.
  public let leadTimeMonths: Int
  /// How much of it there is; `nil` where the plan names no limit.
  public let capacity: Double?
  /// The unit of the capacity.
  public let capacityUnit: String
  /// Where the fact stands.
  public let source: String

  /// A measure from its reference data.
  public init(
    code: String, name: String, nameEN: String, groups: Set<OfficerGroup>, leadTimeMonths: Int, capacity: Double?,
    capacityUnit: String, source: String
  ) {
    self.code = code
    self.name = name
    self.nameEN = nameEN
    self.groups = groups
    self.leadTimeMonths = leadTimeMonths
    self.capacity = capacity
    self.capacityUnit = capacityUnit
    self.source = source
  }
}

/// The GB/T 4754 industry classes that belong to a chain; the longest matching prefix wins.
public struct ChainIndustry: Hashable, Sendable {
  /// The chain.
  public let chain: ChainCode
  /// The class code, a prefix of longer ones.
  public let industry: String
  /// The edition of the classification.
  public let edition: String

  /// A class from the reference data.
  public init(chain: ChainCode, industry: String, edition: String) {
    self.chain = chain
    self.industry = industry
    self.edition = edition
  }
}

/// The reference data of a profile, in the order of its files.
public struct Reference: Hashable, Sendable {
  /// The regions, the city itself among them.
  public var regions: [Region]
  /// The chains.
  public var chains: [Chain]
  /// The industry classes of the chains.
  public var chainIndustries: [ChainIndustry]
  /// The occupations.
  public var occupations: [Occupation]
  /// The indicators of the plan.
  public var indicators: [Indicator]
  /// The targets of the plan.
  public var targets: [Target]
  /// The measures of the plan.
  public var levers: [Lever]
  /// Links between codes and names of enterprises, in the order of their file.
  public var enterpriseLinks: [EnterpriseLink] = []
  /// What follows from them: the employer of every code as of any day.
  public var employers = EmployerLinks()

  /// Reference data from its tables.
  public init(
    regions: [Region] = [], chains: [Chain] = [], chainIndustries: [ChainIndustry] = [],
    occupations: [Occupation] = [], indicators: [Indicator] = [], targets: [Target] = [], levers: [Lever] = []
  ) {
    self.regions = regions
    self.chains = chains
    self.chainIndustries = chainIndustries
    self.occupations = occupations
    self.indicators = indicators
    self.targets = targets
    self.levers = levers
  }

  /// Every spelling (code, name, alias) of every region with its code. A spelling that two regions share is left out.
  public var regionSpellings: [String: RegionCode] {
    spellings(regions.map { ($0.code, [$0.code.rawValue, $0.name] + $0.aliases) })
  }
  /// Every spelling (code, name, English name, alias) of every chain with its code.
  public var chainSpellings: [String: ChainCode] {
    spellings(chains.map { ($0.code, [$0.code.rawValue, $0.name, $0.nameEN] + $0.aliases) })
  }
  /// Every spelling (code, name, alias) of every occupation with its code.
  public var occupationSpellings: [String: OccupationCode] {
    spellings(occupations.map { ($0.code, [$0.code.rawValue, $0.name] + $0.aliases) })
  }

  private func spellings<Code: Hashable>(_ entries: [(Code, [String])]) -> [String: Code] {
    var out: [String: Code] = [:]
    var shared: Set<String> = []
    for (code, words) in entries {
      for word in words where !word.isEmpty {
        if let other = out[word], other != code { shared.insert(word) } else { out[word] = code }
      }
    }
    for word in shared { out[word] = nil }
    return out
  }
}
