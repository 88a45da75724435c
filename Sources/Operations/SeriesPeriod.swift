import LabourMarket

/// How a panel file writes its periods: the output writes them the same way.
public enum SeriesPeriodStyle: Sendable, Equatable {
  /// `2021-04-01`.
  case firstDay
  /// `2021-04-30`: the last day of the month.
  case lastDay
  /// `2021-04`.
  case month
  /// A whole number: the ordinal itself.
  case integer

  /// The text of a period.
  public func text(_ ordinal: Int) -> String {
    let month = Month(ordinal: ordinal)
    switch self {
    case .firstDay: return "\(month)-01"
    case .lastDay: return month.lastDay.description
    case .month: return month.description
    case .integer: return String(ordinal)
    }
  }

  /// The style and the ordinal of a period's text; `nil` when it is neither a month, a day nor a whole number.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> (style: SeriesPeriodStyle, ordinal: Int)? {
    func digits(_ range: Range<Int>) -> Int? {
      var value = 0
      for i in range {
        guard bytes[i] >= 48, bytes[i] <= 57 else { return nil }
        value = value * 10 + Int(bytes[i] - 48)
      }
      return value
    }
    let n = bytes.count
    if n >= 7, bytes[4] == 45 {
      guard let year = digits(0..<4), let month = digits(5..<7), (1...12).contains(month) else { return nil }
      let ordinal = year * 12 + month - 1
      if n == 7 { return (.month, ordinal) }
      guard n >= 10, bytes[7] == 45, let day = digits(8..<10), n == 10 || bytes[10] == 32 || bytes[10] == 84 else {
        return nil
      }
      if day == 1 { return (.firstDay, ordinal) }
      guard day >= 1, day <= Month(ordinal: ordinal).days else { return nil }
      return (.lastDay, ordinal)
    }
    let negative = n > 0 && bytes[0] == 45
    guard n > (negative ? 1 : 0), n <= 12, let value = digits((negative ? 1 : 0)..<n) else { return nil }
    return (.integer, negative ? -value : value)
  }
}
