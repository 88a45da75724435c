import Assistance
import LabourMarket
import Reporting

/// A team that gets a list: a region's, or the whole city's; where chains and regions are not crossed, the regions beside one another too.
struct ReportTeam {
  /// What the list covers.
  enum Scope { case city, region, regions }

  var code: String, name: String, scope: Scope
  var isCity: Bool { scope != .region }
}

/// Forms the lists of the teams from what was read and from the alerts.
struct ReportBuilder {
  let profile: Profile
  let settings: AlertSettings
  let names: ReportNames
  let strings: StringTable
  let data: ReportData
  let outcome: AlertEvaluation.Outcome
  let night: CalendarDay
  /// What is left of the measures and what was learned of them.
  let outlook: MeasureOutlook
  /// The next Saturdays' fairs; `nil` where the profile has none.
  let fairs: FairOutcome?
  /// What the columns that officers fill in hold.
  let columns: OfficerColumns
  /// The classes to be opened; `nil` where no measure opens any.
  let classes: ClassOutcome?
  /// The rows of both.
  let planRows: PlanRows
  /// The officers' group of each occupation.
  private let groups: [OccupationCode: OfficerGroup]
  /// Surplus persons by region, and in the city.
  private let surplus: [String: Double], surplusCity: Double
  /// The proposals of shared employment with the regions of both parties.
  private let sharing: [SharingProposals.Proposal]

  init(
    profile: Profile, settings: AlertSettings, names: ReportNames, strings: StringTable, data: ReportData,
    outcome: AlertEvaluation.Outcome, night: CalendarDay, quiet: QuietDays, measures: NightMeasures,
    silences: [String: CalendarDay] = [:]
  ) throws {
    columns = OfficerColumns(alerts: outcome.alerts, quiet: silences, settings: settings, night: night)
    self.profile = profile
    self.settings = settings
    self.names = names
    self.strings = strings
    self.data = data
    self.outcome = outcome
    self.night = night
    outlook = measures.outlook
    fairs =
      try FairPlanning(
        profile: profile, settings: settings, data: data, night: night, quiet: quiet, history: measures.fairs
      ).plan()
    classes = Self.classes(profile, settings.classes, data, measures.outlook, night: night)
    planRows = PlanRows(
      profile: profile, settings: settings, names: names, strings: strings, data: data, fairs: fairs,
      classes: classes)
    groups = Dictionary(profile.reference.occupations.map { ($0.code, $0.group) }, uniquingKeysWith: { a, _ in a })
    // What the lists tell of surpluses: whole persons, five and more.
    let told = zip(data.surpluses, data.surplusRegions).map { ($1, $0.surplus.rounded()) }.filter { $0.1 >= 5 }
    surplus = told.reduce(into: [:]) { $0[$1.0, default: 0] += $1.1 }
    surplusCity = told.reduce(0) { $0 + $1.1 }
    sharing = SharingProposals(settings: settings, levers: profile.reference.levers, groups: groups, data: data).plan()
  }

  /// Whether the profile has shared employment among its measures.
  var proposesSharing: Bool {
    profile.reference.levers.contains { settings.measures.kinds[$0.code] == .sharing }
  }

  /// The city first, then the teams in the order of the reference data.
  var teams: [ReportTeam] {
    let regions = profile.teams.filter { $0.code != profile.region }
    var teams = [ReportTeam(code: profile.region.rawValue, name: names.city, scope: .city)]
    if !data.isCrossed && !regions.isEmpty {
      teams.append(ReportTeam(code: "regions", name: strings("team.regions"), scope: .regions))
    }
    return teams
      + regions.map { ReportTeam(code: $0.code.rawValue, name: names.region($0.code.rawValue), scope: .region) }
  }

  /// The list of a team.
  func list(_ team: ReportTeam) -> ShortageList {
    let nodes = rowNodes(team).filter { team.isCity || $0.cell.region?.rawValue == team.code }
    var rows = nodes.compactMap { row($0, team) }
    rows.sort(by: Self.precedes(settings.horizon))
    for index in rows.indices { rows[index].rank = index + 1 }
    let own = zip(data.enterprises, data.enterpriseRegions).filter { team.isCity || $0.1 == team.code }.map(\.0)
    // Whose reports are missing are called first.
    let enterprises = own.filter { $0.missing != nil } + own.filter { $0.missing == nil }
    let surpluses = zip(data.surpluses, data.surplusRegions).filter { team.isCity || $0.1 == team.code }.map(\.0)
    return ShortageList(
      header: header(team), rows: rows, enterprises: enterprises, surpluses: surpluses,
      sharing: sharing.filter { team.isCity || $0.regions.contains(team.code) }.map(\.row),
      plans: teamPlans(team).map(\.sheet),
      trends: trends(team))
  }

  /// The finest nodes that the forecast has for a list.
  private func rowNodes(_ team: ReportTeam) -> [ReportData.NodeData] {
    if let cells = data.nodes[.cell], !cells.isEmpty { return cells }
    if let crossed = data.nodes[.chainRegion], !crossed.isEmpty { return crossed }
    let chains = data.leafChains(profile.reference)
    return team.scope == .city && !chains.isEmpty ? chains : data.leafRegions(profile.reference)
  }

  /// By level, then the forecast at the horizon, then the gap now, then the codes: a total order.
  private static func precedes(_ horizon: Int) -> (ShortageRow, ShortageRow) -> Bool {
    func expected(_ row: ShortageRow) -> Double {
      row.forecast.isEmpty ? 0 : row.forecast[min(horizon, row.forecast.count) - 1].p50
    }
    func codes(_ row: ShortageRow) -> [String] {
      [row.cell.chain?.rawValue ?? "", row.cell.region?.rawValue ?? "", row.cell.occupation?.rawValue ?? ""]
    }
    return { a, b in
      if a.level != b.level { return a.level > b.level }
      if expected(a) != expected(b) { return expected(a) > expected(b) }
      if a.openings != b.openings { return a.openings > b.openings }
      return codes(a).lexicographicallyPrecedes(codes(b))
    }
  }

  /// A row where the node has a gap now or ahead, or an alert that is not closed.
  private func row(_ node: ReportData.NodeData, _ team: ReportTeam) -> ShortageRow? {
    let evidence = node.evidence(horizon: settings.horizon)
    let own = columns.alert(node.cell)
    let isLive = own?.state.status.isLive ?? false
    guard evidence.gap >= settings.leastGap || isLive else { return nil }
    let observed = settings.rules.level(evidence)
    let earlier = data.earlier[team.code]?[node.cell]
    let index = node.index(horizon: settings.horizon)
    let printed = columns.printed(node.cell)
    return ShortageRow(
      cell: node.cell, previousRank: earlier?.rank, level: isLive ? own?.state.level ?? observed : observed,
      chain: node.cell.chain.map { names.chain($0.rawValue) } ?? strings("all.chains"),
      region: node.cell.region.map { names.region($0.rawValue) } ?? names.city,
      occupation: names.occupation(node.cell.occupation?.rawValue ?? ""), employed: node.employed,
      openings: node.openings, previousMonth: node.previousMonth, previousYear: node.previousYear,
      forecast: node.forecast, exceedance: index.map { node.exceedances[$0] } ?? 0,
      threshold: index.map { node.thresholds[$0] } ?? 0, cause: MainCause(drivers: data.drivers[node.cell] ?? []),
      salary: node.salary, salaryMarket: node.salaryMarket, seekers: node.seekers, measures: measures(node),
      entry: printed, ticket: columns.ticket(node.cell, printed: printed), firstSeen: earlier?.firstSeen ?? night,
      quality: node.quality)
  }

  /// The measures that fit a node.
  func measures(_ node: ReportData.NodeData) -> [MeasureAdvice] {
    let group = node.cell.occupation.flatMap { groups[$0] }
    let need = Need(
      group: group, openings: node.openings, forecast: node.forecast.map(\.p50),
      surplusHere: node.cell.region.map { surplus[$0.rawValue] ?? 0 }, surplusCity: surplusCity)
    return settings.measures.advice(need, levers: profile.reference.levers, outlook: outlook)
  }

  private func header(_ team: ReportTeam) -> ListHeader {
    let run = data.run
    let node =
      team.isCity
      ? data.nodes[.city]?.first : data.nodes[.region]?.first { $0.cell.region?.rawValue == team.code }
    return ListHeader(
      cityName: names.city, team: team.code, teamName: team.name, isCity: team.scope == .city, night: night,
      asOf: run.asOf,
      months: (1...max(1, run.horizon)).map { run.asOf + $0 }, horizon: min(settings.horizon, run.horizon),
      knownUntil: run.knownUntil, model: run.model, inputsDigest: run.digest,
      draws: run.draws, currency: profile.currency, rules: settings.rules, life: settings.life,
      response: node?.response ?? run.response, coverage: node?.coverage ?? run.coverage,
      monthsOfHistory: node?.monthsOfHistory ?? run.monthsOfHistory, missingFeeds: missing(),
      leastGap: settings.leastGap, hasEarlierNight: data.earlier[team.code] != nil)
  }

  private func missing() -> [String] {
    var messages = data.findings.filter { settings.dataKinds.contains($0.kind) || $0.kind == "refused" }.map {
      finding in
      "\(strings.find("feed.\(finding.feed)") ?? finding.feed): \(finding.message)"
    }
    if outcome.isInhibited { messages.append(strings("inhibited")) }
    return messages
  }

  private func trends(_ team: ReportTeam) -> [Trend] {
    func trend(_ node: ReportData.NodeData, _ name: String, _ chain: ChainCode?) -> Trend {
      let alert = columns.alert(node.cell)
      let observed = settings.rules.level(node.evidence(horizon: settings.horizon))
      let printed = columns.printed(node.cell)
      return Trend(
        name: name, chain: chain, history: data.history[node.cell] ?? [], forecast: node.forecast,
        employed: node.employed, openings: node.openings,
        level: alert.flatMap { $0.state.status.isLive ? $0.state.level : nil } ?? observed, entry: printed,
        ticket: chain == nil ? nil : columns.ticket(node.cell, printed: printed), quality: node.quality)
    }
    let total =
      team.isCity
      ? data.nodes[.city] ?? [] : (data.nodes[.region] ?? []).filter { $0.cell.region?.rawValue == team.code }
    let chains =
      team.scope == .regions
      ? []
      : team.isCity
        ? data.leafChains(profile.reference)
        : (data.nodes[.chainRegion] ?? []).filter { $0.cell.region?.rawValue == team.code }
    let sorted = chains.filter {
      $0.cell.chain != nil && $0.evidence(horizon: settings.horizon).gap >= settings.leastGap
    }
    .sorted { a, b in
      let x = a.evidence(horizon: settings.horizon).gap
      let y = b.evidence(horizon: settings.horizon).gap
      return x == y ? (a.cell.chain?.rawValue ?? "") < (b.cell.chain?.rawValue ?? "") : x > y
    }
    return total.prefix(1).map { trend($0, strings("trend.total", team.name), nil) }
      + sorted.map { trend($0, names.chain($0.cell.chain?.rawValue ?? ""), $0.cell.chain) }
  }
}
