import Glibc

/// Small dense linear algebra: symmetric positive definite systems and ridge regression.
public enum LinearAlgebra {
  /// Solves `A x = b` for a symmetric positive definite `A` (row-major, `n` × `n`) by Cholesky factors.
  ///
  /// Pivots that are not positive (a singular direction) are replaced by a tiny share of the largest diagonal, so an answer always
  /// comes back. O(n³).
  public static func solveSymmetric(_ a: [Double], _ b: [Double]) -> [Double] {
    let n = b.count
    let factor = cholesky(a, n: n)
    return solve(factor: factor, b)
  }

  /// The lower Cholesky factor of a symmetric matrix, row-major; see ``solveSymmetric(_:_:)`` for singular input.
  public static func cholesky(_ a: [Double], n: Int) -> [Double] {
    var l = [Double](repeating: 0, count: n * n)
    var largest = 0.0
    for i in 0..<n { largest = Swift.max(largest, a[i * n + i]) }
    let tiny = Swift.max(largest * 1e-13, 1e-300)
    for i in 0..<n {
      for j in 0...i {
        var sum = a[i * n + j]
        for k in 0..<j { sum -= l[i * n + k] * l[j * n + k] }
        if i == j {
          l[i * n + i] = sqrt(sum > tiny ? sum : tiny)
        } else {
          l[i * n + j] = sum / l[j * n + j]
        }
      }
    }
    return l
  }

  /// Solves `L Lᵀ x = b` for a lower factor `L`.
  public static func solve(factor l: [Double], _ b: [Double]) -> [Double] {
    let n = b.count
    var x = b
    for i in 0..<n {
      var sum = x[i]
      for k in 0..<i { sum -= l[i * n + k] * x[k] }
      x[i] = sum / l[i * n + i]
    }
    for i in stride(from: n - 1, through: 0, by: -1) {
      var sum = x[i]
      for k in (i + 1)..<Swift.max(n, i + 1) { sum -= l[k * n + i] * x[k] }
      x[i] = sum / l[i * n + i]
    }
    return x
  }

  /// Ridge regression from normal equations: minimises `(y - Xβ)ᵀW(y - Xβ) + Σ penalty (β - prior)²`.
  ///
  /// - Parameters:
  ///   - gram: `XᵀWX`, row-major.
  ///   - moment: `XᵀWy`.
  ///   - penalty: the penalty of every coefficient, ≥ 0.
  ///   - prior: the value each coefficient is shrunk to.
  public static func ridge(gram: [Double], moment: [Double], penalty: [Double], prior: [Double]) -> [Double] {
    let p = moment.count
    var a = gram
    var b = moment
    for i in 0..<p {
      a[i * p + i] += penalty[i]
      b[i] += penalty[i] * prior[i]
    }
    return solveSymmetric(a, b)
  }
}
