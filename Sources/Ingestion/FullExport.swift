import LabourMarket

/// A feed's files are full exports: each is the whole state of its source at a moment, and closes what it does not list any more.
public struct FullExport: Sendable, Equatable {
  /// What tells a file's moment. It is never earlier than the newest clock of the file's rows.
  public enum Moment: String, CaseIterable, Sendable {
    /// The newest clock of the file's rows.
    case newest
    /// The last date in the file's name (`20210426`, `2021-04-26`, with or without a time behind it).
    case fileName = "file_name"
    /// The clock of the run that receives the file: files must then arrive in their order.
    case received
  }

  /// What tells a file's moment.
  public var moment = Moment.newest
  /// The share of closed records among closed and listed ones above which a file is refused.
  public var maxClosedShare = 0.5

  /// Why a feed's files cannot close anything; `nil` where they can.
  static func obstacle(_ feed: Feed) -> String? {
    switch feed {
    case .vacancies, .unemployment: nil
    case .enterprises: "the register has no column that says that an enterprise is gone"
    case .hiringPlans:
      "a survey wave is an answer of its day: an enterprise that is missing did not answer, and takes nothing back"
    case .supplyPipeline: "each report is a record of its own that a later one does not take back"
    case .headcount, .indicators, .outcomes: "its rows are measurements of a month, which do not end"
    }
  }

  /// Reads `rules.full_export`: `true`, or its settings. `nil` where the files are no full exports.
  static func read(_ yaml: YAMLDocument?, _ feed: Feed) throws -> FullExport? {
    guard let yaml else { return nil }
    var export = FullExport()
    if yaml.isMapping {
      try yaml.allow("moment", "max_closed_share")
      export.moment = try yaml["moment"]?.choice() ?? .newest
      if let share = try yaml["max_closed_share"] {
        export.maxClosedShare = try share.double()
        guard (0...1).contains(export.maxClosedShare) else {
          throw share.fault("should lie between 0 and 1: 0.5 is half of the records.")
        }
      }
    } else if try !yaml.bool() {
      return nil
    }
    if let obstacle = obstacle(feed) {
      throw yaml.fault("is not for the feed \(feed.rawValue): \(obstacle). It is for vacancies and unemployment.")
    }
    return export
  }

  /// Refuses full exports of a feed without a source of its own where several descriptions share the feed: each would close the others' records.
  static func check(_ all: [FeedDescription]) throws {
    for one in all where one.fullExport != nil && one.feed == .unemployment {
      guard let other = all.first(where: { $0.feed == one.feed && $0.file != one.file }) else { continue }
      throw YAMLFault(
        file: one.file, line: nil, key: "rules.full_export",
        message:
          "\(other.file) brings records of the same feed, which this one's files would close: describe the feed in one file."
      )
    }
  }

  /// The last date in a file's name, with the time of day behind it if there is one.
  static func date(inName name: String) -> LocalTimestamp? {
    let bytes = Array(name.utf8)
    func digits(_ at: Int, _ count: Int) -> Int? {
      guard at + count <= bytes.count else { return nil }
      return bytes[at..<at + count].reduce(0) { sum, byte in
        sum.flatMap { 0x30...0x39 ~= byte ? $0 * 10 + Int(byte - 0x30) : nil }
      }
    }
    func isDigit(_ at: Int) -> Bool { at >= 0 && at < bytes.count && 0x30...0x39 ~= bytes[at] }
    for start in bytes.indices.reversed() where !isDigit(start - 1) {
      let gap = start + 4 < bytes.count && !isDigit(start + 4) ? 1 : 0
      guard let year = digits(start, 4), let month = digits(start + 4 + gap, 2),
        let day = digits(start + 6 + 2 * gap, 2),
        gap == 0 || bytes[start + 4] == bytes[start + 7], (1900...2200).contains(year),
        let date = CalendarDay(checking: year, month: month, day: day)
      else { continue }
      let end = start + 8 + 2 * gap
      guard !isDigit(end) else { continue }
      if let hour = digits(end + 1, 2), let minute = digits(end + 3, 2), hour < 24, minute < 60 {
        let second = digits(end + 5, 2) ?? 0
        if !isDigit(end + 5) { return LocalTimestamp(day: date, second: hour * 3600 + minute * 60) }
        if second < 60, !isDigit(end + 7) {
          return LocalTimestamp(day: date, second: hour * 3600 + minute * 60 + second)
        }
      }
      return LocalTimestamp(day: date)
    }
    return nil
  }
}
