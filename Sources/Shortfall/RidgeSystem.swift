import Glibc

/// The normal equations of a weighted ridge regression, gathered row by row.
struct RidgeSystem {
  let size: Int
  private var gram: ContiguousArray<Double>
  private var moment: [Double]

  init(size: Int) {
    self.size = size
    gram = ContiguousArray(repeating: 0, count: size * size)
    moment = [Double](repeating: 0, count: size)
  }

  /// Adds one row of a design. - Complexity: O(width²)
  mutating func add(_ rows: SparseRows, _ row: Int, weight: Double, response: Double) {
    let width = rows.width
    let size = size
    gram.withUnsafeMutableBufferPointer { gram in
      moment.withUnsafeMutableBufferPointer { moment in
        rows.indices.withUnsafeBufferPointer { index in
          rows.values.withUnsafeBufferPointer { value in
            let from = row * width
            for i in from..<from + width {
              let column = Int(index[i])
              let scaled = weight * value[i]
              moment[column] += scaled * response
              for j in from..<from + width {
                let other = Int(index[j])
                if other <= column { gram[column * size + other] += scaled * value[j] }
              }
            }
          }
        }
      }
    }
  }

  /// Turns a block of columns that mark periods one by one into columns that mark everything from a period on, so that a ridge
  /// penalty on the block becomes a random walk of levels. - Complexity: O(size × block)
  mutating func accumulate(block: Range<Int>) {
    guard block.count > 1 else { return }
    let n = size
    gram.withUnsafeMutableBufferPointer { a in
      func at(_ i: Int, _ j: Int) -> Int { i >= j ? i * n + j : j * n + i }
      for j in 0..<n where !block.contains(j) {
        for i in block.dropLast().reversed() { a[at(i, j)] += a[at(i + 1, j)] }
      }
      // Inside the block both sides are summed: S(i, j) = Σ over s ≥ i, t ≥ j.
      let m = block.count
      var square = [Double](repeating: 0, count: (m + 1) * (m + 1))
      for i in stride(from: m - 1, through: 0, by: -1) {
        for j in stride(from: m - 1, through: 0, by: -1) {
          square[i * (m + 1) + j] =
            a[at(block.lowerBound + i, block.lowerBound + j)] + square[(i + 1) * (m + 1) + j]
            + square[i * (m + 1) + j + 1] - square[(i + 1) * (m + 1) + j + 1]
        }
      }
      for i in 0..<m { for j in 0...i { a[at(block.lowerBound + i, block.lowerBound + j)] = square[i * (m + 1) + j] } }
    }
    for i in block.dropLast().reversed() { moment[i] += moment[i + 1] }
  }

  /// Solves the system with a penalty on the diagonal; the inverse's diagonal too where it is asked for. - Complexity: O(size³)
  mutating func solve(
    penalty: [Double], wantsInverseDiagonal: Bool
  ) -> (coefficients: [Double], inverseDiagonal: [Double]) {
    let n = size
    var x = moment
    var diagonal = [Double](repeating: 0, count: wantsInverseDiagonal ? n : 0)
    gram.withUnsafeMutableBufferPointer { a in
      for i in 0..<n { a[i * n + i] += penalty[i] }
      Self.factor(a, n)
      x.withUnsafeMutableBufferPointer { Self.substitute(a, n, $0) }
      if wantsInverseDiagonal {
        Self.invertFactor(a, n)
        for row in 0..<n {
          for column in 0...row {
            let entry = a[row * n + column]
            diagonal[column] += entry * entry
          }
        }
      }
    }
    return (x, diagonal)
  }

  /// The lower Cholesky factor in place; a pivot that is not positive becomes a tiny share of the largest diagonal entry.
  private static func factor(_ a: UnsafeMutableBufferPointer<Double>, _ n: Int) {
    var largest = 0.0
    for i in 0..<n { largest = max(largest, a[i * n + i]) }
    let tiny = max(largest * 1e-14, 1e-300)
    for i in 0..<n {
      for j in 0...i {
        let (p, q) = (i * n, j * n)
        var (s0, s1, s2, s3) = (0.0, 0.0, 0.0, 0.0)
        var k = 0
        while k + 4 <= j {
          s0 += a[p + k] * a[q + k]
          s1 += a[p + k + 1] * a[q + k + 1]
          s2 += a[p + k + 2] * a[q + k + 2]
          s3 += a[p + k + 3] * a[q + k + 3]
          k += 4
        }
        while k < j {
          s0 += a[p + k] * a[q + k]
          k += 1
        }
        let sum = a[p + j] - ((s0 + s1) + (s2 + s3))
        a[p + j] = i == j ? sqrt(max(sum, tiny)) : sum / a[q + j]
      }
    }
  }

  private static func substitute(
    _ a: UnsafeMutableBufferPointer<Double>, _ n: Int, _ x: UnsafeMutableBufferPointer<Double>
  ) {
    for i in 0..<n {
      var sum = x[i]
      for k in 0..<i { sum -= a[i * n + k] * x[k] }
      x[i] = sum / a[i * n + i]
    }
    for i in stride(from: n - 1, through: 0, by: -1) {
      x[i] /= a[i * n + i]
      let value = x[i]
      for k in 0..<i { x[k] -= a[i * n + k] * value }
    }
  }

  /// Replaces a lower factor by its inverse, row by row.
  private static func invertFactor(_ a: UnsafeMutableBufferPointer<Double>, _ n: Int) {
    var row = [Double](repeating: 0, count: n)
    for i in 0..<n {
      for j in 0..<i { row[j] = 0 }
      for k in 0..<i {
        let factor = a[i * n + k]
        if factor != 0 { for j in 0...k { row[j] += factor * a[k * n + j] } }
      }
      let pivot = a[i * n + i]
      for j in 0..<i { a[i * n + j] = -row[j] / pivot }
      a[i * n + i] = 1 / pivot
    }
  }
}
