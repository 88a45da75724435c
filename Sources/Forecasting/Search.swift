import Glibc

/// Minimisers of small problems.
enum Search {
  /// The minimum of a function of one variable on an interval by golden section search (Kiefer 1953).
  static func golden(_ lower: Double, _ upper: Double, tolerance: Double, _ f: (Double) -> Double) -> Double {
    let ratio = (5.0.squareRoot() - 1) / 2
    var a = lower
    var b = upper
    var c = b - ratio * (b - a)
    var d = a + ratio * (b - a)
    var fc = f(c)
    var fd = f(d)
    while b - a > tolerance {
      if fc <= fd {
        b = d
        d = c
        fd = fc
        c = b - ratio * (b - a)
        fc = f(c)
      } else {
        a = c
        c = d
        fc = fd
        d = a + ratio * (b - a)
        fd = f(d)
      }
    }
    return fc <= fd ? c : d
  }

  /// The minimum of a function of a few variables inside a box by the simplex method (Nelder and Mead 1965).
  ///
  /// - Parameters:
  ///   - start: the first corner.
  ///   - step: size of the first simplex along every axis.
  ///   - lower: lower bounds; points outside are moved to the edge.
  ///   - upper: upper bounds.
  ///   - evaluations: largest number of calls of `f`.
  ///   - tolerance: relative spread of values at which the search ends.
  static func simplex(
    from start: [Double], step: [Double], lower: [Double], upper: [Double], evaluations: Int, tolerance: Double = 1e-5,
    _ f: ([Double]) -> Double
  ) -> (point: [Double], value: Double) {
    let n = start.count
    func inside(_ x: [Double]) -> [Double] {
      var x = x
      for j in 0..<n { x[j] = Swift.min(Swift.max(x[j], lower[j]), upper[j]) }
      return x
    }
    var points = [inside(start)]
    for j in 0..<n {
      var x = start
      x[j] += x[j] + step[j] <= upper[j] ? step[j] : -step[j]
      points.append(inside(x))
    }
    var values = points.map(f)
    var used = n + 1
    while used < evaluations {
      let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      points = order.map { points[$0] }
      values = order.map { values[$0] }
      if values[n] - values[0] <= tolerance * (Swift.abs(values[0]) + 1e-300) { break }
      var centre = [Double](repeating: 0, count: n)
      for i in 0..<n { for j in 0..<n { centre[j] += points[i][j] / Double(n) } }
      func along(_ t: Double) -> [Double] { inside((0..<n).map { centre[$0] + t * (points[n][$0] - centre[$0]) }) }
      let reflected = along(-1)
      let value = f(reflected)
      used += 1
      if value < values[0] {
        let expanded = along(-2)
        let further = f(expanded)
        used += 1
        points[n] = further < value ? expanded : reflected
        values[n] = Swift.min(further, value)
      } else if value < values[n - 1] {
        points[n] = reflected
        values[n] = value
      } else {
        let contracted = value < values[n] ? along(-0.5) : along(0.5)
        let nearer = f(contracted)
        used += 1
        if nearer < Swift.min(value, values[n]) {
          points[n] = contracted
          values[n] = nearer
        } else {
          for i in 1...n {
            points[i] = (0..<n).map { points[0][$0] + 0.5 * (points[i][$0] - points[0][$0]) }
            values[i] = f(points[i])
            used += 1
          }
        }
      }
    }
    let best = values.indices.min { (values[$0], $0) < (values[$1], $1) } ?? 0
    return (points[best], values[best])
  }
}
