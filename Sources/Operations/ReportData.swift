import Assistance
import LabourMarket
import Postgres
import Reporting

/// All that a night's lists are made of, read once.
struct ReportData {
  /// A node of the forecast with what is known and expected of it.
  struct NodeData {
    var cell: Cell
    var openings = 0.0
    var previousMonth: Double?, previousYear: Double?
    var employed: Double?, seekers: Double?, salary: Double?, salaryMarket: Double?
    var monthsOfHistory = 0
    var response: Double?, coverage: Double?
    var quality: [String] = []
    var forecast: [ForecastPoint] = []
    var thresholds: [Double] = []
    var exceedances: [Double] = []

    /// The index of the month by which the node is judged, or `nil` where nothing is forecast.
    func index(horizon: Int) -> Int? { forecast.isEmpty ? nil : min(horizon, forecast.count) - 1 }

    func evidence(horizon: Int) -> LevelEvidence {
      guard let index = index(horizon: horizon) else {
        return LevelEvidence(exceedance: 0, openings: openings, forecast: 0, employed: employed, quality: quality)
      }
      return LevelEvidence(
        exceedance: exceedances[index], openings: openings, forecast: forecast[index].p50, employed: employed,
        quality: quality)
    }
  }

  /// The forecast that the lists stand on.
  struct ForecastRunData {
    var runID: Int, asOf: Month, knownUntil: LocalTimestamp, horizon: Int, draws: Int, model: String, digest: String
    var response: Double?, coverage: Double?, monthsOfHistory: Int?
  }

  /// A finding about a feed.
  struct Finding {
    var feed: String, kind: String, message: String
  }

  /// A row of the newest earlier night.
  struct EarlierRow {
    var rank: Int, firstSeen: CalendarDay
  }

  var run: ForecastRunData
  /// By level, in the order of the codes.
  var nodes: [Level: [NodeData]]
  var drivers: [Cell: [(driver: String, persons: Double)]]
  var history: [Cell: [(month: Month, openings: Double)]]
  var enterprises: [EnterpriseRow]
  /// The occupation of each enterprise's row, beside ``enterprises``.
  var enterpriseOccupations: [OccupationCode?]
  /// The region of each enterprise's row, beside ``enterprises``.
  var enterpriseRegions: [String]
  var surpluses: [SurplusRow]
  var surplusRegions: [String]
  var findings: [Finding]
  var occupationGaps = OccupationGaps()
  /// By team and node.
  var earlier: [String: [Cell: EarlierRow]]
}

extension ReportData {
  /// Whether the forecast crosses chains with regions. A place that knows only totals by chain and totals by region does not.
  var isCrossed: Bool { !(nodes[.cell] ?? []).isEmpty || !(nodes[.chainRegion] ?? []).isEmpty }

  /// The chains that no other is part of: their sums count nothing twice.
  func leafChains(_ reference: Reference) -> [NodeData] {
    let parents = Set(reference.chains.compactMap(\.parent))
    return (nodes[.chain] ?? []).filter { node in node.cell.chain.map { !parents.contains($0) } ?? false }
  }

  /// The regions that no other is part of.
  func leafRegions(_ reference: Reference) -> [NodeData] {
    let parents = Set(reference.regions.compactMap(\.parent))
    return (nodes[.region] ?? []).filter { node in node.cell.region.map { !parents.contains($0) } ?? false }
  }
}

/// Reads ``ReportData`` from the database.
struct ReportReader {
  let session: Session
  let settings: AlertSettings
  let names: ReportNames

  private var city: Value { .text(session.profile.city) }
  private func query(_ name: String) throws -> Query { try session.queries.query("reporting/\(name)") }

  /// Reads everything for a night.
  /// - Parameters:
  ///   - asOf: the newest month whose forecast may be used.
  ///   - forecast: the run of the forecast; `nil` for the newest run of the newest month.
  ///   - night: the night.
  /// - Throws: ``Failure`` when there is no such forecast.
  func read(asOf: Month, forecast: Int64?, night: CalendarDay) throws -> ReportData {
    let run = try forecastRun(asOf, forecast)
    let key = [city, .int(run.runID)]
    let until = Value.text(run.knownUntil.description)
    var data = ReportData(
      run: run, nodes: try nodes(key), drivers: [:], history: [:], enterprises: [], enterpriseOccupations: [],
      enterpriseRegions: [],
      surpluses: [], surplusRegions: [], findings: [], earlier: [:])
    try drivers(&data, key)
    try history(&data, key)
    try enterprises(&data, key + [until])
    try surpluses(&data, key + [until])
    data.occupationGaps = try occupationGaps(run)
    data.findings = try session.connection.query(query("findings"), [city]).map {
      ReportData.Finding(feed: try $0.string(0), kind: try $0.string(1), message: try $0.string(2))
    }
    for row in try session.connection.query(query("previous_rows"), [city, .date(night.ordinal)]) {
      let cell = Self.cell(try row.string("chain"), try row.string("region"), try row.string("occupation"))
      data.earlier[try row.string("team"), default: [:]][cell] = ReportData.EarlierRow(
        rank: try row.int("rank"), firstSeen: CalendarDay(ordinal: try row.date("first_seen")))
    }
    return data
  }

  private func forecastRun(_ asOf: Month, _ forecast: Int64?) throws -> ReportData.ForecastRunData {
    let rows = try session.connection.query(
      query("forecast_run"), [city, .date(asOf.firstDay.ordinal), .optional(forecast) { .int(Int($0)) }])
    guard let row = rows.first else {
      throw Failure(
        .failed, "There is no forecast for \(session.profile.city) up to \(asOf).",
        next: "Run `labourwatch forecast` (or `labourwatch nightly`) first.")
    }
    let micros = try row.timestamp("known_until")
    return ReportData.ForecastRunData(
      runID: try row.int("run_id"), asOf: CalendarDay(ordinal: try row.date("as_of")).month,
      knownUntil: LocalTimestamp(seconds: Int(micros / 1_000_000)), horizon: try row.int("horizon"),
      draws: try row.int("draws"), model: try row.string("model"), digest: try row.string("inputs_sha256"),
      response: try row.optionalDouble("response"), coverage: try row.optionalDouble("coverage"),
      monthsOfHistory: try row.optionalInt("months_of_history"))
  }

  /// A node from the texts of the tables, where empty means “summed over”.
  static func cell(_ chain: String, _ region: String, _ occupation: String) -> Cell {
    Cell(
      chain: chain.isEmpty ? nil : ChainCode(rawValue: chain),
      region: region.isEmpty ? nil : RegionCode(rawValue: region),
      occupation: occupation.isEmpty ? nil : OccupationCode(rawValue: occupation))
  }

  private func nodes(_ key: [Value]) throws -> [Level: [ReportData.NodeData]] {
    var nodes: [Level: [ReportData.NodeData]] = [:]
    var places: [Level: [Cell: Int]] = [:]
    try session.connection.forEachRow(query("nodes"), key) { row in
      guard let level = Level(rawValue: try row.string(0)) else { return }
      let cell = Self.cell(try row.string(1), try row.string(2), try row.string(3))
      places[level, default: [:]][cell] = nodes[level]?.count ?? 0
      nodes[level, default: []].append(
        ReportData.NodeData(
          cell: cell, openings: try row.double(4), previousMonth: try row.optionalDouble(5),
          previousYear: try row.optionalDouble(6), employed: try row.optionalDouble(7),
          seekers: try row.optionalDouble(8), salary: try row.optionalDouble(9),
          salaryMarket: try row.optionalDouble(10), monthsOfHistory: try row.int(11),
          response: try row.optionalDouble(12), coverage: try row.optionalDouble(13),
          quality: try row.strings(14).compactMap { $0 }))
    }
    try session.connection.forEachRow(query("values"), key) { row in
      guard let level = Level(rawValue: try row.string(0)) else { return }
      let cell = Self.cell(try row.string(1), try row.string(2), try row.string(3))
      guard let place = places[level]?[cell] else { return }
      nodes[level]?[place].forecast.append(
        ForecastPoint(
          month: CalendarDay(ordinal: try row.date(4)).month, p10: try row.double(5), p50: try row.double(6),
          p90: try row.double(7)))
      nodes[level]?[place].thresholds.append(try row.double(8))
      nodes[level]?[place].exceedances.append(try row.double(9))
    }
    return nodes
  }

  private func drivers(_ data: inout ReportData, _ key: [Value]) throws {
    let month = data.run.asOf + min(settings.horizon, data.run.horizon)
    var drivers: [Cell: [(driver: String, persons: Double)]] = [:]
    try session.connection.forEachRow(query("drivers"), key + [.date(month.firstDay.ordinal)]) { row in
      let cell = Self.cell(try row.string(0), try row.string(1), try row.string(2))
      drivers[cell, default: []].append((try row.string(3), try row.double(4)))
    }
    data.drivers = drivers
  }

  private func history(_ data: inout ReportData, _ key: [Value]) throws {
    let first = data.run.asOf - 23
    var history: [Cell: [(month: Month, openings: Double)]] = [:]
    try session.connection.forEachRow(query("history"), key + [.date(first.firstDay.ordinal)]) { row in
      let cell = Self.cell(try row.string(1), try row.string(2), "")
      history[cell, default: []].append((CalendarDay(ordinal: try row.date(3)).month, try row.double(4)))
    }
    data.history = history
  }

  private func enterprises(_ data: inout ReportData, _ parameters: [Value]) throws {
    var rows: [EnterpriseRow] = []
    var regions: [String] = []
    var occupations: [OccupationCode?] = []
    try session.connection.forEachRow(query("enterprises"), parameters) { row in
      func month(_ column: Int) throws -> Month? {
        try row.optionalDate(column).map { CalendarDay(ordinal: $0).month }
      }
      let chain = try row.string(2)
      let region = try row.string(3)
      let occupation = try row.string(4)
      regions.append(region)
      occupations.append(occupation.isEmpty ? nil : OccupationCode(rawValue: occupation))
      rows.append(
        EnterpriseRow(
          creditCode: try row.string(0), name: try row.string(1), chain: names.chain(chain),
          region: names.region(region), occupation: names.occupation(occupation),
          chainCode: chain.isEmpty ? nil : ChainCode(rawValue: chain), openings: try row.double(5),
          planned: try row.optionalDouble(6), expected: try row.double(7),
          oldest: try row.optionalDate(8).map { CalendarDay(ordinal: $0) }, salaryMin: try row.optionalDouble(9),
          salaryMax: try row.optionalDouble(10), contact: settings.showsContacts ? try row.optionalString(11) : nil,
          phone: settings.showsContacts ? try row.optionalString(12) : nil,
          missing: EnterpriseRow.Missing(plans: try month(13), headcount: try month(14))))
    }
    data.enterprises = rows
    data.enterpriseRegions = regions
    data.enterpriseOccupations = occupations
  }

  private func surpluses(_ data: inout ReportData, _ parameters: [Value]) throws {
    for row in try session.connection.query(query("surpluses"), parameters) {
      let region = try row.string("region")
      data.surplusRegions.append(region)
      data.surpluses.append(
        SurplusRow(
          creditCode: try row.string("credit_code"), name: try row.string("name"),
          chain: names.chain(try row.string("chain")), region: names.region(region),
          headcount: try row.double("headcount"), previous: try row.optionalDouble("headcount_previous"),
          base: try row.optionalDouble("headcount_base"), surplus: try row.double("surplus"),
          reason: try row.optionalString("reason"), shed: try row.optionalDouble("shed"),
          machines: try row.optionalDouble("machines"), need: try row.optionalDouble("need"),
          contact: settings.showsContacts ? try row.optionalString("contact_name") : nil,
          phone: settings.showsContacts ? try row.optionalString("contact_phone") : nil))
    }
  }
}
