import Foundation
import Ingestion
import LabourMarket
import Postgres

/// Who has not filed? Reads what every feed of the profile filed up to the run's clock and judges it by the feed's calendar.
struct FilingWatch {
  /// A feed and where it stands.
  struct Entry {
    let description: FeedDescription
    let state: FilingState
    let gaps: [FilingGap]
  }

  let session: Session
  let descriptions: [FeedDescription]

  /// Every feed of the profile, in the order of the descriptions.
  func entries() throws -> [Entry] {
    let start = try start()
    let filings = try filings()
    return descriptions.map { description in
      let judge = FilingJudge(
        description: description, filings: filings[description.name] ?? Filings(), now: session.clock.local,
        start: start)
      return Entry(description: description, state: judge.state(), gaps: judge.gaps())
    }
  }

  /// Adds what is conspicuous to a run's findings.
  /// - Returns: the feeds that are late, missing or stale.
  func note(_ findings: inout Findings) throws -> [LateFeed] {
    let sentences = FilingSentences(profile: session.profile)
    var late: [LateFeed] = []
    for entry in try entries() {
      let feed = entry.description.feed
      // Where several descriptions fill one feed, the title says which of them is meant.
      let isShared = descriptions.count { $0.feed == feed } > 1
      func told(_ text: String) -> String { isShared ? "\(entry.description.title): \(text)" : text }
      if let text = sentences.sentence(entry.state, now: session.clock.local.day) {
        let kind = entry.state.standing.rawValue
        findings.add(feed: feed.rawValue, kind: kind, told(text))
        if entry.state.standing != .awaited {
          late.append(
            LateFeed(
              feed: feed.rawValue, description: entry.description.name, kind: kind,
              lastRecord: entry.state.lastRecord?.description, lastPeriod: entry.state.lastPeriod?.description,
              due: entry.state.due?.description, message: told(text)))
        }
      }
      for gap in entry.gaps { findings.add(feed: feed.rawValue, kind: gap.kind, told(sentences.sentence(gap))) }
    }
    return late
  }

  // MARK: What was filed

  private var city: Value { .text(session.profile.city) }
  private var now: Value { .int(session.clock.unixSeconds) }

  private func start() throws -> CalendarDay {
    let row = try session.connection.query(session.queries["ingestion/filed_since"], [city, now]).one()
    return try row.optionalInt("first_run").map(local)?.day ?? session.clock.local.day
  }

  private func local(_ seconds: Int) -> LocalTimestamp {
    RunClock(unixSeconds: seconds, zone: session.profile.timeZone).local
  }

  private func filings() throws -> [String: Filings] {
    var filings: [String: Filings] = [:]
    for row in try session.connection.query(session.queries["ingestion/filed_files"], [city, now]) {
      let name = try row.string("name")
      guard let owner = owner(try row.string("feed"), try row.string("description"), file: name) else { continue }
      let file = FiledFile(
        name: name, series: try row.string("series"), rows: try row.int("read"),
        received: local(try row.int("received")),
        newest: try row.optionalTimestamp("newest_known_at").map { LocalTimestamp(seconds: Int($0 / 1_000_000)) },
        isCutOff: try row.bool("is_cut_off"), regions: try counts(row, "regions", "region_rows"),
        chains: try counts(row, "chains", "chain_rows"))
      filings[owner, default: Filings()].files.append(file)
    }
    for feed in Feed.allCases where FeedSchema.of(feed).periodColumn != nil { try periods(of: feed, &filings) }
    return filings
  }

  private func counts(_ row: Row, _ codes: String, _ rows: String) throws -> [String: Int] {
    Dictionary(zip(try row.strings(codes).map { $0 ?? "" }, try row.ints(rows)), uniquingKeysWith: +)
  }

  /// The name of the description that a file belongs to: the one it was taken under, else the one that takes its name today.
  private func owner(_ feed: String, _ description: String, file: String) -> String? {
    let all = descriptions.filter { $0.feed.rawValue == feed }
    return (all.first { $0.name == description } ?? all.first { $0.wants(file, among: descriptions) } ?? all.first)?
      .name
  }

  private func periods(of feed: Feed, _ filings: inout [String: Filings]) throws {
    let all = descriptions.filter { $0.feed == feed }
    let months = all.compactMap { description -> Int? in
      guard let calendar = description.calendar, case .months(let months) = calendar.every else { return nil }
      return months * (calendar.history + 2)
    }
    guard let back = months.max(), all.contains(where: { filings[$0.name] != nil }) else { return }
    let rows = try session.connection.query(
      session.queries["ingestion/filed_\(feed.rawValue)"],
      [city, .text(session.clock.local.description), .date((session.clock.local.day.month - back).firstDay.ordinal)])
    for row in rows {
      guard let owner = owner(feed.rawValue, try row.string("description"), file: "") else { continue }
      let month = CalendarDay(ordinal: try row.date("period")).month
      let reporters = try row.int("reporters")
      var periods = filings[owner, default: Filings()].periods
      if periods.last?.month != month {
        periods.append(FiledPeriod(month: month, regions: [:], chains: [:], reporters: 0))
      }
      let last = periods.count - 1
      periods[last].regions[try row.string("region"), default: 0] += reporters
      periods[last].chains[try row.string("chain"), default: 0] += reporters
      periods[last].reporters += reporters
      filings[owner, default: Filings()].periods = periods
    }
  }
}

/// A feed that is late, in the form of `--summary`.
public struct LateFeed: Encodable, Sendable {
  /// The canonical feed, and the description by which it is read.
  public let feed: String, description: String
  /// `late` (nothing came in time), `stale` (what came since is old) or `missing` (never filed).
  public let kind: String
  /// The day of its newest record, its newest month or wave, and the day by which more was due.
  public let lastRecord: String?, lastPeriod: String?, due: String?
  /// The sentence of the finding.
  public let message: String

  private enum CodingKeys: String, CodingKey {
    case feed, description, kind, due, message
    case lastRecord = "last_record"
    case lastPeriod = "last_period"
  }
}
