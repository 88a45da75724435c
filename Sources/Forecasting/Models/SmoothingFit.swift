import Glibc

/// One form of exponential smoothing fitted to one series.
struct SmoothingFit {
  let form: ExponentialSmoothing.Form
  let values: [Double]
  let season: Int
  /// Smoothing constants: α, β (as a share of α), γ (as a share of 1 − α), φ, as far as the form has them.
  private(set) var constants: [Double] = []
  /// AICc.
  private(set) var criterion = Double.infinity
  private var start: SmoothingStates

  /// Estimates the smoothing constants from decomposed first states.
  init(_ values: [Double], season: Int, form: ExponentialSmoothing.Form, evaluations: Int) {
    self.values = values
    self.form = form
    self.season = form.season == .none ? 1 : season
    start = SmoothingStates(values, season: self.season, form: form)
    constants = [0.3]
    if form.trend != .none { constants.append(0.1) }
    if form.season != .none { constants.append(0.1) }
    if form.trend == .damped { constants.append(0.95) }
    let origin = start
    let found = Search.simplex(
      from: constants, step: constants.map { $0 > 0.5 ? -0.05 : 0.2 },
      lower: constants.indices.map { isDamping($0) ? 0.8 : 1e-4 },
      upper: constants.indices.map { isDamping($0) ? 0.98 : 0.9999 }, evaluations: evaluations, tolerance: 1e-5
    ) { self.likelihood($0, from: origin) }
    constants = found.point
    setCriterion(found.value)
  }

  private mutating func setCriterion(_ value: Double) {
    let free = constants.count + 1 + (form.trend == .none ? 1 : 2) + (form.season == .none ? 0 : season - 1)
    let parameters = Double(free)
    let denominator = Swift.max(Double(values.count) - parameters - 1, 0.5)
    criterion = value + 2 * parameters + 2 * parameters * (parameters + 1) / denominator
  }

  /// Estimates the first level and slope along with the constants.
  mutating func refine(evaluations: Int) {
    let origin = start
    let count = constants.count
    let unit = Swift.max(Statistics.meanAbsoluteDifference(values, lag: 1), 1e-9 * Swift.abs(start.level), 1e-300)
    let trended = form.trend != .none
    func states(_ p: [Double]) -> SmoothingStates {
      var states = origin
      states.level += p[count] * unit
      if trended { states.slope += p[count + 1] * unit * 0.1 }
      return states
    }
    let extra = trended ? 2 : 1
    let fixed = constants
    let found = Search.simplex(
      from: fixed + [Double](repeating: 0, count: extra),
      step: fixed.map { $0 > 0.5 ? -0.03 : 0.07 } + [Double](repeating: 0.5, count: extra),
      lower: fixed.indices.map { isDamping($0) ? 0.8 : 1e-4 } + [Double](repeating: -1e3, count: extra),
      upper: fixed.indices.map { isDamping($0) ? 0.98 : 0.9999 } + [Double](repeating: 1e3, count: extra),
      evaluations: evaluations, tolerance: 1e-7
    ) { self.likelihood($0, from: states($0)) }
    constants = Array(found.point.prefix(count))
    start = states(found.point)
    setCriterion(found.value)
  }

  private func isDamping(_ j: Int) -> Bool { form.trend == .damped && j == constants.count - 1 }

  /// The constants as α, β, γ, φ.
  private func unpack(_ p: [Double]) -> (alpha: Double, beta: Double, gamma: Double, phi: Double) {
    var next = 1
    var beta = 0.0
    var gamma = 0.0
    var phi = form.trend == .none ? 0.0 : 1.0
    if form.trend != .none {
      beta = p[next] * p[0]
      next += 1
    }
    if form.season != .none {
      gamma = p[next] * (1 - p[0])
      next += 1
    }
    if form.trend == .damped { phi = p[next] }
    return (p[0], beta, gamma, phi)
  }

  /// Minus twice the concentrated log likelihood, up to a constant (Hyndman et al. 2008, eq. 5.3).
  private func likelihood(_ p: [Double], from start: SmoothingStates) -> Double {
    var states = start
    var squares = 0.0
    var logs = 0.0
    let (alpha, beta, gamma, phi) = unpack(p)
    let multiplicative = form.multiplicativeError
    states.seasonal.withUnsafeMutableBufferPointer { s in
      values.withUnsafeBufferPointer { x in
        var step = SmoothingStep(
          level: states.level, slope: states.slope, alpha: alpha, beta: beta, gamma: gamma, phi: phi)
        var position = 0
        switch (form.season, multiplicative) {
        case (.none, false):
          for t in 0..<x.count {
            let e = step.plain(x[t])
            squares += e * e
          }
        case (.additive, false):
          for t in 0..<x.count {
            let e = step.additive(x[t], &s[position])
            squares += e * e
            position = position + 1 == s.count ? 0 : position + 1
          }
        default:
          for t in 0..<x.count {
            let (e, forecast) = step.general(x[t], &s[position], season: form.season, multiplicative: multiplicative)
            squares += e * e
            if multiplicative { logs += log(Swift.abs(forecast)) }
            position = position + 1 == s.count ? 0 : position + 1
          }
        }
      }
    }
    let n = Double(values.count)
    let value = n * log(Swift.max(squares, 1e-300)) + 2 * logs
    return value.isFinite ? value : 1e300
  }

  /// Forecast, one-step fits and deviations.
  func modelFit(name: String, horizon: Int) -> ModelFit {
    let (alpha, beta, gamma, phi) = unpack(constants)
    var s = start.seasonal
    var step = SmoothingStep(level: start.level, slope: start.slope, alpha: alpha, beta: beta, gamma: gamma, phi: phi)
    var fitted: [Double] = []
    fitted.reserveCapacity(values.count)
    for t in values.indices {
      fitted.append(
        step.general(
          values[t], &s[t % s.count], season: form.season, multiplicative: form.multiplicativeError
        ).forecast)
    }
    let parameters = constants.count + 1
    let sigma = ModelFit.deviation(values: values, fitted: fitted, parameters: parameters)
    var mean: [Double] = []
    var deviations: [Double] = []
    var damping = 0.0
    var power = phi
    var variance = 1.0
    for h in 1...horizon {
      damping += power
      power *= phi
      let base = step.level + damping * step.slope
      let pattern = s[(values.count + h - 1) % s.count]
      mean.append(form.season == .multiplicative ? base * pattern : form.season == .additive ? base + pattern : base)
      deviations.append(sigma * sqrt(variance))
      let weight = alpha + beta * damping + (form.season != .none && h % season == 0 ? gamma : 0)
      variance += weight * weight
    }
    var text = "\(form.name) AICc \(Explain.number(criterion)) alpha \(Explain.number(alpha))"
    if form.trend != .none { text += ", beta \(Explain.number(beta))" }
    if form.season != .none { text += ", gamma \(Explain.number(gamma))" }
    if form.trend == .damped { text += ", phi \(Explain.number(phi))" }
    return ModelFit(model: name, fitted: fitted, mean: mean, deviations: deviations, explanation: text)
  }
}

/// First states of exponential smoothing.
struct SmoothingStates {
  var level: Double
  var slope: Double
  var seasonal: [Double]

  init(_ values: [Double], season: Int, form: ExponentialSmoothing.Form) {
    var x = values
    if form.season == .none {
      seasonal = [0]
    } else {
      let multiplicative = form.season == .multiplicative
      seasonal = Seasonality.decompose(values, season: season, multiplicative: multiplicative)
      for t in x.indices {
        x[t] = multiplicative ? values[t] / seasonal[t % season] : values[t] - seasonal[t % season]
      }
    }
    let count = Swift.min(x.count, Swift.max(10, season))
    let mean = Statistics.mean(x.prefix(count))
    if form.trend == .none {
      level = mean
      slope = 0
      return
    }
    let centre = Double(count + 1) / 2
    var cross = 0.0
    var square = 0.0
    for t in 0..<count {
      cross += (Double(t + 1) - centre) * (x[t] - mean)
      square += (Double(t + 1) - centre) * (Double(t + 1) - centre)
    }
    slope = square > 0 ? cross / square : 0
    level = mean - slope * centre
  }
}

/// Level and slope on their way through a series.
struct SmoothingStep {
  var level: Double
  var slope: Double
  let alpha: Double
  let beta: Double
  let gamma: Double
  let phi: Double

  /// Additive errors, no season: the error of one value.
  @inline(__always)
  mutating func plain(_ y: Double) -> Double {
    let trend = phi * slope
    let forecast = level + trend
    let e = y - forecast
    level = forecast + alpha * e
    slope = trend + beta * e
    return e
  }

  /// Additive errors, additive season.
  @inline(__always)
  mutating func additive(_ y: Double, _ pattern: inout Double) -> Double {
    let trend = phi * slope
    let base = level + trend
    let e = y - base - pattern
    level = base + alpha * e
    slope = trend + beta * e
    pattern += gamma * e
    return e
  }

  /// Any form: the (relative) error and the forecast.
  @inline(__always)
  mutating func general(
    _ y: Double, _ pattern: inout Double, season: Seasonality.Form, multiplicative: Bool
  ) -> (error: Double, forecast: Double) {
    let trend = phi * slope
    let base = level + trend
    let forecast = season == .multiplicative ? base * pattern : season == .additive ? base + pattern : base
    let e = y - forecast
    let divisor = season == .multiplicative ? (Swift.abs(pattern) > 1e-12 ? pattern : 1e-12) : 1
    level = base + alpha * e / divisor
    slope = trend + beta * e / divisor
    if season == .multiplicative {
      pattern += gamma * e / (Swift.abs(base) > 1e-12 ? base : 1e-12)
    } else if season == .additive {
      pattern += gamma * e
    }
    return (multiplicative ? e / (Swift.abs(forecast) > 1e-300 ? forecast : 1e-300) : e, forecast)
  }
}
