import Glibc

/// Makes base forecasts of a tree coherent.
///
/// Bottom-up and top-down by forecast proportions: Athanasopoulos, Ahmed and Hyndman (2009). Minimum trace: Wickramasuriya,
/// Athanasopoulos and Hyndman (2019), with variances alone or with the covariance shrunk to its diagonal (Schäfer and Strimmer
/// 2005). The covariance is kept as diagonal plus low rank, its inverse applied by Woodbury's identity, and the normal equations
/// are solved by conjugate gradients: memory and time stay linear in the number of series.
struct Reconciler: Sendable {
  /// The ways of reconciling.
  enum Method: String, Sendable, CaseIterable {
    case bottomUp = "bottom-up"
    case topDown = "top-down"
    case structural = "WLS structural"
    case variance = "WLS variance"
    case minimumTrace = "MinT shrink"
  }

  let tree: SummingTree
  /// Variance of each member's base errors.
  let variances: [Double]
  /// Columns of the low-rank part of the shrunk covariance.
  private let factors: [[Double]]
  /// Diagonal part of the shrunk covariance.
  private let diagonal: [Double]
  /// The Cholesky factor of I + Fᵀ D⁻¹ F.
  private let capacitance: [Double]

  /// - Parameter errors: base errors of all members at past origins: one vector an origin.
  init(tree: SummingTree, errors: [[Double]], fallbackVariances: [Double]) {
    self.tree = tree
    let count = tree.members.count
    var variances = fallbackVariances
    if errors.count >= 3 {
      for i in 0..<count {
        var sum = 0.0
        for e in errors { sum += e[i] * e[i] }
        if sum > 0 { variances[i] = sum / Double(errors.count) }
      }
    }
    let typical = Swift.max(Statistics.median(variances.filter { $0 > 0 }), 1e-300)
    for i in 0..<count where !(variances[i] > typical * 1e-9) { variances[i] = typical * 1e-9 }
    self.variances = variances
    let lambda = Reconciler.shrinkage(errors, variances: variances)
    diagonal = variances.map { $0 * lambda }
    let share = errors.isEmpty ? 0 : ((1 - lambda) / Double(errors.count)).squareRoot()
    factors = share > 0 ? errors.map { e in e.map { $0 * share } } : []
    capacitance = Reconciler.capacitance(factors, diagonal: diagonal)
  }

  /// The share of the diagonal target: estimated variance of the correlations over their squares (Schäfer and Strimmer 2005).
  /// Large trees use evenly spaced members.
  static func shrinkage(_ errors: [[Double]], variances: [Double]) -> Double {
    let n = errors.count
    guard n >= 4 else { return 1 }
    let members = PanelRun.spread(Array(variances.indices), limit: 200)
    var variance = 0.0
    var squares = 0.0
    for (a, i) in members.enumerated() {
      for j in members[(a + 1)...] {
        let size = (variances[i] * variances[j]).squareRoot()
        guard size > 0 else { continue }
        var sum = 0.0
        var sumSquares = 0.0
        for e in errors {
          let w = e[i] * e[j] / size
          sum += w
          sumSquares += w * w
        }
        let mean = sum / Double(n)
        variance += Double(n) / pow(Double(n - 1), 3) * (sumSquares - Double(n) * mean * mean)
        squares += mean * mean
      }
    }
    return squares > 0 ? Swift.min(Swift.max(variance / squares, 0.05), 1) : 1
  }

  /// Bottom forecasts from base forecasts of all members for one period.
  func bottom(_ base: [Double], method: Method) -> [Double]? {
    let own = Array(base[tree.nodeCount...])
    switch method {
    case .bottomUp:
      return own
    case .topDown:
      guard let root = tree.root else { return nil }
      let sum = own.reduce(0, +)
      return Swift.abs(sum) > 1e-12 * Swift.abs(base[root]) ? own.map { $0 * base[root] / sum } : own
    case .structural:
      let counts = (0..<tree.members.count).map { $0 < tree.nodeCount ? Double(tree.children[$0].count) : 1 }
      return solve(base, start: own, precision: counts.map { 1 / $0 }) { zip($0, counts).map { $0 / $1 } }
    case .variance:
      return solve(base, start: own, precision: variances.map { 1 / $0 }) { zip($0, variances).map { $0 / $1 } }
    case .minimumTrace:
      return solve(base, start: own, precision: variances.map { 1 / $0 }, applyInverse)
    }
  }

  /// Applies the inverse of the shrunk covariance.
  private func applyInverse(_ x: [Double]) -> [Double] {
    let scaled = zip(x, diagonal).map { $0 / $1 }
    let m = factors.count
    guard m > 0 else { return scaled }
    var right = [Double](repeating: 0, count: m)
    for k in 0..<m { for i in x.indices { right[k] += factors[k][i] * scaled[i] } }
    let inner = LinearAlgebra.solve(factor: capacitance, right)
    var out = scaled
    for k in 0..<m { for i in x.indices { out[i] -= factors[k][i] * inner[k] / diagonal[i] } }
    return out
  }

  private static func capacitance(_ factors: [[Double]], diagonal: [Double]) -> [Double] {
    let m = factors.count
    var a = [Double](repeating: 0, count: m * m)
    for k in 0..<m {
      for l in 0...k {
        var sum = k == l ? 1.0 : 0
        for i in diagonal.indices { sum += factors[k][i] * factors[l][i] / diagonal[i] }
        a[k * m + l] = sum
        a[l * m + k] = sum
      }
    }
    return LinearAlgebra.cholesky(a, n: m)
  }

  /// Solves the normal equations (Sᵀ W⁻¹ S) b = Sᵀ W⁻¹ ŷ by conjugate gradients from the bottom-up answer, preconditioned by
  /// the diagonal that the precisions of the members give.
  private func solve(
    _ base: [Double], start: [Double], precision: [Double], _ inverse: ([Double]) -> [Double]
  ) -> [Double] {
    let weight = tree.gather(precision).map { 1 / $0 }
    let gap = zip(base, tree.sum(start)).map { $0 - $1 }
    var residual = tree.gather(inverse(gap))
    var x = start
    var direction = zip(residual, weight).map { $0 * $1 }
    var norm = zip(residual, direction).reduce(0) { $0 + $1.0 * $1.1 }
    let goal = norm * 1e-16
    var steps = 0
    while norm > goal, norm > 0, steps < 300 {
      let image = tree.gather(inverse(tree.sum(direction)))
      let curvature = zip(direction, image).reduce(0) { $0 + $1.0 * $1.1 }
      guard curvature > 0 else { break }
      let step = norm / curvature
      for j in x.indices {
        x[j] += step * direction[j]
        residual[j] -= step * image[j]
      }
      let scaled = zip(residual, weight).map { $0 * $1 }
      let next = zip(residual, scaled).reduce(0) { $0 + $1.0 * $1.1 }
      for j in direction.indices { direction[j] = scaled[j] + next / norm * direction[j] }
      norm = next
      steps += 1
    }
    return x.allSatisfy(\.isFinite) ? x : start
  }
}
