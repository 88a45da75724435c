import LabourMarket
import Testing

@testable import Assistance

@Suite struct LevelTests {
  /// The defaults of the domain, corner by corner: P(exceed), openings, forecast, employed, level.
  @Test(
    arguments: [
      (0.80, 0.0, 500.0, 1e6, AlertLevel.red), (0.799, 0, 500, 1e6, .orange), (0.80, 0, 499, 1e6, .orange),
      (0.80, 15, 0, 85, .red), (0.80, 14.9, 0, 85.1, .orange), (0.60, 300, 10, 1e6, .orange),
      (0.60, 10, 10, 90, .orange),
      (0.40, 5, 5, 95, .yellow), (0.40, 100, 0, 1e6, .yellow), (0.40, 99, 0, 1e6, .blue), (0.20, 1, 1, 1e6, .blue),
      (0.199, 5000, 5000, 10, .none), (1.0, 0, 0, 100, .none),
    ] as [(Double, Double, Double, Double, AlertLevel)])
  func defaults(exceedance: Double, openings: Double, forecast: Double, employed: Double, level: AlertLevel) {
    let evidence = LevelEvidence(exceedance: exceedance, openings: openings, forecast: forecast, employed: employed)
    #expect(LevelRules.standard.level(evidence) == level)
  }

  @Test func unknownEmploymentLeavesTheGap() {
    let small = LevelEvidence(exceedance: 1, openings: 99, forecast: 0, employed: nil)
    #expect(LevelRules.standard.level(small) == .blue)
    let large = LevelEvidence(exceedance: 1, openings: 500, forecast: 0, employed: nil)
    #expect(LevelRules.standard.level(large) == .red)
  }

  @Test func aKeyFirmsMissingDataGiveBlue() {
    let evidence = LevelEvidence(
      exceedance: 0, openings: 0, forecast: 0, employed: nil, quality: ["imputed", "key_firm_missing"])
    #expect(LevelRules.standard.level(evidence) == .blue)
  }

  @Test func aRateCountsFromItsLeastGap() {
    var rules = LevelRules.standard
    rules.rateNeedsGap = 5
    #expect(rules.level(LevelEvidence(exceedance: 1, openings: 4, forecast: 4, employed: 4)) == .blue)
    #expect(rules.level(LevelEvidence(exceedance: 1, openings: 5, forecast: 4, employed: 5)) == .red)
  }

  @Test func mainCausePrefersWhatIsNew() {
    let new = MainCause(drivers: [("carried_over", 40), ("planned", 25), ("replacement", 5), ("fills", -30)])
    #expect(new?.driver == "planned")
    #expect(new?.share == 25.0 / 70)
    #expect(MainCause(drivers: [("carried_over", 61), ("planned", 25), ("replacement", 5)])?.driver == "carried_over")
    #expect(MainCause(drivers: [("fills", -3)]) == nil)
    #expect(MainCause(drivers: [("b", 3), ("a", 3)])?.driver == "a")
  }
}
