import Testing

@testable import Assistance

@Suite struct LabourSharingTests {
  /// SplitMix64 (Steele et al. 2014), so that the independent solver can draw the same problems.
  struct SplitMix {
    var state: UInt64
    mutating func next(_ bound: UInt64) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Int((z ^ (z >> 31)) % bound)
    }
  }

  static func problem(_ seed: UInt64, _ rows: Int, _ columns: Int) -> (offers: [Int], wants: [Int], costs: [[Int?]]) {
    var random = SplitMix(state: seed)
    let offers = (0..<rows).map { _ in random.next(20) }
    let wants = (0..<columns).map { _ in random.next(20) }
    let costs = (0..<rows).map { _ in (0..<columns).map { _ in random.next(4) == 0 ? nil : random.next(100) } }
    return (offers, wants, costs)
  }

  /// Most persons and least cost as scipy 1.x finds them (`scipy.optimize.linprog`, method `highs`, on the same draws).
  @Test(arguments: [
    (1, 6, 7, 58, 2407), (2, 12, 9, 93, 796), (3, 20, 30, 193, 905), (4, 40, 25, 176, 708), (5, 60, 60, 541, 1922),
  ])
  func agreesWithAnIndependentSolver(seed: Int, rows: Int, columns: Int, persons: Int, cost: Int) {
    let (offers, wants, costs) = Self.problem(UInt64(seed), rows, columns)
    let sharing = LabourSharing(offers: offers, wants: wants) { costs[$0][$1] }
    let plan = sharing.plan()
    #expect(plan.reduce(0) { $0 + $1.persons } == persons)
    #expect(sharing.cost(plan) == cost)
    for (index, offer) in offers.enumerated() {
      #expect(plan.filter { $0.offer == index }.reduce(0) { $0 + $1.persons } <= offer)
    }
    for (index, want) in wants.enumerated() {
      #expect(plan.filter { $0.want == index }.reduce(0) { $0 + $1.persons } <= want)
    }
    #expect(plan.allSatisfy { $0.persons > 0 && costs[$0.offer][$0.want] != nil })
  }

  @Test func aCheaperLaterOfferTakesThePlace() {
    let sharing = LabourSharing(offers: [3, 3], wants: [3]) { offer, _ in offer == 0 ? 10 : 1 }
    #expect(sharing.plan() == [.init(offer: 1, want: 0, persons: 3)])
  }

  @Test func nothingToShareIsNoPlan() {
    #expect(LabourSharing(offers: [], wants: [5]) { _, _ in 1 }.plan() == [])
    #expect(LabourSharing(offers: [5], wants: []) { _, _ in 1 }.plan() == [])
    #expect(LabourSharing(offers: [5], wants: [5]) { _, _ in nil }.plan() == [])
  }
}
