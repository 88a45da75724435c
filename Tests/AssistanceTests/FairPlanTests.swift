import LabourMarket
import Testing

@testable import Assistance

@Suite struct FairPlanTests {
  private static let night = CalendarDay(year: 2022, month: 1, day: 5)
  private static func day(_ week: Int) -> CalendarDay { CalendarDay(year: 2022, month: 1, day: 15) + 7 * week }

  private static func need(_ chain: String, _ region: String, _ gap: Double, _ exceedance: Double) -> FairNeed {
    FairNeed(
      theme: FairTheme(chain: chain, region: region), openings: gap,
      forecast: [Double](repeating: gap, count: 6), exceedance: [Double](repeating: exceedance, count: 6))
  }

  private static func plan(
    _ needs: [FairNeed], _ venues: [FairVenue], _ days: [(day: CalendarDay, quota: Int)], recent: [FairSession] = []
  ) -> FairPlan {
    FairPlan(
      rules: FairRules(), venues: venues, needs: needs, night: night, asOf: Month(year: 2021, month: 12),
      recent: recent, days: days)
  }

  /// Points of a set of (need, day), in cents: the definition of the objective, written down once more.
  private static func cents(_ plan: FairPlan, _ chosen: [(need: Int, day: Int)], days: [CalendarDay]) -> Int {
    func cents(_ points: Double) -> Int { Int((points * 100).rounded()) }
    let off = plan.penalties
    var sum = 0
    for (need, day) in chosen { sum += cents(plan.value(plan.needs[need], days[day])) }
    for need in plan.needs.indices {
      let before = plan.recent.count { $0.theme == plan.needs[need].theme }
      for turn in 0..<chosen.count(where: { $0.need == need }) { sum -= (before + turn) * cents(off.themes[need]) }
    }
    for chain in Set(plan.needs.map(\.theme.chain)) {
      let before = plan.recent.count { $0.theme.chain == chain }
      let held = chosen.count { plan.needs[$0.need].theme.chain == chain }
      for turn in 0..<held { sum -= (before + turn) * cents(off.chain) }
    }
    return sum
  }

  /// All sets of (need, day) that quotas and halls allow: most sessions first, then most points.
  private static func best(_ plan: FairPlan, _ days: [(day: CalendarDay, quota: Int)]) -> (count: Int, cents: Int) {
    let places = plan.needs.indices.flatMap { need in days.indices.map { (need: need, day: $0) } }.filter {
      plan.needs[$0.need].openings >= plan.rules.leastGap
    }
    var best = (count: 0, cents: 0)
    for mask in 0..<(1 << places.count) {
      let chosen = places.indices.filter { mask >> $0 & 1 == 1 }.map { places[$0] }
      guard chosen.count >= best.count else { continue }
      let isFeasible = days.indices.allSatisfy { day in
        let here = chosen.filter { $0.day == day }.map { plan.needs[$0.need].theme }
        // Each hall serves one region here, so that a region's sessions must fit into its hall.
        return here.count <= days[day].quota
          && Set(here.map(\.region)).allSatisfy { region in
            let room = plan.venues.filter { region.isEmpty ? $0.regions.isEmpty : $0.regions.contains(region) }
            return here.count { $0.region == region } <= room.reduce(0) { $0 + $1.sessions }
          }
      }
      guard isFeasible else { continue }
      let value = cents(plan, chosen, days: days.map(\.day))
      if chosen.count > best.count || value > best.cents { best = (chosen.count, value) }
    }
    return best
  }

  @Test(arguments: 1...60) func noPlanIsBetter(seed: Int) {
    var random = LabourSharingTests.SplitMix(state: UInt64(seed))
    let themes = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2"), ("a", "")].shuffled(&random).prefix(
      3 + random.next(2))
    let needs = themes.map { Self.need($0.0, $0.1, Double(2 + random.next(80)), Double(random.next(101)) / 100) }
    let venues = [
      FairVenue(id: "1", regions: ["1"], sessions: 1), FairVenue(id: "2", regions: ["2"], sessions: 1 + random.next(2)),
      FairVenue(id: "online", regions: [], sessions: random.next(2)),
    ]
    let days = (0..<3).map { (day: Self.day($0), quota: random.next(4)) }
    let recent = (0..<random.next(3)).map { _ in
      FairSession(day: Self.night - 4, theme: needs[random.next(UInt64(needs.count))].theme, venue: "1")
    }
    let plan = Self.plan(needs, venues, days, recent: recent)
    let sessions = plan.sessions()
    let best = Self.best(plan, days)
    #expect(sessions.count == best.count, "seed \(seed)")
    let chosen = sessions.compactMap { session -> (need: Int, day: Int)? in
      guard let need = needs.firstIndex(where: { $0.theme == session.theme }),
        let day = days.firstIndex(where: { $0.day == session.day })
      else { return nil }
      return (need, day)
    }
    #expect(Self.cents(plan, chosen, days: days.map(\.day)) == best.cents, "seed \(seed)")
    // The points on the sheet are those of the objective, but for rounding to cents.
    #expect(abs(sessions.reduce(0) { $0 + $1.score } * 100 - Double(best.cents)) < 20, "seed \(seed)")
    for day in days { #expect(sessions.count { $0.day == day.day } <= day.quota) }
  }

  @Test func pointsAreWorkedOutByHand() {
    // 40 persons × 0.5, one week to wait on the 15th: 20 × 0.97 = 19.4; two weeks on the 22nd: 20 × 0.94 = 18.8, less
    // half of 19.4 and a tenth of the mean of 19.4 and 9.7.
    let needs = [Self.need("a", "1", 40, 0.5), Self.need("b", "2", 20, 0.5)]
    let venues = [FairVenue(id: "1", regions: ["1"], sessions: 1)]
    let sessions = Self.plan(needs, venues, [(Self.day(0), 2), (Self.day(1), 2)]).sessions()
    #expect(sessions.map(\.theme.chain) == ["a", "a"] && sessions.map(\.turn) == [1, 2])
    #expect(abs(sessions[0].score - 19.4) < 1e-9)
    #expect(abs(sessions[1].score - (18.8 - 9.7 - 1.455)) < 1e-9)
  }

  @Test func recentSessionsMakeRoomForOthers() {
    let needs = [Self.need("a", "1", 40, 0.5), Self.need("b", "1", 25, 0.5)]
    let venues = [FairVenue(id: "1", regions: ["1"], sessions: 1)]
    let fresh = Self.plan(needs, venues, [(Self.day(0), 1)]).sessions()
    #expect(fresh.map(\.theme.chain) == ["a"])
    let held = FairSession(day: Self.night - 4, theme: needs[0].theme, venue: "1")
    let later = Self.plan(needs, venues, [(Self.day(0), 1)], recent: [held]).sessions()
    #expect(later.map(\.theme.chain) == ["b"])
  }

  @Test func smallNeedsAndForeignHallsGetNothing() {
    let needs = [Self.need("a", "1", 4, 1), Self.need("b", "3", 90, 1)]
    let venues = [FairVenue(id: "1", regions: ["1", "2"], sessions: 3)]
    #expect(Self.plan(needs, venues, [(Self.day(0), 3)]).sessions() == [])
    #expect(Self.plan([], venues, [(Self.day(0), 3)]).sessions() == [])
    #expect(Self.plan(needs, venues, []).sessions() == [])
  }

  @Test func quotasReachTheTarget() {
    for days in 1...60 {
      for sessions in [0, 1, days - 1, days, days + 1, 300] {
        let quotas = FairPlan.quotas(sessions, days: days)
        #expect(quotas.count == days && quotas.reduce(0, +) == max(0, sessions))
        #expect((quotas.max() ?? 0) - (quotas.min() ?? 0) <= 1)
        // The earlier days never lie behind.
        var sum = 0
        for (index, quota) in quotas.enumerated() {
          sum += quota
          #expect(sum * days >= sessions * (index + 1))
        }
      }
    }
  }

  @Test func holidaysMoveOrTakeAwayTheDay() {
    func day(_ month: Int, _ day: Int) -> CalendarDay { CalendarDay(year: 2022, month: month, day: day) }
    // Spring Festival 2022: 31 January to 6 February; 29 and 30 January are worked. 2 April is worked, 3 April a
    // holiday.
    var quiet = QuietDays(holidays: Set((0...6).map { day(1, 31) + $0 } + [day(4, 3), day(4, 30), day(1, 1)]))
    quiet.workdays = [day(1, 29), day(1, 30), day(4, 2)]
    let calendar = FairCalendar(quiet, moves: true)
    #expect(
      calendar.weekends(day(1, 23)...day(2, 12)) == [
        FairWeekend(saturday: day(1, 29), day: day(1, 29)), FairWeekend(saturday: day(2, 5), day: nil),
        FairWeekend(saturday: day(2, 12), day: day(2, 12)),
      ])
    #expect(calendar.weekends(day(1, 1)...day(1, 7)) == [FairWeekend(saturday: day(1, 1), day: day(1, 2))])
    #expect(calendar.weekends(day(4, 30)...day(4, 30)).map(\.day) == [day(5, 1)])
    #expect(FairCalendar(quiet, moves: false).weekends(day(4, 30)...day(4, 30)).map(\.day) == [nil])
    #expect(calendar.weekends(day(4, 1)...day(4, 3)).map(\.day) == [day(4, 2)])
    #expect(calendar.knows(2022) && !calendar.knows(2023))
    #expect(calendar.weekends(day(1, 1)...day(12, 31)).count == 53)
  }
}

extension Array {
  fileprivate func shuffled(_ random: inout LabourSharingTests.SplitMix) -> [Element] {
    var copy = self
    for index in copy.indices.dropFirst() { copy.swapAt(index, random.next(UInt64(index + 1))) }
    return copy
  }
}
