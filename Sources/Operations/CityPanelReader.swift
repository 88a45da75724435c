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

  /// An enterprise with staff to spare, as the query tells it.
  struct Surplus {
    var creditCode, chain, region: String
    var headcount: Double
    var previous, base: Double?
    var surplus: Double
    var reason: String?
  }

  var panel: CityPanel
  var salaries = Salaries()
  var enterprises: [EnterpriseCell] = []
  var surpluses: [Surplus] = []
  /// SHA-256 of all rows that were read.
  var digest: String
}

/// Reads the aggregated inputs of the estimator; all counting happens inside PostgreSQL.
struct CityPanelReader {
  let connection: Connection
  let queries: QueryCatalog
  let city: String

  /// The last moment whose versions count: the end of the month.
  static func knownUntil(_ asOf: Month) -> LocalTimestamp { LocalTimestamp(day: asOf.lastDay, second: 86_399) }

  /// Everything known by the end of `asOf`. Call it inside a repeatable-read transaction, so that all queries see one state.
  func read(asOf: Month, enterpriseMonths: Int) throws -> ForecastInputs {
    try connection.execute(queries["shortfall/session_settings"])
    var digest = SHA256Digest()
    var builder = CityPanelBuilder(asOf: asOf)
    try readRecords(asOf, &builder, &digest)
    try readSurroundings(asOf, &builder, &digest)
    var salaries = ForecastInputs.Salaries()
    try rows("salaries", asOf, &digest) { row in
      let key = Cell(
        chain: try row.optionalString(0).map(ChainCode.init(rawValue:)),
        region: try row.optionalString(1).map(RegionCode.init(rawValue:)),
        occupation: try row.optionalString(2).map(OccupationCode.init(rawValue:)))
      salaries.byNode[key] = try row.double(3)
    }
    var enterprises: [ForecastInputs.EnterpriseCell] = []
    try rows("enterprise_cells", asOf, extra: [.int(enterpriseMonths)], &digest) { row in
      enterprises.append(try Self.enterprise(row))
    }
    var surpluses: [ForecastInputs.Surplus] = []
    try rows("surpluses", asOf, &digest) { row in
      surpluses.append(
        ForecastInputs.Surplus(
          creditCode: try row.string(0), chain: try row.string(1), region: try row.string(2),
          headcount: try row.double(3), previous: try row.optionalDouble(4), base: try row.optionalDouble(5),
          surplus: try row.double(6), reason: try row.optionalString(7)))
    }
    return ForecastInputs(
      panel: builder.build(), salaries: salaries, enterprises: enterprises, surpluses: surpluses, digest: digest.hex())
  }

  /// Only what the estimator itself reads: for backtests.
  func readPanel(asOf: Month) throws -> CityPanel {
    try connection.execute(queries["shortfall/session_settings"])
    var digest = SHA256Digest()
    var builder = CityPanelBuilder(asOf: asOf)
    try readRecords(asOf, &builder, &digest)
    try readSurroundings(asOf, &builder, &digest)
    return builder.build()
  }

  private func readRecords(_ asOf: Month, _ builder: inout CityPanelBuilder, _ digest: inout SHA256Digest) throws {
    try rows("openings_by_month", asOf, &digest) { row in
      builder.addOpenings(
        chain: try row.string(0), region: try row.string(1), occupation: try row.string(2),
        month: try Self.month(row, 3),
        change: try row.double(4), stock: try row.double(5), sought: try row.double(6), hired: try row.double(7),
        ended: try row.double(8))
    }
    try rows("plans_by_chain", asOf, &digest) { row in
      builder.addPlan(
        wave: try Self.month(row, 0), period: try Self.month(row, 1), chain: try row.string(2),
        planned: try row.double(3), separations: try row.double(4), automation: try row.double(5))
    }
    try rows("survey_response", asOf, &digest) { row in
      builder.addResponse(
        wave: try Self.month(row, 0), chain: try row.string(1), region: try row.string(2),
        respondents: try row.double(3), enterprises: try row.double(4), weightAnswered: try row.double(5),
        weightAll: try row.double(6))
    }
  }

  private func readSurroundings(_ asOf: Month, _ builder: inout CityPanelBuilder, _ digest: inout SHA256Digest) throws {
    try rows("seekers_by_month", asOf, &digest) { row in
      builder.addSeekers(
        region: try row.string(0), occupation: try row.string(1), month: try Self.month(row, 2),
        change: try row.double(3))
    }
    try rows("arrivals", asOf, &digest) { row in
      builder.addArrival(
        region: try row.string(0), occupation: try row.string(1), month: try Self.month(row, 2),
        persons: try row.double(3))
    }
    try rows("employment", asOf, &digest) { row in
      builder.addEmployment(
        chain: try row.string(0), region: try row.string(1), employed: try row.double(2), reported: try row.double(3))
    }
  }

  private func rows(
    _ name: String, _ asOf: Month, extra: [Value] = [], _ digest: inout SHA256Digest, _ body: (Row) throws -> Void
  ) throws {
    let parameters: [Value] = [.text(city), .text(Self.knownUntil(asOf).description)] + extra
    var own = SHA256Digest()
    try connection.forEachRow(queries["shortfall/\(name)"], parameters) { row in
      for column in 0..<row.count {
        try row.withBytes(column) { bytes in
          if let bytes { own.update(bytes) } else { own.update("\u{0}") }
        }
        own.update("\t")
      }
      own.update("\n")
      try body(row)
    }
    digest.update("\(name) \(own.hex())\n")
  }

  private static func enterprise(_ row: Row) throws -> ForecastInputs.EnterpriseCell {
    ForecastInputs.EnterpriseCell(
      creditCode: try row.string(0),
      cell: Cell(
        chain: ChainCode(rawValue: try row.string(1)), region: RegionCode(rawValue: try row.string(2)),
        occupation: OccupationCode(rawValue: try row.string(3))),
      openings: try row.double(4), oldestPostedOn: try row.optionalDate(5).map(CalendarDay.init(ordinal:)),
      salaryMin: try row.optionalDouble(6), salaryMax: try row.optionalDouble(7), sought: try row.double(8),
      planned: try row.optionalDouble(9))
  }

  private static func month(_ row: Row, _ column: Int) throws -> Month {
    let parts = CalendarDay(ordinal: try row.date(column)).parts
    return Month(year: parts.year, month: parts.month)
  }
}
