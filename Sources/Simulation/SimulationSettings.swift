import LabourMarket

/// What a simulated city is asked to be. Equal settings and reference data give equal bytes.
public struct SimulationSettings: Hashable, Sendable {
  /// The seed of every random draw.
  public var seed: UInt64
  /// Number of enterprises, at least 1.
  public var enterprises: Int
  /// The first month of the feeds.
  public var start: Month
  /// Number of months of the feeds.
  public var months: Int
  /// Number of months of the truth; it goes on after the feeds end.
  public var truthMonths: Int
  /// The weather of the labour market.
  public var scenario: Scenario

  /// Settings with the defaults of `labourwatch simulate`.
  public init(
    seed: UInt64 = 1, enterprises: Int = 120, start: Month = Month(year: 2019, month: 1), months: Int = 36,
    truthMonths: Int = 42, scenario: Scenario = .base
  ) {
    self.seed = seed
    self.enterprises = enterprises
    self.start = start
    self.months = months
    self.truthMonths = truthMonths
    self.scenario = scenario
  }

  /// The last month of the feeds.
  public var lastFeedMonth: Month { start + (months - 1) }
  /// Months that are simulated: the longer of feeds and truth.
  public var simulatedMonths: Int { max(months, truthMonths) }

  /// Months that run before the first one, so that the city starts in its own balance.
  static let burnIn = 24
}

/// The weather of the simulated labour market.
public enum Scenario: String, CaseIterable, Sendable {
  /// Small disturbances, ample supply.
  case calm
  /// The default: chains rise and fall on their own, about one to one and a half openings per seeker.
  case base
  /// Sudden falls and rises of single chains and one of the whole city.
  case shocked
  /// Few seekers: openings stay long.
  case tight

  /// Standard deviation of a chain's monthly demand disturbance, in log points.
  var chainDisturbance: Double { self == .calm ? 0.006 : self == .shocked ? 0.02 : 0.014 }
  /// Standard deviation of the city's monthly demand disturbance, in log points.
  var cityDisturbance: Double { self == .calm ? 0.003 : 0.006 }
  /// Standard deviation of the monthly disturbance of the matching rate, in log points.
  var matchingDisturbance: Double { self == .calm ? 0.04 : 0.09 }
  /// Seekers relative to what keeps the city in balance.
  var supply: Double { self == .calm ? 1.12 : self == .tight ? 0.89 : 1.0 }
  /// Whether demand shocks strike.
  var hasShocks: Bool { self == .shocked }
}

/// The fixed numbers of the simulated labour market; `docs/simulation.md` explains each.
enum Parameters {
  /// Monthly separation rate by officer group, before season.
  static func separationRate(_ group: OfficerGroup) -> Double {
    switch group {
    case .general: 0.034
    case .skilled: 0.024
    case .engineering: 0.013
    case .management: 0.010
    case .sales: 0.026
    }
  }
  /// Share of the people of a typical enterprise by officer group.
  static func staffShare(_ group: OfficerGroup) -> Double {
    switch group {
    case .general: 0.40
    case .skilled: 0.38
    case .engineering: 0.09
    case .management: 0.07
    case .sales: 0.06
    }
  }
  /// Monthly wage in 2019 yuan by officer group.
  static func wage(_ group: OfficerGroup) -> Double {
    switch group {
    case .general: 4300
    case .skilled: 5200
    case .engineering: 7200
    case .management: 6500
    case .sales: 5000
    }
  }
  /// Shift of the matching rate by officer group, in log points.
  static func matchingShift(_ group: OfficerGroup) -> Double {
    switch group {
    case .general: 0.10
    case .skilled: -0.18
    case .engineering: -0.25
    case .management: 0.22
    case .sales: 0.05
    }
  }
  /// Elasticity α of the matching rate with respect to seekers per opening.
  static let elasticity = 0.5
  /// Log matching rate at one seeker per opening.
  static let matchingLevel = -0.2
  /// Share of wanted places that is put up as openings within a month.
  static let postingShare = 0.8
  /// Exposure of new openings to matching in their first month.
  static let firstMonthExposure = 0.5
  /// Most of the reachable seekers that one month's matching can take.
  static let matchingCap = 0.8
  /// Monthly share of seekers that leaves the market unhired.
  static let seekerExit = 0.12
  /// Share of separated persons who look for work in the city.
  static let stayAfterSeparation = 0.45
  /// Share of those who register as unemployed.
  static let registration = 0.55
  /// Share of other new seekers who register.
  static let otherRegistration = 0.15
  /// Share of expired postings that are renewed.
  static let renewal = 0.8
  /// Share of postings that also stand on another source.
  static let crossPosting = 0.18
  /// Share of such copies that nobody keeps up to date.
  static let staleCopy = 0.3
  /// Share of reports of a fill that come late by one to nine days.
  static let lateFill = 0.2
  /// Share of a feed's rows that arrive after newer ones.
  static let displacedRow = 0.012
}
