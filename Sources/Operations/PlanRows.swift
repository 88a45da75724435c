import Assistance
import LabourMarket
import Reporting

/// The rows of the plans for fairs and classes, with the names and enterprises that officers need. Formed once a night.
struct PlanRows {
  /// Beside the outcomes' sessions and proposals, in their order.
  let fairs: [FairRow], classes: [ClassRow]

  /// The rows of a night.
  /// - Complexity: O(cells + enterprises + rows × those of a chain or an occupation).
  init(
    profile: Profile, settings: AlertSettings, names: ReportNames, strings: StringTable, data: ReportData,
    fairs: FairOutcome?, classes: ClassOutcome?
  ) {
    let source = PlanRowSource(
      profile: profile, settings: settings, names: names, strings: strings, data: data)
    self.fairs = (fairs?.sessions ?? []).map(source.row)
    self.classes = (classes?.proposals ?? []).map(source.row)
  }
}

/// Finds what stands beside a session or a proposal.
private struct PlanRowSource {
  let settings: AlertSettings
  let names: ReportNames
  let strings: StringTable
  let data: ReportData
  private let regions: Set<String>
  private let themes: [FairTheme: ReportData.NodeData]
  /// Places of cells and of enterprises' rows, by chain and by occupation.
  private let cellsOfChain: [String: [Int]], cellsOfOccupation: [OccupationCode?: [Int]]
  private let firmsOfChain: [String: [Int]], firmsOfOccupation: [OccupationCode?: [Int]]

  init(profile: Profile, settings: AlertSettings, names: ReportNames, strings: StringTable, data: ReportData) {
    self.settings = settings
    self.names = names
    self.strings = strings
    self.data = data
    regions = Set(profile.reference.regions.map(\.code.rawValue))
    let nodes = (data.nodes[.chainRegion] ?? []) + (data.nodes[.chain] ?? [])
    themes = Dictionary(
      nodes.map { node in
        let cell = node.cell
        return (FairTheme(chain: cell.chain?.rawValue ?? "", region: cell.region?.rawValue ?? ""), node)
      }, uniquingKeysWith: { first, _ in first })
    let cells = data.nodes[.cell] ?? []
    cellsOfChain = Dictionary(grouping: cells.indices) { cells[$0].cell.chain?.rawValue ?? "" }
    cellsOfOccupation = Dictionary(grouping: cells.indices) { cells[$0].cell.occupation }
    firmsOfChain = Dictionary(grouping: data.enterprises.indices) { data.enterprises[$0].chainCode?.rawValue ?? "" }
    let occupations = data.enterpriseOccupations
    firmsOfOccupation = Dictionary(grouping: occupations.indices) { occupations[$0] }
  }

  func row(_ session: FairSession) -> FairRow {
    let theme = session.theme
    func isThere(_ region: String) -> Bool { theme.isOnline || region == theme.region }
    let venue =
      theme.isOnline
      ? strings("fairs.online")
      : regions.contains(session.venue) ? strings("fairs.venue", names.region(session.venue)) : session.venue
    let occupations = largest(cellsOfChain[theme.chain], isThere) { $0.occupation?.rawValue }
    return FairRow(
      session: session, venue: venue, region: theme.isOnline ? strings("fairs.city") : names.region(theme.region),
      chain: names.chain(theme.chain), occupationCodes: occupations,
      occupations: occupations.map { names.occupation($0) }, openings: themes[theme]?.openings ?? 0,
      enterprises: enterprises(firmsOfChain[theme.chain], isThere))
  }

  func row(_ proposal: ClassProposal) -> ClassRow {
    let there = Set(proposal.regions)
    return ClassRow(
      proposal: proposal, region: proposal.region.isEmpty ? strings("classes.city") : names.region(proposal.region),
      regions: proposal.regions.map { names.region($0) }, occupation: names.occupation(proposal.occupation.rawValue),
      measure: proposal.measure.map { names.measures[$0] ?? $0 },
      chains: largest(cellsOfOccupation[proposal.occupation], there.contains) { $0.chain?.rawValue }
        .map { names.chain($0) },
      enterprises: enterprises(firmsOfOccupation[proposal.occupation], there.contains))
  }

  /// The three parts with the largest gaps, now or at the lists' horizon.
  private func largest(
    _ places: [Int]?, _ isThere: (String) -> Bool, part: (Cell) -> String?
  ) -> [String] {
    let cells = data.nodes[.cell] ?? []
    var gaps: [String: Double] = [:]
    for place in places ?? [] where isThere(cells[place].cell.region?.rawValue ?? "") {
      guard let code = part(cells[place].cell) else { continue }
      gaps[code, default: 0] += cells[place].evidence(horizon: settings.horizon).gap
    }
    return gaps.filter { $0.value >= 0.5 }.sorted { a, b in a.value == b.value ? a.key < b.key : a.value > b.value }
      .prefix(3).map(\.key)
  }

  /// The enterprises with the largest expected shortage, those of several rows once.
  private func enterprises(_ places: [Int]?, _ isThere: (String) -> Bool) -> [FairRow.Enterprise] {
    var found: [String: FairRow.Enterprise] = [:]
    for place in places ?? [] where isThere(data.enterpriseRegions[place]) {
      let row = data.enterprises[place]
      let call = [row.contact, row.phone].compactMap { $0 }.joined(separator: " ")
      found[
        row.creditCode,
        default: FairRow.Enterprise(
          name: row.name, creditCode: row.creditCode, expected: 0, call: call.isEmpty ? nil : call)
      ].expected += row.expected
    }
    let firms = found.values.filter { $0.expected >= 0.5 }.sorted { a, b in
      a.expected == b.expected ? a.creditCode < b.creditCode : a.expected > b.expected
    }
    return Array(firms.prefix(settings.fairs.enterprises))
  }
}
