import LabourMarket
import Tabular

/// Reads dates, months and moments as they are met in practice (domain.md, "What officers get"; contract section 2).
enum CellDates {
  /// A date with what is known of it.
  struct Stamp: Equatable {
    /// Days since 1970-01-01 of the day, or of the first day of the month.
    var day: Int
    /// Microseconds since midnight.
    var micros: Int
    /// Whether only year and month were given.
    var isMonth: Bool
    /// Minutes ahead of UTC, where a zone was given.
    var zoneMinutes: Int?
  }

  private static let years = 1900...2199

  /// The stamp of a cell that was trimmed and folded to half width; `nil` where it is no date.
  ///
  /// Read are `2021-04-26`, `2021/4/26`, `2021.4.26`, `2021年4月26日`, `20210426`, `2021-04`, `2021.4`, `2021年4月`, `202104`, serial numbers of
  /// spreadsheets (days since 1899-12-30, with fractions), and days followed by `T` or a space and a time of day, with fractions of a
  /// second and a zone.
  /// - Complexity: O(length); no allocation.
  @inline(__always)
  static func stamp(_ cell: UnsafeRawBufferPointer) -> Stamp? {
    if cell.count == 10 || cell.count == 19, cell[4] == 0x2D, cell[7] == 0x2D, let fast = isoStamp(cell) { return fast }
    return general(cell)
  }

  @inline(__always)
  private static func isoStamp(_ cell: UnsafeRawBufferPointer) -> Stamp? {
    guard let y = pair(cell, 0), let z = pair(cell, 2), let m = pair(cell, 5), let d = pair(cell, 8) else { return nil }
    guard let day = ordinal(y * 100 + z, m, d) else { return nil }
    if cell.count == 10 { return Stamp(day: day, micros: 0, isMonth: false, zoneMinutes: nil) }
    guard cell[10] == 0x54 || cell[10] == 0x20, cell[13] == 0x3A, cell[16] == 0x3A, let h = pair(cell, 11),
      let min = pair(cell, 14), let s = pair(cell, 17), h < 24, min < 60, s < 60
    else { return nil }
    return Stamp(day: day, micros: ((h * 60 + min) * 60 + s) * 1_000_000, isMonth: false, zoneMinutes: nil)
  }

  @inline(__always)
  private static func pair(_ cell: UnsafeRawBufferPointer, _ at: Int) -> Int? {
    let a = cell[at] &- 0x30
    let b = cell[at &+ 1] &- 0x30
    return a <= 9 && b <= 9 ? Int(a) &* 10 &+ Int(b) : nil
  }

  /// Days since 1970-01-01; `nil` where the calendar has no such day or the year is implausible.
  @inline(__always)
  static func ordinal(_ year: Int, _ month: Int, _ day: Int) -> Int? {
    guard years.contains(year), month >= 1, month <= 12, day >= 1, day <= 31 else { return nil }
    if day > 28 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let last = month == 2 ? (isLeap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
      guard day <= last else { return nil }
    }
    return CalendarDay(year: year, month: month, day: day).ordinal
  }

  // MARK: Everything but the fast form

  @inline(never)
  private static func general(_ cell: UnsafeRawBufferPointer) -> Stamp? {
    var scan = Scan(cell)
    guard let first = scan.digits(), first.value >= 0 else { return nil }
    if scan.atEnd || scan.peek == 0x2E, let serial = serialOrCompact(first, &scan, cell) { return serial }
    guard first.count == 4, scan.skipDateMark() else { return nil }
    guard let month = scan.digits(), month.count <= 2 else { return nil }
    var stamp: Stamp
    if scan.atEnd || scan.skipMonthEnd() {
      guard let day = ordinal(first.value, month.value, 1) else { return nil }
      return Stamp(day: day, micros: 0, isMonth: true, zoneMinutes: nil)
    }
    guard scan.skipDateMark(), let day = scan.digits(), day.count <= 2,
      let ordinal = ordinal(first.value, month.value, day.value)
    else { return nil }
    scan.skipDayMark()
    stamp = Stamp(day: ordinal, micros: 0, isMonth: false, zoneMinutes: nil)
    guard !scan.atEnd else { return stamp }
    guard time(&scan, &stamp), scan.atEnd else { return nil }
    return stamp
  }

  /// `20210426`, `202104`, and serial numbers such as `44312` or `44312.5`.
  private static func serialOrCompact(
    _ first: (value: Int, count: Int), _ scan: inout Scan, _ cell: UnsafeRawBufferPointer
  ) -> Stamp? {
    if scan.atEnd, first.count == 8 {
      return ordinal(first.value / 10_000, first.value / 100 % 100, first.value % 100).map {
        Stamp(day: $0, micros: 0, isMonth: false, zoneMinutes: nil)
      }
    }
    if scan.atEnd, first.count == 6 {
      return ordinal(first.value / 100, first.value % 100, 1).map {
        Stamp(day: $0, micros: 0, isMonth: true, zoneMinutes: nil)
      }
    }
    // Serial numbers from 1927 to 2119: no year or month of four or six digits lies among them.
    guard first.count == 5, (10_000...80_000).contains(first.value), let serial = CellNumbers.number(cell) else {
      return nil
    }
    let day = Int(serial)
    let micros = Int(((serial - Double(day)) * 86_400).rounded()) * 1_000_000
    return Stamp(
      day: day - 25_569 + micros / 86_400_000_000, micros: micros % 86_400_000_000, isMonth: false, zoneMinutes: nil)
  }

  private static func time(_ scan: inout Scan, _ stamp: inout Stamp) -> Bool {
    guard scan.skip(0x54) || scan.skip(0x74) || scan.skipSpaces() else { return false }
    scan.skipSpacesIfAny()
    guard let hour = scan.digits(), hour.count <= 2, hour.value < 24, scan.skip(0x3A), let minute = scan.digits(),
      minute.count == 2, minute.value < 60
    else { return false }
    var micros = (hour.value * 60 + minute.value) * 60 * 1_000_000
    if scan.skip(0x3A) {
      guard let second = scan.digits(), second.count == 2, second.value < 60 else { return false }
      micros += second.value * 1_000_000
      if scan.skip(0x2E) || scan.skip(0x2C) {
        guard let fraction = scan.digits(), fraction.count <= 9 else { return false }
        var value = fraction.value
        for _ in fraction.count..<9 { value *= 10 }
        micros += value / 1000
      }
    }
    stamp.micros = micros
    return zone(&scan, &stamp)
  }

  private static func zone(_ scan: inout Scan, _ stamp: inout Stamp) -> Bool {
    if scan.atEnd { return true }
    if scan.skip(0x5A) || scan.skip(0x7A) {
      stamp.zoneMinutes = 0
      return true
    }
    let isNegative = scan.skip(0x2D)
    guard isNegative || scan.skip(0x2B), let hours = scan.digits() else { return false }
    var minutes = hours.count == 4 ? hours.value / 100 * 60 + hours.value % 100 : hours.value * 60
    guard hours.count == 2 || hours.count == 4 else { return false }
    if scan.skip(0x3A) {
      guard let rest = scan.digits(), rest.count == 2 else { return false }
      minutes += rest.value
    }
    guard minutes <= 14 * 60 else { return false }
    stamp.zoneMinutes = isNegative ? -minutes : minutes
    return true
  }

  /// A place in a cell.
  struct Scan {
    let cell: UnsafeRawBufferPointer
    var at = 0

    init(_ cell: UnsafeRawBufferPointer) { self.cell = cell }

    var atEnd: Bool { at >= cell.count }
    var peek: UInt8 { at < cell.count ? cell[at] : 0 }

    mutating func digits() -> (value: Int, count: Int)? {
      let start = at
      var value = 0
      while at < cell.count, at - start < 12, cell[at] >= 0x30, cell[at] <= 0x39 {
        value = value * 10 + Int(cell[at] - 0x30)
        at += 1
      }
      return at > start ? (value, at - start) : nil
    }

    mutating func skip(_ byte: UInt8) -> Bool {
      guard at < cell.count, cell[at] == byte else { return false }
      at += 1
      return true
    }

    mutating func skip(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> Bool {
      guard at + 2 < cell.count, cell[at] == a, cell[at + 1] == b, cell[at + 2] == c else { return false }
      at += 3
      return true
    }

    mutating func skipSpaces() -> Bool {
      guard skip(0x20) else { return false }
      skipSpacesIfAny()
      return true
    }

    mutating func skipSpacesIfAny() { while skip(0x20) {} }

    /// `-`, `/`, `.`, 年, 月.
    mutating func skipDateMark() -> Bool {
      skip(0x2D) || skip(0x2F) || skip(0x2E) || skip(0xE5, 0xB9, 0xB4) || skip(0xE6, 0x9C, 0x88)
    }

    /// 月 (or 月份) at the end.
    mutating func skipMonthEnd() -> Bool {
      let start = at
      if skip(0xE6, 0x9C, 0x88) {
        _ = skip(0xE4, 0xBB, 0xBD)
        if atEnd { return true }
      }
      at = start
      return false
    }

    /// 日 or 号, where it stands.
    mutating func skipDayMark() { if !skip(0xE6, 0x97, 0xA5) { _ = skip(0xE5, 0x8F, 0xB7) } }
  }
}

/// A date format of a feed's description: `dd-MMM-yyyy`, `MM/dd/yyyy HH:mm`.
///
/// Known are `yyyy`, `yy` (2000–2099), `MMM` (English month names of three letters), `MM`, `M`, `dd`, `d`, `HH`, `mm`, `ss`; everything else
/// stands for itself.
struct DatePattern: Hashable, Sendable {
  private enum Part: Hashable, Sendable {
    case year4, year2, monthName, month(Int), day(Int), hour, minute, second
    case literal(UInt8)
  }

  private let parts: [Part]

  /// A pattern, or `nil` when it names no year or no month.
  init?(_ text: String) {
    var parts: [Part] = []
    var rest = Substring(text)
    let tokens: [(String, Part)] = [
      ("yyyy", .year4), ("yy", .year2), ("MMM", .monthName), ("MM", .month(2)), ("M", .month(1)), ("dd", .day(2)),
      ("d", .day(1)), ("HH", .hour), ("mm", .minute), ("ss", .second),
    ]
    while let first = rest.first {
      if let token = tokens.first(where: { rest.hasPrefix($0.0) }) {
        parts.append(token.1)
        rest = rest.dropFirst(token.0.count)
      } else {
        parts += String(first).utf8.map { .literal($0) }
        rest = rest.dropFirst()
      }
    }
    let hasYear = parts.contains(.year4) || parts.contains(.year2)
    let hasMonth = parts.contains(.monthName) || parts.contains(.month(1)) || parts.contains(.month(2))
    guard hasYear, hasMonth else { return nil }
    self.parts = parts
  }

  private static let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  /// The stamp of a trimmed cell, or `nil` where it does not fit.
  func stamp(_ cell: UnsafeRawBufferPointer) -> CellDates.Stamp? {
    var scan = CellDates.Scan(cell)
    var year = 0
    var month = 0
    var day: Int?
    var clock = [0, 0, 0]
    for part in parts {
      switch part {
      case .literal(let byte):
        guard scan.skip(byte) else { return nil }
      case .monthName:
        guard scan.at + 3 <= cell.count else { return nil }
        let name = String(decoding: cell[scan.at..<scan.at + 3], as: UTF8.self).lowercased()
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        month = index + 1
        scan.at += 3
      default:
        guard let digits = scan.digits() else { return nil }
        switch part {
        case .year4: year = digits.value
        case .year2: year = 2000 + digits.value
        case .month: month = digits.value
        case .day: day = digits.value
        case .hour: clock[0] = digits.value
        case .minute: clock[1] = digits.value
        default: clock[2] = digits.value
        }
      }
    }
    guard scan.atEnd, clock[0] < 24, clock[1] < 60, clock[2] < 60,
      let ordinal = CellDates.ordinal(year, month, day ?? 1)
    else { return nil }
    let micros = ((clock[0] * 60 + clock[1]) * 60 + clock[2]) * 1_000_000
    return CellDates.Stamp(day: ordinal, micros: micros, isMonth: day == nil, zoneMinutes: nil)
  }
}

/// Reads single cells of sheets as the feeds' rules read them.
public enum SheetCell {
  /// The day that a cell names in one of the forms of `CellDates`; `nil` where it is no day.
  public static func day(_ text: String) -> CalendarDay? {
    Array(Text.folded(text).utf8).withUnsafeBytes { CellDates.stamp($0) }.flatMap {
      $0.isMonth ? nil : CalendarDay(ordinal: $0.day)
    }
  }

  /// The number that a cell holds, with a unit or separators of thousands; `nil` where it is none.
  public static func number(_ text: String) -> Double? {
    Array(Text.folded(text).utf8).withUnsafeBytes { CellNumbers.number($0) }
  }
}
