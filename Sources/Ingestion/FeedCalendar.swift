import Foundation
import LabourMarket

/// When a feed is expected, and what of it looks too small: the key `calendar` of its description.
///
/// A feed with a rhythm of days is judged by its newest record (its own clock; the register by its receipt); a feed with a rhythm of months that
/// reports by month or survey wave is judged by its newest one of these.
public struct FeedCalendar: Sendable, Equatable {
  /// The rhythm of a feed.
  public enum Rhythm: Sendable, Equatable {
    /// A new record within so many days of the last one.
    case days(Int)
    /// A new month or wave every so many months.
    case months(Int)
  }

  /// How often the feed comes.
  public var every: Rhythm
  /// Days from the first day of a month or wave until its records are due.
  public var due = 45
  /// Days after the due day before the feed counts as late.
  public var grace = 3
  /// Whether the feed is missed where it never came; an optional one is judged only once it has come.
  public var isExpected = true
  /// A file or wave below this share of the median of those before it may be shrunken; 0 for never.
  public var shrunkenBelow = 0.5
  /// Whether regions and chains are missed that always reported before.
  public var findsPartial = true
  /// How many earlier files or waves are compared, at most.
  public var history = 8

  /// Fewest earlier files or waves from which anything is concluded.
  public static let leastHistory = 4
  /// Least usual number of rows (files) or reporters (waves) of a region or chain whose absence is told.
  public static let leastRows = 5.0, leastReporters = 3.0

  /// A calendar of that rhythm with the defaults.
  public init(every: Rhythm) { self.every = every }

  /// Reads the mapping `calendar` of a description; the text `none` means that the feed has no calendar.
  /// - Throws: ``YAMLFault``.
  init?(_ yaml: YAMLDocument) throws {
    guard yaml.isMapping else {
      guard try yaml.string() == "none" else { throw yaml.fault("should be a mapping with the key every, or none.") }
      return nil
    }
    try yaml.allow("every", "due", "grace", "expected", "shrunken_below", "partial", "history")
    self.init(every: try Self.rhythm(yaml.required("every")))
    if let node = try yaml["due"] {
      guard case .months = every else { throw node.fault("belongs to a rhythm of month, quarter or year.") }
      due = try Self.days(node)
    }
    grace = try yaml["grace"].map(Self.days) ?? grace
    isExpected = try yaml["expected"]?.bool() ?? isExpected
    if let node = try yaml["shrunken_below"] {
      shrunkenBelow = try node.double()
      guard (0...1).contains(shrunkenBelow) else { throw node.fault("should lie between 0 (never) and 1.") }
    }
    findsPartial = try yaml["partial"]?.bool() ?? findsPartial
    if let node = try yaml["history"] {
      history = try node.int()
      guard (Self.leastHistory...60).contains(history) else {
        throw node.fault("should lie between \(Self.leastHistory) and 60.")
      }
    }
  }

  private static func rhythm(_ node: YAMLDocument) throws -> Rhythm {
    switch try node.string() {
    case "week": return .days(7)
    case "month": return .months(1)
    case "quarter": return .months(3)
    case "year": return .months(12)
    default:
      let days = try days(node)
      guard days > 0 else { throw node.fault("should be at least a day.") }
      return .days(days)
    }
  }

  private static func days(_ node: YAMLDocument) throws -> Int {
    guard let days = (try? node.seconds()).map({ $0 / 86_400 }), days <= 3660, days == days.rounded() else {
      let words = node.key.hasSuffix("every") ? ", week, month, quarter or year" : ""
      throw node.fault("“\(try node.string())” is no number of days: write 7d\(words).")
    }
    return Int(days)
  }

  // MARK: Days

  /// The day by which the record after a newest one is due.
  /// - Parameters:
  ///   - record: the day of the newest record, or of the newest receipt for a feed without a clock.
  ///   - period: the newest month or wave, for feeds that report by one.
  public func due(after record: CalendarDay, period: Month?) -> CalendarDay {
    switch every {
    case .days(let days): return record + days
    case .months(let months):
      if let period { return (period + months).firstDay + due }
      let month = record.month + months
      return month.firstDay + min(record.parts.day, month.days) - 1
    }
  }

  /// The day by which a feed that never came is due, from the day of the place's first run.
  public func firstDue(from start: CalendarDay) -> CalendarDay {
    switch every {
    case .days(let days): start + days
    case .months(let months): start + 31 * months + due
    }
  }

  /// The rhythm in words.
  public var summary: String {
    let rhythm =
      switch every {
      case .days(let days): "every \(days) days"
      case .months(1): "every month, due \(due) days after the month begins"
      case .months(let months): "every \(months) months, due \(due) days after the month or wave begins"
      }
    let shrunken =
      shrunkenBelow > 0 ? "shrunken below \(shrunkenBelow) of the median of the last \(history)" : "never shrunken"
    return "\(rhythm), \(grace) days of grace; \(isExpected ? "expected" : "optional"); \(shrunken)"
      + (findsPartial ? "; regions and chains that always report are missed" : "")
  }
}

extension FeedSchema {
  /// The column that names the month or wave a record reports on; `nil` for feeds whose records stand for themselves.
  public var periodColumn: String? {
    switch feed {
    case .hiringPlans: "survey_wave"
    case .headcount, .indicators, .outcomes: "month"
    case .enterprises, .vacancies, .unemployment, .supplyPipeline: nil
    }
  }
}

/// Median and spread of a feed's earlier files or waves, and what is too far below them.
public struct FilingHistory: Sendable, Equatable {
  /// The median.
  public let median: Double
  /// The median of the absolute deviations from the median.
  public let spread: Double

  /// The history of at least ``FeedCalendar/leastHistory`` values; `nil` where there are fewer.
  /// - Complexity: O(n log n).
  public init?(_ values: [Double]) {
    guard values.count >= FeedCalendar.leastHistory else { return nil }
    median = Self.median(values)
    let middle = median
    spread = Self.median(values.map { abs($0 - middle) })
  }

  /// Whether a value is far below: less than the share of the median, and below the median by more than three standard deviations as the
  /// median absolute deviation tells them (1.4826 × spread for normal values; Rousseeuw and Croux 1993).
  public func isShrunken(_ value: Double, below share: Double) -> Bool {
    value < share * median && value < median - 3 * 1.4826 * spread
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
