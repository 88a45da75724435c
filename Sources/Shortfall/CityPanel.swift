import LabourMarket

/// What is known of one city at the end of a month, aggregated: everything that the estimator reads.
///
/// Rows of the tables are cells (chain × region × occupation, leaves of the reference trees); columns are months from ``start`` to ``asOf``.
/// Quantities are persons. The panel is built from versions known by the end of ``asOf`` only, so it is the same however much later
/// it is read (contract section 6).
public struct CityPanel: Sendable {
  /// One cell: positions in ``CityPanel/chains``, ``CityPanel/regions`` and ``CityPanel/occupations``.
  public struct CellIndex: Sendable, Hashable {
    /// Positions in the code lists.
    public var chain, region, occupation: Int
    /// A cell from its positions.
    public init(chain: Int, region: Int, occupation: Int) {
      self.chain = chain
      self.region = region
      self.occupation = occupation
    }
  }

  /// What the respondents of one survey wave said of one chain and one month.
  public struct Plan: Sendable, Hashable {
    /// First and target month of the statement.
    public var wave, period: Month
    /// Position in ``CityPanel/chains``.
    public var chain: Int
    /// Planned hires, expected separations and posts displaced by machines, summed over respondents, not expanded.
    public var planned, separations, automation: Double
    /// A statement from its parts.
    public init(wave: Month, period: Month, chain: Int, planned: Double, separations: Double, automation: Double) {
      self.wave = wave
      self.period = period
      self.chain = chain
      self.planned = planned
      self.separations = separations
      self.automation = automation
    }
  }

  /// How far the respondents of a wave stand for a chain and region.
  public struct Response: Sendable, Hashable {
    /// The wave.
    public var wave: Month
    /// Positions in the code lists.
    public var chain, region: Int
    /// Enterprises that answered, and all that the register or the postings know.
    public var respondents, enterprises: Double
    /// Persons sought over the known history by respondents and by all: the weight of the answer.
    public var weightAnswered, weightAll: Double
    /// A response from its parts.
    public init(
      wave: Month, chain: Int, region: Int, respondents: Double, enterprises: Double, weightAnswered: Double,
      weightAll: Double
    ) {
      self.wave = wave
      self.chain = chain
      self.region = region
      self.respondents = respondents
      self.enterprises = enterprises
      self.weightAnswered = weightAnswered
      self.weightAll = weightAll
    }
  }

  /// Employed persons of a chain and region.
  public struct Employment: Sendable, Hashable {
    /// Positions in the code lists.
    public var chain, region: Int
    /// Persons, enterprises without a recent figure imputed from their stratum; of these, persons in enterprises with figures of their own.
    public var employed, reported: Double
    /// Employment from its parts.
    public init(chain: Int, region: Int, employed: Double, reported: Double) {
      self.chain = chain
      self.region = region
      self.employed = employed
      self.reported = reported
    }
  }

  /// Persons that a programme will bring to a region and occupation in a month.
  public struct Arrival: Sendable, Hashable {
    /// Positions in the code lists.
    public var region, occupation: Int
    /// Month of arrival.
    public var month: Month
    /// Persons announced.
    public var persons: Double
    /// An arrival from its parts.
    public init(region: Int, occupation: Int, month: Month, persons: Double) {
      self.region = region
      self.occupation = occupation
      self.month = month
      self.persons = persons
    }
  }

  /// Last month of the tables; nothing known after its end is in the panel.
  public var asOf: Month
  /// First month of complete records.
  public var start: Month
  /// Codes in ascending order. An empty code stands for "not told".
  public var chains: [ChainCode]
  /// Codes in ascending order.
  public var regions: [RegionCode]
  /// Codes in ascending order.
  public var occupations: [OccupationCode]
  /// The cells in ascending order of chain, region, occupation.
  public var cells: [CellIndex]
  /// Unfilled openings at the end of each month.
  public var openings: MonthTable
  /// Unfilled openings at the end of the month before ``start``, a cell each.
  public var openingsBefore: [Double]
  /// Persons newly sought in each month.
  public var newOpenings: MonthTable
  /// Persons hired into postings in each month.
  public var hires: MonthTable
  /// Plans of all waves, ascending by wave, period, chain.
  public var plans: [Plan]
  /// Response of all waves.
  public var responses: [Response]
  /// Registered job-seekers at the end of each month; row `region × occupations.count + occupation`. `nil`: no such records.
  public var seekers: MonthTable?
  /// Scheduled supply, months before and after ``asOf``.
  public var arrivals: [Arrival]
  /// Employed persons; empty where no headcount is known.
  public var employment: [Employment]
  /// Whether the records show only what was open on one day, so that earlier months are of survivors only.
  public var survivorsOnly: Bool

  /// An empty panel: no records at all.
  public init(asOf: Month, start: Month) {
    self.asOf = asOf
    self.start = start
    chains = []
    regions = []
    occupations = []
    cells = []
    let months = max(asOf - start + 1, 1)
    openings = MonthTable(rows: 0, months: months)
    openingsBefore = []
    newOpenings = openings
    hires = openings
    plans = []
    responses = []
    seekers = nil
    arrivals = []
    employment = []
    survivorsOnly = false
  }

  /// Months of history, the as-of month included.
  public var months: Int { openings.months }

  /// The panel as it would have been `months` months earlier, as far as the tables can tell: later columns and waves are cut off.
  ///
  /// Used for rolling origins. Seekers and arrivals keep what the newest records say of the earlier months.
  public func truncated(by cut: Int) -> CityPanel {
    var out = self
    out.asOf = asOf - cut
    out.openings = openings.prefix(months - cut)
    out.newOpenings = newOpenings.prefix(months - cut)
    out.hires = hires.prefix(months - cut)
    out.seekers = seekers?.prefix(months - cut)
    out.plans = plans.filter { $0.wave <= out.asOf }
    out.responses = responses.filter { $0.wave <= out.asOf }
    return out
  }
}

extension MonthTable {
  /// The first `count` months of every series.
  func prefix(_ count: Int) -> MonthTable {
    var out = MonthTable(rows: rows, months: count)
    for row in 0..<rows {
      for month in 0..<count { out.values[row * count + month] = values[row * months + month] }
    }
    return out
  }
}
