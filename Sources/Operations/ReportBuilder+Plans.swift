import Assistance
import LabourMarket
import Reporting

/// What the database keeps of a measure on a night.
struct MeasureRecord: Encodable {
  var measure: String, kind: String, unit: String?, capacity: Double?, used: Double, priorShare: Double, share: Double
  var hiredInCases: Double, hiredAsReported: Double, closure: Double
}

/// The plans for the measures, as the documents show them and as the database keeps them.
extension ReportBuilder {
  /// The sheets of the whole city by their keys in the texts; empty where the profile has no measures.
  var planSheets: [(key: String, sheet: PlanSheet)] {
    guard !profile.reference.levers.isEmpty else { return [] }
    return [("effects", effects)] + cityPlans
  }

  private var cityPlans: [(key: String, sheet: PlanSheet)] { plans(region: nil) }

  /// The part of the plans that a team's page shows, by their keys in the texts.
  func teamPlans(_ team: ReportTeam) -> [(key: String, sheet: PlanSheet)] {
    switch team.scope {
    case .city: cityPlans
    case .region: plans(region: team.code)
    case .regions: []
    }
  }

  private func plans(region: String?) -> [(key: String, sheet: PlanSheet)] {
    [("fairs", fairSheet(region: region)), ("classes", classSheet(region: region))].compactMap { key, sheet in
      sheet.map { (key, $0) }
    }
  }

  private var effects: PlanSheet {
    let rows = profile.reference.levers.compactMap { lever in
      outlook.states[lever.code].map { state in
        MeasureRow(
          name: names.measures[lever.code] ?? lever.code,
          groups: OfficerGroup.allCases.filter(lever.groups.contains), leadTimeMonths: lever.leadTimeMonths,
          state: state)
      }
    }
    return MeasureTable(
      rows: rows, rules: settings.measures, closure: outlook.closure, evidenceMonths: settings.evidenceMonths,
      night: night, strings: strings
    ).sheet
  }

  /// What is kept of the measures.
  var measureRecords: [MeasureRecord] {
    profile.reference.levers.compactMap { lever in
      outlook.states[lever.code].map { state in
        MeasureRecord(
          measure: lever.code, kind: state.kind.rawValue, unit: state.capacity.unit?.rawValue,
          capacity: state.capacity.year, used: state.capacity.used, priorShare: state.prior, share: state.share,
          hiredInCases: state.cases, hiredAsReported: state.reported, closure: outlook.closure)
      }
    }
  }

  // MARK: Fairs

  /// The sessions of the whole city, or of a region and those online.
  private func fairSheet(region: String?) -> PlanSheet? {
    fairs.map { fairs in
      let sessions = fairs.sessions.filter { region == nil || $0.theme.isOnline || $0.theme.region == region }
      return FairTable(
        rows: sessions.map(fairRow), weekends: fairs.weekends, progress: fairs.progress, rules: settings.fairs.rules,
        strings: strings
      ).sheet
    }
  }

  private func fairRow(_ session: FairSession) -> FairRow {
    let theme = session.theme
    let venue =
      theme.isOnline
      ? strings("fairs.online")
      : profile.reference.regions.contains { $0.code.rawValue == session.venue }
        ? strings("fairs.venue", names.region(session.venue)) : session.venue
    return FairRow(
      session: session, venue: venue, region: theme.isOnline ? strings("fairs.city") : names.region(theme.region),
      chain: names.chain(theme.chain), occupations: occupations(theme).map { names.occupation($0.rawValue) },
      openings: node(theme)?.openings ?? 0, enterprises: enterprises(theme))
  }

  private func node(_ theme: FairTheme) -> ReportData.NodeData? {
    data.nodes[theme.isOnline ? .chain : .chainRegion]?.first { node in
      node.cell.chain?.rawValue == theme.chain && (theme.isOnline || node.cell.region?.rawValue == theme.region)
    }
  }

  /// The three occupations with the largest gap, now or at the lists' horizon.
  private func occupations(_ theme: FairTheme) -> [OccupationCode] {
    var gaps: [OccupationCode: Double] = [:]
    for node in data.nodes[.cell] ?? []
    where node.cell.chain?.rawValue == theme.chain && (theme.isOnline || node.cell.region?.rawValue == theme.region) {
      guard let occupation = node.cell.occupation else { continue }
      gaps[occupation, default: 0] += node.evidence(horizon: settings.horizon).gap
    }
    return gaps.filter { $0.value >= 0.5 }.sorted { a, b in
      a.value == b.value ? a.key.rawValue < b.key.rawValue : a.value > b.value
    }.prefix(3).map(\.key)
  }

  private func enterprises(_ theme: FairTheme) -> [FairRow.Enterprise] {
    enterprises { row, region, _ in
      row.chainCode?.rawValue == theme.chain && (theme.isOnline || region == theme.region)
    }
  }

  /// The enterprises with the largest expected shortage, those of several occupations once.
  func enterprises(
    _ isMeant: (EnterpriseRow, String, OccupationCode?) -> Bool
  ) -> [FairRow.Enterprise] {
    var order: [String] = []
    var found: [String: FairRow.Enterprise] = [:]
    for (index, row) in data.enterprises.enumerated()
    where isMeant(row, data.enterpriseRegions[index], data.enterpriseOccupations[index]) {
      if found[row.creditCode] == nil {
        order.append(row.creditCode)
        let call = [row.contact, row.phone].compactMap { $0 }.joined(separator: " ")
        found[row.creditCode] = FairRow.Enterprise(
          name: row.name, creditCode: row.creditCode, expected: 0, call: call.isEmpty ? nil : call)
      }
      found[row.creditCode]?.expected += row.expected
    }
    let firms = order.compactMap { found[$0] }.filter { $0.expected >= 0.5 }
    return Array(
      firms.sorted { a, b in
        a.expected == b.expected ? a.creditCode < b.creditCode : a.expected > b.expected
      }.prefix(settings.fairs.enterprises))
  }

  /// What is kept of the fairs.
  var fairRecords: [FairRecord] {
    (fairs?.sessions ?? []).map { session in
      let theme = session.theme
      return FairRecord(
        day: session.day.description, venue: session.venue, chain: theme.chain, region: theme.region,
        isFixed: session.isFixed, openings: node(theme)?.openings ?? 0, expected: session.expected,
        exceedance: session.exceedance, value: session.value, repetition: session.repetition,
        balance: session.balance, turn: session.turn, occupations: occupations(theme).map(\.rawValue),
        enterprises: enterprises(theme).map(\.creditCode))
    }
  }
}

/// What the database keeps of a session of a fair.
struct FairRecord: Encodable {
  var day: String, venue: String, chain: String, region: String, isFixed: Bool, openings: Double, expected: Double
  var exceedance: Double, value: Double, repetition: Double, balance: Double, turn: Int, occupations: [String]
  var enterprises: [String]
}
