import LabourMarket

/// How far apart the periods of a panel are.
public enum SeriesFrequency: String, Sendable, CaseIterable {
  /// Every day.
  case daily
  /// Every week.
  case weekly
  /// Every month.
  case monthly
  /// Every third month.
  case quarterly
  /// Every year.
  case yearly
  /// Whole numbers without a calendar.
  case numbered

  /// The periods in a season when nothing else is said.
  public var season: Int {
    switch self {
    case .daily: 7
    case .weekly: 52
    case .monthly: 12
    case .quarterly: 4
    case .yearly, .numbered: 1
    }
  }

  /// Months in a period of whole months.
  var months: Int? {
    switch self {
    case .monthly: 1
    case .quarterly: 3
    case .yearly: 12
    case .daily, .weekly, .numbered: nil
    }
  }

  /// The frequency that distances in days speak for: the median, so that gaps do not matter.
  static func of(days: [Int]) -> SeriesFrequency {
    let known = days.filter { $0 > 0 }.sorted()
    guard !known.isEmpty else { return .monthly }
    switch known[known.count / 2] {
    case 1...3: return .daily
    case 4...10: return .weekly
    case 11...59: return .monthly
    case 60...200: return .quarterly
    default: return .yearly
    }
  }
}

/// How a panel file writes its periods: the output writes them the same way.
public struct SeriesPeriodStyle: Sendable, Equatable {
  /// What stands in a cell.
  public enum Form: Sendable, Equatable {
    /// `2021-04-01`.
    case firstDay
    /// `2021-04-30`: the last day of the month.
    case lastDay
    /// `2021-04`.
    case month
    /// Any day.
    case day
    /// A whole number: the ordinal itself.
    case integer
  }

  /// What stands in a cell.
  public var form: Form
  /// How far apart periods are.
  public var frequency: SeriesFrequency
  /// Where period 0 stands: a month of the year for quarters and years, a day for weeks.
  public var anchor: Int

  /// Months, written as their first days.
  public static let firstDay = SeriesPeriodStyle(form: .firstDay, frequency: .monthly, anchor: 0)

  /// The text of a period.
  public func text(_ ordinal: Int) -> String {
    switch frequency {
    case .numbered: return String(ordinal)
    case .daily: return CalendarDay(ordinal: ordinal).description
    case .weekly: return CalendarDay(ordinal: anchor + 7 * ordinal).description
    case .monthly, .quarterly, .yearly:
      let month = Month(ordinal: anchor + ordinal * (frequency.months ?? 1))
      switch form {
      case .lastDay: return month.lastDay.description
      case .month: return month.description
      default: return "\(month)-01"
      }
    }
  }

  /// The ordinal of a period that a cell speaks of; `nil` where numbers and dates are mixed.
  @inline(__always)
  func ordinal(_ cell: SeriesPeriodCell) -> Int? {
    guard (cell.form == .integer) == (frequency == .numbered) else { return nil }
    switch frequency {
    case .numbered, .monthly: return cell.value
    case .daily: return cell.day
    case .weekly: return floor(cell.day - anchor, 7)
    case .quarterly: return floor(cell.value - anchor, 3)
    case .yearly: return floor(cell.value - anchor, 12)
    }
  }

  private func floor(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((b - 1 - a) / b) }
}

/// A cell of a column of periods.
struct SeriesPeriodCell {
  var form: SeriesPeriodStyle.Form
  /// The month's ordinal, or the whole number.
  var value: Int
  /// Day of the month, 1 where none stands.
  var dayOfMonth: Int

  /// The day's ordinal.
  var day: Int { Month(ordinal: value).firstDay.ordinal + dayOfMonth - 1 }

  /// Reads a cell; `nil` when it is neither a month, a day nor a whole number.
  init?(_ bytes: UnsafeRawBufferPointer) {
    func digits(_ range: Range<Int>) -> Int? {
      var value = 0
      for i in range {
        guard bytes[i] >= 48, bytes[i] <= 57 else { return nil }
        value = value * 10 + Int(bytes[i] - 48)
      }
      return value
    }
    let n = bytes.count
    if n >= 7, bytes[4] == 45 || bytes[4] == 47 {
      guard let year = digits(0..<4), let month = digits(5..<7), (1...12).contains(month) else { return nil }
      value = year * 12 + month - 1
      dayOfMonth = 1
      form = .month
      if n == 7 { return }
      guard n >= 10, bytes[7] == bytes[4], let day = digits(8..<10), n == 10 || bytes[10] == 32 || bytes[10] == 84,
        day >= 1, day <= 28 || day <= Month(ordinal: value).days
      else { return nil }
      dayOfMonth = day
      form = day == 1 ? .firstDay : day >= 28 && day == Month(ordinal: value).days ? .lastDay : .day
      return
    }
    let negative = n > 0 && bytes[0] == 45
    guard n > (negative ? 1 : 0), n <= 12, let number = digits((negative ? 1 : 0)..<n) else { return nil }
    value = negative ? -number : number
    dayOfMonth = 1
    form = .integer
  }
}
