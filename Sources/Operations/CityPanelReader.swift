import Ingestion
import LabourMarket
import Postgres
import Shortfall

/// What a forecast is made from, read from the version tables as of a month.
struct ForecastInputs {
  /// Offer of open postings by node: median of the middle of the bounds.
  struct Salaries {
    var byNode: [Cell: Double] = [:]
  }

  /// An enterprise's part in a cell.
  struct EnterpriseCell {
    var creditCode: String
    var cell: Cell
    var openings: Double
    var oldestPostedOn: CalendarDay?
    var salaryMin, salaryMax: Double?
    var sought: Double
    var planned: Double?
  }

  /// An enterprise with staff to spare, as the query tells it: before what it needs itself.
  struct Surplus {
    var creditCode, chain, region: String
    var headcount: Double
    var previous, base: Double?
    /// Persons shed and posts that machines take, of which machines.
    var surplus, machines: Double
    var reason: String?
  }

  var panel: CityPanel
  var salaries = Salaries()
  var enterprises: [EnterpriseCell] = []
  var surpluses: [Surplus] = []
  /// Every employer of a chain whose size is known, and what it has not filed.
  var employers: [KeyFirms.Employer] = []
}

/// From when on a report that is missing is overdue: days from the first day of its wave or month, with the days of grace; `nil`: never.
struct OverdueDays {
  var plans: Int?, headcount: Int?

  /// As the profile's feeds say; where several fill one, the latest of them.
  init(_ descriptions: [FeedDescription]) {
    func days(_ feed: Feed) -> Int? {
      descriptions.filter { $0.feed == feed }.compactMap { $0.calendar.map { $0.due + $0.grace } }.max()
    }
    plans = days(.hiringPlans)
    headcount = days(.headcount)
  }
}

/// Reads the aggregated inputs of the estimator; all counting happens inside PostgreSQL.
struct CityPanelReader {
  let connection: Connection
  let queries: QueryCatalog
  let city: String

  /// The last moment whose versions count: the end of the month.
  static func knownUntil(_ asOf: Month) -> LocalTimestamp { LocalTimestamp(day: asOf.lastDay, second: 86_399) }

  /// Everything known by the end of `asOf`. Call it inside a repeatable-read transaction, so that all queries see one state.
  func read(asOf: Month, settings: ShortfallSettings, overdue: OverdueDays) throws -> ForecastInputs {
    try connection.execute(queries["shortfall/session_settings"])
    var builder = CityPanelBuilder(asOf: asOf)
    let postings = try readRecords(asOf, &builder)
    try readSurroundings(asOf, &builder)
    let enterprises = try withPlans(postings.enterprises, asOf, months: settings.enterpriseHorizon)
    var surpluses: [ForecastInputs.Surplus] = []
    try rows("surpluses", asOf) { row in
      surpluses.append(
        ForecastInputs.Surplus(
          creditCode: try row.string(0), chain: try row.string(1), region: try row.string(2),
          headcount: try row.double(3), previous: try row.optionalDouble(4), base: try row.optionalDouble(5),
          surplus: try row.double(6), machines: try row.double(7), reason: try row.optionalString(8)))
    }
    return ForecastInputs(
      panel: builder.build(), salaries: postings.salaries, enterprises: enterprises, surpluses: surpluses,
      employers: try employers(asOf, settings, overdue))
  }

  private func employers(
    _ asOf: Month, _ settings: ShortfallSettings, _ overdue: OverdueDays
  ) throws -> [KeyFirms.Employer] {
    var employers: [KeyFirms.Employer] = []
    guard settings.keyFirmShare > 0 else { return employers }
    let limits: [Value] = [
      .optional(overdue.plans) { .int($0) }, .optional(overdue.headcount) { .int($0) }, .double(settings.keyFirmFiled),
    ]
    try rows("employers", asOf, extra: limits) { row in
      employers.append(
        KeyFirms.Employer(
          creditCode: try row.string(0), chain: ChainCode(rawValue: try row.string(1)),
          region: RegionCode(rawValue: try row.string(2)), persons: try row.double(3),
          plansWave: try row.optionalDate(4).map { CalendarDay(ordinal: $0).month },
          headcountMonth: try row.optionalDate(5).map { CalendarDay(ordinal: $0).month }))
    }
    return employers
  }

  /// The monthly totals known by the end of `asOf`, for places without records; a series ends at its first gap from the newest month back.
  /// - Parameter warn: is told of totals that cannot be used, with their number and the series.
  func readTotals(asOf: Month, warn: (String) -> Void) throws -> IndicatorPanel {
    var crossed: [String: Int] = [:]
    var replaced: [String: Int] = [:]
    var series: [Cell: [Month: String]] = [:]
    var found: [Cell: [Month: Double]] = [:]
    let tops = try Set(connection.query(queries["shortfall/top_regions"], [.text(city)]).map { try $0.string(0) })
    try rows("indicators_by_month", asOf) { row in
      let (chain, region) = (try row.string(1), try row.string(2))
      let name = try row.string(0)
      let key: Cell
      if !chain.isEmpty && (region.isEmpty || tops.contains(region)) {
        key = Cell(chain: ChainCode(rawValue: chain))
      } else if chain.isEmpty && !region.isEmpty && !tops.contains(region) {
        key = Cell(region: RegionCode(rawValue: region))
      } else {
        if !chain.isEmpty { crossed[name, default: 0] += 1 }
        return
      }
      let month = try Self.month(row, 3)
      if let before = series[key, default: [:]].updateValue(name, forKey: month) {
        replaced["\(before) by \(name)", default: 0] += 1
      }
      found[key, default: [:]][month] = try row.double(4)
    }
    Self.tell(crossed, "of a chain in a region are not used (totals by chain and totals by region are)", warn)
    Self.tell(replaced, "of a chain or region and month came twice, the later series counts", warn)
    var totals: [IndicatorPanel.Total] = []
    for (key, months) in found {
      guard var first = months.keys.max() else { continue }
      let last = first
      while months[first - 1] != nil { first = first - 1 }
      totals.append(.init(key: key, start: first, openings: (0...(last - first)).map { months[first + $0] ?? 0 }))
    }
    return IndicatorPanel(asOf: asOf, totals: totals)
  }

  private static func tell(_ counts: [String: Int], _ what: String, _ warn: (String) -> Void) {
    guard !counts.isEmpty else { return }
    let parts = counts.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    warn("\(counts.values.reduce(0, +)) monthly totals \(what): \(parts.joined(separator: ", ")).")
  }

  /// Only what the estimator itself reads: for backtests.
  func readPanel(asOf: Month) throws -> CityPanel {
    try connection.execute(queries["shortfall/session_settings"])
    var builder = CityPanelBuilder(asOf: asOf)
    _ = try readRecords(asOf, &builder)
    try readSurroundings(asOf, &builder)
    return builder.build()
  }

  /// What the postings say beside the movements of the cells.
  private struct Postings {
    var salaries = ForecastInputs.Salaries()
    var enterprises: [ForecastInputs.EnterpriseCell] = []
    /// Persons that each employer has sought so far.
    var everSought: [String: Int] = [:]
  }

  private func readPostings(_ asOf: Month, _ builder: inout CityPanelBuilder) throws -> Postings {
    var postings = Postings()
    try rows("postings", asOf) { row in
      switch try row.string(0) {
      case "month":
        builder.addOpenings(
          chain: try row.string(1), region: try row.string(2), occupation: try row.string(3),
          month: try Self.month(row, 5), change: try row.double(6), sought: try row.double(7),
          hired: try row.double(8), ended: try row.double(9))
      case "employer":
        let enterprise = try Self.enterprise(row)
        postings.enterprises.append(enterprise)
        postings.everSought[enterprise.creditCode, default: 0] += try row.int(10)
      default: postings.salaries.byNode[try Self.cell(row)] = try row.double(11)
      }
    }
    return postings
  }

  /// Recruiting and plans of each employer and cell; those without openings, plans or recruiting of the last year stay out.
  private func withPlans(
    _ recruiting: [ForecastInputs.EnterpriseCell], _ asOf: Month, months: Int
  ) throws -> [ForecastInputs.EnterpriseCell] {
    struct Place: Hashable {
      var creditCode: String, cell: Cell
    }
    var planned: [Place: Double] = [:]
    try rows("enterprise_plans", asOf, extra: [.int(months)]) { row in
      planned[Place(creditCode: try row.string(0), cell: try Self.cell(row))] = try row.optionalDouble(4) ?? .nan
    }
    var all = recruiting
    for i in all.indices {
      let place = Place(creditCode: all[i].creditCode, cell: all[i].cell)
      all[i].planned = planned.removeValue(forKey: place).flatMap { $0.isNaN ? nil : $0 }
    }
    all += planned.map {
      ForecastInputs.EnterpriseCell(
        creditCode: $0.creditCode, cell: $0.cell, openings: 0, sought: 0, planned: $1.isNaN ? nil : $1)
    }
    func order(_ part: ForecastInputs.EnterpriseCell) -> (String, String, String, String) {
      let cell = part.cell
      return (
        cell.chain?.rawValue ?? "", cell.region?.rawValue ?? "", cell.occupation?.rawValue ?? "", part.creditCode
      )
    }
    return all.filter { $0.openings > 0 || $0.sought > 0 || $0.planned ?? 0 > 0 }.sorted { order($0) < order($1) }
  }

  private func readRecords(_ asOf: Month, _ builder: inout CityPanelBuilder) throws -> Postings {
    let postings = try readPostings(asOf, &builder)
    try rows("plans_by_chain", asOf) { row in
      builder.addPlan(
        wave: try Self.month(row, 0), period: try Self.month(row, 1), chain: try row.string(2),
        planned: try row.double(3), separations: try row.double(4), automation: try row.double(5))
    }
    let weights = postings.everSought.sorted { $0.key < $1.key }
    try rows("survey_response", asOf, extra: [.texts(weights.map(\.key)), .ints(weights.map(\.value))]) { row in
      builder.addResponse(
        wave: try Self.month(row, 0), chain: try row.string(1), region: try row.string(2),
        respondents: try row.double(3), enterprises: try row.double(4), weightAnswered: try row.double(5),
        weightAll: try row.double(6))
    }
    return postings
  }

  private func readSurroundings(_ asOf: Month, _ builder: inout CityPanelBuilder) throws {
    try rows("seekers_by_month", asOf) { row in
      builder.addSeekers(
        region: try row.string(0), occupation: try row.string(1), month: try Self.month(row, 2),
        change: try row.double(3))
    }
    try rows("arrivals", asOf) { row in
      builder.addArrival(
        region: try row.string(0), occupation: try row.string(1), month: try Self.month(row, 2),
        persons: try row.double(3))
    }
    try rows("employment", asOf) { row in
      builder.addEmployment(
        chain: try row.string(0), region: try row.string(1), employed: try row.double(2), reported: try row.double(3))
    }
  }

  private func rows(
    _ name: String, _ asOf: Month, extra: [Value] = [], _ body: (Row) throws -> Void
  ) throws {
    let parameters: [Value] = [.text(city), .text(Self.knownUntil(asOf).description)] + extra
    try connection.forEachRow(queries["shortfall/\(name)"], parameters, body)
  }

  private static func enterprise(_ row: Row) throws -> ForecastInputs.EnterpriseCell {
    ForecastInputs.EnterpriseCell(
      creditCode: try row.string(4), cell: try cell(row), openings: try row.double(6),
      oldestPostedOn: try row.optionalDate(5).map(CalendarDay.init(ordinal:)), salaryMin: try row.optionalDouble(11),
      salaryMax: try row.optionalDouble(12), sought: try row.double(7))
  }

  /// Chain, region and occupation of columns 1 to 3.
  private static func cell(_ row: Row) throws -> Cell {
    Cell(
      chain: try row.optionalString(1).map(ChainCode.init(rawValue:)),
      region: try row.optionalString(2).map(RegionCode.init(rawValue:)),
      occupation: try row.optionalString(3).map(OccupationCode.init(rawValue:)))
  }

  private static func month(_ row: Row, _ column: Int) throws -> Month {
    let parts = CalendarDay(ordinal: try row.date(column)).parts
    return Month(year: parts.year, month: parts.month)
  }
}
