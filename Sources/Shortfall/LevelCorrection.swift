import Glibc
import LabourMarket

/// How far the level was missed lately: the factor that brings the balance to where its newest completed forecasts should have been.
///
/// For every horizon the log ratio of outcome to forecast, of the city and of each chain beside it, is averaged over past origins whose
/// outcome had come; newer outcomes weigh more (half-life ``halfLife`` months), and prior weights shrink the average to 0. A miss of the
/// city counts with at most ``largestMiss``: small misses that repeat are a wrong level, large ones are shocks, and those heal. The
/// correction of a past origin uses only what was known then, so that rolling errors judge it honestly.
struct LevelCorrection: Sendable {
  /// Months after which an outcome weighs half.
  static let halfLife = 4.0
  /// Most that one miss of the city counts, log points.
  static let largestMiss = 0.2
  private let chains: Int
  /// By origin and horizon: age of the outcome in months before the as-of month, city's log ratio, chains' log ratios beside it and their weights.
  private struct Miss: Sendable {
    let horizon: Int
    let age: Int
    let city: Double
    let chains: [Double]
    let weights: [Double]
  }
  private let misses: [Miss]
  private let cityPrior: Double
  private let chainPrior: Double

  init(_ panel: CityPanel, _ rolling: RollingErrors, settings: ShortfallSettings) {
    chains = panel.chains.count
    cityPrior = settings.levelShrinkage
    chainPrior = settings.chainLevelShrinkage
    let chainOfCell = panel.cells.map(\.chain)
    var list: [Miss] = []
    for origin in rolling.origins {
      let forecast = origin.forecast.summed(by: chainOfCell, into: panel.chains.count)
      for h in 0..<origin.forecast.months {
        var actual = [Double](repeating: 0, count: panel.chains.count)
        let t = panel.months - origin.cut + h
        for k in chainOfCell.indices { actual[chainOfCell[k]] += panel.openings[k, t] }
        let predicted = forecast.column(h)
        let city = log((actual.reduce(0, +) + 5) / (predicted.reduce(0, +) + 5))
        list.append(
          Miss(
            horizon: h, age: origin.cut - 1 - h, city: min(max(city, -Self.largestMiss), Self.largestMiss),
            chains: zip(actual, predicted).map { log(($0 + 5) / ($1 + 5)) - city },
            weights: predicted.map { $0 / ($0 + 50) }))
      }
    }
    misses = list
  }

  /// Factor by chain on openings `horizon + 1` months ahead, as of `cut` months before the panel's as-of month.
  func factor(horizon: Int, cut: Int) -> [Double] {
    var (sum, weight) = (0.0, cityPrior)
    var chainSum = [Double](repeating: 0, count: chains)
    var chainWeight = [Double](repeating: chainPrior, count: chains)
    for miss in misses where miss.horizon == horizon && miss.age >= cut {
      let w = pow(0.5, Double(miss.age - cut) / Self.halfLife)
      sum += w * miss.city
      weight += w
      for c in 0..<chains {
        chainSum[c] += w * miss.weights[c] * miss.chains[c]
        chainWeight[c] += w * miss.weights[c]
      }
    }
    let city = sum / weight
    return (0..<chains).map { c in exp(min(max(city + chainSum[c] / chainWeight[c], -0.7), 0.7)) }
  }
}
