import Forecasting
import Glibc
import LabourMarket

/// How widely what comes scatters about the forecast, learned by level and horizon from rolling origins.
///
/// Counts are negative binomial with variance `d·m + s·m²` (Hilbe, Negative Binomial Regression, 2011). `d` and `s` come from weighted least squares
/// of squared errors, shrunk towards the level below; then the nominal levels of P10 and P90 are moved so that a tenth of the
/// past outcomes lay outside on each side (conformal calibration, Gupta, Podkopaev and Ramdas, 2022, in its pooled form).
struct IntervalModel: Sendable {
  /// Spread of one level and horizon.
  struct Spread: Sendable {
    var linear: Double
    var quadratic: Double
    /// Nominal probabilities for P10 and P90.
    var low = 0.1
    var high = 0.9
  }

  /// One past forecast.
  struct Sample: Sendable {
    var forecast: Double
    var actual: Double
    var horizon: Int
    /// Newer origins weigh more: the model knew more then.
    var weight = 1.0
  }

  /// Where nothing can be learned: dispersion of clustered postings, and 20 % of the mean.
  static let prior = Spread(linear: 2, quadratic: 0.04)

  private(set) var spreads: [Level: [Spread]] = [:]
  private let widening: Double

  /// Learns spreads from samples by level; `horizon` months ahead.
  init(_ samples: [(level: Level, samples: [Sample])], horizon: Int, widening: Double) {
    self.widening = widening
    var below = [Spread](repeating: Self.prior, count: horizon)
    for (level, list) in samples {
      var own = below
      for h in 0..<horizon { own[h] = Self.spread(list, horizon: h, prior: below[h]) }
      // Uncertainty does not shrink with distance.
      for h in 1..<max(horizon, 1) { own[h].quadratic = max(own[h].quadratic, own[h - 1].quadratic) }
      Self.calibrate(&own, list)
      spreads[level] = own
      below = own
    }
  }

  /// Mean, quantiles and P(exceed) of a node.
  /// - Parameters:
  ///   - parts: thousandths of a person by driver; their sum is the mean.
  ///   - extra: relative variance beyond what past errors taught.
  func value(_ parts: [Int], level: Level, horizon: Int, threshold: Double, extra: Double = 0) -> ForecastValue {
    let mean = Double(parts.reduce(0, +)) / 1000
    let spread = spreads[level]?[horizon] ?? Self.prior
    let distribution = distribution(mean, spread, extra: extra)
    let middle = Self.middle(mean, spread)
    // Read where the distribution's own median lies at the P50, so that a threshold at the P50 is exceeded in half of the cases.
    let own = distribution.quantile(0.5)
    let limit = own > 0 && middle > 0 ? threshold * own / middle : threshold
    return ForecastValue(
      horizon: horizon + 1, mean: mean, p10: min(distribution.quantile(spread.low), middle), p50: middle,
      p90: max(distribution.quantile(spread.high), middle),
      pExceed: min(max(1 - distribution.cumulative(Int(limit.rounded(.down))), 0), 1),
      drivers: parts.map { Double($0) / 1000 })
  }

  /// The distribution of a node; `extra`: relative variance beyond what past errors taught.
  private func distribution(_ mean: Double, _ spread: Spread, extra: Double) -> NegativeBinomial {
    let variance = (spread.linear * mean + (spread.quadratic + extra) * mean * mean) * widening * widening
    return NegativeBinomial(mean: mean, variance: variance)
  }

  /// The P50: the median of counts that scatter no more than `prior` says beside their linear part.
  ///
  /// A wider spread is learned from misses of the level (a shock), which lie on either side; a negative binomial of that variance would
  /// put its median far below a mean that is as often too low as too high.
  private static func middle(_ mean: Double, _ spread: Spread) -> Double {
    let variance = spread.linear * mean + min(spread.quadratic, prior.quadratic) * mean * mean
    return NegativeBinomial(mean: mean, variance: variance).quantile(0.5)
  }

  private static func spread(_ list: [Sample], horizon: Int, prior: Spread) -> Spread {
    var out = prior
    let near = list.filter { $0.horizon == horizon && $0.forecast > 0.02 }
    guard !near.isEmpty else { return out }
    for _ in 0..<4 {
      var (a, b, c, p, q) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for sample in near {
        let f = sample.forecast
        let width = out.linear + out.quadratic * f
        let w = sample.weight / (width * width)
        let error = min((sample.actual - f) * (sample.actual - f) / f, 25 * width)
        a += w
        b += w * f
        c += w * f * f
        p += w * error
        q += w * error * f
      }
      // A dozen observations' worth of the prior.
      let typical = near.map(\.forecast).reduce(0, +) / Double(near.count)
      let width = prior.linear + prior.quadratic * typical
      let (wl, wq) = (12 / (width * width), 12 * typical * typical / (width * width))
      a += wl
      p += wl * prior.linear
      c += wq
      q += wq * prior.quadratic
      let determinant = a * c - b * b
      guard determinant > 1e-9 * a * c else { break }
      out.linear = min(max((p * c - q * b) / determinant, 1.02), 12)
      out.quadratic = min(max((q - b * out.linear) / c, 0.0004), 1)
    }
    return out
  }

  /// Moves the nominal levels to where a tenth of the past fell outside.
  private static func calibrate(_ spreads: inout [Spread], _ list: [Sample]) {
    var low: [Double] = []
    var high: [Double] = []
    var weights: [Double] = []
    for sample in list where sample.forecast > 0.02 {
      let spread = spreads[sample.horizon]
      let m = sample.forecast
      let distribution = NegativeBinomial(mean: m, variance: spread.linear * m + spread.quadratic * m * m)
      let y = Int(max(sample.actual, 0).rounded())
      low.append(distribution.cumulative(y))
      high.append(distribution.cumulative(y - 1))
      weights.append(sample.weight)
    }
    guard low.count >= 20 else { return }
    // Outcomes of one month and of one node in neighbouring months move together: six count as one. Few nodes that err together tell little of their tails,
    // so chains, regions and the city stay near the nominal levels, cells follow what was seen.
    let evidence = weights.reduce(0, +) / 6
    let share = evidence / (evidence + 60)
    func quantile(_ values: [Double], _ p: Double) -> Double {
      Statistics.weightedQuantiles(values, weights: weights, probabilities: [p])[0]
    }
    let p10 = min(max(share * quantile(low, 0.1) + (1 - share) * 0.1, 0.005), 0.4)
    // Counts of small cells cannot fall below their P10 of 0: what the lower tail leaves goes to the upper one.
    let below = zip(low, weights).reduce(0.0) { $0 + ($1.0 < p10 ? $1.1 : 0) } / weights.reduce(0, +)
    let above = min(max(0.19 - below, 0.05), 0.15)
    let p90 = share * quantile(high, 1 - above) + (1 - share) * 0.9
    for h in spreads.indices {
      spreads[h].low = p10
      spreads[h].high = max(min(p90, 0.995), 0.6)
    }
  }
}
