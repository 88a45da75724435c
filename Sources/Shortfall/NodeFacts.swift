import LabourMarket

/// What is known of every node at the end of the as-of month, and how good the data are.
struct NodeFacts: Sendable {
  private let panel: CityPanel
  private let settings: ShortfallSettings
  private let newest: Month?
  /// Employed persons and reported ones by chain × region.
  private var employed: [Double]
  private var reported: [Double]
  private var respondents: [Double]
  private var enterprises: [Double]
  /// Share of a cell in its chain × region.
  private var cellShare: [Double]
  /// Codes of the whole forecast.
  let cityQuality: [String]

  init(_ panel: CityPanel, settings: ShortfallSettings) {
    self.panel = panel
    self.settings = settings
    let size = panel.chains.count * panel.regions.count
    employed = [Double](repeating: 0, count: size)
    (reported, respondents, enterprises) = (employed, employed, employed)
    for row in panel.employment {
      employed[row.chain * panel.regions.count + row.region] += row.employed
      reported[row.chain * panel.regions.count + row.region] += row.reported
    }
    newest = panel.responses.map(\.wave).max()
    for row in panel.responses where row.wave == newest {
      respondents[row.chain * panel.regions.count + row.region] += row.respondents
      enterprises[row.chain * panel.regions.count + row.region] += row.enterprises
    }
    var sums = [Double](repeating: 0, count: size)
    let own = panel.cells.indices.map { k in (0..<panel.months).reduce(1.0) { $0 + panel.newOpenings[k, $1] } }
    for (k, cell) in panel.cells.enumerated() { sums[cell.chain * panel.regions.count + cell.region] += own[k] }
    cellShare = panel.cells.enumerated().map { k, cell in own[k] / sums[cell.chain * panel.regions.count + cell.region]
    }
    var codes: [String] = []
    if panel.months < settings.shortHistory { codes.append("short_history") }
    if panel.survivorsOnly { codes.append("survivors_only") }
    if panel.plans.isEmpty || !settings.usesPlans { codes.append("no_plans") }
    if panel.seekers == nil || !settings.usesSeekers { codes.append("no_unemployment") }
    if panel.employment.isEmpty { codes.append("no_headcount") }
    cityQuality = codes.sorted()
  }

  /// Employed persons of a cell: its share in its chain and region; 0 where none are known.
  func employed(cell k: Int) -> Double {
    employed[panel.cells[k].chain * panel.regions.count + panel.cells[k].region] * cellShare[k]
  }

  /// A node with everything but its forecast.
  func describe(_ node: ForecastNode) -> NodeForecast {
    let history = (0..<panel.months).map { t in node.members.reduce(0.0) { $0 + panel.openings[$1, t] } }
    let last = panel.months - 1
    let people = employment(node)
    var codes = cityQuality
    // Employed persons by occupation are nowhere reported: a cell's are its share of the chain and region.
    if let people, node.level == .cell || people.coverage < 0.5 { codes.append("imputed") }
    if dominated(node) { codes.append("dominated") }
    return NodeForecast(
      node: node, threshold: threshold(employed: people?.employed, history: history), values: [],
      openings: history[last],
      openingsPreviousMonth: last >= 1 ? history[last - 1] : nil,
      openingsPreviousYear: last >= 12 ? history[last - 12] : nil, employed: people?.employed, seekers: seekers(node),
      response: people?.response, coverage: people?.coverage, quality: Array(Set(codes)).sorted(), history: history)
  }

  /// The gap at which the yellow level starts: `thresholdPersons`, or the gap that makes `thresholdRate` of employed and gap, whichever is
  /// less; never below the floor. Without headcounts a multiple of the mean of the last year's openings stands in.
  private func threshold(employed: Double?, history: [Double]) -> Double {
    let rate = settings.thresholdRate
    if let employed, employed > 0, rate < 1 {
      return max(settings.thresholdFloor, min(settings.thresholdPersons, (employed * rate / (1 - rate)).rounded()))
    }
    let year = history.suffix(12)
    let mean = year.reduce(0, +) / Double(max(year.count, 1))
    return max(settings.thresholdFloor, min(settings.thresholdPersons, (mean * settings.thresholdRelative).rounded()))
  }

  private func employment(
    _ node: ForecastNode
  ) -> (employed: Double, coverage: Double, response: Double?)? {
    guard !panel.employment.isEmpty else { return nil }
    var (e, r, answered, all) = (0.0, 0.0, 0.0, 0.0)
    var seen: Set<Int> = []
    for k in node.members {
      let at = panel.cells[k].chain * panel.regions.count + panel.cells[k].region
      if node.level == .cell {
        e += employed[at] * cellShare[k]
        r += reported[at] * cellShare[k]
      } else if seen.insert(at).inserted {
        e += employed[at]
        r += reported[at]
      } else {
        continue
      }
      answered += respondents[at]
      all += enterprises[at]
    }
    return (e, e > 0 ? r / e : 0, newest != nil && all > 0 ? min(answered / all, 1) : nil)
  }

  private func seekers(_ node: ForecastNode) -> Double? {
    guard let table = panel.seekers else { return nil }
    var pools: Set<Int> = []
    var sum = 0.0
    for k in node.members {
      let row = panel.cells[k].region * panel.occupations.count + panel.cells[k].occupation
      if pools.insert(row).inserted { sum += table[row, table.months - 1] }
    }
    return sum
  }

  /// Whether one cell holds more than half of a larger node's openings.
  private func dominated(_ node: ForecastNode) -> Bool {
    guard node.members.count > 3 else { return false }
    let values = node.members.map { panel.openings[$0, panel.months - 1] }
    let sum = values.reduce(0, +)
    return sum >= 20 && (values.max() ?? 0) > 0.5 * sum
  }
}
