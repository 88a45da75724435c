import Glibc
import LabourMarket

/// The balance of every cell month by month: open posts + new posts − fills − lapses.
struct LabourBalance: Sendable {
  /// Cells × horizon: unfilled openings at the end of each month ahead.
  var openings: MonthTable
  /// Cells × horizon: fills and lapses summed since the as-of month.
  var fills, lapses: MonthTable
  /// Cells × horizon: share of the posts that is filled in each month, and share of the rest that lapses.
  var fillShares, lapseShares: MonthTable

  /// Rolls the stock of the as-of month forward.
  /// - Parameters:
  ///   - newOpenings: cells × horizon.
  ///   - seekers: seekers at the end of the month before each month ahead; see ``SupplyOutlook``.
  init(_ panel: CityPanel, newOpenings: MonthTable, fill: FillModel, seekers: [[Double]]?) {
    let horizon = newOpenings.months
    openings = MonthTable(rows: panel.cells.count, months: horizon)
    fills = openings
    lapses = openings
    fillShares = openings
    lapseShares = openings
    guard !panel.cells.isEmpty else { return }
    var stock = panel.openings.column(panel.months - 1)
    var filled = [Double](repeating: 0, count: stock.count)
    var lapsed = filled
    for h in 0..<horizon {
      let month = panel.asOf + h + 1
      let fresh = newOpenings.column(h)
      let share = fill.fillShares(month: month, before: stock, fresh: fresh, seekers: seekers?[h])
      let lapse = fill.lapseShares(month: month)
      for k in stock.indices {
        let taken = (stock[k] + fresh[k]) * share[k]
        let gone = stock[k] * (1 - share[k]) * lapse[k]
        filled[k] += taken
        lapsed[k] += gone
        stock[k] = stock[k] + fresh[k] - taken - gone
        openings[k, h] = stock[k]
        fills[k, h] = filled[k]
        lapses[k, h] = lapsed[k]
        fillShares[k, h] = share[k]
        lapseShares[k, h] = lapse[k]
      }
    }
  }
}

extension LabourBalance {
  /// Months of history below which nothing is learned of fills: the stock is held as it is, and what is newly sought is filled.
  static let fewestMonths = 4

  /// The steady balance of a panel that shows too few months to learn from.
  init(steady panel: CityPanel, newOpenings: MonthTable) {
    openings = newOpenings
    fills = newOpenings
    lapses = MonthTable(rows: newOpenings.rows, months: newOpenings.months)
    fillShares = lapses
    lapseShares = lapses
    for k in 0..<newOpenings.rows {
      var sum = 0.0
      for h in 0..<newOpenings.months {
        sum += newOpenings[k, h]
        openings[k, h] = panel.openings[k, panel.months - 1]
        fills[k, h] = sum
        let posts = openings[k, h] + newOpenings[k, h]
        fillShares[k, h] = posts > 0 ? newOpenings[k, h] / posts : 0
      }
    }
  }
}

/// Job-seekers at the end of the month before each month ahead.
///
/// Known for the first month; after that the same month of last year stands in, times the city's recent level against last year.
/// Scheduled supply counts by how much it exceeds what the same month of last year was promised.
enum SupplyOutlook {
  /// Seekers by month ahead, rows as in ``CityPanel/seekers``; `nil` where no seekers are known.
  static func seekers(_ panel: CityPanel, horizon: Int, arrivalRate: Double) -> [[Double]]? {
    guard let table = panel.seekers else { return nil }
    let last = table.months - 1
    let arrivals = arrivalRate > 0 ? excessArrivals(panel, horizon: horizon, rows: table.rows) : [:]
    return (0..<horizon).map { h in
      let at = last + h
      var base: [Double]
      if h == 0 || last < 12 {
        base = table.column(last)
      } else {
        base = table.column(at - 12 * ((at - last + 11) / 12))
      }
      // Arrivals of this and earlier months ahead still look for work, a half of them a month later.
      for past in 0...h {
        guard let extra = arrivals[past] else { continue }
        let weight = arrivalRate * pow(0.5, Double(h - past))
        for (row, persons) in extra { base[row] = max(0, base[row] + weight * persons) }
      }
      return base
    }
  }

  private static func excessArrivals(
    _ panel: CityPanel, horizon: Int, rows: Int
  ) -> [Int: [(row: Int, persons: Double)]] {
    var out: [Int: [(row: Int, persons: Double)]] = [:]
    for arrival in panel.arrivals {
      let row = arrival.region * panel.occupations.count + arrival.occupation
      guard row < rows else { continue }
      let ahead = arrival.month - panel.asOf - 1
      if (0..<horizon).contains(ahead) { out[ahead, default: []].append((row, arrival.persons)) }
      let again = ahead + 12
      if (0..<horizon).contains(again) { out[again, default: []].append((row, -arrival.persons)) }
    }
    return out
  }
}
