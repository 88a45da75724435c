import Glibc

/// Seasonal ARIMA in an affordable form: first and seasonal differences, at most one coefficient of each kind.
///
/// Models (p,1,q)(P,1,Q) with p, q, P, Q of 0 or 1 — the airline model of Box and Jenkins (1976) among them — or (p,1,q) where the
/// autocorrelation shows no season. Coefficients have the least conditional sum of squares (Box and Jenkins 1976, chapter 7), the
/// orders are averaged by their Akaike weights. Positive series are taken in logarithms. Cost: a few hundred passes over the series.
public struct ARIMA: SeriesModel {
  /// The name of the model.
  public let name = "ARIMA"
  /// Largest number of evaluations of the sum of squares for each order.
  public let evaluations: Int

  /// Makes the model.
  public init(evaluations: Int = 90) {
    self.evaluations = evaluations
  }

  /// Fits and forecasts; needs ten values, and three seasons for a seasonal model.
  public func fit(_ values: [Double], season: Int, horizon: Int) throws(ModelFailure) -> ModelFit {
    let n = values.count
    guard n >= 10 else { throw .tooShort(n, needs: 10) }
    let logarithmic = values.allSatisfy { $0 > 0 }
    let y = logarithmic ? values.map { log($0) } : values
    let m = season > 1 && n >= 3 * season && Seasonality.isSeasonal(values, season: season) ? season : 0
    let w = (1 + m..<n).map { t in y[t] - y[t - 1] - (m > 0 ? y[t - m] - y[t - m - 1] : 0) }
    var fits: [(criterion: Double, make: () -> ModelFit)] = []
    for orders in ARIMA.candidates(seasonal: m > 0) {
      let (process, squares) = ARIMA.estimate(w, orders: orders, season: m, evaluations: evaluations)
      let k = Double(orders.count { $0 } + 1)
      let size = Double(w.count)
      let criterion = size * log(Swift.max(squares, 1e-300) / size) + 2 * k * size / Swift.max(size - k - 1, 1)
      fits.append(
        (
          criterion,
          { forecast(y, w, process, season: m, horizon: horizon, logarithmic: logarithmic, values: values) }
        ))
    }
    return ModelFit.average(fits)
  }

  /// Which of φ, θ, Φ and Θ an order has.
  private static func candidates(seasonal: Bool) -> [[Bool]] {
    let plain = [[false, true], [true, false], [true, true], [false, false]]
    guard seasonal else { return plain.map { $0 + [false, false] } }
    return plain.flatMap { p in [[false, true], [true, false], [true, true]].map { p + $0 } }
  }

  private static func estimate(
    _ w: [Double], orders: [Bool], season: Int, evaluations: Int
  ) -> (ARIMAProcess, Double) {
    let free = orders.indices.filter { orders[$0] }
    func process(_ p: [Double]) -> ARIMAProcess {
      var c = [0.0, 0, 0, 0]
      for (j, k) in free.enumerated() { c[k] = p[j] }
      return ARIMAProcess(phi: c[0], theta: c[1], seasonalPhi: c[2], seasonalTheta: c[3], season: season)
    }
    guard !free.isEmpty else { return (process([]), process([]).squares(w)) }
    let found = Search.simplex(
      from: free.map { $0 % 2 == 0 ? 0.2 : -0.4 }, step: free.map { $0 % 2 == 0 ? 0.3 : -0.2 },
      lower: free.map { _ in -0.98 }, upper: free.map { _ in 0.98 }, evaluations: evaluations
    ) { process($0).squares(w) }
    return (process(found.point), found.value)
  }

  private func forecast(
    _ y: [Double], _ w: [Double], _ process: ARIMAProcess, season m: Int, horizon: Int, logarithmic: Bool,
    values: [Double]
  ) -> ModelFit {
    let n = y.count
    let errors = process.errors(w)
    let offset = n - w.count
    var path = y
    var differences = w
    var shocks = errors
    var psi = [1.0]
    for h in 0..<horizon {
      let next = process.expected(differences, shocks, at: w.count + h)
      differences.append(next)
      shocks.append(0)
      let t = n + h
      path.append(next + path[t - 1] + (m > 0 ? path[t - m] - path[t - m - 1] : 0))
    }
    // Responses of the level to one shock give the forecast variances.
    var response = [1.0]
    for h in 1..<Swift.max(horizon, 2) {
      let moving =
        (h == 1 ? process.theta : 0) + (h == m ? process.seasonalTheta : 0)
        + (h == m + 1 && m > 0 ? process.theta * process.seasonalTheta : 0)
      var value = moving + process.phi * (h >= 1 ? response[h - 1] : 0)
      if m > 0, h >= m { value += process.seasonalPhi * response[h - m] }
      if m > 0, h >= m + 1 { value -= process.phi * process.seasonalPhi * response[h - m - 1] }
      response.append(value)
      psi.append(value + psi[h - 1] + (m > 0 && h >= m ? psi[h - m] : 0) - (m > 0 && h > m ? psi[h - m - 1] : 0))
    }
    let sigma = (errors.reduce(0) { $0 + $1 * $1 } / Double(Swift.max(errors.count - 3, 1))).squareRoot()
    var variance = 0.0
    var mean: [Double] = []
    var deviations: [Double] = []
    for h in 0..<horizon {
      variance += psi[h] * psi[h]
      let point = logarithmic ? exp(Swift.min(path[n + h], 700)) : path[n + h]
      mean.append(point)
      deviations.append(sigma * variance.squareRoot() * (logarithmic ? point : 1))
    }
    var fitted = [Double](repeating: .nan, count: n)
    for t in offset..<n {
      let value = y[t] - errors[t - offset]
      fitted[t] = logarithmic ? exp(value) : value
    }
    return ModelFit(
      model: name, fitted: fitted, mean: mean, deviations: deviations.map { $0.isFinite ? $0 : 0 },
      explanation: process.description + (logarithmic ? " of logarithms" : ""))
  }
}

/// A differenced seasonal process with at most one coefficient of each kind.
struct ARIMAProcess: CustomStringConvertible {
  let phi: Double
  let theta: Double
  let seasonalPhi: Double
  let seasonalTheta: Double
  /// Periods in a season, 0 for none.
  let season: Int

  /// The expected value at `t` from differences and errors before it; what lies before the series counts as 0.
  @inline(__always)
  func expected(_ w: [Double], _ e: [Double], at t: Int) -> Double {
    var sum = t >= 1 ? phi * w[t - 1] + theta * e[t - 1] : 0
    guard season > 0, t >= season else { return sum }
    sum += seasonalPhi * w[t - season] + seasonalTheta * e[t - season]
    if t > season {
      sum += theta * seasonalTheta * e[t - season - 1] - phi * seasonalPhi * w[t - season - 1]
    }
    return sum
  }

  /// One-step errors.
  func errors(_ w: [Double]) -> [Double] {
    var e = [Double](repeating: 0, count: w.count)
    for t in w.indices { e[t] = w[t] - expected(w, e, at: t) }
    return e
  }

  /// The conditional sum of squared errors.
  func squares(_ w: [Double]) -> Double {
    let sum = errors(w).reduce(0) { $0 + $1 * $1 }
    return sum.isFinite ? sum : 1e300
  }

  var description: String {
    let parts = [("phi", phi), ("theta", theta), ("Phi", seasonalPhi), ("Theta", seasonalTheta)].filter { $0.1 != 0 }
      .map { "\($0.0) \(Explain.number($0.1))" }
    return (season > 0 ? "ARIMA with differences 1 and \(season): " : "ARIMA with difference 1: ")
      + (parts.isEmpty ? "no coefficients" : parts.joined(separator: ", "))
  }
}
