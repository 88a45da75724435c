import Assistance
import LabourMarket
import TestSupport
import Testing

@Suite struct NoticeTests {
  private static let thursday = CalendarDay(year: 2022, month: 1, day: 6)
  private let rules = NoticeRules(
    leastLevel: .yellow, repeatDays: 7,
    quiet: QuietDays(
      weekends: true, holidays: [CalendarDay(year: 2022, month: 2, day: 1)],
      workdays: [CalendarDay(year: 2022, month: 1, day: 29)]))

  @Test func quietDaysAreThoseOfTheCalendar() {
    // From the State Council's notice for 2022: Saturday 29 January is worked, 1 February is the Spring Festival.
    let days = [(1, 6, false), (1, 7, false), (1, 8, true), (1, 9, true), (1, 10, false), (1, 29, false), (2, 1, true)]
    for (month, day, isQuiet) in days {
      #expect(rules.quiet.contains(CalendarDay(year: 2022, month: month, day: day)) == isQuiet, "\(month)-\(day)")
    }
  }

  @Test func tellsWhatChangedAndNothingTwice() {
    let first = rules.notice(standing: ["a": .red, "b": .blue], hushed: [], told: nil, night: Self.thursday)
    #expect(first.decision == .changed && first.changes == ["a": .opened] && first.levels == ["a": .red])
    let told = NoticeRules.Told(night: Self.thursday, levels: first.levels)
    let second = rules.notice(standing: ["a": .red, "b": .blue], hushed: [], told: told, night: Self.thursday + 1)
    #expect(second.decision == .nothingNew && !second.decision.sends)
    let third = rules.notice(standing: ["a": .orange, "b": .yellow], hushed: [], told: told, night: Self.thursday + 1)
    #expect(third.changes == ["a": .lowered, "b": .opened])
    let over = rules.notice(standing: ["a": .blue], hushed: [], told: told, night: Self.thursday + 1)
    #expect(over.changes == ["a": .closed] && over.levels.isEmpty)
    #expect(rules.notice(standing: [:], hushed: [], told: nil, night: Self.thursday).decision == .nothing)
  }

  @Test func remindsAfterTheInterval() {
    let told = NoticeRules.Told(night: Self.thursday, levels: ["a": .red])
    func decision(_ days: Int) -> NoticeDecision {
      rules.notice(standing: ["a": .red], hushed: [], told: told, night: Self.thursday + days).decision
    }
    #expect(decision(6) == .nothingNew && decision(7) == .reminder(days: 7))
    var never = rules
    never.repeatDays = 0
    #expect(
      never.notice(standing: ["a": .red], hushed: [], told: told, night: Self.thursday + 70).decision == .nothingNew)
  }

  @Test func quietDaysHoldBackAllButRedAndLoseNothing() {
    let saturday = Self.thursday + 2
    let told = NoticeRules.Told(night: Self.thursday, levels: ["a": .yellow])
    let held = rules.notice(standing: ["a": .orange, "c": .yellow], hushed: [], told: told, night: saturday)
    #expect(held.decision == .quiet && held.levels == told.levels)
    let grave = rules.notice(standing: ["a": .red, "c": .yellow], hushed: [], told: told, night: saturday)
    #expect(grave.decision == .changed && grave.changes == ["a": .raised] && grave.levels == ["a": .red])
    let monday = rules.notice(
      standing: ["a": .red, "c": .yellow], hushed: [], told: NoticeRules.Told(night: saturday, levels: grave.levels),
      night: saturday + 2)
    #expect(monday.changes == ["c": .opened])
  }

  @Test func silencedAlertsAreNeitherToldNorCalledClosed() {
    let told = NoticeRules.Told(night: Self.thursday, levels: ["a": .red, "b": .red])
    let notice = rules.notice(
      standing: ["a": .red, "b": .red, "c": .red], hushed: ["a", "c"], told: told, night: Self.thursday + 1)
    #expect(notice.changes.isEmpty && notice.levels == ["a": .red, "b": .red])
    let after = rules.notice(
      standing: ["a": .red, "b": .red, "c": .red], hushed: [],
      told: NoticeRules.Told(night: Self.thursday, levels: notice.levels), night: Self.thursday + 2)
    #expect(after.changes == ["c": .opened])
  }

  /// Whatever the nights bring, what the messages told is in the end what stands: nothing is lost and nothing is told twice.
  @Test(arguments: 1...20) func messagesAddUpToWhatStands(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let levels: [AlertLevel] = [.none, .blue, .yellow, .orange, .red]
    var told: NoticeRules.Told?
    var standing: [String: AlertLevel] = [:]
    for step in 0..<60 {
      let night = Self.thursday + step
      for name in ["a", "b", "c", "d"] where Bool.random(using: &random) {
        standing[name] = levels.randomElement(using: &random)
      }
      let live = standing.filter { $0.value > .none }
      let notice = rules.notice(standing: live, hushed: [], told: told, night: night)
      let before = told?.levels ?? [:]
      // Applying the changes to what was told gives what is told now.
      var applied = before
      for (name, change) in notice.changes { applied[name] = change == .closed ? nil : live[name] }
      #expect(applied == notice.levels, "seed \(seed), night \(night)")
      if notice.decision.sends { told = NoticeRules.Told(night: night, levels: notice.levels) }
      if !rules.quiet.contains(night) { #expect((told?.levels ?? [:]) == live.filter { $0.value >= .yellow }) }
    }
  }
}
