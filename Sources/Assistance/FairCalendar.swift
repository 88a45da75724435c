import LabourMarket

/// What becomes of a Saturday: its fair is held on it, on the Sunday after it, or not at all.
public struct FairWeekend: Hashable, Sendable {
  /// The Saturday, and the day of the fair; `nil` where there is none.
  public var saturday: CalendarDay, day: CalendarDay?

  /// A weekend from its parts.
  public init(saturday: CalendarDay, day: CalendarDay?) {
    self.saturday = saturday
    self.day = day
  }
}

/// The days of Saturday fairs: a Saturday that is a statutory holiday, or worked for one (调休), gives its fair to the
/// Sunday where that is free. Where it is not, a worked Saturday keeps it, and a holiday has none.
public struct FairCalendar: Sendable {
  let days: QuietDays
  let moves: Bool

  /// A calendar of holidays and worked weekends; `moves` says whether Sundays may stand in.
  public init(_ days: QuietDays, moves: Bool) {
    self.days = days
    self.moves = moves
  }

  /// The weekends whose Saturday lies in a range. - Complexity: O(weeks).
  public func weekends(_ range: ClosedRange<CalendarDay>) -> [FairWeekend] {
    let first = range.lowerBound + (13 - range.lowerBound.weekday) % 7
    return stride(from: first.ordinal, through: range.upperBound.ordinal, by: 7).map { ordinal in
      let saturday = CalendarDay(ordinal: ordinal)
      return FairWeekend(saturday: saturday, day: day(saturday))
    }
  }

  private func day(_ saturday: CalendarDay) -> CalendarDay? {
    func isFree(_ day: CalendarDay) -> Bool { !days.holidays.contains(day) && !days.workdays.contains(day) }
    if isFree(saturday) { return saturday }
    if moves && isFree(saturday + 1) { return saturday + 1 }
    return days.holidays.contains(saturday) ? nil : saturday
  }

  /// Whether the calendar knows any holiday of a year.
  public func knows(_ year: Int) -> Bool { days.holidays.contains { $0.month.year == year } }
}
