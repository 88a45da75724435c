/// A parameter of a query (`$1`, `$2` …).
///
/// Parameters travel apart from the statement's text and untyped: the server infers each type from its place.
/// Where the place does not tell, the statement says it: `$1::date`, `$2::text[]`.
public enum Value: Sendable, Equatable {
  /// NULL.
  case null
  /// A text; also the form for any type without a case of its own, for example an interval. It holds no NUL byte.
  case text(String)
  /// An integer of any width.
  case int(Int)
  /// A double, exact to the last bit, infinities and NaN included.
  case double(Double)
  /// A truth value.
  case bool(Bool)
  /// Raw bytes (`bytea`).
  case bytes([UInt8])
  /// A date as days since 1970-01-01; `Int.min` and `Int.max` are `-infinity` and `infinity`.
  case date(Int)
  /// A point in time as microseconds since 1970-01-01 00:00 (UTC for `timestamptz`, wall clock for `timestamp`);
  /// `Int64.min` and `Int64.max` are `-infinity` and `infinity`.
  case timestamp(Int64)
  /// An array of texts, with nil for NULL.
  case texts([String?])
  /// An array of integers, with nil for NULL.
  case ints([Int?])
  /// An array of doubles, with nil for NULL.
  case doubles([Double?])
  /// A JSON text (for `json` or `jsonb`).
  case json(String)

  /// The value, or NULL for nil.
  public static func optional<T>(_ value: T?, _ make: (T) -> Value) -> Value { value.map(make) ?? .null }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByNilLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// An integer.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// NULL.
  public init(nilLiteral: ()) { self = .null }
}

extension Value {
  /// The OID of `bytea`, the only type that travels in binary form.
  static let byteaOID: UInt32 = 17

  /// The wire form: nil for NULL, else bytes with a closing NUL for text forms.
  func encoded() throws -> [UInt8]? {
    switch self {
    case .null: return nil
    case .text(let text), .json(let text): return try Self.cString(text)
    case .int(let number): return try Self.cString(String(number))
    case .double(let number): return try Self.cString(Self.text(number))
    case .bool(let flag): return flag ? [0x74, 0] : [0x66, 0]
    case .bytes(let bytes): return bytes
    case .date(let days): return try Self.cString(ISODate.text(days: days))
    case .timestamp(let micros): return try Self.cString(ISODate.text(microseconds: micros))
    case .texts(let items): return try Self.array(items) { Self.quoted($0) }
    case .ints(let items): return try Self.array(items) { String($0) }
    case .doubles(let items): return try Self.array(items) { Self.text($0) }
    }
  }

  private static func cString(_ text: String) throws -> [UInt8] {
    var bytes = Array(text.utf8)
    if bytes.contains(0) {
      throw PostgresError(.invalidData, "a text parameter holds a NUL byte, which PostgreSQL cannot store")
    }
    bytes.append(0)
    return bytes
  }

  private static func text(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    return number.description
  }

  private static func array<T>(_ items: [T?], _ form: (T) -> String) throws -> [UInt8] {
    try cString("{" + items.map { $0.map(form) ?? "NULL" }.joined(separator: ",") + "}")
  }

  private static func quoted(_ text: String) -> String {
    var out: [UInt8] = [0x22]
    for byte in text.utf8 {
      if byte == 0x22 || byte == 0x5C { out.append(0x5C) }
      out.append(byte)
    }
    out.append(0x22)
    return String(decoding: out, as: UTF8.self)
  }
}

/// Dates and times of the proleptic Gregorian calendar as PostgreSQL writes them (DateStyle ISO).
///
/// The conversion between days and year, month, day follows the era arithmetic of H. Hinnant,
/// "chrono-compatible low-level date algorithms" (2013).
enum ISODate {
  static let microsecondsPerDay: Int64 = 86_400_000_000

  private static let noBegin = Array("-infinity".utf8)
  private static let noEnd = Array("infinity".utf8)

  static func text(days: Int) -> String {
    if days == .min { return "-infinity" }
    if days == .max { return "infinity" }
    let (year, month, day) = civil(days)
    // Year 0 is 1 BC for PostgreSQL.
    let shown = year > 0 ? year : 1 - year
    let digits = String(shown)
    let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return "\(padded)-\(two(month))-\(two(day))" + (year > 0 ? "" : " BC")
  }

  static func text(microseconds: Int64) -> String {
    if microseconds == .min { return "-infinity" }
    if microseconds == .max { return "infinity" }
    var days = microseconds / microsecondsPerDay
    var rest = microseconds % microsecondsPerDay
    if rest < 0 {
      rest += microsecondsPerDay
      days -= 1
    }
    let seconds = Int(rest / 1_000_000)
    let micros = String(rest % 1_000_000)
    let fraction = String(repeating: "0", count: 6 - micros.count) + micros
    let clock = " \(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(fraction)"
    let date = text(days: Int(days))
    return date.hasSuffix(" BC") ? date.dropLast(3) + clock + " BC" : date + clock
  }

  /// Days since 1970-01-01 of `YYYY-MM-DD`, the ends of `Int` for the infinities; nil for anything else (also years BC).
  static func days(_ bytes: UnsafeRawBufferPointer) -> Int? {
    if bytes.elementsEqual(noBegin) { return .min }
    if bytes.elementsEqual(noEnd) { return .max }
    var reader = DigitReader(bytes)
    guard let date = reader.date(), reader.atEnd else { return nil }
    return date
  }

  /// Microseconds since 1970 of `YYYY-MM-DD HH:MM:SS[.ffffff][+HH[:MM[:SS]]]`, the ends of `Int64` for the infinities;
  /// nil for anything else.
  static func microseconds(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    if bytes.elementsEqual(noBegin) { return .min }
    if bytes.elementsEqual(noEnd) { return .max }
    var reader = DigitReader(bytes)
    guard let date = reader.date(), reader.skip(0x20), let hour = reader.number(), reader.skip(0x3A),
      let minute = reader.number(), reader.skip(0x3A), let second = reader.number()
    else { return nil }
    var micros = Int64(hour * 3600 + minute * 60 + second) * 1_000_000
    if reader.skip(0x2E) {
      let start = reader.position
      guard var fraction = reader.number() else { return nil }
      for _ in (reader.position - start)..<6 { fraction *= 10 }
      micros += Int64(fraction)
    }
    if !reader.atEnd {
      guard let offset = reader.zoneOffset() else { return nil }
      micros -= Int64(offset) * 1_000_000
    }
    return reader.atEnd ? Int64(date) * microsecondsPerDay + micros : nil
  }

  static func days(year: Int, month: Int, day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    let month = m < 10 ? m + 3 : m - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}

/// Reads the digits and separators of a date from raw bytes.
struct DigitReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var atEnd: Bool { position == bytes.count }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func number() -> Int? {
    var value = 0
    let start = position
    while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39, position - start < 9 {
      value = value * 10 + Int(bytes[position] - 0x30)
      position += 1
    }
    return position > start ? value : nil
  }

  mutating func date() -> Int? {
    guard let year = number(), skip(0x2D), let month = number(), skip(0x2D), let day = number() else { return nil }
    return ISODate.days(year: year, month: month, day: day)
  }

  mutating func zoneOffset() -> Int? {
    let negative = skip(0x2D)
    guard negative || skip(0x2B), let hours = number() else { return nil }
    var seconds = hours * 3600
    if skip(0x3A) { seconds += (number() ?? 0) * 60 }
    if skip(0x3A) { seconds += number() ?? 0 }
    return negative ? -seconds : seconds
  }
}
