import Glibc

/// Croston's method (1972), as it stands or with the correction of Syntetos and Boylan (2005).
///
/// Sizes and intervals of demand are smoothed apart with one constant; the forecast is their ratio.
public struct Croston: SeriesModel {
  /// The name of the model.
  public var name: String { corrected ? "SBA" : "Croston" }
  /// Whether the ratio is multiplied by 1 − α/2 (Syntetos and Boylan).
  public let corrected: Bool
  /// The smoothing constant.
  public let alpha: Double

  /// Makes the model.
  public init(corrected: Bool = false, alpha: Double = 0.1) {
    self.corrected = corrected
    self.alpha = alpha
  }

  /// Fits and forecasts.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    guard values.allSatisfy({ $0 >= 0 }) else { throw ModelFailure("negative values") }
    guard let first = values.firstIndex(where: { $0 > 0 }) else { throw ModelFailure("all zero") }
    var size = values[first]
    var interval = Double(first + 1)
    var since = 1.0
    var fitted = [Double](repeating: .nan, count: values.count)
    let factor = corrected ? 1 - alpha / 2 : 1
    for t in (first + 1)..<Swift.max(values.count, first + 1) {
      fitted[t] = factor * size / interval
      if values[t] > 0 {
        size += alpha * (values[t] - size)
        interval += alpha * (since - interval)
        since = 1
      } else {
        since += 1
      }
    }
    return IntermittentFit.make(
      name, values, fitted: fitted, level: factor * size / interval, horizon: horizon,
      explanation: "size \(Explain.number(size)), every \(Explain.number(interval)) periods")
  }
}

/// Teunter, Syntetos and Babai (2011): size and probability of demand are smoothed, the probability in every period, so that
/// the forecast of a series that has died falls.
public struct TeunterSyntetosBabai: SeriesModel {
  /// The name of the model.
  public let name = "TSB"
  /// The smoothing constant of sizes.
  public let sizeAlpha: Double
  /// The smoothing constant of the probability.
  public let probabilityAlpha: Double

  /// Makes the model.
  public init(sizeAlpha: Double = 0.1, probabilityAlpha: Double = 0.1) {
    self.sizeAlpha = sizeAlpha
    self.probabilityAlpha = probabilityAlpha
  }

  /// Fits and forecasts.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    guard values.allSatisfy({ $0 >= 0 }) else { throw ModelFailure("negative values") }
    guard var size = values.first(where: { $0 > 0 }) else { throw ModelFailure("all zero") }
    var probability = values[0] > 0 ? 1.0 : 0.0
    var fitted = [Double](repeating: .nan, count: values.count)
    var seen = values[0] > 0
    for t in 1..<Swift.max(values.count, 1) {
      fitted[t] = probability * size
      let demand = values[t] > 0
      probability += probabilityAlpha * ((demand ? 1 : 0) - probability)
      if demand {
        if seen { size += sizeAlpha * (values[t] - size) }
        seen = true
      }
    }
    return IntermittentFit.make(
      name, values, fitted: fitted, level: probability * size, horizon: horizon,
      explanation: "size \(Explain.number(size)), probability \(Explain.number(probability))")
  }
}

/// Aggregate–disaggregate (ADIDA, Nikolopoulos et al. 2011) and its average over levels of aggregation (IMAPA, Petropoulos and
/// Kourentzes 2015): sums over blocks of periods are smoothed and spread evenly again.
public struct AggregateDisaggregate: SeriesModel {
  /// The name of the model.
  public var name: String { averaged ? "IMAPA" : "ADIDA" }
  /// Whether all block lengths up to the mean interval of demand are averaged.
  public let averaged: Bool

  /// Makes the model.
  public init(averaged: Bool = false) {
    self.averaged = averaged
  }

  /// Fits and forecasts; the longest block is the mean interval between demands.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    guard values.allSatisfy({ $0 >= 0 }) else { throw ModelFailure("negative values") }
    let demands = values.indices.filter { values[$0] > 0 }
    guard let last = demands.last else { throw ModelFailure("all zero") }
    let interval = Double(last + 1) / Double(demands.count)
    let longest = Swift.max(1, Swift.min(Int(interval.rounded()), values.count))
    let blocks = averaged ? Array(1...longest) : [longest]
    var level = 0.0
    for block in blocks {
      let skip = values.count % block
      let sums = stride(from: skip, to: values.count, by: block).map { values[$0..<($0 + block)].reduce(0, +) }
      level += SimpleSmoothing.optimise(sums, lower: 0.1, upper: 0.3).level / Double(block) / Double(blocks.count)
    }
    let smooth = SimpleSmoothing.optimise(values)
    return IntermittentFit.make(
      name, values, fitted: smooth.fitted, level: level, horizon: horizon,
      explanation: "blocks of up to \(longest) periods")
  }
}

/// What the intermittent models share.
enum IntermittentFit {
  static func make(
    _ name: String, _ values: [Double], fitted: [Double], level: Double, horizon: Int, explanation: String
  ) -> ModelFit {
    let sigma = ModelFit.deviation(values: values, fitted: fitted, parameters: 1)
    let whole = values.allSatisfy { $0 == $0.rounded() }
    return ModelFit(
      model: name, fitted: fitted, mean: [Double](repeating: level, count: horizon),
      deviations: [Double](repeating: Swift.max(sigma, sqrt(Swift.max(level, 0))), count: horizon),
      distribution: whole ? .count : .normal, explanation: explanation)
  }
}

/// Simple exponential smoothing with the constant that has the least squared one-step error.
enum SimpleSmoothing {
  struct Result {
    var alpha: Double
    var level: Double
    var fitted: [Double]
    var squares: Double
  }

  /// Smooths with a given constant from the first value on.
  static func run(_ values: [Double], alpha: Double) -> Result {
    var level = values.first ?? 0
    var fitted = [Double](repeating: .nan, count: values.count)
    var squares = 0.0
    for t in 1..<Swift.max(values.count, 1) {
      fitted[t] = level
      let error = values[t] - level
      squares += error * error
      level += alpha * error
    }
    return Result(alpha: alpha, level: level, fitted: fitted, squares: squares)
  }

  /// The best constant between 0.01 and 1 by golden section search.
  static func optimise(_ values: [Double], lower: Double = 0.01, upper: Double = 1) -> Result {
    let alpha = Search.golden(lower, upper, tolerance: 1e-3) { run(values, alpha: $0).squares }
    return run(values, alpha: alpha)
  }
}
