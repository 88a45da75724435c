import Glibc

/// Numbers of cells as text.
enum CellValue {
  /// Replaces the number that stands in the arena from `start` on by its text: a date or time where the format says so, else
  /// the number with at most 15 significant digits, as spreadsheet programs show it, without exponent.
  static func rewrite(_ arena: inout Arena, from start: Int, format: CellFormat, uses1904: Bool) {
    if format == .number, isPlain(arena.base + start, arena.count - start) { return }
    arena.append(0)
    arena.count -= 1
    let text = UnsafeRawPointer(arena.base + start).assumingMemoryBound(to: CChar.self)
    var end: UnsafeMutablePointer<CChar>?
    let value = strtod(text, &end)
    guard let end, UnsafePointer(end) == text + (arena.count - start), arena.count > start, value.isFinite else {
      return
    }
    let written = (format == .number ? nil : dateText(value, format, uses1904)) ?? numberText(value)
    arena.count = start
    for byte in written.utf8 { arena.append(byte) }
  }

  /// True for a sign, digits and at most one point, fifteen digits or fewer: what needs no rewriting.
  @inline(__always)
  private static func isPlain(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    if count == 0 || count > 17 { return false }
    var digits = 0
    var points = 0
    for i in 0..<count {
      let byte = bytes[i]
      if byte >= 0x30, byte <= 0x39 {
        digits &+= 1
      } else if byte == 0x2E {
        points &+= 1
      } else if byte != 0x2D || i != 0 {
        return false
      }
    }
    return digits > 0 && digits <= 15 && points <= 1 && bytes[count - 1] != 0x2E
  }

  /// A finite number without exponent.
  static func numberText(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
    if abs(value) >= 1e15 { return formatted("%.0f", value) }
    let text = formatted("%.15g", value)
    guard text.contains("e") else { return text }
    let long = formatted("%.30f", value)
    let trimmed = String(long.reversed().drop { $0 == "0" }.reversed())
    return trimmed.hasSuffix(".") ? String(trimmed.dropLast()) : trimmed
  }

  private static func formatted(_ form: String, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 400)
    let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, form, $0) }
    return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// ISO text of a serial date: `2021-04-26`, with `T08:30:00` behind when it is not midnight, `08:30:00` for a time of day; nil
  /// when no such date exists. In the 1900 system day 60 is the 29 February 1900 that never was: it is written as such.
  static func dateText(_ serial: Double, _ format: CellFormat, _ uses1904: Bool) -> String? {
    guard serial >= 0, serial < 2_958_466 else { return nil }
    let seconds = Int((serial * 86400).rounded())
    let day = seconds / 86400
    let time = seconds % 86400
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    if format == .elapsed { return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))" }
    let clock = "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))"
    if day == 0, !uses1904 { return clock }
    if day == 0, format == .time { return clock }
    var date = "1900-02-29"
    if uses1904 || day != 60 {
      // Days from 1970-01-01 to the day before serial 1, or to serial 0 of the 1904 system.
      let base = uses1904 ? -24107 : day > 60 ? -25569 : -25568
      let (year, month, dayOfMonth) = civil(day + base)
      date = "\(year)-\(two(month))-\(two(dayOfMonth))"
    }
    return time == 0 ? date : "\(date)T\(clock)"
  }

  /// Date of a day number counted from 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
  private static func civil(_ days: Int) -> (Int, Int, Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}
