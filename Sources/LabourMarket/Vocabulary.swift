/// The eight feeds of the contract (section 2). The raw value is the feed's name everywhere: files, YAML, tables, summaries.
public enum Feed: String, CaseIterable, Sendable, Codable {
  case enterprises
  case hiringPlans = "hiring_plans"
  case vacancies
  case unemployment
  case headcount
  case supplyPipeline = "supply_pipeline"
  case indicators
  case outcomes
}

/// Why a row was rejected (contract section 6).
public enum RejectionReason: String, CaseIterable, Sendable, Codable {
  case fieldCount = "field_count"
  case invalidEncoding = "invalid_encoding"
  case missingValue = "missing_value"
  case notANumber = "not_a_number"
  case invalidDate = "invalid_date"
  case outOfRange = "out_of_range"
  case inconsistent
  case invalidCreditCode = "invalid_credit_code"
  case invalidPersonID = "invalid_person_id"
  case unknownRegion = "unknown_region"
  case unknownChain = "unknown_chain"
  case unknownOccupation = "unknown_occupation"
  case unknownStatus = "unknown_status"
}

/// A level of aggregation of the forecast (contract section 3).
public enum Level: String, CaseIterable, Sendable, Codable {
  case cell
  case chainRegion = "chain_region"
  case chain
  case region
  case city
}

/// One node of the crossed hierarchy chain × region × occupation; a dimension that is summed over is `nil`.
public struct Cell: Hashable, Sendable {
  /// The chain.
  public var chain: ChainCode?
  /// The region.
  public var region: RegionCode?
  /// The occupation; `nil` is the sum over occupations.
  public var occupation: OccupationCode?

  /// A node from its dimensions.
  public init(chain: ChainCode? = nil, region: RegionCode? = nil, occupation: OccupationCode? = nil) {
    self.chain = chain
    self.region = region
    self.occupation = occupation
  }
}

/// The five groups in which officers speak of occupations.
public enum OfficerGroup: String, CaseIterable, Sendable, Codable {
  case general
  case skilled
  case engineering
  case management
  case sales
}

/// Spring Festival (春节): the first day of the lunar year, which moves between 21 January and 20 February.
public enum SpringFestival {
  /// Public dates of the first day of the lunar year, 2000–2040 (Hong Kong Observatory, Gregorian–lunar conversion tables).
  private static let monthDay: [Int] = [
    205, 124, 212, 201, 122, 209, 129, 218, 207, 126,  // 2000–2009
    214, 203, 123, 210, 131, 219, 208, 128, 216, 205,  // 2010–2019
    125, 212, 201, 122, 210, 129, 217, 206, 126, 213,  // 2020–2029
    203, 123, 211, 131, 219, 208, 128, 215, 204, 124,  // 2030–2039
    212,  // 2040
  ]

  /// The festival of a year, or `nil` outside 2000–2040.
  public static func date(year: Int) -> CalendarDay? {
    guard monthDay.indices.contains(year - 2000) else { return nil }
    let md = monthDay[year - 2000]
    return CalendarDay(year: year, month: md / 100, day: md % 100)
  }

  /// Days from the day to the nearest festival: positive before it, negative after it; `nil` outside the table.
  public static func daysUntilNearest(from day: CalendarDay) -> Int? {
    let year = day.parts.year
    return [year - 1, year, year + 1].compactMap { date(year: $0) }.map { $0 - day }
      .min { abs($0) == abs($1) ? $0 > $1 : abs($0) < abs($1) }
  }
}
