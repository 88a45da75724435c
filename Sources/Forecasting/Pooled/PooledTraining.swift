import Glibc

/// Training of the pooled regression for one horizon.
struct PooledTraining {
  struct Result: Sendable {
    var coefficients: [[Double]]
    var weights: [Double]
    var rows: Int
    var used: [PooledRegression.Part]
  }

  let sample: [PooledSeries]
  let features: PooledFeatures
  let horizon: Int
  let maximumHorizon: Int
  let options: PooledRegression.Options
  private let p: Int

  /// Row-major features, standardised once ``standardise()`` has run.
  private var x: [Double] = []
  private var y: [Double] = []
  /// Age of each row's target and its series.
  private var age: [Int32] = []
  private var owner: [Int32] = []
  private var deviation: [Double] = []
  /// Weights of rows, one list a loss.
  private var losses: [[Double]] = []

  init(
    sample: [PooledSeries], features: PooledFeatures, horizon: Int, maximumHorizon: Int,
    options: PooledRegression.Options
  ) {
    self.maximumHorizon = maximumHorizon
    self.sample = sample
    self.features = features
    p = features.count
    self.horizon = horizon
    self.options = options
  }

  /// Builds the rows, finds robust weights, then the coefficients at every rolling origin and at the end.
  mutating func run() -> Result {
    buildRows()
    standardise()
    setRobustWeights()
    return rollingFits()
  }

  private mutating func buildRows() {
    let features = self.features
    let horizon = self.horizon
    let first = features.firstTrainingOrigin(horizon)
    let total = sample.reduce(0) { $0 + Swift.max(0, $1.z.count - horizon - first) }
    x = [Double](repeating: 0, count: total * p)
    y.reserveCapacity(total)
    age.reserveCapacity(total)
    owner.reserveCapacity(total)
    let p = self.p
    var row = 0
    x.withUnsafeMutableBufferPointer { target in
      for (i, s) in sample.enumerated() where s.z.count > horizon + first {
        s.withView { view in
          guard let x0 = target.baseAddress else { return }
          for t in first..<(view.count - horizon) {
            features.write(
              view, origin: t, horizon: horizon, calendar: s.calendar, group: s.group, into: x0 + row * p)
            y.append(PooledFeatures.cut(view.z[t + horizon] - view.z[t]))
            age.append(Int32(view.count - 1 - t - horizon))
            owner.append(Int32(i))
            row += 1
          }
        }
      }
    }
  }

  private mutating func standardise() {
    var sums = [Double](repeating: 0, count: p)
    var total = 0.0
    for r in y.indices {
      let w = pow(0.98, Double(age[r]))
      total += w
      for j in 0..<p { sums[j] += w * x[r * p + j] * x[r * p + j] }
    }
    deviation = sums.map { total > 0 && $0 / total > 1e-18 ? sqrt($0 / total) : 1 }
    let p = self.p
    x.withUnsafeMutableBufferPointer { x in
      deviation.withUnsafeBufferPointer { deviation in
        for r in 0..<(x.count / p) {
          for j in 0..<p { x[r * p + j] /= deviation[j] }
        }
      }
    }
  }

  /// The value the coefficients are shrunk to, in standardised units.
  private func prior(_ strength: Double) -> [Double] {
    var out = [Double](repeating: 0, count: p)
    out[PooledFeatures.seasonalMovement] = strength * deviation[PooledFeatures.seasonalMovement]
    return out
  }

  private func penalty(_ each: Double) -> [Double] {
    [Double](repeating: each * (Double(sample.count) + 20), count: p)
  }

  /// Finds the weights of two robust losses. The strict one is near least absolute deviations, with every series weighted by the
  /// inverse of its own mean absolute residual; the mild one leaves all but outliers at their squares and series as they are.
  private mutating func setRobustWeights() {
    let n = y.count
    var weight = [Double](repeating: 1, count: n)
    losses = [weight]
    guard n > 0, options.parts.contains(.robust) else { return }
    let recency = age.map { pow(0.98, Double($0)) }
    var residual = [Double](repeating: 0, count: n)
    for _ in 0..<4 {
      var gram = [Double](repeating: 0, count: p * p)
      var moment = [Double](repeating: 0, count: p)
      for r in 0..<n { accumulate(r, weight[r] * recency[r], &gram, &moment) }
      mirror(&gram)
      let b = LinearAlgebra.ridge(gram: gram, moment: moment, penalty: penalty(1), prior: prior(1))
      var sums = [Double](repeating: 0, count: sample.count)
      var totals = sums
      for r in 0..<n {
        residual[r] = y[r] - dot(r, b)
        sums[Int(owner[r])] += recency[r] * Swift.abs(residual[r])
        totals[Int(owner[r])] += recency[r]
      }
      var scales = zip(sums, totals).map { $1 > 0 ? $0 / $1 : 0 }
      let present = totals.count { $0 > 0 }
      let average = Swift.max(scales.reduce(0, +) / Double(Swift.max(present, 1)), 1e-12)
      for i in scales.indices { scales[i] = 0.8 * scales[i] + 0.2 * average }
      var mild = weight
      for r in 0..<n {
        let scale = scales[Int(owner[r])]
        weight[r] = average / scale / Swift.max(1, Swift.abs(residual[r]) / (0.625 * scale))
        mild[r] = 1 / Swift.max(1, Swift.abs(residual[r]) / (4 * scale))
      }
      losses = [weight, mild]
    }
  }

  /// Adds one weighted row to the upper triangle of the normal equations.
  @inline(__always)
  private func accumulate(_ r: Int, _ w: Double, _ gram: inout [Double], _ moment: inout [Double]) {
    let p = self.p
    x.withUnsafeBufferPointer { x in
      gram.withUnsafeMutableBufferPointer { gram in
        moment.withUnsafeMutableBufferPointer { moment in
          let row = r * p
          let target = w * y[r]
          for i in 0..<p {
            let a = w * x[row + i]
            moment[i] += target * x[row + i]
            for j in i..<p { gram[i * p + j] += a * x[row + j] }
          }
        }
      }
    }
  }

  private func mirror(_ gram: inout [Double]) {
    for i in 0..<p {
      for j in 0..<i { gram[i * p + j] = gram[j * p + i] }
    }
  }

  @inline(__always) private func dot(_ r: Int, _ b: [Double]) -> Double {
    var sum = 0.0
    let row = r * p
    for j in 0..<p { sum += x[row + j] * b[j] }
    return sum
  }

  /// Fits every setting at every rolling origin, weighs the settings by their errors, and averages their coefficients.
  private func rollingFits() -> Result {
    let settings = options.decays.count * options.penalties.count * options.priors.count
    let slots = options.origins + maximumHorizon + 1
    guard !y.isEmpty else { return Result(coefficients: [], weights: [], rows: 0, used: []) }
    let oldest = Int(age.max() ?? 0)
    var byAge = [[Int]](repeating: [], count: oldest + 1)
    for r in y.indices { byAge[Int(age[r])].append(r) }
    let sums = losses.map { normalEquations($0, byAge: byAge) }
    let blocks = features.blocks
    var best: (fits: [[[Double]]], weights: [Double], error: Double, used: [PooledRegression.Part])?
    for mask in 0..<(1 << blocks.count) {
      let out = blocks.indices.filter { mask & (1 << $0) == 0 }.flatMap { Array(blocks[$0].features) }
      let fits = sums.flatMap {
        rollingSolves($0.grams, $0.moments, without: out, settings: settings, slots: slots)
      }
      let (weights, error) = settingWeights(fits, byAge: byAge)
      let cost = error * (1 + PooledTraining.blockCost * Double(mask.nonzeroBitCount))
      if cost < best?.error ?? .infinity {
        best = (fits, weights, cost, blocks.indices.filter { mask & (1 << $0) != 0 }.map { blocks[$0].part })
      }
    }
    guard let best else { return Result(coefficients: [], weights: [], rows: 0, used: []) }
    var coefficients = [[Double]](repeating: [Double](repeating: 0, count: p), count: slots)
    for slot in 0..<slots {
      for (k, w) in best.weights.enumerated() {
        for j in 0..<p { coefficients[slot][j] += w * best.fits[k][slot][j] / deviation[j] }
      }
    }
    return Result(coefficients: coefficients, weights: best.weights, rows: y.count, used: best.used)
  }

  /// The share by which a block of features must lower the rolling error to be used.
  private static let blockCost = 0.01

  /// Normal equations of the rows of every age.
  private func normalEquations(_ weight: [Double], byAge: [[Int]]) -> (grams: [[Double]], moments: [[Double]]) {
    var grams = [[Double]](repeating: [Double](repeating: 0, count: p * p), count: byAge.count)
    var moments = [[Double]](repeating: [Double](repeating: 0, count: p), count: byAge.count)
    for a in byAge.indices {
      for r in byAge[a] { accumulate(r, weight[r], &grams[a], &moments[a]) }
    }
    return (grams, moments)
  }

  /// The regression of every setting at every rolling origin and at the end, some features left out.
  private func rollingSolves(
    _ grams: [[Double]], _ moments: [[Double]], without out: [Int], settings: Int, slots: Int
  ) -> [[[Double]]] {
    let oldest = grams.count - 1
    var fits = [[[Double]]](repeating: [[Double]](repeating: prior(1), count: slots), count: settings)
    var k = 0
    for decay in options.decays {
      var gram = [Double](repeating: 0, count: p * p)
      var moment = [Double](repeating: 0, count: p)
      for a in stride(from: oldest, through: 0, by: -1) {
        for j in 0..<(p * p) { gram[j] = gram[j] * decay + grams[a][j] }
        for j in 0..<p { moment[j] = moment[j] * decay + moments[a][j] }
        let slot = a == 0 ? 0 : a - horizon + 1
        guard slot == 0 || (slot >= 1 && slot < slots) else { continue }
        var full = gram
        mirror(&full)
        var right = moment
        for i in out {
          for j in 0..<p {
            full[i * p + j] = 0
            full[j * p + i] = 0
          }
          full[i * p + i] = 1
          right[i] = 0
        }
        solve(full, right, slot: slot, first: k, into: &fits)
      }
      k += options.penalties.count * options.priors.count
    }
    return fits
  }

  /// Solves all penalties and priors of one origin.
  private func solve(_ gram: [Double], _ moment: [Double], slot: Int, first: Int, into fits: inout [[[Double]]]) {
    var k = first
    for each in options.penalties {
      let ridge = penalty(each)
      var a = gram
      for i in 0..<p { a[i * p + i] += ridge[i] }
      let factor = LinearAlgebra.cholesky(a, n: p)
      for strength in options.priors {
        let centre = prior(strength)
        var b = moment
        for i in 0..<p { b[i] += ridge[i] * centre[i] }
        fits[k][slot] = LinearAlgebra.solve(factor: factor, b)
        k += 1
      }
    }
  }

  /// Shares of the settings — inverse rolling error to the twelfth power, which leaves near ties near equal — and their mean error.
  private func settingWeights(_ fits: [[[Double]]], byAge: [[Int]]) -> (weights: [Double], error: Double) {
    var errors = [Double](repeating: 0, count: fits.count)
    var total = 0.0
    for a in 0..<Swift.min(options.origins, byAge.count) {
      let slot = a + 1
      let w = pow(options.errorDecay, Double(a))
      for r in byAge[a] {
        total += w
        for k in fits.indices { errors[k] += w * Swift.min(Swift.abs(y[r] - dot(r, fits[k][slot])), 20) }
      }
    }
    guard total > 0, let best = errors.min(), best > 0 else {
      return ([Double](repeating: 1 / Double(fits.count), count: fits.count), 0)
    }
    let raw = errors.map { pow(best / $0, 12) }
    let sum = raw.reduce(0, +)
    let weights = raw.map { $0 / sum }
    return (weights, zip(weights, errors).reduce(0) { $0 + $1.0 * $1.1 } / total)
  }
}
