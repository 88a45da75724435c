import Foundation
import Ingestion
import LabourMarket
import Postgres

/// `labourwatch quarantine replay` and `accept`: runs the open rows of the quarantine through today's rules.
public struct QuarantineReplayRun {
  private let session: Session
  private let feed: Feed?

  /// A replay of a session.
  /// - Parameter feed: only this feed's rows; `nil` for all.
  /// - Throws: ``Failure`` (usage) when there is no such feed.
  public init(session: Session, feed: String? = nil) throws {
    self.session = session
    self.feed = try feed.map { name in
      guard let feed = Feed(rawValue: name) else {
        throw Failure.usage(
          "--feed \(name): there is no such feed.",
          next: "Feeds: \(Feed.allCases.map(\.rawValue).joined(separator: ", ")).")
      }
      return feed
    }
  }

  /// Runs the open rows again, under the city's lock.
  /// - Returns: `incomplete` when rows stay open.
  public func run() throws -> ExitStatus {
    try session.run("quarantine replay") { run in try perform(run, only: { _ in true }) }
  }

  /// Puts codes on the accept list and runs the rows again that were rejected for a code.
  /// - Parameters:
  ///   - codes: the codes, as they stand in the rows.
  ///   - reason: why they are right all the same.
  ///   - actor: who says so.
  public func accept(_ codes: [String], reason: String, actor: String) throws -> ExitStatus {
    let normalised = codes.map { String(decoding: CreditCode.normalised($0), as: UTF8.self) }
    for (code, text) in zip(normalised, codes) {
      guard !code.isEmpty, code.utf8.count <= 64, !code.contains("?") else {
        throw Failure.usage("“\(text)” is no code that can be accepted.", next: "Write it as it stands in the row.")
      }
      guard CreditCode(code) == nil else {
        throw Failure.usage(
          "The check digit of \(code) is right: it needs no acceptance.",
          next: "Look why its row was rejected with `labourwatch quarantine show`.")
      }
    }
    return try session.run("quarantine accept") { run in
      try session.connection.transaction {
        for code in normalised {
          try session.connection.execute(
            session.queries["ingestion/accept_code"],
            [
              .text(session.profile.city), .text(code), .text(reason), .text(actor),
              .double(Double(session.clock.unixSeconds)),
            ])
        }
      }
      return try perform(run, only: \.hasCode)
    }
  }

  private func perform(_ run: Run, only isWanted: (OpenFile) -> Bool) throws -> RunSummary {
    let descriptions = try FeedSetup.descriptions(session.profile)
    let environment = try FeedSetup.environment(session, needsKey: false)
    let context = IngestContext(
      connection: session.connection, queries: session.queries, city: session.profile.city, runID: run.id.value,
      clock: session.clock.unixSeconds, localClock: session.clock.local)
    var summary = RunSummary()
    var findings = Findings()
    var feeds: [FeedSummary] = []
    var open = 0
    for (index, file) in try OpenFile.list(context, feed: feed).filter(isWanted).enumerated() {
      guard let description = description(of: file, among: descriptions) else {
        findings.add(
          feed: file.feed.rawValue, kind: "no_description", "\(file.name): the profile no longer has a feed for it")
        open += file.rows
        continue
      }
      let program = FeedProgram(description, environment: environment)
      let outcome: QuarantineReplay.Outcome
      do {
        outcome = try QuarantineReplay(context: context, program: program).run(file, number: index + 1)
      } catch let fault as HeaderFault {
        // One file that the description no longer fits must not keep the others from being run again.
        findings.add(feed: file.feed.rawValue, kind: "refused", "\(file.name): \(fault)")
        session.console.warning("\(file.name) not run again: \(fault)")
        open += file.rows
        continue
      }
      try run.heartbeat()
      report(outcome, file, &findings)
      add(outcome.result, of: file, to: &feeds)
      open += file.rows - outcome.result.passed
    }
    if feeds.isEmpty && findings.list.isEmpty { session.console.info("no rows are open in the quarantine") }
    try findings.store(session, run)
    summary.feeds = feeds
    summary.findings = findings.list.map(\.message)
    summary.status = open > 0 ? .incomplete : .done
    return summary
  }

  /// The description that takes files of this name, as the inbox would decide.
  private func description(of file: OpenFile, among all: [FeedDescription]) -> FeedDescription? {
    let own = all.filter { $0.feed == file.feed }
    return own.first { $0.wants(file.name, among: all) } ?? (own.count == 1 ? own.first : nil)
  }

  private func report(_ outcome: QuarantineReplay.Outcome, _ file: OpenFile, _ findings: inout Findings) {
    session.console.info(
      "\(file.name) run again",
      ["open": "\(file.rows)", "passed": "\(outcome.result.passed)", "rejected": "\(outcome.result.counts.rejected)"])
    guard outcome.masked > 0 else { return }
    findings.add(
      feed: file.feed.rawValue, kind: "masked",
      "\(file.name): \(outcome.masked) rows name persons and were masked; only the file itself brings them back: put it into the inbox and run `labourwatch ingest --force`"
    )
    session.console.warning("\(findings.list.last?.message ?? "")")
  }

  private func add(_ result: FileResult, of file: OpenFile, to feeds: inout [FeedSummary]) {
    let name = file.feed.rawValue
    let at: Int
    if let found = feeds.firstIndex(where: { $0.feed == name }) {
      at = found
    } else {
      at = feeds.count
      feeds.append(FeedSummary(feed: name))
    }
    feeds[at].add(result)
  }
}
