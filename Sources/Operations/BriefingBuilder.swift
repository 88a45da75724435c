import Assistance
import LabourMarket
import Reporting
import Shortfall

/// A change of one alert as a briefing tells it.
struct AlertChange {
  var fingerprint: String
  var change: NoticeChange
  /// The level before; `none` where there was no alert.
  var from: AlertLevel
}

/// What an officer did with an alert.
struct OfficerDeed {
  var fingerprint: String, event: AlertEventKind, actor: String, reason: String
}

/// Puts a team's night into words.
struct BriefingBuilder {
  let builder: ReportBuilder
  /// Data by node: chains, regions, chains in regions and cells.
  private let nodes: [Cell: ReportData.NodeData]
  /// What adds to the expected shortage, summed over the cells below a node.
  private let drivers: [Cell: [(driver: String, persons: Double)]]

  /// A builder over the lists of a night.
  init(_ builder: ReportBuilder) {
    self.builder = builder
    var nodes: [Cell: ReportData.NodeData] = [:]
    for level in [Level.cell, .chainRegion, .chain, .region] {
      for node in builder.data.nodes[level] ?? [] { nodes[node.cell] = node }
    }
    self.nodes = nodes
    var sums: [Cell: [String: Double]] = [:]
    // In the order of the codes: sums in another order differ in their last digits, and so may what is printed.
    for cell in (builder.data.nodes[.cell] ?? []).map(\.cell) {
      guard let drivers = builder.data.drivers[cell] else { continue }
      for node in Set([cell, Cell(chain: cell.chain, region: cell.region), Cell(chain: cell.chain)]) {
        for driver in drivers { sums[node, default: [:]][driver.driver, default: 0] += driver.persons }
      }
    }
    drivers = sums.mapValues { sums in sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  private var strings: StringTable { builder.strings }

  // MARK: What stands

  /// A team's alerts: those that stand and are told, and the fingerprints that graver ones above them cover.
  struct Standing {
    var levels: [String: AlertLevel] = [:]
    var covered: Set<String> = []

    /// How many are told at each level.
    var counts: [AlertLevel: Int] { levels.values.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
  }

  /// The live alerts of a team. The city hears of chains, of chains in regions and of feeds, a region of its chains and their cells; an
  /// alert is covered by one above it, of the same team, that is at least as grave.
  func standing(_ team: ReportTeam) -> Standing {
    let alerts = builder.outcome.alerts.filter { $0.value.state.status.isLive && belongs($0.value, team) }
    var standing = Standing()
    for (fingerprint, alert) in alerts {
      let isCovered = alert.subject.above.contains { above in
        alerts[above.fingerprint].map { $0.state.level >= alert.state.level } ?? false
      }
      if isCovered { standing.covered.insert(fingerprint) } else { standing.levels[fingerprint] = alert.state.level }
    }
    return standing
  }

  func belongs(_ alert: StoredAlert, _ team: ReportTeam) -> Bool {
    switch alert.subject {
    case .data: team.isCity
    case .shortage(let cell):
      team.isCity ? cell.occupation == nil : alert.team == team.code
    }
  }

  // MARK: The briefing

  /// The briefing of a team.
  /// - Parameters:
  ///   - standing: the alerts that stand; `nil` for all of the team's.
  ///   - changes: what changed; `nil` where nothing was ever told: then all that stands is.
  ///   - deeds: what officers did since.
  func briefing(
    _ team: ReportTeam, list: ShortageList, standing given: Standing? = nil, changes: [AlertChange]?,
    deeds: [OfficerDeed]
  ) -> Briefing {
    let standing = given ?? standing(team)
    let told = changes ?? standing.levels.map { AlertChange(fingerprint: $0.key, change: .opened, from: .none) }
    let shown = sorted(told.filter { !standing.covered.contains($0.fingerprint) })
    let worse = shown.filter { $0.change.isGraver }
    let better = shown.filter { !$0.change.isGraver }
    var sections = [
      Briefing.Section(
        title: strings(changes == nil ? "briefing.all" : "briefing.worse"),
        items: worse.map { item($0, isFirst: changes == nil) }),
      Briefing.Section(title: strings("briefing.better"), items: better.map { item($0, isFirst: false) }),
    ]
    if worse.isEmpty && changes != nil {
      let rest = sorted(
        standing.levels.filter { entry in !shown.contains { $0.fingerprint == entry.key } }
          .map { AlertChange(fingerprint: $0.key, change: .opened, from: .none) })
      sections.append(
        Briefing.Section(
          title: strings("briefing.standing"), items: rest.prefix(Self.mostStanding).map { item($0, isFirst: true) }))
    }
    sections.append(Briefing.Section(title: strings("briefing.officers"), items: deeds.map(deed)))
    sections.append(
      Briefing.Section(
        title: strings("briefing.data"),
        items: team.isCity
          ? list.header.missingFeeds.map { Briefing.Item(level: nil, title: $0, detail: "") } : []))
    return Briefing(
      title: strings("briefing.title", team.name, builder.night.description), night: builder.night,
      lead: lead(list, standing, hasChanges: !told.isEmpty, isFirst: changes == nil), sections: sections,
      closing: [strings("briefing.closing")])
  }

  /// Alerts that only stand and are told all the same, where nothing grew worse.
  private static let mostStanding = 5

  /// The gravest first, then the largest gap, then the fingerprint.
  private func sorted(_ changes: [AlertChange]) -> [AlertChange] {
    func key(_ change: AlertChange) -> (Int, Double) {
      let node = cell(change.fingerprint).flatMap { nodes[$0] }
      return (level(change).severity, node?.evidence(horizon: builder.settings.horizon).gap ?? 0)
    }
    return changes.map { ($0, key($0)) }.sorted { a, b in
      a.1 == b.1 ? a.0.fingerprint < b.0.fingerprint : a.1 > b.1
    }.map(\.0)
  }

  private func cell(_ fingerprint: String) -> Cell? {
    guard case .shortage(let cell)? = builder.outcome.alerts[fingerprint]?.subject else { return nil }
    return cell
  }

  /// The level that is told: the one now, or that of an alert which is over.
  private func level(_ change: AlertChange) -> AlertLevel {
    change.change == .closed ? change.from : builder.outcome.alerts[change.fingerprint]?.state.level ?? change.from
  }

  private func lead(_ list: ShortageList, _ standing: Standing, hasChanges: Bool, isFirst: Bool) -> [String] {
    var lines: [String] = []
    let header = list.header
    if let whole = list.whole {
      let now = whole.openings ?? whole.history.last?.openings ?? 0
      let before = whole.history.dropLast().last?.openings
      let change =
        before.flatMap { $0 > 0 ? strings("briefing.lead.change", TableText.change(now / $0 - 1)) : nil } ?? ""
      let asOf = header.asOf.description
      let persons = TableText.grouped(Int(now.rounded()))
      if whole.forecast.indices.contains(header.horizon - 1) {
        let point = whole.forecast[header.horizon - 1]
        lines.append(
          strings(
            "briefing.lead.openings", asOf, persons, change, point.month.description, rounded(point.p50),
            rounded(point.p10),
            rounded(point.p90)))
      } else {
        lines.append(strings("briefing.lead.now", asOf, persons, change))
      }
    }
    let told = words(standing.counts)
    let listed = words(list.levelCounts)
    func joined(_ words: [String]) -> String {
      words.isEmpty ? strings("level.count.none") : words.joined(separator: strings("list.comma"))
    }
    lines.append(
      told.isEmpty && listed.isEmpty
        ? strings("briefing.lead.none") : strings("briefing.lead.levels", joined(told), joined(listed)))
    if isFirst {
      lines.append(strings("briefing.first"))
    } else if !hasChanges {
      lines.append(strings("briefing.unchanged"))
    }
    return lines
  }

  /// How many there are at each level, the gravest first, in words; levels without any are left out.
  func words(_ counts: [AlertLevel: Int]) -> [String] {
    AlertLevel.alerts.compactMap { level in
      guard let count = counts[level], count > 0 else { return nil }
      return strings("level.count", strings("level.\(level.rawValue)"), TableText.grouped(count))
    }
  }

  private func rounded(_ persons: Double) -> String { TableText.grouped(Int(persons.rounded())) }

  // MARK: Items

  private func item(_ change: AlertChange, isFirst: Bool) -> Briefing.Item {
    let alert = builder.outcome.alerts[change.fingerprint]
    var parts: [String] = []
    switch change.change {
    case .opened: if !isFirst { parts.append(strings("briefing.opened")) }
    case .raised: parts.append(strings("briefing.raised", strings("level.\(change.from.rawValue)")))
    case .lowered: parts.append(strings("briefing.lowered", strings("level.\(change.from.rawValue)")))
    case .closed: parts.append(strings("briefing.closed", strings("level.\(change.from.rawValue)")))
    }
    var detail = parts.joined(separator: strings("briefing.separator"))
    if let cell = cell(change.fingerprint), let node = nodes[cell] {
      let words = [detail, figures(node), advice(cell, node, change.change)].filter { !$0.isEmpty }
      detail = words.joined(separator: strings("list.separator"))
    }
    return Briefing.Item(
      level: change.change == .closed ? nil : alert?.state.level, title: about(change.fingerprint), detail: detail)
  }

  private func figures(_ node: ReportData.NodeData) -> String {
    var parts = [strings("briefing.gap", rounded(node.openings))]
    if let before = node.previousMonth, before > 0 {
      parts[0] += strings("briefing.lead.change", TableText.change(node.openings / before - 1))
    }
    if let index = node.index(horizon: builder.settings.horizon) {
      let point = node.forecast[index]
      parts.append(
        strings(
          "briefing.forecast", point.month.description, rounded(point.p50), rounded(point.p10), rounded(point.p90)))
      parts.append(strings("briefing.exceedance", TableText.probability(node.exceedances[index])))
    }
    if node.quality.contains(FirmDominance.code) { parts.append(strings("quality.one_firm")) }
    if node.quality.contains(KeyFirms.code) { parts.append(keyFirms(node.cell)) }
    return parts.joined(separator: strings("briefing.separator"))
  }

  /// Most key firms whose names are told.
  private static let mostKeyFirms = 3

  /// The key firms of a node whose reports are missing, by name and with what is missing.
  private func keyFirms(_ node: Cell) -> String {
    let data = builder.data
    var texts: [String: String] = [:]
    var order: [String] = []
    for (index, row) in data.enterprises.enumerated() {
      guard let missing = row.missing, node.chain == nil || node.chain == row.chainCode,
        node.region == nil || node.region?.rawValue == data.enterpriseRegions[index],
        node.occupation == nil || node.occupation == data.enterpriseOccupations[index],
        texts.updateValue(strings("briefing.key_firm", row.name, missing.text(strings)), forKey: row.creditCode) == nil
      else { continue }
      order.append(row.creditCode)
    }
    let word = strings("quality.key_firm_missing")
    guard !order.isEmpty else { return word }
    let told = order.prefix(Self.mostKeyFirms).compactMap { texts[$0] }.joined(separator: strings("list.separator"))
    let more = order.count - Self.mostKeyFirms
    return strings("briefing.key_firms", word, told)
      + (more > 0 ? strings("briefing.key_firms.more", TableText.grouped(more)) : "")
  }

  private func advice(_ cell: Cell, _ node: ReportData.NodeData, _ change: NoticeChange) -> String {
    guard change.isGraver else { return "" }
    let words = ListWords(strings: strings, measureNames: builder.names.measures)
    var parts: [String] = []
    if let cause = MainCause(drivers: drivers[cell] ?? []) {
      parts.append(strings("briefing.cause", words.cause(cause)))
    }
    let measures = builder.measures(node)
    if !measures.isEmpty { parts.append(strings("briefing.measures", words.measures(measures))) }
    return parts.joined(separator: strings("list.separator"))
  }

  private func deed(_ deed: OfficerDeed) -> Briefing.Item {
    let status = strings.find("status.\(deed.event.rawValue)") ?? deed.event.rawValue
    return Briefing.Item(
      level: nil, title: about(deed.fingerprint), detail: strings("briefing.action", deed.actor, status, deed.reason))
  }

  /// Chain, region and occupation, or the feed.
  func about(_ fingerprint: String) -> String {
    guard let cell = cell(fingerprint) else {
      let feed = String(fingerprint.split(separator: ":").last ?? "")
      return strings.find("feed.\(feed)") ?? fingerprint
    }
    return [
      builder.names.chain(cell.chain?.rawValue ?? ""),
      cell.region.map { builder.names.region($0.rawValue) } ?? builder.names.city,
      builder.names.occupation(cell.occupation?.rawValue ?? ""),
    ].filter { !$0.isEmpty }.joined(separator: " · ")
  }
}
