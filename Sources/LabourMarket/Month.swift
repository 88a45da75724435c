/// A calendar month, the clock of every indicator.
///
/// Stored as the number of months since year 0, so that arithmetic and comparison are integer operations.
/// Text form is ISO 8601 `YYYY-MM`.
public struct Month: Hashable, Comparable, Sendable, CustomStringConvertible, LosslessStringConvertible {
  /// Months since 0000-01.
  public let ordinal: Int

  /// The month with the given number of months since 0000-01.
  public init(ordinal: Int) { self.ordinal = ordinal }

  /// The month of a year; `month` counts from 1 and may lie outside 1…12, in which case it runs over into other years.
  public init(year: Int, month: Int) { ordinal = year * 12 + month - 1 }

  /// Reads `YYYY-MM` or the month of `YYYY-MM-DD`; anything else gives `nil`.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts[0].count == 4, parts[1].count == 2, let year = Int(parts[0]),
      let month = Int(parts[1]), (1...12).contains(month)
    else { return nil }
    if parts.count == 3, CalendarDay(text) == nil { return nil }
    self.init(year: year, month: month)
  }

  /// The year.
  public var year: Int { ordinal >= 0 ? ordinal / 12 : (ordinal - 11) / 12 }
  /// The month of the year, 1…12.
  public var month: Int { ordinal - year * 12 + 1 }
  /// The first day.
  public var firstDay: CalendarDay { CalendarDay(year: year, month: month, day: 1) }
  /// The last day.
  public var lastDay: CalendarDay { (self + 1).firstDay - 1 }
  /// Number of days.
  public var days: Int { lastDay - firstDay + 1 }
  /// `YYYY-MM`.
  public var description: String { pad(year, 4) + "-" + pad(month, 2) }

  /// Order by time.
  public static func < (a: Month, b: Month) -> Bool { a.ordinal < b.ordinal }
  /// The month `n` months later.
  public static func + (a: Month, n: Int) -> Month { Month(ordinal: a.ordinal + n) }
  /// The month `n` months earlier.
  public static func - (a: Month, n: Int) -> Month { Month(ordinal: a.ordinal - n) }
  /// Months from `b` to `a`.
  public static func - (a: Month, b: Month) -> Int { a.ordinal - b.ordinal }
}

/// A date of the proleptic Gregorian calendar, without time or zone.
///
/// Stored as days since 1970-01-01. Conversions follow Howard Hinnant, "chrono-compatible low-level date algorithms".
public struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible, LosslessStringConvertible {
  /// Days since 1970-01-01.
  public let ordinal: Int

  /// The day with the given number of days since 1970-01-01.
  public init(ordinal: Int) { self.ordinal = ordinal }

  /// A date from its parts; the parts are taken as valid (see ``init(checking:month:day:)``).
  public init(year: Int, month: Int, day: Int) {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    ordinal = era * 146_097 + dayOfEra - 719_468
  }

  /// A date from its parts, or `nil` where the calendar has no such day.
  public init?(checking year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), day >= 1, day <= Month(year: year, month: month).days else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// Reads `YYYY-MM-DD`; anything else, also an impossible date, gives `nil`.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2, let y = Int(parts[0]),
      let m = Int(parts[1]), let d = Int(parts[2])
    else { return nil }
    self.init(checking: y, month: m, day: d)
  }

  /// Year, month and day.
  public var parts: (year: Int, month: Int, day: Int) {
    let z = ordinal + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let mp = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * mp + 2) / 5 + 1
    let month = mp < 10 ? mp + 3 : mp - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// The month the day lies in.
  public var month: Month {
    let p = parts
    return Month(year: p.year, month: p.month)
  }
  /// The day of the week, from 1 for Monday to 7 for Sunday (ISO 8601).
  public var weekday: Int {
    // 1970-01-01, day 0, was a Thursday.
    ((ordinal + 3) % 7 + 7) % 7 + 1
  }
  /// `YYYY-MM-DD`.
  public var description: String {
    let p = parts
    return pad(p.year, 4) + "-" + pad(p.month, 2) + "-" + pad(p.day, 2)
  }

  /// Order by time.
  public static func < (a: CalendarDay, b: CalendarDay) -> Bool { a.ordinal < b.ordinal }
  /// The day `n` days later.
  public static func + (a: CalendarDay, n: Int) -> CalendarDay { CalendarDay(ordinal: a.ordinal + n) }
  /// The day `n` days earlier.
  public static func - (a: CalendarDay, n: Int) -> CalendarDay { CalendarDay(ordinal: a.ordinal - n) }
  /// Days from `b` to `a`.
  public static func - (a: CalendarDay, b: CalendarDay) -> Int { a.ordinal - b.ordinal }
}

/// A date and time of day in the profile's own time zone, to the second; no zone is kept.
public struct LocalTimestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00 local time.
  public let seconds: Int

  /// The moment with the given number of local seconds since 1970-01-01T00:00:00.
  public init(seconds: Int) { self.seconds = seconds }
  /// A day at a second of that day.
  public init(day: CalendarDay, second: Int = 0) { seconds = day.ordinal * 86_400 + second }

  /// Reads `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` or `YYYY-MM-DDTHH:MM:SS` (a space may stand for `T`).
  public init?(_ text: String) {
    guard text.count >= 10, let day = CalendarDay(String(text.prefix(10))) else { return nil }
    let rest = text.dropFirst(10)
    guard let mark = rest.first else {
      self.init(day: day)
      return
    }
    let clock = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard mark == "T" || mark == " ", (2...3).contains(clock.count), clock.allSatisfy({ $0.count == 2 }),
      let h = Int(clock[0]), let m = Int(clock[1]), let s = clock.count == 3 ? Int(clock[2]) : 0,
      (0...23).contains(h), (0...59).contains(m), (0...59).contains(s)
    else { return nil }
    self.init(day: day, second: h * 3600 + m * 60 + s)
  }

  /// The day.
  public var day: CalendarDay {
    CalendarDay(ordinal: seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
  }
  /// Seconds since midnight.
  public var secondOfDay: Int { seconds - day.ordinal * 86_400 }
  /// `YYYY-MM-DDTHH:MM:SS`.
  public var description: String {
    let s = secondOfDay
    return "\(day)T" + pad(s / 3600, 2) + ":" + pad(s / 60 % 60, 2) + ":" + pad(s % 60, 2)
  }

  /// Order by time.
  public static func < (a: LocalTimestamp, b: LocalTimestamp) -> Bool { a.seconds < b.seconds }
}

/// A non-negative integer with leading zeros.
private func pad(_ value: Int, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
