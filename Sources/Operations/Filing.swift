import Ingestion
import LabourMarket

/// A file that a feed filed, as the ledger knows it.
struct FiledFile {
  var name: String
  /// Files of one series follow one another.
  var series: String
  var rows: Int
  /// When its content first came under this name.
  var received: LocalTimestamp
  /// The newest clock of its records.
  var newest: LocalTimestamp?
  var isCutOff: Bool
  /// Rows by region and by chain.
  var regions: [String: Int], chains: [String: Int]
}

/// A month or survey wave of a feed: who reported.
struct FiledPeriod {
  var month: Month
  /// Reporters by region and by chain; those of whom neither is known stand under an empty text.
  var regions: [String: Int], chains: [String: Int]
  var reporters: Int
}

/// All that one feed filed up to the run's clock.
struct Filings {
  /// In the order in which they came.
  var files: [FiledFile] = []
  /// In order of time.
  var periods: [FiledPeriod] = []
}

/// Where a feed stands against its calendar.
struct FilingState {
  /// How it stands.
  enum Standing: String {
    /// The next record is not due yet.
    case inTime = "in time"
    /// The day has come, the days of grace are not over.
    case due
    /// Nothing came in time.
    case late
    /// A file came after the due day, and its records are older than those already known.
    case stale
    /// It never came, and should have by now.
    case missing
    /// It never came, and the first day it is due is not over.
    case awaited
    /// It never came, and need not.
    case optional
    /// It has no calendar.
    case noCalendar = "no calendar"
  }

  var standing: Standing
  /// The file that came last.
  var lastFile: FiledFile?
  /// The day of the newest record.
  var lastRecord: CalendarDay?
  /// The newest month or wave, where the calendar goes by these.
  var lastPeriod: Month?
  /// The day by which the next record is due.
  var due: CalendarDay?
}

/// Judges what a feed filed by its calendar. Pure: the same filings, clock and calendar give the same judgement.
struct FilingJudge {
  let description: FeedDescription
  let filings: Filings
  /// The run's clock.
  let now: LocalTimestamp
  /// The day of the place's first run: from then on feeds are expected.
  let start: CalendarDay

  /// Where the feed stands.
  func state() -> FilingState {
    let last = filings.files.max { ($0.received, $0.name) < ($1.received, $1.name) }
    let record =
      description.schema.columns.contains { $0.role == .clock }
      ? filings.files.compactMap(\.newest).max() : last?.received
    var state = FilingState(standing: .noCalendar, lastFile: last, lastRecord: record?.day)
    guard let calendar = description.calendar else { return state }
    if case .months = calendar.every { state.lastPeriod = filings.periods.last?.month }
    guard let record = state.lastRecord else {
      let due = calendar.firstDue(from: start)
      state.due = calendar.isExpected ? due : nil
      state.standing = !calendar.isExpected ? .optional : now.day > due + calendar.grace ? .missing : .awaited
      return state
    }
    let due = calendar.due(after: record, period: state.lastPeriod)
    state.due = due
    if now.day <= due {
      state.standing = .inTime
    } else if now.day <= due + calendar.grace {
      state.standing = .due
    } else {
      // A file after the one that brought the newest record: somebody files, and what comes is old.
      let isOld = last.map { $0.received.day > due && ($0.newest.map { $0.day < record } ?? true) } ?? false
      state.standing = isOld ? .stale : .late
    }
    return state
  }

  /// What is conspicuously small: the newest file of each series that came lately, and the newest month or wave that is due.
  func gaps() -> [FilingGap] { fileGaps() + periodGaps() }

  private var settings: FeedCalendar { description.calendar ?? FeedCalendar(every: .days(31)) }

  /// Files older than a rhythm of the feed are past news.
  private var window: Int {
    switch settings.every {
    case .days(let days): max(7, days + settings.grace)
    case .months(let months): months * 31 + settings.due + settings.grace
    }
  }

  private func fileGaps() -> [FilingGap] {
    var gaps: [FilingGap] = []
    for (_, files) in Dictionary(grouping: filings.files, by: \.series).sorted(by: { $0.key < $1.key }) {
      guard let file = files.last, file.received.day + window >= now.day else { continue }
      if file.isCutOff { gaps.append(.cutOff(file: file.name)) }
      let earlier = files.dropLast().suffix(settings.history)
      if let history = FilingHistory(earlier.map { Double($0.rows) }),
        history.isShrunken(Double(file.rows), below: settings.shrunkenBelow)
      {
        gaps.append(.shrunkenFile(file: file.name, rows: file.rows, median: history.median, of: earlier.count))
      }
      let least = FeedCalendar.leastRows
      let regions = absent(file.regions, earlier.map(\.regions), least)
      let chains = absent(file.chains, earlier.map(\.chains), least)
      if file.rows > 0, !regions.isEmpty || !chains.isEmpty {
        gaps.append(.partialFile(file: file.name, regions: regions, chains: chains))
      }
    }
    return gaps
  }

  private func periodGaps() -> [FilingGap] {
    guard let calendar = description.calendar, case .months = calendar.every else { return [] }
    let closed = filings.periods.filter { $0.month.firstDay + calendar.due < now.day }
    guard let period = closed.last else { return [] }
    let earlier = closed.dropLast().suffix(calendar.history)
    var gaps: [FilingGap] = []
    if let history = FilingHistory(earlier.map { Double($0.reporters) }),
      history.isShrunken(Double(period.reporters), below: calendar.shrunkenBelow)
    {
      gaps.append(
        .shrunkenPeriod(period.month, reporters: period.reporters, median: history.median, of: earlier.count))
    }
    let least = FeedCalendar.leastReporters
    let regions = absent(period.regions, earlier.map(\.regions), least)
    let chains = absent(period.chains, earlier.map(\.chains), least)
    if !regions.isEmpty || !chains.isEmpty {
      gaps.append(.partialPeriod(period.month, regions: regions, chains: chains))
    }
    return gaps
  }

  /// The codes that every earlier one names, usually not just in passing, and this one does not.
  private func absent(_ now: [String: Int], _ earlier: [[String: Int]], _ least: Double) -> [String] {
    guard settings.findsPartial, earlier.count >= FeedCalendar.leastHistory, let first = earlier.first else {
      return []
    }
    return first.keys.filter { code in
      guard !code.isEmpty, now[code] == nil else { return false }
      let counts = earlier.compactMap { $0[code] }
      guard counts.count == earlier.count, let history = FilingHistory(counts.map(Double.init)) else { return false }
      return history.median >= least
    }.sorted()
  }
}

/// Something of a feed that is conspicuously small.
enum FilingGap: Equatable {
  /// A file has far fewer rows than those of its series before it.
  case shrunkenFile(file: String, rows: Int, median: Double, of: Int)
  /// A month or wave has far fewer reporters than those before it.
  case shrunkenPeriod(Month, reporters: Int, median: Double, of: Int)
  /// Regions and chains that every file before it named are absent.
  case partialFile(file: String, regions: [String], chains: [String])
  /// Regions and chains that reported in every month or wave before it are absent.
  case partialPeriod(Month, regions: [String], chains: [String])
  /// The last row of a file is cut off.
  case cutOff(file: String)

  /// The kind of finding.
  var kind: String {
    switch self {
    case .shrunkenFile, .shrunkenPeriod: "shrunken"
    case .partialFile, .partialPeriod, .cutOff: "partial"
    }
  }
}
