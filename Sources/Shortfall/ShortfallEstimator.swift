import Forecasting
import Glibc
import LabourMarket

/// Estimates the unfilled openings of a city, month by month ahead, from what was known at the end of the panel's as-of month.
///
/// A labour-market balance by cell (chain × region × occupation): new openings (``DemandModel``), fills and lapses (``FillModel``) roll the stock
/// forward; the same estimate repeated at past months (``RollingErrors``) gives the spread (``IntervalModel``) and corrects the level. Means
/// sum exactly over every level. See `docs/estimator.md` for the formulas.
///
/// The result depends on nothing but the panel, the trees, the settings and the horizon: not on threads, clock or chance.
public struct ShortfallEstimator: Sendable {
  /// Name and version of the model, as it stands with every forecast.
  public static let modelName = "labour-balance/2"
  /// Months after which a past error weighs half in the width of intervals.
  private static let errorHalfLife = 6.0
  /// What an analyst may change.
  public var settings: ShortfallSettings
  /// Parents of chains and regions.
  public var trees: ReferenceTrees

  /// An estimator.
  public init(settings: ShortfallSettings = ShortfallSettings(), trees: ReferenceTrees = ReferenceTrees()) {
    self.settings = settings
    self.trees = trees
  }

  /// Forecasts months 1…`horizon`.
  ///
  /// - Complexity: linear in cells × months × (origins + 1), plus the cube of the number of regions × occupations.
  public func forecast(_ panel: CityPanel, horizon: Int) -> ShortfallForecast {
    estimate(panel, horizon: horizon).forecast
  }

  /// The forecast with the state that a scenario starts from.
  func estimate(
    _ panel: CityPanel, horizon: Int
  ) -> (forecast: ShortfallForecast, estimate: StructuralEstimate, intervals: IntervalModel) {
    let nodes = panel.nodes(trees: trees)
    let estimate = StructuralEstimate(panel, horizon: horizon, settings: settings)
    let short = panel.months < settings.shortHistory
    let intervals = IntervalModel(
      samples(panel, nodes, estimate), horizon: horizon, widening: short ? settings.shortHistoryWidening : 1)
    let facts = NodeFacts(panel, settings: settings)
    let drivers = DriverTable(panel, estimate, settings: settings)
    var out: [NodeForecast] = []
    out.reserveCapacity(nodes.count)
    for node in nodes {
      var forecast = facts.describe(node)
      forecast.values = (0..<horizon).map { h in
        intervals.value(
          drivers.sum(node.members, h), level: node.level, horizon: h, threshold: forecast.threshold)
      }
      out.append(forecast)
    }
    let forecast = ShortfallForecast(
      asOf: panel.asOf, start: panel.start, horizon: horizon, nodes: out, model: Self.modelName,
      quality: facts.cityQuality, learned: estimate.learned)
    return (forecast, estimate, intervals)
  }

  /// Past forecasts beside what came, by level, finest first.
  private func samples(
    _ panel: CityPanel, _ nodes: [ForecastNode], _ estimate: StructuralEstimate
  ) -> [(level: Level, samples: [IntervalModel.Sample])] {
    [Level.cell, .chainRegion, .chain, .region, .city].map { level in
      var list: [IntervalModel.Sample] = []
      for origin in estimate.rolling.origins {
        // Newer origins weigh more, and those that had little more than a year to learn from count less.
        let known = Double(panel.months - origin.cut)
        let weight = pow(0.5, Double(origin.cut) / Self.errorHalfLife) * min((known - 11) / 13, 1)
        for h in 0..<origin.forecast.months {
          let factor = estimate.correction.factor(horizon: h, cut: origin.cut)
          for node in nodes where node.level == level && !node.isAggregate {
            var (f, y) = (0.0, 0.0)
            for k in node.members {
              f += origin.forecast[k, h] * factor[panel.cells[k].chain]
              y += panel.openings[k, panel.months - origin.cut + h]
            }
            list.append(IntervalModel.Sample(forecast: f, actual: y, horizon: h, weight: weight))
          }
        }
      }
      return (level, list)
    }
  }
}
