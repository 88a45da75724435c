import Glibc
import LabourMarket

/// Drivers of every cell and month ahead in thousandths of a person, so that sums over any nodes are exact.
struct DriverTable: Sendable {
  private let horizon: Int
  private let count = Driver.allCases.count
  private var parts: ContiguousArray<Int>

  /// Splits every cell's mean into its drivers.
  init(_ panel: CityPanel, _ estimate: StructuralEstimate, settings: ShortfallSettings) {
    horizon = estimate.horizon
    let cells = panel.cells.count
    parts = ContiguousArray(repeating: 0, count: cells * horizon * Driver.allCases.count)
    let shares = PlanShares(panel, horizon: horizon, settings: settings)
    for (k, cell) in panel.cells.enumerated() {
      let now = panel.openings[k, panel.months - 1]
      var (planned, replaced, machines) = (0.0, 0.0, 0.0)
      for h in 0..<horizon {
        let fresh = estimate.demand.newOpenings[k, h]
        let share = shares.of(cell.chain, panel.months + h)
        replaced += fresh * share.replacement
        machines -= fresh * share.automation
        planned += fresh * (1 - share.replacement + share.automation)
        let without = estimate.base.openings[k, h]
        let mean = max(estimate.balance.openings[k, h] * estimate.factor[cell.chain, h], 0)
        let values = [
          now, planned, replaced, machines, -estimate.base.fills[k, h], estimate.balance.openings[k, h] - without,
          -estimate.base.lapses[k, h],
        ].map { Int(($0 * 1000).rounded()) }
        let at = (k * horizon + h) * count
        for (i, value) in values.enumerated() { parts[at + i] = value }
        parts[at + count - 1] = Int((mean * 1000).rounded()) - values.reduce(0, +)
      }
    }
  }

  /// The drivers of a sum of cells, thousandths of a person. - Complexity: O(cells)
  func sum(_ members: [Int], _ h: Int) -> [Int] {
    var out = [Int](repeating: 0, count: count)
    for k in members {
      let at = (k * horizon + h) * count
      for i in 0..<count { out[i] += parts[at + i] }
    }
    return out
  }
}

/// Which share of a chain's new posts replaces leavers, and which share machines save, by what the survey says.
struct PlanShares: Sendable {
  private var replacement, automation: MonthTable

  init(_ panel: CityPanel, horizon: Int, settings: ShortfallSettings) {
    let table = PlanTable(panel, horizon: horizon, settings: settings)
    replacement = MonthTable(rows: panel.chains.count, months: panel.months + horizon)
    automation = replacement
    for c in 0..<panel.chains.count {
      var (gross, leavers, machines) = (0.0, 0.0, 0.0)
      for t in 0..<panel.months { (gross, leavers, machines) = Self.add(table, c, t, (gross, leavers, machines)) }
      for t in 0..<panel.months + horizon {
        let own = table.gross[c, t] > 0
        let (g, l, m) =
          own ? (table.gross[c, t], table.separations[c, t], table.automation[c, t]) : (gross, leavers, machines)
        let whole = settings.plansIncludeReplacement ? g : g + l
        replacement[c, t] = whole > 0 ? min(l / whole, 1) : 0
        automation[c, t] = whole > 0 ? min(m / whole, 1) : 0
      }
    }
  }

  /// The shares of a chain in a month.
  func of(_ chain: Int, _ t: Int) -> (replacement: Double, automation: Double) {
    (replacement[chain, t], automation[chain, t])
  }

  private static func add(
    _ table: PlanTable, _ c: Int, _ t: Int, _ sums: (Double, Double, Double)
  ) -> (Double, Double, Double) {
    (sums.0 + table.gross[c, t], sums.1 + table.separations[c, t], sums.2 + table.automation[c, t])
  }
}
