import Glibc
import LabourMarket
import TestSupport

@testable import Shortfall

/// A small city with a season, plans and a fill rate of its own, drawn from a seed.
struct SyntheticCity {
  var chains = 4
  var regions = 3
  var occupations = 4
  var months = 36
  var start = Month(year: 2019, month: 1)
  var seed: UInt64 = 7
  /// Multiplies the new openings of a month counted from the start.
  var demand: (Int) -> Double = { _ in 1 }
  /// Multiplies the hazard of being filled in a month counted from the start.
  var fill: (Int) -> Double = { _ in 1 }

  /// The panel of the city's first `months` months.
  func panel() -> CityPanel {
    var random = SeededGenerator(seed: seed)
    var panel = CityPanel(asOf: start + months - 1, start: start)
    panel.chains = (0..<chains).map { ChainCode(rawValue: "c\($0)") }
    panel.regions = (0..<regions).map { RegionCode(rawValue: "r\($0)") }
    panel.occupations = (0..<occupations).map { OccupationCode(rawValue: "o\($0)") }
    for c in 0..<chains {
      for r in 0..<regions {
        for o in 0..<occupations { panel.cells.append(.init(chain: c, region: r, occupation: o)) }
      }
    }
    panel.openings = MonthTable(rows: panel.cells.count, months: months)
    panel.newOpenings = panel.openings
    panel.hires = panel.openings
    panel.openingsBefore = [Double](repeating: 6, count: panel.cells.count)
    for (k, cell) in panel.cells.enumerated() {
      var stock = 6.0
      for t in 0..<months {
        let season = 1 + 0.6 * cos(2 * Double.pi * Double(t % 12 - 3 * cell.chain) / 12)
        let fresh = poisson(5 * season * demand(t) * (1 + Double(cell.occupation) / 3), &random)
        let share = 1 - pow(0.5 + 0.05 * Double(cell.region), fill(t))
        let filled = binomial(stock + fresh, share, &random)
        let lapsed = binomial(stock + fresh - filled, 0.05, &random)
        stock += fresh - filled - lapsed
        panel.newOpenings[k, t] = fresh
        panel.hires[k, t] = filled
        panel.openings[k, t] = stock
      }
    }
    addSurroundings(&panel, &random)
    return panel
  }

  private func addSurroundings(_ panel: inout CityPanel, _ random: inout SeededGenerator) {
    var seekers = MonthTable(rows: regions * occupations, months: months)
    for i in seekers.values.indices { seekers.values[i] = poisson(20, &random) }
    panel.seekers = seekers
    for wave in stride(from: 0, to: months, by: 3) {
      for c in 0..<chains {
        for lag in 0..<6 {
          let season = 1 + 0.6 * cos(2 * Double.pi * Double((wave + lag) % 12 - 3 * c) / 12)
          panel.plans.append(
            .init(
              wave: start + wave, period: start + wave + lag, chain: c, planned: poisson(60 * season, &random),
              separations: poisson(20, &random), automation: lag == 2 ? 3 : 0))
        }
        for r in 0..<regions {
          panel.responses.append(
            .init(
              wave: start + wave, chain: c, region: r, respondents: 4, enterprises: 5, weightAnswered: 300,
              weightAll: 360))
        }
      }
    }
    panel.plans.sort { ($0.wave, $0.period, $0.chain) < ($1.wave, $1.period, $1.chain) }
    for c in 0..<chains {
      for r in 0..<regions { panel.employment.append(.init(chain: c, region: r, employed: 500, reported: 300)) }
    }
    panel.arrivals = [.init(region: 0, occupation: 1, month: panel.asOf + 2, persons: 40)]
  }

  private func poisson(_ mean: Double, _ random: inout SeededGenerator) -> Double {
    let limit = exp(-mean)
    var product = Double.random(in: 0..<1, using: &random)
    var count = 0.0
    while product > limit {
      product *= Double.random(in: 0..<1, using: &random)
      count += 1
    }
    return count
  }

  private func binomial(_ n: Double, _ p: Double, _ random: inout SeededGenerator) -> Double {
    (0..<Int(n)).reduce(0.0) { sum, _ in sum + (Double.random(in: 0..<1, using: &random) < p ? 1 : 0) }
  }
}

extension RollingErrors {
  /// The rolling errors of a panel by the models fitted to it.
  init(_ panel: CityPanel, horizon: Int, settings: ShortfallSettings) {
    self.init(
      panel, horizon: horizon, settings: settings,
      demand: DemandModel.project(panel, horizon: horizon, settings: settings),
      fill: FillModel(panel, settings: settings))
  }
}
