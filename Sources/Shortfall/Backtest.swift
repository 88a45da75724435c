import Forecasting
import Glibc
import LabourMarket

/// Past months lived through again: what the estimator and simple rules said then, beside what came.
public struct Backtest: Sendable {
  /// A simple rule that the estimator must beat.
  public enum Rival: String, CaseIterable, Sendable {
    /// The openings of the as-of month.
    case lastGap = "last gap"
    /// The openings of the same month a year before.
    case lastYear = "same month last year"
    /// Today's openings, plus planned hires as told, less what was hired in the same months of last year.
    case facePlans = "plans at face value"
    /// Today's openings and planned hires of the month, less the pool's registered seekers, who are divided among its cells by their openings.
    case demandMinusSeekers = "demand minus seekers"
    /// Exponential smoothing, form chosen by information criterion (AutoETS); from chain × region up.
    case smoothing = "ETS"
    /// The dynamic optimised Theta method; from chain × region up.
    case theta = "DOT"
  }

  /// One node and month of one origin.
  public struct Sample: Sendable {
    /// The as-of month.
    public var origin: Month
    /// The node's level.
    public var level: Level
    /// The node's dimensions.
    public var key: Cell
    /// Months ahead, from 1.
    public var horizon: Int
    /// What came, and what was said.
    public var actual, mean, p10, p50, p90, threshold, pExceed: Double
    /// By rival, in the order of ``Rival/allCases``; `nan` where it says nothing.
    public var rivals: [Double]
    /// Standard deviation that a rival states, else 0: its one value stands for all quantiles.
    public var rivalDeviations: [Double]
  }

  /// All samples, by origin, node, horizon.
  public private(set) var samples: [Sample] = []

  /// An empty backtest.
  public init() {}

  /// Adds one origin.
  /// - Parameters:
  ///   - forecast: what the estimator says from `panel`.
  ///   - panel: what was known then.
  ///   - truth: a later panel; its months after the as-of month are what came.
  public mutating func add(_ forecast: ShortfallForecast, from panel: CityPanel, truth: CityPanel) {
    let outcome = Outcome(truth)
    let rules = RivalTable(panel, horizon: forecast.horizon)
    for entry in forecast.nodes where !entry.node.isAggregate {
      let rules = rules.forecasts(entry.node.members)
      let models = entry.node.level == .cell ? [] : Self.models(entry.history, forecast.horizon)
      let cells = entry.node.members.map { panel.key($0) }
      add(entry, forecast.asOf, rules, models) { outcome.sum(cells, $0) }
    }
  }

  /// Adds one origin of a place of monthly totals; every series counts, also one that sums others.
  public mutating func add(_ forecast: ShortfallForecast, from panel: IndicatorPanel, truth: IndicatorPanel) {
    let known = Dictionary(panel.totals.map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
    let later = Dictionary(truth.totals.map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
    for entry in forecast.nodes {
      guard let series = known[entry.node.key], let outcome = later[entry.node.key], let last = series.openings.last
      else { continue }
      // Totals may come some months late: rivals forecast from the newest that is known.
      let lag = panel.asOf - series.start - series.openings.count + 1
      let reach = forecast.horizon + lag
      let year = (0..<reach).map { h in
        let t = series.openings.count + h - 12 * (h / 12 + 1)
        return t >= 0 ? series.openings[t] : last
      }
      let silent = [Double](repeating: .nan, count: reach)
      let rules = [[Double](repeating: last, count: reach), year, silent, silent].map {
        Array($0.suffix(forecast.horizon))
      }
      let models = Self.models(series.openings, reach).map { Array($0.suffix(forecast.horizon)) }
      add(entry, forecast.asOf, rules, models) { month in
        let t = month - outcome.start
        return outcome.openings.indices.contains(t) ? outcome.openings[t] : nil
      }
    }
  }

  private mutating func add(
    _ entry: NodeForecast, _ origin: Month, _ rules: [[Double]], _ models: [[(mean: Double, deviation: Double)]],
    outcome: (Month) -> Double?
  ) {
    for (h, value) in entry.values.enumerated() {
      guard let actual = outcome(origin + h + 1) else { continue }
      let told = (0..<2).map { models.isEmpty ? (mean: Double.nan, deviation: 0) : models[$0][h] }
      samples.append(
        Sample(
          origin: origin, level: entry.node.level, key: entry.node.key, horizon: h + 1, actual: actual,
          mean: value.mean, p10: value.p10, p50: value.p50, p90: value.p90, threshold: entry.threshold,
          pExceed: value.pExceed, rivals: rules.map { $0[h] } + told.map(\.mean),
          rivalDeviations: [0, 0, 0, 0] + told.map(\.deviation)))
    }
  }

  /// Exponential smoothing and Theta, months ahead; a model that does not apply to the series says nothing.
  private static func models(_ history: [Double], _ horizon: Int) -> [[(mean: Double, deviation: Double)]] {
    let both: [any SeriesModel] = [ExponentialSmoothing(), Theta()]
    return both.map { model in
      guard let fit = try? model.fit(history, season: 12, horizon: horizon) else {
        return [(mean: Double, deviation: Double)](repeating: (.nan, 0), count: horizon)
      }
      return zip(fit.mean, fit.deviations).map { (max($0, 0), $1) }
    }
  }
}

extension CityPanel {
  /// The codes of a cell.
  func key(_ k: Int) -> Cell {
    Cell(chain: chains[cells[k].chain], region: regions[cells[k].region], occupation: occupations[cells[k].occupation])
  }
}

/// What came, by cell.
private struct Outcome {
  private let panel: CityPanel
  private let position: [Cell: Int]

  init(_ panel: CityPanel) {
    self.panel = panel
    position = Dictionary(
      panel.cells.indices.map { (panel.key($0), $0) }, uniquingKeysWith: { a, _ in a })
  }

  /// The openings of some cells at the end of a month; `nil` outside the panel. A cell that never came up has none.
  func sum(_ cells: [Cell], _ month: Month) -> Double? {
    let t = month - panel.start
    guard t >= 0, t < panel.months else { return nil }
    return cells.reduce(0.0) { sum, key in sum + (position[key].map { panel.openings[$0, t] } ?? 0) }
  }
}

/// The rules that need no model, by cell, so that they sum over nodes.
private struct RivalTable {
  private let horizon: Int
  /// By rule and cell: months ahead.
  private var values: [[[Double]]]

  init(_ panel: CityPanel, horizon: Int) {
    self.horizon = horizon
    let last = panel.months - 1
    let plans = PlanTable(panel, horizon: horizon, settings: ShortfallSettings())
    let shares = DemandModel.cellShares(panel, settings: ShortfallSettings())
    values = [[[Double]]](repeating: [], count: 4)
    var poolOpenings: [Int: Double] = [:]
    for (k, cell) in panel.cells.enumerated() {
      poolOpenings[cell.region * panel.occupations.count + cell.occupation, default: 0] += panel.openings[k, last] + 1
    }
    for (k, cell) in panel.cells.enumerated() {
      let now = panel.openings[k, last]
      var (lastYear, face, minus): ([Double], [Double], [Double]) = ([], [], [])
      var stock = now
      let pool = cell.region * panel.occupations.count + cell.occupation
      let seekers = (panel.seekers.map { $0[pool, last] } ?? 0) * (now + 1) / (poolOpenings[pool] ?? 1)
      for h in 0..<horizon {
        let t = last + 1 + h
        let year = t - 12
        lastYear.append(year >= 0 && year <= last ? panel.openings[k, year] : now)
        let planned = max(plans.planned[1][cell.chain, t], plans.planned[0][cell.chain, t]) * shares[k]
        if planned > 0 {
          stock = max(stock + planned - (year >= 0 && year <= last ? panel.hires[k, year] : planned), 0)
        }
        face.append(stock)
        minus.append(planned > 0 ? max(now + planned - seekers, 0) : now)
      }
      values[0].append([Double](repeating: now, count: horizon))
      values[1].append(lastYear)
      values[2].append(face)
      values[3].append(minus)
    }
  }

  func forecasts(_ members: [Int]) -> [[Double]] {
    values.map { rule in
      (0..<horizon).map { h in members.reduce(0.0) { $0 + rule[$1][h] } }
    }
  }
}
