import Glibc

/// Complex exponential smoothing (CES): level and "information potential" as one complex number, smoothed by a complex constant.
///
/// It goes from stationary to trending and back without a choice of components. Equations, seasonal forms and AICc:
/// Svetunkov, Kourentzes and Ord, "Complex exponential smoothing", Naval Research Logistics 69 (2022). First states come from the
/// first season and are refined by running the series forward, backward and forward again. Smoothing constants have the least
/// sum of squares inside the box that statsforecast uses.
public struct ComplexSmoothing: SeriesModel {
  /// How the season enters.
  public enum Form: String, Sendable, CaseIterable {
    /// No season.
    case none = "N"
    /// The complex level a season ago: one level for every position of the season.
    case simple = "S"
    /// A real pattern that is added.
    case partial = "P"
    /// A complex pattern that is added.
    case full = "F"

    var constants: Int { self == .full ? 4 : self == .partial ? 3 : 2 }
  }

  /// The name of the model.
  public let name: String
  /// The forms that are tried; `nil` for the automatic list.
  public let forms: [Form]?
  /// Largest number of evaluations of the sum of squares for each form.
  public let evaluations: Int

  /// The model with automatic choice, or with a choice among given forms.
  public init(forms: [Form]? = nil, name: String = "CES", evaluations: Int = 90) {
    self.forms = forms
    self.name = name
    self.evaluations = evaluations
  }

  /// Fits and forecasts; needs six values, and two seasons for a seasonal form.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    let n = values.count
    guard n >= 6 else { throw .tooShort(n, needs: 6) }
    let seasonal = season > 1 && n >= 2 * season
    let automatic: [Form] = seasonal && Seasonality.isSeasonal(values, season: season) ? [.partial, .full] : [.none]
    let candidates = (forms ?? automatic).filter { seasonal || $0 == .none }
    var fits: [(criterion: Double, make: () -> ModelFit)] = []
    for form in candidates {
      let fit = ComplexRecursion.estimate(values, season: season, form: form, evaluations: evaluations)
      let k = Double(form.constants + 1)
      let size = Double(n)
      let criterion =
        size * log(Swift.max(fit.squares(), 1e-300)) + 2 * k + 2 * k * (k + 1) / Swift.max(size - k - 1, 0.5)
      fits.append((criterion, { fit.modelFit(name: name, horizon: horizon) }))
    }
    guard !fits.isEmpty else { throw ModelFailure("no form applies: shorter than two seasons") }
    return ModelFit.average(fits)
  }
}

/// The recursions of one form with given constants.
struct ComplexRecursion {
  let values: [Double]
  /// Periods in a season, 1 without one.
  let season: Int
  let form: ComplexSmoothing.Form
  /// α₀, α₁ of the level, β₀, β₁ of the season.
  let constants: (Double, Double, Double, Double)
  private let start: ComplexStates

  private init(
    _ values: [Double], season: Int, form: ComplexSmoothing.Form, constants p: [Double], start: ComplexStates
  ) {
    self.values = values
    self.season = season
    self.form = form
    self.start = start
    constants = (p[0], p[1], p.count > 2 ? p[2] : 0, p.count > 3 ? p[3] : 0)
  }

  /// The recursion with given constants, as many as the form has.
  init(_ values: [Double], season: Int, form: ComplexSmoothing.Form, constants: [Double]) {
    let m = form == .none ? 1 : season
    self.init(
      values, season: m, form: form, constants: constants, start: ComplexStates(values, season: m, form: form))
  }

  /// The recursion whose constants have the least sum of squared one-step errors.
  static func estimate(
    _ values: [Double], season: Int, form: ComplexSmoothing.Form, evaluations: Int
  ) -> ComplexRecursion {
    let m = form == .none ? 1 : season
    let start = ComplexStates(values, season: m, form: form)
    let from = form == .full ? [1.3, 1, 1.3, 1] : form == .partial ? [1.3, 1, 0.1] : [1.3, 1]
    let found = Search.simplex(
      from: from, step: from.map { $0 > 0.5 ? -0.15 : 0.1 }, lower: from.map { _ in 0.01 },
      upper: Array([1.8, 1.9, 1.5, 1.5].prefix(from.count)), evaluations: evaluations, tolerance: 1e-6
    ) { ComplexRecursion(values, season: m, form: form, constants: $0, start: start).squares() }
    return ComplexRecursion(values, season: m, form: form, constants: found.point, start: start)
  }

  /// The sum of squared one-step errors, large where the recursion diverges.
  func squares() -> Double {
    let sum = run().squares
    return sum.isFinite ? Swift.min(sum, 1e300) : 1e300
  }

  /// Runs forward, backward and forward; gives the last run's sum of squares and the states behind it.
  private func run(fitted: UnsafeMutablePointer<Double>? = nil) -> (squares: Double, states: ComplexStates) {
    var states = start
    let n = values.count
    let squares = values.withUnsafeBufferPointer { x in
      states.withStep(form, constants) { step in
        for t in 0..<n { _ = step.take(x[t], at: t % season) }
        for t in stride(from: n - 1, through: 0, by: -1) { _ = step.take(x[t], at: t % season) }
        var squares = 0.0
        for t in 0..<n {
          let e = step.take(x[t], at: t % season)
          fitted?[t] = x[t] - e
          squares += e * e
        }
        return squares
      }
    }
    return (squares, states)
  }

  /// Forecast, one-step fits and deviations.
  func modelFit(name: String, horizon: Int) -> ModelFit {
    let n = values.count
    var fitted = [Double](repeating: .nan, count: n)
    var states = fitted.withUnsafeMutableBufferPointer { run(fitted: $0.baseAddress).states }
    let sigma = ModelFit.deviation(values: values, fitted: fitted, parameters: form.constants + 1)
    let mean = states.withStep(form, constants) { step in
      (n..<(n + horizon)).map { step.forecast(at: $0 % season) }
    }
    // The responses to one shock at the end give the forecast variances.
    var shock = ComplexStates(season: season)
    let response = shock.withStep(form, constants) { step in
      _ = step.take(1, at: n % season)
      return (1..<Swift.max(horizon, 2)).map { step.forecast(at: (n + $0) % season) }
    }
    var variance = 1.0
    var deviations = [sigma]
    for h in 1..<Swift.max(horizon, 1) {
      variance += response[h - 1] * response[h - 1]
      deviations.append(sigma * sqrt(variance))
    }
    let (a0, a1, b0, b1) = constants
    var text = "CES(\(form.rawValue)) alpha \(Explain.number(a0)) + \(Explain.number(a1))i"
    if form == .partial { text += ", beta \(Explain.number(b0))" }
    if form == .full { text += ", beta \(Explain.number(b0)) + \(Explain.number(b1))i" }
    return ModelFit(
      model: name, fitted: fitted, mean: mean, deviations: deviations.map { $0.isFinite ? $0 : 0 }, explanation: text)
  }
}

/// Complex levels and patterns by position of the season.
struct ComplexStates {
  /// Real and imaginary parts of levels, then of patterns: four rows of one season each.
  private var parts: [Double]
  private let season: Int

  /// All states 0.
  init(season: Int) {
    self.season = season
    parts = [Double](repeating: 0, count: 4 * season)
  }

  /// First states: the level from the first season, the pattern from a decomposition of the whole series.
  init(_ values: [Double], season m: Int, form: ComplexSmoothing.Form) {
    self.init(season: m)
    let level = Statistics.mean(values.prefix(form == .none ? 10 : m))
    let pattern =
      form == .partial || form == .full ? Seasonality.decompose(values, season: m, multiplicative: false) : []
    for j in 0..<m {
      parts[j] = form == .simple ? values[j] : level
      parts[m + j] = parts[j] / 1.1
      guard !pattern.isEmpty else { continue }
      parts[2 * m + j] = pattern[j]
      parts[3 * m + j] = form == .full ? pattern[j] / 1.1 : 0
    }
  }

  /// Gives a stepper over these states to `body`.
  @inline(__always)
  mutating func withStep<R>(
    _ form: ComplexSmoothing.Form, _ constants: (Double, Double, Double, Double), _ body: (inout ComplexStep) -> R
  ) -> R {
    let m = season
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 4 * m) { scratch in
      _ = scratch.initialize(from: parts)
      guard let base = scratch.baseAddress else { preconditionFailure("a season has at least one position") }
      var step = ComplexStep(base: base, season: m, form: form, constants: constants)
      let result = body(&step)
      for j in parts.indices { parts[j] = scratch[j] }
      return result
    }
  }
}

/// One period of complex smoothing.
struct ComplexStep {
  let base: UnsafeMutablePointer<Double>
  let season: Int
  let isLagged: Bool
  let hasPattern: Bool
  let isFull: Bool
  let a0: Double
  let a1: Double
  let b0: Double
  let b1: Double

  @inline(__always)
  init(
    base: UnsafeMutablePointer<Double>, season: Int, form: ComplexSmoothing.Form,
    constants: (Double, Double, Double, Double)
  ) {
    self.base = base
    self.season = season
    isLagged = form == .simple
    hasPattern = form == .partial || form == .full
    isFull = form == .full
    (a0, a1, b0, b1) = constants
  }

  /// Takes a value at a position of the season and gives its error.
  @inline(__always)
  mutating func take(_ y: Double, at position: Int) -> Double {
    let j = isLagged ? position : 0
    let pattern = base + 2 * season + position
    let e = y - base[j] - (hasPattern ? pattern[0] : 0)
    let (level, potential) = (base[j], base[season + j])
    base[j] = level - (1 - a1) * potential + (a0 - a1) * e
    base[season + j] = level + (1 - a0) * potential + (a0 + a1) * e
    if isFull {
      let (real, imaginary) = (pattern[0], pattern[season])
      pattern[0] = real - (1 - b1) * imaginary + (b0 - b1) * e
      pattern[season] = real + (1 - b0) * imaginary + (b0 + b1) * e
    } else if hasPattern {
      pattern[0] += b0 * e
    }
    return e
  }

  /// The forecast for a position, which becomes the value itself.
  @inline(__always)
  mutating func forecast(at position: Int) -> Double {
    let value = base[isLagged ? position : 0] + (hasPattern ? base[2 * season + position] : 0)
    _ = take(value, at: position)
    return value
  }
}
