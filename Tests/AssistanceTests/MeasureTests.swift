import LabourMarket
import Testing

@testable import Assistance

@Suite struct MeasureTests {
  static let levers = [
    Lever(
      code: "job-fair", name: "", nameEN: "", groups: [.general, .skilled, .engineering], leadTimeMonths: 0,
      capacity: 300, capacityUnit: "", source: ""),
    Lever(
      code: "labour-sharing", name: "", nameEN: "", groups: [.general, .skilled], leadTimeMonths: 0, capacity: nil,
      capacityUnit: "", source: ""),
    Lever(
      code: "returnees", name: "", nameEN: "", groups: [.general, .skilled], leadTimeMonths: 1, capacity: 50_000,
      capacityUnit: "", source: ""),
    Lever(
      code: "order-class", name: "", nameEN: "", groups: [.skilled], leadTimeMonths: 9, capacity: 6000,
      capacityUnit: "", source: ""),
    Lever(
      code: "talent-campus", name: "", nameEN: "", groups: [.engineering], leadTimeMonths: 3, capacity: 20_000,
      capacityUnit: "", source: ""),
  ]

  static let prior = MeasureOutlook(rules: .standard, levers: levers)

  private func codes(_ need: Need) -> [String] {
    MeasureRules.standard.advice(need, levers: Self.levers, outlook: Self.prior).map(\.lever)
  }

  @Test func fitsGroupAndLeadTime() {
    let short = Need(group: .skilled, openings: 40, forecast: [30, 0.2, 0], surplusHere: 0, surplusCity: 0)
    #expect(codes(short) == ["job-fair", "returnees"])
    let engineers = Need(group: .engineering, openings: 40, forecast: [30, 20, 10], surplusHere: 0, surplusCity: 0)
    #expect(codes(engineers) == ["job-fair", "talent-campus"])
    #expect(codes(Need(group: .sales, openings: 40, forecast: [30], surplusHere: 0, surplusCity: 0)) == [])
    #expect(codes(Need(group: .skilled, openings: 0, forecast: [0, 0], surplusHere: 9, surplusCity: 9)) == [])
  }

  @Test func sharingNeedsASurplusAndClassesALastingGap() {
    let lasting = Need(group: .skilled, openings: 40, forecast: [40, 40, 40], surplusHere: 3, surplusCity: 80)
    let advice = MeasureRules.standard.advice(lasting, levers: Self.levers, outlook: Self.prior)
    #expect(advice.map(\.lever) == ["job-fair", "order-class", "returnees"])
    var rules = MeasureRules.standard
    rules.most = 9
    let all = rules.advice(lasting, levers: Self.levers, outlook: Self.prior)
    // Three persons of the region are not told; of the 77 elsewhere no more than the gap can be used.
    let sharing = all.first { $0.lever == "labour-sharing" }
    #expect(sharing?.reason == .surplusElsewhere && sharing?.persons == 40)
    #expect(
      MeasureRules.standard.advice(
        Need(group: nil, openings: 9, forecast: [9, 0, 0], surplusHere: 12, surplusCity: 80), levers: Self.levers,
        outlook: Self.prior
      ).first { $0.reason == .surplusHere }?.persons == 9)
  }
}
