import Testing

@testable import Shortfall

/// Expected coefficients: iteratively reweighted ridge least squares of the same data written anew in numpy 2.4 (`numpy.linalg.solve` on dense
/// designs whose walk columns are summed beforehand, steps of the walk reweighted for Student's t), eight steps from the same start.
@Suite struct EvidenceRegressionTests {
  private static let counts: [Double] = [3, 5, 4, 8, 6, 9, 7, 12, 10, 15, 11, 18]
  private static let exposure: [Double] = [9, 11, 10, 14, 12, 15, 13, 20, 17, 22, 19, 25]

  private func fit(_ family: EvidenceRegression.Family) -> [Double] {
    let regression = EvidenceRegression(
      family: family, groups: [-1, 0, 1, 1, 2, 2, 2], initial: [0.5, 0.1, 0.02], walks: [4..<7])
    var data = EvidenceRegression.Data(rows: SparseRows(width: 4, columns: 7))
    for t in 0..<12 {
      let row: [(column: Int, value: Double)] = [(0, 1), (1, Double(t) / 5), (2 + t % 2, 1), (4 + t / 4, 1)]
      row.withUnsafeBufferPointer { data.rows.append($0) }
      data.response.append(Self.counts[t])
      data.exposure.append(Self.exposure[t])
      data.weight.append(1)
    }
    return regression.fit(data, iterations: 8, learns: false).coefficients
  }

  @Test func countsAgreeWithNumpy() {
    let expected = [1.4929740092, 0.55141371682, -0.12595188726, 0.12595203656, 0.0, 0.0087155612601, 0.015712541514]
    for (own, other) in zip(fit(.counts), expected) { #expect(abs(own - other) < 1e-6, "\(own) against \(other)") }
  }

  @Test func sharesAgreeWithNumpy() {
    let expected = [
      -0.57414516714, 0.30911178238, -0.097439212969, 0.097439174693, 0.0, 0.0081957337038, 0.011334334895,
    ]
    for (own, other) in zip(fit(.shares), expected) { #expect(abs(own - other) < 1e-6, "\(own) against \(other)") }
  }

  /// A year at 100, a year at 40, a tenth of noise: the walk jumps once and stays smooth. Expected: the greatest of the Poisson likelihood times Student's t with
  /// three degrees of freedom and variance 0.001 over the steps, by scipy 1.17 (`optimize.minimize`, L-BFGS-B) without any reweighting.
  @Test func aShockIsOneStepOfAWalk() {
    let counts: [Double] = [
      100, 110, 90, 105, 95, 100, 108, 92, 103, 97, 100, 100, 40, 44, 36, 42, 38, 40, 43, 37, 41, 39, 40, 40,
    ]
    let regression = EvidenceRegression(
      family: .counts, groups: [-1] + [Int](repeating: 0, count: 24), initial: [0.001], walks: [1..<25])
    var data = EvidenceRegression.Data(rows: SparseRows(width: 2, columns: 25))
    for t in 0..<24 {
      let row: [(column: Int, value: Double)] = [(0, 1), (1 + t, 1)]
      row.withUnsafeBufferPointer { data.rows.append($0) }
      data.response.append(counts[t])
      data.weight.append(1)
    }
    let flat = EvidenceRegression.Fit(
      coefficients: [4.2] + [Double](repeating: 0, count: 24), variances: [0.001], dispersion: 1, excess: 0)
    let level = regression.fit(data, start: flat, iterations: 60, learns: false).coefficients
    let expected = [
      (0, 4.6108405), (1, 0.0), (6, -0.0076967682), (11, -0.017438939), (12, -0.019787313), (13, -0.89993696),
      (24, -0.91886105),
    ]
    for (i, value) in expected { #expect(abs(level[i] - value) < 1e-5, "\(i): \(level[i]) against \(value)") }
  }

  @Test func whatIsUsualIsNotMovedByAShock() {
    let walk =
      [Double](repeating: 0.5, count: 6) + [Double](repeating: 0, count: 14) + [Double](repeating: -1, count: 10)
    #expect(EvidenceRegression.beyond(walk[...], newest: 24) == -1)
    #expect(EvidenceRegression.beyond(walk[...], newest: 10) == 0)
    #expect(EvidenceRegression.beyond([], newest: 24) == 0)
  }

  @Test func variancesOfWhatTheDataDoNotShowShrinkToNothing() {
    let regression = EvidenceRegression(family: .counts, groups: [-1, 0, 0], initial: [0.5])
    var data = EvidenceRegression.Data(rows: SparseRows(width: 2, columns: 3))
    for t in 0..<40 {
      let row: [(column: Int, value: Double)] = [(0, 1), (1 + t % 2, 1)]
      row.withUnsafeBufferPointer { data.rows.append($0) }
      data.response.append(20)
      data.weight.append(1)
    }
    let fit = regression.fit(data, iterations: 12, learns: true)
    #expect(fit.variances[0] < 0.01)
    #expect(abs(regression.mean(fit.coefficients[0] + fit.coefficients[1]) - 20) < 0.1)
  }
}
