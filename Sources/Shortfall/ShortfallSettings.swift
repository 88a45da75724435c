/// What an analyst may change about the estimator (`forecast.yaml`); every default is explained in `docs/estimator.md`.
public struct ShortfallSettings: Sendable, Hashable {
  /// Half-life of a month's weight in the demand model, months.
  public var demandHalfLife = 36.0
  /// Half-life of a month's weight in the fill model, months.
  public var fillHalfLife = 24.0
  /// Share of an unusual level of the city's fill rate that is left a month later, 0…1; 1: it holds.
  public var fillLevelPersistence = 0.5
  /// Yearly waves of the season that a chain may have of its own (1–5).
  public var harmonics = 3
  /// Share of an unusual level of demand that is left a month later, 0…1; 1: it holds.
  public var levelPersistence = 0.6
  /// Whether hiring plans are used.
  public var usesPlans = true
  /// Whether registered job-seekers are used.
  public var usesSeekers = true
  /// Whether planned hires contain the replacement of leavers (gross) or come on top of it (net).
  public var plansIncludeReplacement = true
  /// Largest factor by which the answers of a wave are expanded to the enterprises that did not answer.
  public var expansionCap = 5.0
  /// Plan months, as persons squared of evidence, that shrink the weight of plans towards zero.
  public var planShrinkage = 5.0
  /// Share of scheduled supply, above what the same month of last year brought, that arrives as seekers.
  public var arrivalRate = 0.7
  /// Persons of evidence that shrink a cell's share in its chain towards region share × occupation share.
  public var cellShrinkage = 1.0
  /// Months of history below which the forecast says `short_history`, widens, and learns no season of its own.
  public var shortHistory = 18
  /// Factor on standard deviations where history is short.
  public var shortHistoryWidening = 1.5
  /// Past months from which the whole estimate is repeated to learn its errors; 0: none.
  public var rollingOrigins = 18
  /// Completed past forecasts' worth of evidence that shrink the correction of the city's level towards none.
  public var levelShrinkage = 4.0
  /// The same for the level of a chain beside the city.
  public var chainLevelShrinkage = 20.0
  /// Largest share of the statistical forecast in the combination, 0…1; 0: not used.
  public var statisticalShare = 0.5
  /// Gap (persons) above which a node counts as short whatever its size.
  public var thresholdPersons = 100.0
  /// Shortage rate, gap / (employed + gap), above which a node counts as short.
  public var thresholdRate = 0.05
  /// Where no headcount is known: the threshold as a multiple of the mean of the last year's openings.
  public var thresholdRelative = 1.5
  /// Smallest threshold (persons).
  public var thresholdFloor = 2.0
  /// Months of the enterprise list's expectation.
  public var enterpriseHorizon = 3
  /// Share of a node's openings above which one enterprise makes up nearly all of it, 0…1; and the least openings of a node that is marked so.
  public var dominanceShare = 0.85, dominanceLeast = 5.0
  /// Share of a chain's and region's employed persons that its key firms make up, 0…1 (0: there are none); and the fewest persons of a key firm.
  public var keyFirmShare = 0.5, keyFirmLeast = 300.0
  /// Share of the most reporters of the last 18 months with whom a survey wave or month of monitoring counts as filed, 0…1.
  public var keyFirmFiled = 0.5
  /// Threads for the rolling origins; the result does not depend on it.
  public var threads = 2

  /// The defaults.
  public init() {}
}
