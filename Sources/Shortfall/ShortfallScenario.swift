import LabourMarket

/// What might happen in the months ahead, to be set beside the forecast: changes of demand, supply, fills and answers.
///
/// A scenario never enters the forecast that lists and alerts stand on; see `docs/estimator.md`, section 6, for what each change does.
public struct ShortfallScenario: Sendable, Hashable {
  /// Where a change strikes; an empty set is everywhere.
  public struct Scope: Sendable, Hashable {
    /// Chains; a cell must be in all three sets.
    public var chains: Set<ChainCode>
    /// Regions.
    public var regions: Set<RegionCode>
    /// Occupations.
    public var occupations: Set<OccupationCode>
    /// A scope from its parts.
    public init(
      chains: Set<ChainCode> = [], regions: Set<RegionCode> = [], occupations: Set<OccupationCode> = []
    ) {
      self.chains = chains
      self.regions = regions
      self.occupations = occupations
    }

    /// Whether a cell is struck.
    func holds(_ key: Cell) -> Bool {
      (chains.isEmpty || key.chain.map(chains.contains) ?? false)
        && (regions.isEmpty || key.region.map(regions.contains) ?? false)
        && (occupations.isEmpty || key.occupation.map(occupations.contains) ?? false)
    }
  }

  /// The months a change lasts: `from` to `until`, both included; `nil`: open on that side.
  public struct Span: Sendable, Hashable {
    /// First and last month.
    public var from, until: Month?
    /// A span from its ends.
    public init(from: Month? = nil, until: Month? = nil) {
      self.from = from
      self.until = until
    }

    func holds(_ month: Month) -> Bool { (from.map { $0 <= month } ?? true) && (until.map { $0 >= month } ?? true) }
  }

  /// A new enterprise that puts up its posts in equal parts over the first months.
  public struct NewEnterprise: Sendable, Hashable {
    /// What it belongs to.
    public var chain: ChainCode
    /// Where it opens.
    public var region: RegionCode
    /// The first month of its posts.
    public var opens: Month
    /// Over how many months they are put up.
    public var rampMonths: Int
    /// Persons by occupation.
    public var headcount: [OccupationCode: Double]
    /// Share of its filled posts that must be filled anew each month.
    public var turnover: Double
    /// An enterprise from its parts.
    public init(
      chain: ChainCode, region: RegionCode, opens: Month, rampMonths: Int, headcount: [OccupationCode: Double],
      turnover: Double
    ) {
      self.chain = chain
      self.region = region
      self.opens = opens
      self.rampMonths = rampMonths
      self.headcount = headcount
      self.turnover = turnover
    }
  }

  /// One change.
  public enum Change: Sendable, Hashable {
    /// Machines take `share` of the posts, in equal parts over `months` from `from` on.
    case automation(Scope, share: Double, from: Month, months: Int)
    /// New openings times `factor`.
    case demand(Scope, factor: Double, Span)
    /// Leavers, and with them the posts that replace them, times `factor`.
    case separations(Scope, factor: Double, Span)
    /// Monthly rate at which open posts are filled, times `factor`: below 1 a tighter market.
    case fill(Scope, factor: Double, Span)
    /// An enterprise opens.
    case enterprise(NewEnterprise)
    /// `persons` more look for work in a region and occupation from the beginning of `month` on; of these `arrivalRate` come (`nil`: the setting).
    case supply(region: RegionCode, occupation: OccupationCode, persons: Double, month: Month, arrivalRate: Double?)
    /// Only `share` of the enterprises that answered the survey answer.
    case response(share: Double)
  }

  /// Its name, as it stands in the tables.
  public var name: String
  /// What changes, in the order of the file; effects of several changes multiply or add up.
  public var changes: [Change]

  /// A scenario from its parts.
  public init(name: String, changes: [Change]) {
    self.name = name
    self.changes = changes
  }
}

/// A scenario beside the base case.
public struct ScenarioForecast: Sendable, Hashable {
  /// One node: what the base case says, what the scenario says.
  public struct Node: Sendable, Hashable {
    /// The node.
    public var node: ForecastNode
    /// The gap above which it counts as short, the same in both.
    public var threshold: Double
    /// Months 1…H of the base case; zeros where the node comes up in the scenario only.
    public var base: [ForecastValue]
    /// Months 1…H of the scenario; drivers are those of the base case and a last one, the scenario's change.
    public var values: [ForecastValue]
  }

  /// The scenario's name.
  public var name: String
  /// The base case: what `forecast` makes of the same inputs.
  public var base: ShortfallForecast
  /// The nodes in the order of ``CityPanel/nodes(trees:)``.
  public var nodes: [Node]
  /// What had no effect, or was assumed, in sentences.
  public var notes: [String]
}
