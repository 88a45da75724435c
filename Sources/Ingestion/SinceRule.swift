import Foundation
import LabourMarket

/// How a source is asked only for what is new: a watermark over one of its columns, less a window for late records.
///
/// The mark is the greatest value seen, but never later than the run's clock: one mistyped year must not hide all that follows. Marks of
/// moments are local seconds since 1970; those of numbers are the numbers.
public struct SinceRule: Sendable, Equatable {
  /// How the column is read and the parameter is written.
  public enum Format: String, CaseIterable, Sendable {
    /// `2022-01-05T02:00:00` in local time; any usual date is read.
    case timestamp
    /// `2022-01-05`.
    case date
    /// `2022-01-05T02:00:00Z`.
    case rfc3339
    /// Seconds since 1970-01-01 UTC.
    case unix
    /// Milliseconds since 1970-01-01 UTC.
    case unixMilliseconds = "unix_ms"
    /// Any whole number that grows, such as a serial number.
    case number

    var isMoment: Bool { self == .timestamp || self == .date || self == .rfc3339 }
  }

  /// The name of the request's parameter; empty for `$1` of a query.
  public var parameter: String
  /// The path of the column in a row.
  public var column: String
  /// How values are read and written.
  public var format: Format
  /// The window, in seconds, milliseconds or numbers, as the format counts.
  public var lag: Int
  /// The parameter's value at the first pull; `nil` sends none.
  public var first: String?

  /// A value of the column as a mark.
  func mark(_ text: String, zone: TimeZone) -> Int? {
    guard format.isMoment else { return Int(text) ?? Double(text).flatMap { Int(exactly: $0.rounded(.down)) } }
    let bytes = Array(text.trimmingCharacters(in: .whitespaces).utf8)
    guard let stamp = bytes.withUnsafeBytes({ CellDates.stamp($0) }) else { return nil }
    let seconds = stamp.day * 86_400 + stamp.micros / 1_000_000
    guard let minutes = stamp.zoneMinutes else { return seconds }
    let utc = seconds - minutes * 60
    return utc + zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc)))
  }

  /// The greatest mark that the clock allows.
  func latest(clock: Int, localClock: LocalTimestamp) -> Int {
    switch format {
    case .timestamp, .date, .rfc3339: localClock.seconds
    case .unix: clock
    case .unixMilliseconds: clock * 1000
    case .number: Int.max
    }
  }

  /// The parameter's value after a mark.
  func value(after mark: Int, zone: TimeZone) -> String {
    let from = mark - lag
    switch format {
    case .unix, .unixMilliseconds, .number: return String(from)
    case .timestamp: return LocalTimestamp(seconds: from).description
    case .date: return LocalTimestamp(seconds: from).day.description
    case .rfc3339:
      let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(from)))
      return LocalTimestamp(seconds: from - offset).description + "Z"
    }
  }

  /// A mark as it is stored.
  func text(_ mark: Int) -> String { format.isMoment ? LocalTimestamp(seconds: mark).description : String(mark) }

  /// A stored mark; `nil` where it is of another format.
  func mark(stored text: String) -> Int? { format.isMoment ? LocalTimestamp(text)?.seconds : Int(text) }

  init(
    parameter: String, column: String, format: Format = .timestamp, lag: Int = 0, first: String? = nil
  ) {
    self.parameter = parameter
    self.column = column
    self.format = format
    self.lag = lag
    self.first = first
  }

  init(_ yaml: YAMLDocument, hasParameter: Bool) throws {
    try yaml.allow((hasParameter ? ["parameter"] : []) + ["column", "format", "lag", "first"])
    parameter = hasParameter ? try yaml.required("parameter").string() : ""
    column = try yaml.required("column").string()
    format = try yaml["format"]?.choice() ?? .timestamp
    first = try yaml["first"]?.string()
    lag = 0
    if let node = try yaml["lag"] {
      if format == .number {
        lag = try node.int()
      } else {
        lag = Int(try node.seconds() * (format == .unixMilliseconds ? 1000 : 1))
      }
      guard lag >= 0 else { throw node.fault("should not be negative: it reaches back from the newest value seen.") }
    }
  }
}
