import LabourMarket
import Testing

@testable import Assistance

/// Expected numbers are worked out by hand beside the tests.
@Suite struct MeasureOutlookTests {
  private let levers = MeasureTests.levers
  private func month(_ text: String) -> Month { Month(text) ?? Month(ordinal: 0) }
  private func isNear(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-9 } ?? false }

  @Test func withoutEvidenceTheSharesAreTheNationalOnes() {
    let outlook = MeasureOutlook(rules: .standard, levers: levers)
    // Two measures of recruiting share 0.64; the others stand alone in their kind.
    #expect(isNear(outlook.states["job-fair"]?.share, 0.32) && isNear(outlook.states["talent-campus"]?.share, 0.32))
    #expect(isNear(outlook.states["returnees"]?.share, 0.27) && isNear(outlook.states["labour-sharing"]?.share, 0.08))
    #expect(isNear(outlook.share(of: .recruiting), 0.64) && isNear(outlook.share(of: .training), 0.01))
    #expect(outlook.closure == 0.6)
  }

  @Test func closedCasesMoveThem() {
    let cases = [
      ClosedCase(measure: "returnees", hired: 60, gap: 100), ClosedCase(measure: "returnees", hired: 40, gap: 50),
      ClosedCase(measure: "job-fair", hired: 20, gap: 20), ClosedCase(measure: "labour-sharing", hired: 4, gap: nil),
      ClosedCase(measure: nil, hired: 30, gap: 10),
    ]
    let outlook = MeasureOutlook(rules: .standard, levers: levers, cases: cases)
    // Prior of 300 persons: returnees 81 + 100, fairs 96 + 20, of 300 + 120; four persons lent are not used.
    #expect(isNear(outlook.states["returnees"]?.share, 181.0 / 420))
    #expect(isNear(outlook.states["job-fair"]?.share, 116.0 / 420))
    #expect(isNear(outlook.states["labour-sharing"]?.share, 24.0 / 420) && outlook.states["labour-sharing"]?.cases == 0)
    // Closed: 60 of 100, 40 of 50, 20 of 20, and 10 of 10 (no more than the gap): (180 + 130) / (300 + 180).
    #expect(isNear(outlook.closure, 310.0 / 480))
    #expect(isNear(outlook.states.values.reduce(0) { $0 + $1.share }, 1))
  }

  @Test func reportsCompareOnlyWhatIsReported() {
    let outlook = MeasureOutlook(
      rules: .standard, levers: levers, cases: [ClosedCase(measure: "returnees", hired: 100, gap: nil)],
      reported: ["job-fair": 900, "returnees": 100])
    // Parameters 96 and 81 + 100 of 400 in all: both together keep 277/400, split 996 : 281.
    #expect(isNear(outlook.states["job-fair"]?.share, 277.0 / 400 * 996 / 1277))
    #expect(isNear(outlook.states["returnees"]?.share, 277.0 / 400 * 281 / 1277))
    #expect(isNear(outlook.states["talent-campus"]?.share, 96.0 / 400))
    // One measure alone compares with nothing.
    let alone = MeasureOutlook(rules: .standard, levers: levers, reported: ["job-fair": 90_000])
    #expect(isNear(alone.states["job-fair"]?.share, 0.32))
  }

  @Test func effectsStayWithinTheGapAndWhatIsLeft() {
    let capacity = MeasureCapacity(unit: .persons, year: 50, used: 42)
    let outlook = MeasureOutlook(
      rules: .standard, levers: levers,
      capacities: ["returnees": capacity, "job-fair": MeasureCapacity(unit: .sessions, year: 300, used: 299)])
    let need = Need(group: .skilled, openings: 100, forecast: [90, 80, 70], surplusHere: 0, surplusCity: 0)
    let advice = MeasureRules.standard.advice(need, levers: levers, outlook: outlook)
    #expect(advice.map(\.lever) == ["job-fair", "returnees"])
    // Fairs 0.32 of 0.59: 100 × 0.6 × 0.32 / 0.59; returnees would be 90 × 0.6 × 0.27 / 0.59 = 24.7, and 8 are left.
    #expect(isNear(advice[0].effect, 60 * 0.32 / 0.59) && advice[0].left == 1)
    #expect(advice[1].effect == 8 && advice[1].gap == 90)
    #expect(advice.reduce(0) { $0 + $1.effect } <= 100)
    let none = MeasureOutlook(
      rules: .standard, levers: levers, capacities: ["returnees": MeasureCapacity(unit: .persons, year: 50, used: 50)])
    #expect(MeasureRules.standard.advice(need, levers: levers, outlook: none).map(\.lever) == ["job-fair"])
  }

  @Test func whatHelpedMoreComesFirst() {
    let outlook = MeasureOutlook(
      rules: .standard, levers: levers, cases: [ClosedCase(measure: "returnees", hired: 400, gap: 400)])
    let need = Need(group: .skilled, openings: 100, forecast: [90, 80, 70], surplusHere: 0, surplusCity: 0)
    #expect(
      MeasureRules.standard.advice(need, levers: levers, outlook: outlook).map(\.lever) == ["returnees", "job-fair"])
  }

  @Test func countsGrowEvenlyBetweenReports() {
    // From January 2021: 120 by December; 120 → 150 over January to March 2022.
    let count = RunningCount([(month("2022-03"), 150), (month("2021-12"), 120)], since: month("2021-01"))
    #expect(isNear(count.growth(month("2021-07")...month("2021-12")), 60))
    #expect(isNear(count.growth(month("2022-01")...month("2022-12")), 30))
    #expect(isNear(count.growth(month("2022-03")...month("2022-03")), 10))
    #expect(count.growth(month("2023-01")...month("2023-12")) == 0)
    // A count of the year begins anew in January, and so does one that fell.
    let yearly = RunningCount([(month("2021-11"), 100), (month("2022-02"), 120)], since: nil)
    #expect(isNear(yearly.growth(month("2022-01")...month("2022-12")), 120))
    let fallen = RunningCount([(month("2021-11"), 100), (month("2022-02"), 20)], since: month("2021-01"))
    #expect(isNear(fallen.growth(month("2022-01")...month("2022-12")), 20))
    #expect(isNear(fallen.growth(month("2021-12")...month("2021-12")), 0))
  }

  private func lever(_ capacity: Double?, _ unit: String) -> Lever {
    Lever(
      code: "x", name: "", nameEN: "", groups: [.skilled], leadTimeMonths: 0, capacity: capacity, capacityUnit: unit,
      source: "")
  }

  @Test func capacitiesAreThoseOfTheYear() {
    let yearly = MeasureCapacity(
      lever(6000, "persons a year in at least 200 classes"), year: 2022, usedBefore: 9, used: 10)
    #expect(yearly.unit == .persons && yearly.left == 5990)
    // 100,000 by 2023, 40,000 used by the end of 2021: 30,000 for each of two years.
    let total = MeasureCapacity(lever(100_000, "person-times by 2023"), year: 2022, usedBefore: 40_000, used: 12_000)
    #expect(total.unit == .personTimes && total.year == 30_000 && total.left == 18_000)
    let last = MeasureCapacity(
      lever(1000, "persons by 2023 (the plan also says 1500)"), year: 2023, usedBefore: 1200, used: 0)
    #expect(last.left == 0)
    let over = MeasureCapacity(lever(1000, "persons by 2023"), year: 2024, usedBefore: 100, used: 0)
    #expect(over.left == nil && over.isOver)
    #expect(MeasureCapacity(lever(nil, ""), year: 2022, usedBefore: 0, used: 3).left == nil)
    #expect(MeasureCapacity(unit: .sessions, year: 300, used: 310).left == 0)
  }
}
