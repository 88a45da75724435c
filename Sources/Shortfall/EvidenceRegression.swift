import Forecasting
import Glibc

/// Rows of a design matrix with the same small number of non-zero entries each.
struct SparseRows: Sendable {
  /// Non-zero entries of a row.
  let width: Int
  /// Columns of the matrix.
  let columns: Int
  private(set) var count = 0
  private(set) var indices: ContiguousArray<Int32> = []
  private(set) var values: ContiguousArray<Double> = []

  init(width: Int, columns: Int) {
    self.width = width
    self.columns = columns
  }

  /// Appends a row of `width` entries.
  mutating func append(_ row: UnsafeBufferPointer<(column: Int, value: Double)>) {
    for entry in row {
      indices.append(Int32(entry.column))
      values.append(entry.value)
    }
    count += 1
  }

  /// The product of every row with the coefficients.
  func product(_ coefficients: [Double]) -> [Double] {
    var out = [Double](repeating: 0, count: count)
    coefficients.withUnsafeBufferPointer { b in
      indices.withUnsafeBufferPointer { index in
        values.withUnsafeBufferPointer { value in
          for row in 0..<count {
            var sum = 0.0
            for k in row * width..<(row + 1) * width { sum += value[k] * b[Int(index[k])] }
            out[row] = sum
          }
        }
      }
    }
    return out
  }
}

/// Generalised linear regression with one ridge penalty a group of coefficients, the penalties learned from the data.
///
/// Iteratively reweighted least squares (McCullagh and Nelder, Generalized Linear Models, 1989, section 2.5); after each step the
/// prior variance of a group becomes `Σ β² / γ`, `γ` its effective number of coefficients (MacKay, Bayesian interpolation, 1992,
/// equation 4.9), and the dispersion is estimated from squared residuals. Groups with no support in the data shrink to nothing,
/// so the model adapts to short histories and calm cities alike. Steps of a walk have Student's t as their prior (``freedom``).
struct EvidenceRegression: Sendable {
  /// How counts scatter about their mean.
  enum Family: Sendable {
    /// Counts, log link; variance `dispersion × μ + excess × μ²`.
    case counts
    /// Successes out of an exposure, complementary log-log link; variance `dispersion × n μ (1 − μ)`.
    case shares
  }

  /// Data of a fit: one entry a row of the design.
  struct Data: Sendable {
    var rows: SparseRows
    var response: [Double] = []
    var exposure: [Double] = []
    var weight: [Double] = []
  }

  /// A fitted model.
  struct Fit: Sendable {
    var coefficients: [Double]
    /// Prior variances by group.
    var variances: [Double]
    var dispersion: Double
    var excess: Double
  }

  /// Degrees of freedom of a walk's steps.
  ///
  /// Under a normal prior one shock makes every step of the walk wide, so that it takes up the season as well; under Student's t the shock is a jump
  /// and the other months stay smooth. Fitted by reweighting (Lange, Little and Taylor, Robust statistical modeling using the t distribution, 1989, section 3).
  static let freedom = 3.0

  let family: Family
  /// Group of every coefficient; −1: not penalised.
  let groups: [Int]
  /// Prior variances at the start, by group.
  let initial: [Double]
  /// Blocks of columns that mark periods; their coefficients are levels that walk at random from period to period.
  var walks: [Range<Int>] = []
  /// Groups whose prior variance is given, not learned: too few members to learn one from, or a walk beside them that can say the same.
  var given: Set<Int> = []

  /// Fits the model.
  /// - Parameters:
  ///   - start: a fit to begin from (its variances and dispersion are kept when `learns` is false).
  ///   - learns: whether prior variances and dispersion are learned.
  func fit(_ data: Data, start: Fit? = nil, iterations: Int, learns: Bool) -> Fit {
    var fit =
      start
      ?? Fit(
        coefficients: [Double](repeating: 0, count: groups.count), variances: initial,
        dispersion: family == .counts ? 2.5 : 1.5, excess: family == .counts ? 0.015 : 0)
    guard data.rows.count > 0 else { return fit }
    var predictor = start == nil ? firstPredictor(data) : clipped(data.rows.product(fit.coefficients))
    for iteration in 0..<iterations {
      var system = RidgeSystem(size: groups.count)
      accumulate(data, predictor, fit, into: &system)
      for walk in walks { system.accumulate(block: walk) }
      let scale = family == .counts ? 1 : fit.dispersion
      let weights = stepWeights(fit)
      let penalty = groups.indices.map { groups[$0] < 0 ? 1e-6 : weights[$0] * scale / fit.variances[groups[$0]] }
      let learnsNow = learns && iteration >= 2
      let solution = system.solve(penalty: penalty, wantsInverseDiagonal: learnsNow)
      fit.coefficients = solution.coefficients
      if learnsNow { learnVariances(&fit, penalty, solution.inverseDiagonal, weights) }
      for walk in walks { for i in walk.dropFirst() { fit.coefficients[i] += fit.coefficients[i - 1] } }
      predictor = clipped(data.rows.product(fit.coefficients))
      if learnsNow {
        learnDispersion(&fit, data, predictor)
      }
    }
    return fit
  }

  /// Mean (counts) or share (shares) for a value of the linear predictor.
  func mean(_ eta: Double) -> Double {
    switch family {
    case .counts: exp(min(max(eta, -8), 14))
    case .shares: 1 - exp(-exp(min(max(eta, -5), 2)))
    }
  }

  /// How far the last value of a walk lies beyond the median of its `newest` values, so that a shock among them is no part of what is usual; 0 for an empty walk.
  static func beyond(_ walk: ArraySlice<Double>, newest: Int) -> Double {
    walk.last.map { $0 - Statistics.median(walk.suffix(newest)) } ?? 0
  }

  private func clipped(_ eta: [Double]) -> [Double] {
    family == .counts ? eta.map { min(max($0, -8), 14) } : eta.map { min(max($0, -5), 2) }
  }

  private func firstPredictor(_ data: Data) -> [Double] {
    switch family {
    case .counts: return data.response.map { log(max($0, 0.5)) }
    case .shares:
      let total = data.exposure.reduce(0, +)
      let share = min(max(data.response.reduce(0, +) / max(total, 1e-9), 0.01), 0.99)
      return [Double](repeating: log(-log(1 - share)), count: data.rows.count)
    }
  }

  private func accumulate(_ data: Data, _ predictor: [Double], _ fit: Fit, into system: inout RidgeSystem) {
    for row in 0..<data.rows.count where data.weight[row] > 0 {
      let eta = predictor[row]
      let weight: Double
      let working: Double
      switch family {
      case .counts:
        let mu = exp(eta)
        weight = data.weight[row] * mu / (fit.dispersion + fit.excess * mu)
        working = eta + (data.response[row] - mu) / mu
      case .shares:
        let rate = exp(eta)
        let share = min(max(1 - exp(-rate), 1e-9), 1 - 1e-9)
        let slope = exp(eta - rate)
        weight = data.weight[row] * data.exposure[row] * slope * slope / (share * (1 - share))
        working = eta + (data.response[row] / data.exposure[row] - share) / slope
      }
      system.add(data.rows, row, weight: weight, response: working)
    }
  }

  /// What every coefficient counts in its group: 1, and the less the further a walk's step lies beyond the others.
  private func stepWeights(_ fit: Fit) -> [Double] {
    var out = [Double](repeating: 1, count: groups.count)
    for walk in walks {
      var before = 0.0
      for i in walk {
        let step = fit.coefficients[i] - before
        before = fit.coefficients[i]
        out[i] = (Self.freedom + 1) / (Self.freedom + step * step / fit.variances[groups[i]])
      }
    }
    return out
  }

  private func learnVariances(
    _ fit: inout Fit, _ penalty: [Double], _ inverseDiagonal: [Double], _ weights: [Double]
  ) {
    var squares = [Double](repeating: 0, count: fit.variances.count)
    var effective = squares
    var members = squares
    for column in groups.indices where groups[column] >= 0 {
      let group = groups[column]
      squares[group] += weights[column] * fit.coefficients[column] * fit.coefficients[column]
      effective[group] += 1 - penalty[column] * inverseDiagonal[column]
      members[group] += 1
    }
    for group in squares.indices where members[group] > 0 && !given.contains(group) {
      fit.variances[group] = max(1e-5, squares[group] / max(effective[group], 0.05))
    }
  }

  private func learnDispersion(_ fit: inout Fit, _ data: Data, _ predictor: [Double]) {
    switch family {
    case .shares:
      var sum = 0.0
      var total = 0.0
      for row in 0..<data.rows.count {
        let share = mean(predictor[row])
        let n = data.exposure[row]
        let residual = data.response[row] - n * share
        sum += data.weight[row] * residual * residual / max(n * share * (1 - share), 1e-9)
        total += data.weight[row]
      }
      fit.dispersion = min(max(sum / max(total, 1e-9), 0.5), 20)
    case .counts:
      // Weighted least squares of (y − μ)² / μ on 1 and μ.
      var a = (0.0, 0.0, 0.0)
      var b = (0.0, 0.0)
      for row in 0..<data.rows.count where data.weight[row] > 0 {
        let mu = exp(predictor[row])
        let residual = data.response[row] - mu
        let spread = fit.dispersion + fit.excess * mu
        let w = data.weight[row] / (spread * spread)
        let q = residual * residual / mu
        a = (a.0 + w, a.1 + w * mu, a.2 + w * mu * mu)
        b = (b.0 + w * q, b.1 + w * q * mu)
      }
      let determinant = a.0 * a.2 - a.1 * a.1
      guard determinant > 1e-12 * a.0 * a.2 else { return }
      fit.dispersion = max(0.8, (b.0 * a.2 - b.1 * a.1) / determinant)
      fit.excess = min(0.2, max(0.002, (a.0 * b.1 - a.1 * b.0) / determinant))
    }
  }
}
