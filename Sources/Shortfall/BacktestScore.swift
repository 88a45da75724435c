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
  /// Mean pinball loss over P10, P50 and P90, persons.
  public let pinball: Double
  /// Share of outcomes from P10 to P90.
  public let coverage: Double
  /// Sum of the means over the sum of the outcomes, less 1.
  public let bias: Double
  /// Mean absolute error by rival; `nil` where it said nothing.
  public let rivalMAE: [Double?]
  /// Pinball loss by rival, its one value standing for all three quantiles.
  public let rivalPinball: [Double?]
  /// 1 − Brier score of P(exceed) over that of the samples' own frequency; `nil` where all or none exceeded.
  public let brierSkill: Double?

  /// Scores samples.
  public init(_ samples: [Backtest.Sample]) {
    count = samples.count
    let n = Double(max(count, 1))
    actual = samples.reduce(0) { $0 + $1.actual }
    mae = samples.reduce(0) { $0 + abs($1.actual - $1.p50) } / n
    pinball =
      samples.reduce(0) {
        $0 + Self.loss($1.actual, $1.p10, 0.1) + Self.loss($1.actual, $1.p50, 0.5) + Self.loss($1.actual, $1.p90, 0.9)
      } / n
    coverage = Double(samples.count { $0.p10 <= $0.actual && $0.actual <= $0.p90 }) / n
    bias = actual > 0 ? samples.reduce(0) { $0 + $1.mean } / actual - 1 : 0
    var (absolute, losses): ([Double?], [Double?]) = ([], [])
    for r in Backtest.Rival.allCases.indices {
      let told = samples.filter { $0.rivals[r].isFinite }
      let m = Double(told.count)
      absolute.append(told.isEmpty ? nil : told.reduce(0) { $0 + abs($1.actual - $1.rivals[r]) } / m)
      losses.append(
        told.isEmpty
          ? nil
          : told.reduce(0) { sum, s in
            sum + [0.1, 0.5, 0.9].reduce(0) { $0 + Self.loss(s.actual, s.rivals[r], $1) }
          } / m)
    }
    (rivalMAE, rivalPinball) = (absolute, losses)
    let frequency = Double(samples.count { $0.actual > $0.threshold }) / n
    let climate = frequency * (1 - frequency)
    let brier =
      samples.reduce(0.0) { sum, s in
        let miss = s.pExceed - (s.actual > s.threshold ? 1 : 0)
        return sum + miss * miss
      } / n
    brierSkill = climate > 1e-9 ? 1 - brier / climate : nil
  }

  static func loss(_ y: Double, _ q: Double, _ tau: Double) -> Double { max(tau * (y - q), (tau - 1) * (y - q)) }
}

extension Backtest {
  /// Mean predicted probability, observed frequency and number of samples by tenth of P(exceed), chain × region.
  public func reliability() -> [(predicted: Double, observed: Double, count: Int)] {
    var bins = [(p: Double, y: Double, n: Int)](repeating: (0, 0, 0), count: 10)
    for sample in samples where sample.level == .chainRegion {
      let b = min(Int(sample.pExceed * 10), 9)
      bins[b].p += sample.pExceed
      bins[b].y += sample.actual > sample.threshold ? 1 : 0
      bins[b].n += 1
    }
    return bins.filter { $0.n > 0 }.map { ($0.p / Double($0.n), $0.y / Double($0.n), $0.n) }
  }

  /// Share of the 20 largest gaps (chain × region, three months ahead) that the list by P50 names, mean over origins; `nil` without any.
  public func precision(top count: Int = 20, horizon: Int = 3) -> Double? {
    let near = Dictionary(grouping: samples.filter { $0.level == .chainRegion && $0.horizon == horizon }, by: \.origin)
    guard !near.isEmpty else { return nil }
    let shares = near.keys.sorted().map { origin -> Double in
      let list = near[origin] ?? []
      func name(_ s: Sample) -> String { "\(s.key.chain?.rawValue ?? "") \(s.key.region?.rawValue ?? "")" }
      func top(_ value: (Sample) -> Double) -> Set<String> {
        Set(list.sorted { (-value($0), name($0)) < (-value($1), name($1)) }.prefix(count).map(name))
      }
      let truth = top(\.actual)
      return Double(truth.intersection(top(\.p50)).count) / Double(max(truth.count, 1))
    }
    return shares.reduce(0, +) / Double(shares.count)
  }
}
