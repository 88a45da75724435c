import LabourMarket
import Testing

@testable import Shortfall

@Suite struct IntervalModelTests {
  /// Chains that came at 0.4 and at 1.6 of what was forecast, as often each: nothing is known of the level, but nothing says that it is lower.
  private let shocked = IntervalModel(
    [
      (
        .chain,
        (0..<200).map { i in
          IntervalModel.Sample(forecast: 1000, actual: i % 2 == 0 ? 400 : 1600, horizon: 0)
        }
      )
    ], horizon: 1, widening: 1)

  /// Median of the negative binomial of mean 1,000 and variance 1.02 … 12 × 1,000 + 0.04 × 1,000² by scipy 1.17: 983 … 987; of variance
  /// 2 × 1,000 + 0.36 × 1,000²: 882.
  @Test func aWideSpreadDoesNotLowerTheMiddle() {
    let value = shocked.value([1_000_000], level: .chain, horizon: 0, threshold: 500)
    #expect((983...987).contains(value.p50))
    #expect(value.p10 < 600 && value.p90 > 1400)
  }

  @Test func aThresholdAtTheMiddleIsExceededInHalfOfTheCases() {
    let value = shocked.value([1_000_000], level: .chain, horizon: 0, threshold: 985)
    #expect(abs(value.pExceed - 0.5) < 0.005)
  }
}
