import Foundation
import Ingestion
import LabourMarket
import Postgres

/// `labourwatch ingest`: takes what dropped into the inbox, feed by feed, file by file.
public struct IngestRun {
  /// What a run is asked to do.
  public struct Options: Sendable {
    /// The folder where feed files drop; `nil` for the profile's own `inbox`.
    public var inbox: String?
    /// The feeds to read, by canonical name or by the name of their description; empty for all.
    public var feeds: [String]
    /// Whether files that were taken before are read again.
    public var force: Bool

    /// Options from their parts.
    public init(inbox: String? = nil, feeds: [String] = [], force: Bool = false) {
      self.inbox = inbox
      self.feeds = feeds
      self.force = force
    }
  }

  let session: Session
  let options: Options

  /// A run of a session.
  public init(session: Session, options: Options) {
    self.session = session
    self.options = options
  }

  /// Runs it under the city's lock.
  /// - Returns: the end: `incomplete` when rows were rejected, `failed` when a file was refused as a whole.
  /// - Throws: ``Failure`` or a room's error.
  public func run() throws -> ExitStatus {
    if let inbox = options.inbox { try FileSystem.requireReadable(folder: inbox, "--inbox") }
    return try session.run("ingest") { run in
      let summary = try perform(run)
      session.tell(summary)
      return summary
    }
  }

  /// The step itself, inside a run that holds the lock.
  func perform(_ run: Run) throws -> RunSummary {
    let descriptions = try FeedSetup.descriptions(session.profile)
    let chosen = try choose(descriptions)
    let headings = try OfficerHeadings(resources: session.resources)
    let inbox = try inbox(headings)
    try checkSources(chosen)
    let corrections = CorrectionStep(session: session, inbox: inbox, descriptions: descriptions, chosen: chosen)
    let needsKey =
      corrections.needsKey
      || chosen.contains {
        $0.schema.isPersonal && ($0.source != nil || !inbox.files(of: $0, among: descriptions).isEmpty)
      }
    let environment = try FeedSetup.environment(session, needsKey: needsKey)
    var summary = RunSummary()
    var findings = Findings()
    var feeds: [FeedSummary] = []
    var number = 0
    for description in chosen {
      let program = FeedProgram(description, environment: environment)
      try pull(program, &number, run, &feeds, &findings)
      for file in inbox.files(of: description, among: descriptions) {
        number += 1
        let result = try take(file, program, number, run)
        try run.heartbeat()
        add(result, of: description, to: &feeds)
        note(result, of: description, &findings)
      }
    }
    try corrections.run(run, environment, force: options.force, number: &number, &feeds, &findings)
    let strangers = inbox.strangers(to: descriptions)
    var taken: Set<String> = []
    if options.feeds.isEmpty || options.feeds.contains(OfficerListStep.feed) {
      let lists = OfficerListStep(session: session, headings: headings, lists: inbox.lists)
      taken = try lists.run(
        run, strangers: strangers.map { InboxFile(path: inbox.folder + "/" + $0, name: $0) }, force: options.force,
        number: &number, &feeds, &findings)
    }
    for name in strangers where options.feeds.isEmpty && !taken.contains(name) {
      findings.add(
        feed: "", kind: "unknown_file",
        "\(PersonNumbers.masked(name)): no feed of the profile wants a file of this name; it was not read.")
    }
    let late = try FilingWatch(session: session, descriptions: descriptions).note(&findings)
    try findings.store(session, run)
    summary.feeds = feeds
    summary.lateFeeds = late
    if descriptions.contains(where: { $0.feed == .hiringPlans }) { summary.survey = try SurveySummary(session) }
    summary.findings = findings.list.map(\.line)
    summary.status = status(feeds)
    // A run that is asked for some feeds ends by what became of these.
    if late.contains(where: { late in chosen.contains { $0.name == late.description } }) {
      summary.status = summary.status.worse(.incomplete)
    }
    return summary
  }

  // MARK: The steps

  private func inbox(_ headings: OfficerHeadings) throws -> Inbox {
    do {
      return try Inbox(folder: options.inbox ?? session.profile.folder + "/inbox") { path in
        headings.isList(path, anySheet: false)
      }
    } catch let fault as InboxFault {
      throw Failure.usage(fault.description)
    }
  }

  private func choose(_ all: [FeedDescription]) throws -> [FeedDescription] {
    for name in options.feeds
    where name != OfficerListStep.feed && !all.contains(where: { $0.feed.rawValue == name || $0.name == name }) {
      throw Failure.usage(
        "--feed \(name): the profile \(session.profile.folder) has no such feed.",
        next: "Its feeds are: \((all.map(\.name) + [OfficerListStep.feed]).joined(separator: ", ")).")
    }
    return options.feeds.isEmpty
      ? all : all.filter { options.feeds.contains($0.feed.rawValue) || options.feeds.contains($0.name) }
  }

  /// What files are taken with.
  func context(_ run: Run, _ name: String) -> IngestContext {
    let console = session.console
    let name = PersonNumbers.masked(name)
    return session.ingestContext(run: run.id.value) { done, all in
      console.progress("reading \(name)", fraction: all > 0 ? min(1, Double(done) / Double(all)) : nil)
    }
  }

  func take(_ file: InboxFile, _ program: FeedProgram, _ number: Int, _ run: Run) throws -> FileResult {
    let context = context(run, file.name)
    let result = try FileIngest(context: context, program: program, fileNumber: number).take(file, force: options.force)
    report(result)
    return result
  }

  private func report(_ result: FileResult) {
    let counts = result.counts
    switch result.status {
    case .refused:
      session.console.warning("\(result.name) refused: \(result.message ?? "")")
    case .known:
      session.console.info("\(result.name) is known", ["rows": "\(counts.read)"])
    case .taken, .replayed:
      session.console.info(
        "\(result.name) taken",
        [
          "read": "\(counts.read)", "inserted": "\(counts.inserted)", "updated": "\(counts.updated)",
          "late": "\(counts.late)", "unchanged": "\(counts.unchanged)", "rejected": "\(counts.rejected)",
          "skipped": "\(counts.skipped)", "closed": "\(counts.closed)",
        ])
    }
  }

  func add(_ result: FileResult, of description: FeedDescription, to feeds: inout [FeedSummary]) {
    let name = description.feed.rawValue
    if feeds.last?.feed != name { feeds.append(FeedSummary(feed: name)) }
    feeds[feeds.count - 1].add(result)
  }

  func note(_ result: FileResult, of description: FeedDescription, _ findings: inout Findings) {
    let feed = description.feed.rawValue
    if let message = result.message { findings.add(feed: feed, kind: "refused", "\(result.name): \(message)") }
    if !result.unknownColumns.isEmpty {
      findings.add(
        feed: feed, kind: "unknown_columns",
        "\(result.name): columns that the feed does not know were ignored: \(result.unknownColumns.joined(separator: ", "))"
      )
    }
    for change in result.drift {
      let language: ClerkLanguage = session.profile.language == .chinese ? .chinese : .english
      findings.add(
        feed: feed, kind: "drift", "\(result.name): \(change.sentence(language, description: description.file))")
    }
    if !result.traits.outOfSeason.isEmpty {
      findings.add(
        feed: feed, kind: "chain_validity",
        FilingSentences(profile: session.profile).outOfSeason(result.name, result.traits.outOfSeason))
    }
    if result.traits.futureRows > 0 {
      findings.add(
        feed: feed, kind: "future",
        FilingSentences(profile: session.profile).future(result.name, rows: result.traits.futureRows))
    }
    if result.passed > 0 {
      findings.add(
        feed: feed, kind: "passed", "\(result.name): \(result.passed) rows that were in quarantine pass today's rules")
    }
  }

  private func status(_ feeds: [FeedSummary]) -> ExitStatus {
    let isFailed = feeds.contains { feed in
      feed.files.contains { $0.status == FileResult.Status.refused.rawValue }
        || feed.pulls.contains { $0.status == PullResult.Status.failed.rawValue }
    }
    if isFailed { return .failed }
    return feeds.contains { $0.rejected > 0 } ? .incomplete : .done
  }
}

extension FeedSummary {
  /// Adds what became of a file.
  mutating func add(_ result: FileResult) {
    files.append(
      File(
        name: result.name, sha256: result.sha256, bytes: result.bytes, status: result.status.rawValue,
        message: result.message))
    read += result.counts.read
    inserted += result.counts.inserted
    updated += result.counts.updated
    late += result.counts.late
    unchanged += result.counts.unchanged
    rejected += result.counts.rejected
    skipped += result.counts.skipped
    closed += result.counts.closed
    reopened += result.counts.reopened
    rejectedByReason.merge(result.counts.rejectedByReason, uniquingKeysWith: +)
    seconds += result.seconds
  }
}

/// What a run noticed about its feeds.
struct Findings {
  /// One thing noticed.
  struct Finding {
    let feed: String
    let kind: String
    let message: String
    /// The finding as the summary tells it.
    var line: String { "\(kind)\(feed.isEmpty ? "" : " \(feed)"): \(message)" }
  }

  private(set) var list: [Finding] = []

  mutating func add(feed: String, kind: String, _ message: String) {
    list.append(Finding(feed: feed, kind: kind, message: message))
  }

  /// Writes them to the ledger.
  func store(_ session: Session, _ run: Run) throws {
    guard !list.isEmpty else { return }
    try session.connection.execute(
      session.queries["ingestion/put_findings"],
      [
        .text(session.profile.city), .int(Int(run.id.value)), .texts(list.map(\.feed)), .texts(list.map(\.kind)),
        .texts(list.map(\.message)),
      ])
  }
}
