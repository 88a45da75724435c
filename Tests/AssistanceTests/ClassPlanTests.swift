import LabourMarket
import Testing

@testable import Assistance

@Suite struct ClassPlanTests {
  // MARK: Seats

  /// All ways to give each want whole classes: the most seats, then the most for the first want, and so on.
  private func best(_ room: ClassSeats, _ wants: [Int], _ capacity: Int) -> [Int] {
    func options(_ want: Int) -> [Int] {
      [0]
        + (1...max(1, want)).filter { seats in
          seats <= want && (1...seats).contains { $0 * room.smallest <= seats && seats <= $0 * room.largest }
        }
    }
    var best: [Int] = wants.map { _ in 0 }
    func walk(_ index: Int, _ taken: [Int]) {
      guard taken.reduce(0, +) <= capacity else { return }
      if index == wants.count {
        let (a, b) = (taken.reduce(0, +), best.reduce(0, +))
        if a > b || (a == b && best.lexicographicallyPrecedes(taken)) { best = taken }
        return
      }
      for seats in options(wants[index]) { walk(index + 1, taken + [seats]) }
    }
    walk(0, [])
    return best
  }

  @Test(arguments: 1...80) func noWayUsesMoreSeats(seed: Int) {
    var random = LabourSharingTests.SplitMix(state: UInt64(seed))
    let smallest = 2 + random.next(4)
    let room = ClassSeats(smallest: smallest, largest: smallest + random.next(4))
    let wants = (0..<(1 + random.next(4))).map { _ in random.next(22) }
    let capacity = random.next(50)
    let seats = room.seats(wants, capacity: capacity)
    #expect(seats == best(room, wants, capacity), "seed \(seed): \(room) \(wants) \(capacity)")
    for (taken, want) in zip(seats, wants) {
      let classes = room.classes(taken)
      #expect(taken <= want && classes.reduce(0, +) == taken)
      #expect(classes.allSatisfy { ($0 >= room.smallest && $0 <= room.largest) }, "seed \(seed): \(classes)")
    }
  }

  @Test func classesAreWhole() {
    let room = ClassSeats(smallest: 30, largest: 50)
    // 29 fill none; 55 fill one of 50, since two would need 60; 61 fill two.
    #expect(room.seats([29, 30, 55, 61, 149], capacity: nil) == [0, 30, 50, 61, 149])
    #expect(room.classes(61) == [31, 30] && room.classes(149) == [50, 50, 49] && room.classes(0) == [])
    // 100 seats: 61 and 39 for the larger ones leave none over; 30 + 61 would waste nine.
    #expect(room.seats([61, 55, 30], capacity: 100) == [61, 39, 0])
    #expect(room.seats([40], capacity: 29) == [0])
  }

  // MARK: Plan

  private static let start = Month(year: 2022, month: 1)
  private static let order = ClassPlan.Measure(code: "order-class", groups: [.skilled], leadTimeMonths: 9, left: 6000)
  private static let training = ClassPlan.Measure(
    code: "training", groups: [.skilled, .general], leadTimeMonths: 2, left: 35_000)

  private func gap(
    _ region: String, _ occupation: String, _ group: OfficerGroup, past: [Double], ahead: [Double],
    arrivals: [Month: Double] = [:]
  ) -> GapHistory {
    GapHistory(
      region: region, occupation: OccupationCode(rawValue: occupation), group: group, past: past, ahead: ahead,
      arrivals: arrivals)
  }
  private func steady(_ gap: Double) -> [Double] { [Double](repeating: gap, count: 6) }

  private func plan(_ gaps: [GapHistory], _ measures: [ClassPlan.Measure] = [order, training]) -> [ClassProposal] {
    ClassPlan(rules: ClassRules(), measures: measures, night: Self.start, asOf: Self.start - 1).proposals(gaps)
  }

  @Test func oneGapIsWorkedOutByHand() {
    // Least observed 90, least expected 84.6: 84 last. Of 20 who arrive in August 14 come (× 0.7); those in March are
    // in the forecast already, and those in November come after the classes end in October. 70 are to be prepared: 82
    // seats (70 ÷ 0.85 = 82.4), two classes of 41, of whom 69 graduate.
    let found = plan([
      gap(
        "1", "6-04", .skilled, past: [5, 95, 90, 99, 120, 91, 100], ahead: [100, 90, 84.6, 88, 95, 99],
        arrivals: [Self.start + 2: 50, Self.start + 7: 20, Self.start + 10: 40])
    ])
    #expect(found.count == 1)
    let proposal = found.first
    #expect(proposal?.past == 90 && proposal?.ahead == 84 && proposal?.structural == 84)
    #expect(proposal?.arriving == 14 && proposal?.need == 70 && proposal?.measure == "order-class")
    #expect(proposal?.classes == [41, 41] && proposal?.graduates == 69 && proposal?.left == 1)
    #expect(proposal?.end == Self.start + 9 && proposal?.capacityLeft == 5918 && proposal?.reason == .opened)
  }

  @Test func whatDoesNotLastIsNotStructural() {
    #expect(plan([gap("1", "6-04", .skilled, past: [90, 90, 3, 90, 90, 90], ahead: steady(90))]) == [])
    #expect(plan([gap("1", "6-04", .skilled, past: steady(90), ahead: [90, 90, 90, 90, 90, 4.9])]) == [])
    #expect(plan([gap("1", "6-04", .skilled, past: [90, 90], ahead: steady(90))]) == [])
    #expect(plan([gap("1", "6-04", .skilled, past: steady(90), ahead: [90, 90])]) == [])
  }

  @Test func regionsThatFillNoClassOpenOneTogether() {
    let found = plan([
      gap("1", "6-04", .skilled, past: steady(20), ahead: steady(20)),
      gap("2", "6-04", .skilled, past: steady(14), ahead: steady(14)),
      gap("3", "6-04", .skilled, past: steady(40), ahead: steady(40)),
      gap("1", "6-05", .skilled, past: steady(10), ahead: steady(10)),
      gap("1", "3-01", .management, past: steady(60), ahead: steady(60)),
    ])
    // Region 3 has a class of its own: 47 seats, 39 graduates. 1 and 2 together: 34 persons, 40 seats, 34 graduates.
    #expect(found.map(\.reason) == [.opened, .pooled, .unsuited, .joined, .joined, .tooFew])
    #expect(found[0].region == "3" && found[0].classes == [47] && found[0].graduates == 39 && found[0].left == 1)
    #expect(found[1].region == "" && found[1].regions == ["1", "2"] && found[1].classes == [40])
    #expect(found[1].graduates == 34 && found[1].left == 0 && found[3].left == 0)
    #expect(found[5].left == 10)
  }

  @Test func theNextMeasureTakesWhatTheFirstCannot() {
    let scarce = ClassPlan.Measure(code: "order-class", groups: [.skilled], leadTimeMonths: 9, left: 60)
    let found = plan(
      [
        gap("1", "6-04", .skilled, past: steady(170), ahead: steady(170)),
        gap("2", "6-31", .general, past: steady(34), ahead: steady(34)),
      ], [scarce, Self.training])
    // 60 seats of order classes, 51 graduates; 119 are left, 140 seats of training. The general ones have training
    // only.
    #expect(found.map(\.measure) == ["order-class", "training", "training"])
    #expect(found[0].classes == [30, 30] && found[0].left == 119 && found[0].capacityLeft == 0)
    #expect(found[1].need == 119 && found[1].prepared == 51 && found[1].classes == [47, 47, 46] && found[1].left == 0)
    #expect(found[2].region == "2" && found[2].end == Self.start + 2 && found[2].capacityLeft == 35_000 - 180)
    let none = plan(
      [gap("1", "6-04", .skilled, past: steady(170), ahead: steady(170))],
      [ClassPlan.Measure(code: "order-class", groups: [.skilled], leadTimeMonths: 9, left: 29)])
    #expect(none.map(\.reason) == [.exhausted] && none[0].left == 170)
  }

  @Test func whoArrivesCanBeEnoughAndFewAreNotCounted() {
    let enough = plan([
      gap("1", "6-04", .skilled, past: steady(50), ahead: steady(50), arrivals: [Self.start + 6: 90])
    ])
    #expect(enough.map(\.reason) == [.covered] && enough[0].arriving == 63 && enough[0].left == 0)
    let few = plan([gap("1", "6-04", .skilled, past: steady(50), ahead: steady(50), arrivals: [Self.start + 6: 6])])
    #expect(few[0].arriving == 0 && few[0].need == 50)
  }

  /// Whatever is drawn: nobody is prepared twice, no capacity is passed, and no class is too small or too large.
  @Test(arguments: 1...40) func plansKeepTheirBounds(seed: Int) {
    var random = LabourSharingTests.SplitMix(state: UInt64(seed))
    let groups: [OfficerGroup] = [.skilled, .general, .engineering]
    let gaps = (0..<12).map { index -> GapHistory in
      let gap = Double(random.next(160))
      return self.gap(
        "\(index % 4)", "6-0\(index / 4)", groups[index / 4], past: steady(gap),
        ahead: steady(gap + Double(random.next(9))))
    }
    let left = [random.next(200), random.next(300)]
    let measures = [
      ClassPlan.Measure(code: "order-class", groups: [.skilled], leadTimeMonths: 9, left: left[0]),
      ClassPlan.Measure(code: "training", groups: [.skilled, .general], leadTimeMonths: 2, left: left[1]),
    ]
    let found = plan(gaps, measures)
    for (measure, capacity) in zip(measures, left) {
      let seats = found.filter { $0.measure == measure.code }.flatMap(\.classes)
      #expect(seats.reduce(0, +) <= capacity && seats.allSatisfy { (30...50).contains($0) }, "seed \(seed)")
    }
    for occupation in Set(gaps.map(\.occupation)) {
      let structural = gaps.filter { $0.occupation == occupation }.reduce(0) { $0 + Int($1.past[0]) }
      let graduates = found.filter { $0.occupation == occupation }.reduce(0) { $0 + $1.graduates }
      #expect(graduates <= structural, "seed \(seed)")
    }
    let opened = found.filter { $0.reason == .joined }.map { ($0.occupation, $0.region) }
    for (occupation, region) in opened {
      #expect(found.contains { $0.reason == .pooled && $0.occupation == occupation && $0.regions.contains(region) })
      #expect(!found.contains { $0.reason == .opened && $0.occupation == occupation && $0.region == region })
    }
    for gap in gaps where gap.past[0] >= 5 {
      #expect(found.contains { $0.occupation == gap.occupation && $0.regions.contains(gap.region) }, "seed \(seed)")
    }
  }
}
