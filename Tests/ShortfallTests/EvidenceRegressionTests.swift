import Testing

@testable import Shortfall

/// Expected coefficients: iteratively reweighted ridge least squares of the same data written anew in numpy 2.4 (`numpy.linalg.solve` on dense
/// designs whose walk columns are summed beforehand), eight steps from the same start.
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
    let expected = [1.4930495617, 0.54893288333, -0.12611738875, 0.12611753806, 0.0, 0.011483687064, 0.020695407082]
    for (own, other) in zip(fit(.counts), expected) { #expect(abs(own - other) < 1e-6, "\(own) against \(other)") }
  }

  @Test func sharesAgreeWithNumpy() {
    let expected = [
      -0.57427337742, 0.30734704019, -0.097573332898, 0.097573294613, 0.0, 0.0107267142, 0.014889631065,
    ]
    for (own, other) in zip(fit(.shares), expected) { #expect(abs(own - other) < 1e-6, "\(own) against \(other)") }
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
