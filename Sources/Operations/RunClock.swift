import Foundation
import LabourMarket

/// The clock of a run: the real one, or what `--now` says. Nothing else in a run asks for the time, so that a run can be repeated.
public struct RunClock: Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  public let unixSeconds: Int
  /// The same moment in the profile's time zone.
  public let local: LocalTimestamp
  /// Seconds by which local time is ahead of UTC at that moment.
  public let offset: Int

  /// A clock that stands at an instant, seen from a time zone.
  public init(unixSeconds: Int, zone: TimeZone) {
    self.unixSeconds = unixSeconds
    offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(unixSeconds)))
    local = LocalTimestamp(seconds: unixSeconds + offset)
  }

  /// The real clock.
  public static func real(zone: TimeZone) -> RunClock {
    RunClock(unixSeconds: Int(Date().timeIntervalSince1970.rounded(.down)), zone: zone)
  }

  /// Reads `--now`: `2022-01-05`, `2022-01-05T02:00`, `2022-01-05T02:00:00` (local time of the profile), or the last with `Z` or `+08:00`.
  /// - Throws: ``Failure`` (usage) when the text is none of these.
  public static func parsing(_ text: String, zone: TimeZone) throws -> RunClock {
    if let local = LocalTimestamp(text) {
      // The offset at the local moment: ask at the moment as if it were UTC, then once more at the moment found.
      let first = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(local.seconds)))
      let second = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(local.seconds - first)))
      return RunClock(unixSeconds: local.seconds - second, zone: zone)
    }
    if let (stamp, offset) = splitOffset(text), let moment = LocalTimestamp(stamp) {
      return RunClock(unixSeconds: moment.seconds - offset, zone: zone)
    }
    throw Failure.usage(
      "--now: “\(text)” is not a moment.", next: "Write it as 2022-01-05T02:00:00, with Z or +08:00 for another zone.")
  }

  /// The last whole month before the clock: what `--as-of` is by default.
  public var lastWholeMonth: Month { local.day.month - 1 }

  /// `YYYY-MM-DDTHH:MM:SS+HH:MM` in the profile's time zone.
  public var iso8601: String {
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let minutes = abs(offset) / 60
    return "\(local)\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
  }

  /// An instant of the database (microseconds since 1970) in the profile's time zone, for people: `2022-01-05 02:00:00`.
  func text(ofMicroseconds micros: Int64) -> String {
    LocalTimestamp(seconds: Int(micros / 1_000_000) + offset).description.replacing("T", with: " ")
  }

  private static func splitOffset(_ text: String) -> (String, Int)? {
    if text.hasSuffix("Z") { return (String(text.dropLast()), 0) }
    guard text.count > 6 else { return nil }
    let tail = text.suffix(6)
    guard let sign = tail.first, sign == "+" || sign == "-" else { return nil }
    let parts = tail.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hours = Int(parts[0]), let minutes = Int(parts[1])
    else { return nil }
    return (String(text.dropLast(6)), (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1))
  }
}
