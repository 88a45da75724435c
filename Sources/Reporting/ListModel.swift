import Assistance
import LabourMarket

/// A forecast of unfilled openings at the end of one month, persons.
public struct ForecastPoint: Hashable, Sendable {
  /// The month.
  public var month: Month
  /// The 10 % quantile.
  public var p10: Double
  /// The median.
  public var p50: Double
  /// The 90 % quantile.
  public var p90: Double

  /// A point from its quantiles.
  public init(month: Month, p10: Double, p50: Double, p90: Double) {
    self.month = month
    self.p10 = p10
    self.p50 = p50
    self.p90 = p90
  }
}

/// One row of a shortage list: an occupation of a chain in a region. Names are in the language of the list.
public struct ShortageRow: Hashable, Sendable {
  /// The node.
  public var cell: Cell
  /// Place on the list, from 1.
  public var rank: Int
  /// Place on the list of the newest earlier night; `nil` where it was not on it.
  public var previousRank: Int?
  /// Level shown.
  public var level: AlertLevel
  /// Names of the node's parts; empty where the profile does not tell them.
  public var chain: String, region: String, occupation: String
  /// Employed persons; `nil` where unknown.
  public var employed: Double?
  /// Unfilled openings now, a month ago and a year ago.
  public var openings: Double, previousMonth: Double?, previousYear: Double?
  /// The months ahead.
  public var forecast: [ForecastPoint]
  /// P(unfilled > threshold) at the horizon of the list, and that threshold.
  public var exceedance: Double, threshold: Double
  /// What explains most of the expected shortage.
  public var cause: MainCause?
  /// Median of the pay offered, and the same for the occupation in the whole city.
  public var salary: Double?, salaryMarket: Double?
  /// Reachable job-seekers; `nil` where unknown.
  public var seekers: Double?
  /// What could be done.
  public var measures: [MeasureAdvice]
  /// What stands in the columns that officers fill in: where its alert stands, who is in charge, what they said.
  public var entry: OfficerEntry
  /// The number of its row; `nil` where officers are not to fill it in.
  public var ticket: AlertTicket?
  /// First night of its unbroken presence.
  public var firstSeen: CalendarDay
  /// Codes of what is known about the data.
  public var quality: [String]

  /// A row from its parts.
  public init(
    cell: Cell, rank: Int = 0, previousRank: Int? = nil, level: AlertLevel, chain: String, region: String,
    occupation: String, employed: Double?, openings: Double, previousMonth: Double? = nil,
    previousYear: Double? = nil, forecast: [ForecastPoint], exceedance: Double, threshold: Double,
    cause: MainCause? = nil, salary: Double? = nil, salaryMarket: Double? = nil, seekers: Double? = nil,
    measures: [MeasureAdvice] = [], entry: OfficerEntry = OfficerEntry(), ticket: AlertTicket? = nil,
    firstSeen: CalendarDay,
    quality: [String] = []
  ) {
    self.cell = cell
    self.rank = rank
    self.previousRank = previousRank
    self.level = level
    self.chain = chain
    self.region = region
    self.occupation = occupation
    self.employed = employed
    self.openings = openings
    self.previousMonth = previousMonth
    self.previousYear = previousYear
    self.forecast = forecast
    self.exceedance = exceedance
    self.threshold = threshold
    self.cause = cause
    self.salary = salary
    self.salaryMarket = salaryMarket
    self.seekers = seekers
    self.measures = measures
    self.entry = entry
    self.ticket = ticket
    self.firstSeen = firstSeen
    self.quality = quality
  }

  /// openings / (employed + openings); `nil` where the employed are unknown, or so few that the rate would tell their number.
  public var rate: Double? {
    guard let employed, whole(employed) >= 5 else { return nil }
    return LevelEvidence.rate(gap: openings, employed: employed)
  }
}

/// An enterprise with openings, or a key firm whose reports are missing, on the second sheet.
public struct EnterpriseRow: Hashable, Sendable {
  /// What a key firm has not filed; `nil` where it has, or need not have.
  public struct Missing: Hashable, Sendable {
    /// The survey wave and the month of monitoring.
    public var plans: Month?, headcount: Month?

    /// What is missing; `nil` where nothing is.
    public init?(plans: Month?, headcount: Month?) {
      guard plans != nil || headcount != nil else { return nil }
      self.plans = plans
      self.headcount = headcount
    }

    /// It in words: the feeds with wave and month.
    public func text(_ strings: StringTable) -> String {
      [("hiring_plans", plans), ("headcount", headcount)].compactMap { feed, month in
        month.map { "\(strings("feed.\(feed)")) \($0)" }
      }.joined(separator: strings("list.separator"))
    }
  }

  /// Unified social credit code, or the profile's own.
  public var creditCode: String
  /// Its name, and the names of its node's parts.
  public var name: String, chain: String, region: String, occupation: String
  /// The chain's code.
  public var chainCode: ChainCode?
  /// Unfilled openings now, persons.
  public var openings: Double
  /// Hires planned for the next three months as reported, persons.
  public var planned: Double?
  /// Its share of the cell's forecast, persons.
  public var expected: Double
  /// When its oldest open posting was posted.
  public var oldest: CalendarDay?
  /// Bounds of the pay offered, a month.
  public var salaryMin: Double?, salaryMax: Double?
  /// Whom to call.
  public var contact: String?, phone: String?
  /// What it has not filed, as a key firm of its chain and region.
  public var missing: Missing?

  /// A row from its parts.
  public init(
    creditCode: String, name: String, chain: String, region: String, occupation: String, chainCode: ChainCode?,
    openings: Double, planned: Double? = nil, expected: Double, oldest: CalendarDay? = nil, salaryMin: Double? = nil,
    salaryMax: Double? = nil, contact: String? = nil, phone: String? = nil, missing: Missing? = nil
  ) {
    self.missing = missing
    self.creditCode = creditCode
    self.name = name
    self.chain = chain
    self.region = region
    self.occupation = occupation
    self.chainCode = chainCode
    self.openings = openings
    self.planned = planned
    self.expected = expected
    self.oldest = oldest
    self.salaryMin = salaryMin
    self.salaryMax = salaryMax
    self.contact = contact
    self.phone = phone
  }
}

/// An enterprise with more people than it needs, on the third sheet.
public struct SurplusRow: Hashable, Sendable {
  /// Unified social credit code, or the profile's own.
  public var creditCode: String
  /// Its name, chain and region.
  public var name: String, chain: String, region: String
  /// Headcount now, of the period before and of the base period, persons.
  public var headcount: Double, previous: Double?, base: Double?
  /// Persons that could be lent or need help: shed + machines − need.
  public var surplus: Double
  /// Persons fewer than three reports earlier; posts that machines will take; what it needs itself. `nil` where the forecast did not keep them.
  public var shed: Double?, machines: Double?, need: Double?
  /// Why the headcount fell, as reported.
  public var reason: String?
  /// Whom to call.
  public var contact: String?, phone: String?

  /// A row from its parts.
  public init(
    creditCode: String, name: String, chain: String, region: String, headcount: Double, previous: Double?,
    base: Double?, surplus: Double, reason: String?, shed: Double? = nil, machines: Double? = nil, need: Double? = nil,
    contact: String? = nil, phone: String? = nil
  ) {
    self.shed = shed
    self.machines = machines
    self.need = need
    self.creditCode = creditCode
    self.name = name
    self.chain = chain
    self.region = region
    self.headcount = headcount
    self.previous = previous
    self.base = base
    self.surplus = surplus
    self.reason = reason
    self.contact = contact
    self.phone = phone
  }
}

/// What must be known about a list as a whole; printed on it.
public struct ListHeader: Hashable, Sendable {
  /// The city's name, the team's code and name.
  public var cityName: String, team: String, teamName: String
  /// Whether the list is the whole city's.
  public var isCity: Bool
  /// The night.
  public var night: CalendarDay
  /// The last whole month observed.
  public var asOf: Month
  /// The months ahead.
  public var months: [Month]
  /// Which of the months levels and ranks are judged by, from 1.
  public var horizon: Int
  /// Data known until this moment were used.
  public var knownUntil: LocalTimestamp
  /// The forecast's model, the digest of its inputs, and the number of its draws (0: intervals are computed, not drawn).
  public var model: String, inputsDigest: String, draws: Int
  /// Code of the currency.
  public var currency: String
  /// The thresholds of the levels and the life of alerts.
  public var rules: LevelRules, life: AlertLife
  /// Share of enterprises that answered the newest survey; share of employed persons in enterprises with data; months of history.
  public var response: Double?, coverage: Double?, monthsOfHistory: Int?
  /// Messages about feeds that are late or missing.
  public var missingFeeds: [String]
  /// Least gap, now or forecast, of a row without an alert, persons.
  public var leastGap: Double
  /// Whether there is a list of an earlier night to compare ranks with.
  public var hasEarlierNight: Bool

  /// A header from its parts.
  public init(
    cityName: String, team: String, teamName: String, isCity: Bool, night: CalendarDay, asOf: Month, months: [Month],
    horizon: Int, knownUntil: LocalTimestamp, model: String, inputsDigest: String, draws: Int,
    currency: String, rules: LevelRules, life: AlertLife, response: Double?, coverage: Double?,
    monthsOfHistory: Int?, missingFeeds: [String], leastGap: Double,
    hasEarlierNight: Bool
  ) {
    self.cityName = cityName
    self.team = team
    self.teamName = teamName
    self.isCity = isCity
    self.night = night
    self.asOf = asOf
    self.months = months
    self.horizon = horizon
    self.knownUntil = knownUntil
    self.model = model
    self.inputsDigest = inputsDigest
    self.draws = draws
    self.currency = currency
    self.rules = rules
    self.life = life
    self.response = response
    self.coverage = coverage
    self.monthsOfHistory = monthsOfHistory
    self.missingFeeds = missingFeeds
    self.leastGap = leastGap
    self.hasEarlierNight = hasEarlierNight
  }
}

/// How much of a list its documents show; the totals cover all of it.
public struct ListLimits: Hashable, Sendable {
  /// Rows of shortages in the workbook and the CSV, and on the page.
  public var rows: Int, pageRows: Int
  /// Rows of enterprises in the workbook, and on the page.
  public var enterprises: Int, pageEnterprises: Int
  /// Most bytes of a page.
  public var pageBytes: Int
  /// Columns that this profile has no data for and leaves out.
  public var omitted: Set<ListColumn>

  /// Limits from their parts.
  public init(
    rows: Int = 3000, pageRows: Int = 200, enterprises: Int = 5000, pageEnterprises: Int = 600,
    pageBytes: Int = 500_000, omitted: Set<ListColumn> = []
  ) {
    self.rows = rows
    self.pageRows = pageRows
    self.enterprises = enterprises
    self.pageEnterprises = pageEnterprises
    self.pageBytes = pageBytes
    self.omitted = omitted
  }
}

/// All that one team's documents of one night say.
public struct ShortageList: Hashable, Sendable {
  /// What is printed about the list as a whole.
  public var header: ListHeader
  /// The shortages, in the order of their rank.
  public var rows: [ShortageRow]
  /// The enterprises, those with the largest expected shortage first.
  public var enterprises: [EnterpriseRow]
  /// The surpluses, the largest first.
  public var surpluses: [SurplusRow]
  /// Proposals of shared employment in which an enterprise of the list takes part.
  public var sharing: [SharingRow]
  /// The list's part of the plans for fairs and classes.
  public var plans: [PlanSheet]
  /// The sum of the list first, then its chains, the largest first.
  public var trends: [Trend]

  /// A list from its parts.
  public init(
    header: ListHeader, rows: [ShortageRow], enterprises: [EnterpriseRow], surpluses: [SurplusRow],
    sharing: [SharingRow] = [], plans: [PlanSheet] = [], trends: [Trend]
  ) {
    self.plans = plans
    self.sharing = sharing
    self.header = header
    self.rows = rows
    self.enterprises = enterprises
    self.surpluses = surpluses
    self.trends = trends
  }

  /// The sum of the list as it was observed and forecast itself, where that is known: its medians are not the sums of the rows' medians.
  public var whole: Trend? { trends.first.flatMap { $0.chain == nil ? $0 : nil } }

  /// The chains.
  public var chains: [Trend] { trends.filter { $0.chain != nil } }

  /// Number of rows at each level of alerts, levels without rows too.
  public var levelCounts: [AlertLevel: Int] {
    Dictionary(uniqueKeysWithValues: AlertLevel.alerts.map { level in (level, rows.count { $0.level == level }) })
  }
}
