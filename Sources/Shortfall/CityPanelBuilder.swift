import LabourMarket

/// Gathers the rows of the aggregation queries, in any order, into a ``CityPanel``.
public struct CityPanelBuilder: Sendable {
  private struct Key: Hashable {
    var chain, region, occupation: String
  }
  private struct Flow {
    var change = 0.0
    var sought = 0.0
    var hired = 0.0
  }

  private let asOf: Month
  private var flows: [Key: [Month: Flow]] = [:]
  private var ended: [Month: Double] = [:]
  private var plans:
    [(wave: Month, period: Month, chain: String, planned: Double, separations: Double, automation: Double)] = []
  private var responses:
    [(
      wave: Month, chain: String, region: String, respondents: Double, enterprises: Double, answered: Double,
      all: Double
    )] = []
  private var seekers: [(region: String, occupation: String, month: Month, change: Double)] = []
  private var arrivals: [(region: String, occupation: String, month: Month, persons: Double)] = []
  private var employment: [(chain: String, region: String, employed: Double, reported: Double)] = []

  /// A panel as of a month, without rows yet.
  public init(asOf: Month) { self.asOf = asOf }

  /// Movements of a cell in a month: change of the stock, persons newly sought, persons hired, jobs that ended.
  public mutating func addOpenings(
    chain: String, region: String, occupation: String, month: Month, change: Double, sought: Double, hired: Double,
    ended: Double
  ) {
    guard month <= asOf else { return }
    let key = Key(chain: chain, region: region, occupation: occupation)
    var flow = flows[key, default: [:]][month] ?? Flow()
    flow.change += change
    flow.sought += sought
    flow.hired += hired
    flows[key, default: [:]][month] = flow
    self.ended[month, default: 0] += ended
  }

  /// Plans of a wave's respondents for a chain and month.
  public mutating func addPlan(
    wave: Month, period: Month, chain: String, planned: Double, separations: Double, automation: Double
  ) {
    plans.append((wave, period, chain, planned, separations, automation))
  }

  /// Response to a wave in a chain and region.
  public mutating func addResponse(
    wave: Month, chain: String, region: String, respondents: Double, enterprises: Double, weightAnswered: Double,
    weightAll: Double
  ) {
    responses.append((wave, chain, region, respondents, enterprises, weightAnswered, weightAll))
  }

  /// Change of the number of registered seekers.
  public mutating func addSeekers(region: String, occupation: String, month: Month, change: Double) {
    seekers.append((region, occupation, month, change))
  }

  /// Scheduled supply.
  public mutating func addArrival(region: String, occupation: String, month: Month, persons: Double) {
    arrivals.append((region, occupation, month, persons))
  }

  /// Employed persons of a chain and region.
  public mutating func addEmployment(chain: String, region: String, employed: Double, reported: Double) {
    self.employment.append((chain, region, employed, reported))
  }

  /// The panel of all rows so far.
  public func build() -> CityPanel {
    let history = firstCompleteMonth()
    var panel = CityPanel(asOf: asOf, start: history.start)
    panel.survivorsOnly = history.survivorsOnly
    let chainCodes = Set(flows.keys.map(\.chain)).union(employment.map(\.chain)).sorted()
    let regionCodes = Set(flows.keys.map(\.region)).union(employment.map(\.region)).sorted()
    let occupationCodes = Set(flows.keys.map(\.occupation)).sorted()
    panel.chains = chainCodes.map(ChainCode.init(rawValue:))
    panel.regions = regionCodes.map(RegionCode.init(rawValue:))
    panel.occupations = occupationCodes.map(OccupationCode.init(rawValue:))
    let chain = Self.positions(chainCodes)
    let region = Self.positions(regionCodes)
    let occupation = Self.positions(occupationCodes)
    addCells(to: &panel, chain, region, occupation)
    panel.plans = plans.compactMap { row in
      chain[row.chain].map {
        CityPanel.Plan(
          wave: row.wave, period: row.period, chain: $0, planned: row.planned, separations: row.separations,
          automation: row.automation)
      }
    }.sorted { ($0.wave, $0.period, $0.chain) < ($1.wave, $1.period, $1.chain) }
    panel.responses = responses.compactMap { row in
      guard let c = chain[row.chain], let r = region[row.region] else { return nil }
      return CityPanel.Response(
        wave: row.wave, chain: c, region: r, respondents: row.respondents, enterprises: row.enterprises,
        weightAnswered: row.answered, weightAll: row.all)
    }.sorted { ($0.wave, $0.chain, $0.region) < ($1.wave, $1.chain, $1.region) }
    panel.employment = employment.compactMap { row in
      guard let c = chain[row.chain], let r = region[row.region] else { return nil }
      return CityPanel.Employment(chain: c, region: r, employed: row.employed, reported: row.reported)
    }.sorted { ($0.chain, $0.region) < ($1.chain, $1.region) }
    panel.arrivals = arrivals.compactMap { row in
      guard let r = region[row.region], let o = occupation[row.occupation] else { return nil }
      return CityPanel.Arrival(region: r, occupation: o, month: row.month, persons: row.persons)
    }.sorted { ($0.month, $0.region, $0.occupation, $0.persons) < ($1.month, $1.region, $1.occupation, $1.persons) }
    panel.seekers = seekerTable(panel, region, occupation)
    return panel
  }

  /// The first month whose records are complete.
  ///
  /// Where a file begins with what was still open on its first day, earlier months show survivors, and are no history. In complete records postings
  /// end as they begin: a month counts when the postings that ended in it are not a small part of the next month's or of the middle month's,
  /// and when from it on a good part of the persons sought has left the stock again.
  private func firstCompleteMonth() -> (start: Month, survivorsOnly: Bool) {
    guard let first = flows.values.flatMap(\.keys).min() else { return (asOf, false) }
    let counts = ended.values.filter { $0 > 0 }.sorted()
    let middle = counts.isEmpty ? 0 : counts[counts.count / 2]
    var sought = [Double](repeating: 0, count: asOf - first + 1)
    var change = sought
    for (month, flow) in flows.values.joined() {
      sought[month - first] += flow.sought
      change[month - first] += flow.change
    }
    var start = asOf
    var (began, left) = (0.0, 0.0)
    for t in sought.indices.reversed() {
      began += sought[t]
      left += sought[t] - change[t]
      let month = first + t
      let count = ended[month] ?? 0
      guard count >= max(0.25 * middle, 1), month == asOf || count >= 0.6 * (ended[month + 1] ?? 0),
        left >= 0.3 * began
      else { continue }
      start = month
    }
    return (start, start == asOf && first < asOf)
  }

  private func addCells(
    to panel: inout CityPanel, _ chain: [String: Int], _ region: [String: Int], _ occupation: [String: Int]
  ) {
    var keyed: [(index: CityPanel.CellIndex, key: Key)] = []
    for key in flows.keys {
      guard let c = chain[key.chain], let r = region[key.region], let o = occupation[key.occupation] else { continue }
      keyed.append((CityPanel.CellIndex(chain: c, region: r, occupation: o), key))
    }
    keyed.sort {
      ($0.index.chain, $0.index.region, $0.index.occupation) < ($1.index.chain, $1.index.region, $1.index.occupation)
    }
    panel.cells = keyed.map(\.index)
    let months = panel.months
    panel.openings = MonthTable(rows: keyed.count, months: months)
    panel.newOpenings = panel.openings
    panel.hires = panel.openings
    panel.openingsBefore = [Double](repeating: 0, count: keyed.count)
    for (k, entry) in keyed.enumerated() {
      let series = flows[entry.key] ?? [:]
      var running = 0.0
      for month in series.keys.filter({ $0 < panel.start }).sorted() { running += series[month]?.change ?? 0 }
      panel.openingsBefore[k] = max(running, 0)
      for t in 0..<months {
        let flow = series[panel.start + t] ?? Flow()
        running += flow.change
        panel.openings[k, t] = max(running, 0)
        panel.newOpenings[k, t] = flow.sought
        panel.hires[k, t] = flow.hired
      }
    }
  }

  private func seekerTable(_ panel: CityPanel, _ region: [String: Int], _ occupation: [String: Int]) -> MonthTable? {
    guard !seekers.isEmpty else { return nil }
    var table = MonthTable(rows: panel.regions.count * panel.occupations.count, months: panel.months)
    for row in seekers {
      guard let r = region[row.region], let o = occupation[row.occupation], row.month <= asOf else { continue }
      let at = max(row.month - panel.start, 0)
      for t in at..<panel.months { table[r * panel.occupations.count + o, t] += row.change }
    }
    for i in table.values.indices { table.values[i] = max(table.values[i], 0) }
    return table
  }

  private static func positions(_ codes: [String]) -> [String: Int] {
    Dictionary(codes.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { a, _ in a })
  }
}
