import LabourMarket
import Testing

@testable import Assistance

@Suite struct AlertLifeTests {
  static let start = CalendarDay(year: 2022, month: 1, day: 3)

  /// Walks through nights (day number, observed level) and returns the level and event after each.
  private func walk(_ nights: [(Int, AlertLevel)], _ life: AlertLife = AlertLife()) -> [(AlertLevel, AlertEventKind?)] {
    var state: AlertState?
    return nights.map { day, observed in
      let step = life.step(state, observed: observed, night: Self.start + day)
      state = step.state
      return (state?.level ?? .none, step.event)
    }
  }

  private func expect(
    _ nights: [(Int, AlertLevel)], _ wanted: [(AlertLevel, AlertEventKind?)],
    location: SourceLocation = #_sourceLocation
  ) {
    let got = walk(nights)
    for (index, (have, want)) in zip(got, wanted).enumerated() {
      #expect(have.0 == want.0 && have.1 == want.1, "night \(index)", sourceLocation: location)
    }
  }

  @Test func raisesAtOnceAndLowersAfterTwoCalmNights() {
    expect(
      [(0, .none), (1, .yellow), (2, .red), (3, .yellow), (4, .orange), (5, .none), (6, .none)],
      [
        (.none, nil), (.yellow, .opened), (.red, .raised), (.red, nil),
        // The highest level of the calm nights, not the newest one.
        (.orange, .lowered), (.orange, nil), (.orange, .lapsed),
      ])
  }

  @Test func aNightAtTheLevelEndsTheCalm() {
    expect(
      [(0, .red), (1, .blue), (2, .red), (3, .blue), (4, .blue)],
      [(.red, .opened), (.red, nil), (.red, nil), (.red, nil), (.blue, .lowered)])
  }

  @Test func theSameNightNeverCountsTwice() {
    expect(
      [(0, .red), (1, .blue), (1, .blue), (1, .none), (1, .blue), (2, .blue)],
      [(.red, .opened), (.red, nil), (.red, nil), (.red, nil), (.red, nil), (.blue, .lowered)])
    // It may raise.
    expect([(0, .blue), (0, .red)], [(.blue, .opened), (.red, .raised)])
  }

  @Test func anEarlierNightChangesNothing() {
    expect([(5, .blue), (2, .red), (6, .blue)], [(.blue, .opened), (.blue, nil), (.blue, nil)])
  }

  @Test func measuresThatRunKeepAnAlertUntilItsOutcome() {
    let life = AlertLife()
    var state = AlertState(
      openedOn: Self.start, level: .orange, status: .acting, calmPeriods: 1, calmLevel: .none,
      evaluatedFor: Self.start + 1)
    let step = life.step(state, observed: .none, night: Self.start + 2)
    #expect(step.event == .lowered)
    #expect(step.state?.level == .blue)
    #expect(step.state?.status == .acting)
    state.status = .claimed
    #expect(life.step(state, observed: .none, night: Self.start + 2).state?.status == .lapsed)
  }

  @Test func whatAnOfficerResolvedComesBackWhenGraverOrLater() {
    let life = AlertLife(calmNights: 2, reopenAfterDays: 14)
    let closed = AlertState(
      openedOn: Self.start, level: .orange, status: .resolved, evaluatedFor: Self.start + 3, closedOn: Self.start + 4)
    #expect(life.step(closed, observed: .orange, night: Self.start + 5).state?.status == .resolved)
    #expect(life.step(closed, observed: .red, night: Self.start + 5).event == .opened)
    #expect(life.step(closed, observed: .orange, night: Self.start + 18).event == .opened)
    #expect(life.step(closed, observed: .none, night: Self.start + 18).event == nil)
    var lapsed = closed
    lapsed.status = .lapsed
    #expect(life.step(lapsed, observed: .blue, night: Self.start + 5).event == .opened)
    // One alert a node and day.
    #expect(life.step(lapsed, observed: .blue, night: Self.start).event == nil)
  }

  /// Whatever the nights: the level never falls below what was seen on any of the last two evaluated nights.
  @Test(arguments: [UInt64(1), 2, 3, 4]) func neverLowerThanTheLastTwoNights(seed: UInt64) {
    var state: AlertState?
    var random = seed
    var seen: [AlertLevel] = []
    for day in 0..<500 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let observed = AlertLevel.allCases[Int(random >> 33) % 5]
      state = AlertLife().step(state, observed: observed, night: Self.start + day).state
      seen.append(observed)
      let level = (state?.status.isLive ?? false) ? state?.level ?? .none : .none
      #expect(level >= observed, "seed \(seed), day \(day)")
      let start = state?.openedOn ?? Self.start
      if let before = seen.dropLast().last, start < Self.start + day {
        #expect(level >= before, "seed \(seed), day \(day)")
      }
    }
  }

  @Test func officersActions() {
    #expect(OfficerAction.claim.applied(to: .open) == .claimed)
    #expect(OfficerAction.act.applied(to: .claimed) == .acting)
    #expect(OfficerAction.resolve.applied(to: .acting) == .resolved)
    #expect(OfficerAction.claim.applied(to: .resolved) == nil)
    #expect(OfficerAction.resolve.applied(to: .lapsed) == nil)
    #expect(OfficerAction.claim.applied(to: .acting) == nil)
  }

  @Test func fingerprintsAndInhibition() {
    let chain = ChainCode(rawValue: "liquor")
    let region = RegionCode(rawValue: "321322")
    let city = AlertSubject.shortage(Cell(chain: chain))
    let team = AlertSubject.shortage(Cell(chain: chain, region: region))
    let cell = AlertSubject.shortage(Cell(chain: chain, region: region, occupation: OccupationCode(rawValue: "6-02")))
    #expect(city.fingerprint == "shortage:liquor")
    #expect(team.fingerprint == "shortage:liquor:321322")
    #expect(cell.fingerprint == "shortage:liquor:321322:6-02")
    #expect(AlertSubject.data(.vacancies).fingerprint == "data:vacancies")
    #expect(cell.above == [team, city] && team.above == [city] && city.above.isEmpty)
    #expect(AlertSubject.data(.vacancies).above.isEmpty)
  }
}
