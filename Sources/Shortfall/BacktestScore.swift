import Glibc
import LabourMarket

/// Measures of a set of samples.
public struct BacktestScore: Sendable {
  /// Number of samples.
  public let count: Int
  /// Sum of the outcomes, persons.
  public let actual: Double
  /// Mean absolute error of P50, persons.
  public let mae: Double
  /// Mean of the sum of the pinball losses of P10, P50 and P90, persons.
  public let pinball: Double
  /// Share of outcomes from P10 to P90.
  public let coverage: Double
  /// Sum of the means over the sum of the outcomes, less 1.
  public let bias: Double
  /// Mean absolute error over each rival's, on the samples of which it speaks; `nil` where it says nothing or is never wrong.
  public let rivalMAE: [Double?]
  /// The same for the pinball loss; a rule's one value stands for all three quantiles, ETS and DOT bring their own.
  public let rivalPinball: [Double?]
  /// Mean squared miss of P(exceed).
  public let brier: Double
  /// 1 − Brier score of P(exceed) over that of always saying the samples' own frequency; `nil` where all or none exceeded.
  public let brierSkill: Double?

  /// Scores samples.
  public init(_ samples: [Backtest.Sample]) {
    count = samples.count
    let n = Double(max(count, 1))
    actual = samples.reduce(0) { $0 + $1.actual }
    mae = samples.reduce(0) { $0 + abs($1.actual - $1.p50) } / n
    pinball = samples.reduce(0) { $0 + Self.loss($1, $1.p10, $1.p50, $1.p90) } / n
    coverage = Double(samples.count { $0.p10 <= $0.actual && $0.actual <= $0.p90 }) / n
    bias = actual > 0 ? samples.reduce(0) { $0 + $1.mean } / actual - 1 : 0
    var (absolute, losses): ([Double?], [Double?]) = ([], [])
    for r in Backtest.Rival.allCases.indices {
      let told = samples.filter { $0.rivals[r].isFinite }
      func ratio(_ own: (Backtest.Sample) -> Double, _ rival: (Backtest.Sample) -> Double) -> Double? {
        let (a, b) = told.reduce((0.0, 0.0)) { ($0.0 + own($1), $0.1 + rival($1)) }
        return b > 0 ? a / b : nil
      }
      absolute.append(ratio({ abs($0.actual - $0.p50) }, { abs($0.actual - $0.rivals[r]) }))
      losses.append(
        ratio({ Self.loss($0, $0.p10, $0.p50, $0.p90) }) {
          let width = 1.2815515655446004 * $0.rivalDeviations[r]
          return Self.loss($0, max($0.rivals[r] - width, 0), $0.rivals[r], $0.rivals[r] + width)
        })
    }
    (rivalMAE, rivalPinball) = (absolute, losses)
    let frequency = Double(samples.count { $0.actual > $0.threshold }) / n
    let climate = frequency * (1 - frequency)
    brier =
      samples.reduce(0.0) { sum, s in
        let miss = s.pExceed - (s.actual > s.threshold ? 1 : 0)
        return sum + miss * miss
      } / n
    brierSkill = climate > 1e-9 ? 1 - brier / climate : nil
  }

  private static func loss(_ sample: Backtest.Sample, _ p10: Double, _ p50: Double, _ p90: Double) -> Double {
    loss(sample.actual, p10, 0.1) + loss(sample.actual, p50, 0.5) + loss(sample.actual, p90, 0.9)
  }

  static func loss(_ y: Double, _ q: Double, _ tau: Double) -> Double { max(tau * (y - q), (tau - 1) * (y - q)) }
}

extension Backtest {
  /// Mean predicted probability, observed frequency and number of samples by tenth of P(exceed), at a level.
  public func reliability(_ level: Level) -> [(predicted: Double, observed: Double, count: Int)] {
    var bins = [(p: Double, y: Double, n: Int)](repeating: (0, 0, 0), count: 10)
    for sample in samples where sample.level == level {
      let b = min(Int(sample.pExceed * 10), 9)
      bins[b].p += sample.pExceed
      bins[b].y += sample.actual > sample.threshold ? 1 : 0
      bins[b].n += 1
    }
    return bins.filter { $0.n > 0 }.map { ($0.p / Double($0.n), $0.y / Double($0.n), $0.n) }
  }

  /// Share of the 20 largest gaps (chain × region) three months ahead that the list by P50 names, mean over origins; `nil` where no origin has more nodes than
  /// the list is long: there is nothing to rank.
  public func precision() -> Double? {
    let count = 20
    let near = Dictionary(grouping: samples.filter { $0.level == .chainRegion && $0.horizon == 3 }, by: \.origin)
      .filter { $0.value.count > count }
    guard !near.isEmpty else { return nil }
    let shares = near.keys.sorted().map { origin -> Double in
      let list = near[origin] ?? []
      func name(_ s: Sample) -> String { "\(s.key.chain?.rawValue ?? "") \(s.key.region?.rawValue ?? "")" }
      func top(_ value: (Sample) -> Double) -> Set<String> {
        Set(list.sorted { (-value($0), name($0)) < (-value($1), name($1)) }.prefix(count).map(name))
      }
      return Double(top(\.actual).intersection(top(\.p50)).count) / Double(count)
    }
    return shares.reduce(0, +) / Double(shares.count)
  }
}
