import Glibc
import LabourMarket

/// The share of open posts that are filled in a month, and the share of the rest that lapse, learned from the city's own months.
///
/// Fill: φ = 1 − exp(−exp(η)), η = a + pool terms + terms of occupation, region, chain, calendar month, festival and pool, where a
/// pool is a region × occupation.
/// Pool terms are logs of open posts in the pool and in the occupation over the whole city, of job-seekers in both (supply
/// that can be reached across regions), and the share of fresh posts in the cell. Spring Festival, which moves, has bumps of its own beside
/// the calendar month: few are filled before it, many after it. A level of the whole city walks at random from month to month; what it lies
/// beyond its median of the last two years fades in the months ahead (``persistence``). The coefficient on open posts is minus the
/// matching elasticity; it starts at 0 with a prior and is estimated. Lapse: the same form without pool terms, festival and level.
struct FillModel: Sendable {
  /// Geometry that rows share.
  let panel: Layout
  var fill: EvidenceRegression.Fit
  var lapse: EvidenceRegression.Fit
  let centres: [Double]
  let usesSeekers: Bool
  /// Months of the panel.
  let months: Int
  /// First month of the panel.
  let start: Month
  /// Share of a level beyond its median that is left a month later, 0…1.
  let persistence: Double

  /// Which pool each cell belongs to.
  struct Layout: Sendable {
    let cells: [CityPanel.CellIndex]
    /// Compact number of a cell's pool.
    let pool: [Int]
    /// Row of the seekers' table by pool.
    let seekerRow: [Int]
    let occupationOfPool: [Int]
    let chains, regions, occupations, pools: Int

    init(_ panel: CityPanel) {
      cells = panel.cells
      chains = panel.chains.count
      regions = panel.regions.count
      occupations = panel.occupations.count
      var number = [Int](repeating: -1, count: regions * occupations)
      var rows: [Int] = []
      pool = panel.cells.map { cell in
        let key = cell.region * panel.occupations.count + cell.occupation
        if number[key] < 0 {
          number[key] = rows.count
          rows.append(key)
        }
        return number[key]
      }
      seekerRow = rows
      occupationOfPool = rows.map { $0 % max(panel.occupations.count, 1) }
      pools = rows.count
    }
  }

  /// Number of pool terms with and without seekers.
  private static func terms(_ usesSeekers: Bool) -> Int { usesSeekers ? 5 : 3 }
  /// Non-zero entries of a row of the fill's design.
  private static func width(_ terms: Int) -> Int { 1 + terms + 6 + Calendar.festivalFeatures }

  /// Fits both shares to a panel.
  init(_ panel: CityPanel, settings: ShortfallSettings, warm: FillModel? = nil) {
    let layout = Layout(panel)
    self.panel = layout
    usesSeekers = settings.usesSeekers && panel.seekers != nil
    let terms = Self.terms(usesSeekers)
    months = panel.months
    start = panel.start
    persistence = settings.fillLevelPersistence
    var features: [[Double]] = []
    var exposed: [(cell: Int, month: Int)] = []
    var weights: [Double] = []
    var sums = [Double](repeating: 0, count: terms)
    var total = 0.0
    for t in 1..<max(panel.months, 1) {
      let before = panel.openings.column(t - 1)
      let fresh = panel.newOpenings.column(t)
      let pool = PoolState(layout, before, fresh, usesSeekers ? panel.seekers?.column(t - 1) : nil)
      for k in layout.cells.indices where before[k] + fresh[k] > 0 {
        let row = pool.features(k, before[k], fresh[k])
        for j in 0..<terms { sums[j] += row[j] * (before[k] + fresh[k]) }
        total += before[k] + fresh[k]
        features.append(row)
        exposed.append((k, t))
        weights.append(pow(0.5, Double(panel.months - 1 - t) / settings.fillHalfLife))
      }
    }
    let centre = sums.map { $0 / max(total, 1e-9) }
    centres = centre
    var data = EvidenceRegression.Data(
      rows: SparseRows(width: Self.width(terms), columns: Self.walk(layout, terms, months).upperBound))
    for (i, at) in exposed.enumerated() {
      Self.appendFill(layout, at.cell, panel.start + at.month, at.month, features[i], centre, to: &data.rows)
      let exposure = panel.openings[at.cell, at.month - 1] + panel.newOpenings[at.cell, at.month]
      data.exposure.append(exposure)
      data.response.append(min(max(panel.hires[at.cell, at.month], 0), exposure))
      data.weight.append(weights[i])
    }
    let learns = panel.months >= settings.shortHistory
    let fillRegression = Self.fillRegression(layout, terms, months)
    fill =
      warm.map {
        fillRegression.fit(data, start: $0.shortened(fillRegression.groups.count), iterations: 3, learns: false)
      }
      ?? fillRegression.fit(data, iterations: learns ? 10 : 6, learns: learns)
    lapse = Self.fitLapse(panel, layout, learns: learns, warm: warm?.lapse)
  }

  /// Share filled of the posts of every cell in a month.
  func fillShares(month: Month, before: [Double], fresh: [Double], seekers: [Double]?) -> [Double] {
    let pool = PoolState(panel, before, fresh, usesSeekers ? seekers : nil)
    let terms = Self.terms(usesSeekers)
    var rows = SparseRows(width: Self.width(terms), columns: fill.coefficients.count)
    let period = min(max(month - start, 0), months - 1)
    for k in panel.cells.indices {
      Self.appendFill(panel, k, month, period, pool.features(k, before[k], fresh[k]), centres, to: &rows)
    }
    let regression = Self.fillRegression(panel, terms, months)
    let ahead = max(month - start - months + 1, 0)
    let faded =
      EvidenceRegression.beyond(fill.coefficients.suffix(months), newest: 24) * (1 - pow(persistence, Double(ahead)))
    return rows.product(fill.coefficients).map { regression.mean($0 - faded) }
  }

  /// Share that lapses of what stays unfilled, for every cell in a month.
  func lapseShares(month: Month) -> [Double] {
    var rows = SparseRows(width: 4, columns: lapse.coefficients.count)
    for k in panel.cells.indices { Self.appendLapse(panel, k, month, to: &rows) }
    let regression = Self.lapseRegression(panel)
    return rows.product(lapse.coefficients).map { regression.mean($0) }
  }

  private static func fitLapse(
    _ panel: CityPanel, _ layout: Layout, learns: Bool, warm: EvidenceRegression.Fit?
  ) -> EvidenceRegression.Fit {
    let regression = lapseRegression(layout)
    var data = EvidenceRegression.Data(rows: SparseRows(width: 4, columns: regression.groups.count))
    for t in 1..<max(panel.months, 1) {
      for k in layout.cells.indices {
        let before = panel.openings[k, t - 1]
        let stock = before + panel.newOpenings[k, t]
        guard stock > 0 else { continue }
        let hired = min(max(panel.hires[k, t], 0), stock)
        let lapsed = max(stock - hired - panel.openings[k, t], 0)
        let exposure = max(before * (1 - hired / stock), lapsed)
        guard exposure > 0 else { continue }
        appendLapse(layout, k, panel.start + t, to: &data.rows)
        data.exposure.append(exposure)
        data.response.append(lapsed)
        data.weight.append(1)
      }
    }
    return warm.map { regression.fit(data, start: $0, iterations: 3, learns: false) }
      ?? regression.fit(data, iterations: learns ? 8 : 5, learns: learns)
  }

  // MARK: designs

  /// The fit cut to a model of fewer months: the walk is the last block.
  private func shortened(_ columns: Int) -> EvidenceRegression.Fit {
    var out = fill
    out.coefficients = Array(fill.coefficients.prefix(columns))
    return out
  }

  /// Columns of the city's level by month: the last block.
  private static func walk(_ layout: Layout, _ terms: Int, _ months: Int) -> Range<Int> {
    let first =
      1 + terms + layout.occupations + layout.regions + layout.chains + 12 + layout.pools + Calendar.festivalFeatures
    return first..<first + months
  }

  private static func fillRegression(_ layout: Layout, _ terms: Int, _ months: Int) -> EvidenceRegression {
    var groups = [-1] + [Int](repeating: 5, count: terms)
    for (block, size) in [layout.occupations, layout.regions, layout.chains, 12, layout.pools].enumerated() {
      groups += [Int](repeating: block, count: size)
    }
    groups += [Int](repeating: 7, count: Calendar.festivalFeatures) + [Int](repeating: 6, count: months)
    return EvidenceRegression(
      family: .shares, groups: groups, initial: [0.05, 0.05, 0.05, 0.02, 0.02, 0.2, 0.002, 0.02],
      walks: [walk(layout, terms, months)])
  }

  private static func lapseRegression(_ layout: Layout) -> EvidenceRegression {
    var groups = [-1]
    for (block, size) in [layout.occupations, layout.chains, 12].enumerated() {
      groups += [Int](repeating: block, count: size)
    }
    return EvidenceRegression(family: .shares, groups: groups, initial: [0.02, 0.02, 0.02])
  }

  private static func appendFill(
    _ layout: Layout, _ k: Int, _ month: Month, _ period: Int, _ features: [Double], _ centres: [Double],
    to rows: inout SparseRows
  ) {
    let terms = centres.count
    let first = 1 + terms
    let cell = layout.cells[k]
    withUnsafeTemporaryAllocation(of: (column: Int, value: Double).self, capacity: width(terms)) { row in
      row.initialize(repeating: (0, 1))
      for j in 0..<terms { row[1 + j] = (1 + j, features[j] - centres[j]) }
      var base = first
      row[first] = (base + cell.occupation, 1)
      base += layout.occupations
      row[first + 1] = (base + cell.region, 1)
      base += layout.regions
      row[first + 2] = (base + cell.chain, 1)
      base += layout.chains
      row[first + 3] = (base + month.month - 1, 1)
      base += 12
      row[first + 4] = (base + layout.pool[k], 1)
      base += layout.pools
      for (j, value) in Calendar.festival(month).enumerated() { row[first + 5 + j] = (base + j, value) }
      base += Calendar.festivalFeatures
      row[first + 5 + Calendar.festivalFeatures] = (base + period, 1)
      rows.append(UnsafeBufferPointer(row))
    }
  }

  private static func appendLapse(_ layout: Layout, _ k: Int, _ month: Month, to rows: inout SparseRows) {
    let cell = layout.cells[k]
    withUnsafeTemporaryAllocation(of: (column: Int, value: Double).self, capacity: 4) { row in
      row.initialize(repeating: (0, 1))
      row[1] = (1 + cell.occupation, 1)
      row[2] = (1 + layout.occupations + cell.chain, 1)
      row[3] = (1 + layout.occupations + layout.chains + month.month - 1, 1)
      rows.append(UnsafeBufferPointer(row))
    }
  }
}

/// Open posts and seekers of every pool in one month.
struct PoolState {
  private let layout: FillModel.Layout
  private var poolPosts: [Double]
  private var occupationPosts: [Double]
  private var poolSeekers: [Double]?
  private var occupationSeekers: [Double] = []

  init(_ layout: FillModel.Layout, _ before: [Double], _ fresh: [Double], _ seekers: [Double]?) {
    self.layout = layout
    var posts = [Double](repeating: 0, count: layout.pools)
    for k in layout.cells.indices { posts[layout.pool[k]] += before[k] + fresh[k] }
    var byOccupation = [Double](repeating: 0, count: layout.occupations)
    for p in 0..<layout.pools { byOccupation[layout.occupationOfPool[p]] += posts[p] }
    poolPosts = posts.map { log($0 + 1) }
    occupationPosts = byOccupation.map { log($0 + 1) }
    if let seekers {
      poolSeekers = layout.seekerRow.map { log(seekers[$0] + 1) }
      var sums = [Double](repeating: 0, count: layout.occupations)
      for row in seekers.indices { sums[row % layout.occupations] += seekers[row] }
      occupationSeekers = sums.map { log($0 + 1) }
    }
  }

  /// The pool terms of a cell; see ``FillModel``.
  func features(_ k: Int, _ before: Double, _ fresh: Double) -> [Double] {
    let pool = layout.pool[k]
    let occupation = layout.occupationOfPool[pool]
    let share = fresh / (before + fresh + 1e-9)
    guard let poolSeekers else { return [poolPosts[pool], occupationPosts[occupation], share] }
    return [
      poolPosts[pool], poolSeekers[pool], occupationPosts[occupation], occupationSeekers[occupation], share,
    ]
  }
}
