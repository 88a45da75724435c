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
    let normalised = try codes.map(Self.acceptable)
    try Self.requireReason(reason, actor)
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

  /// Takes codes off the accept list again. Rows that were taken stay; the next row with such a code is rejected.
  /// - Throws: ``Failure`` (usage) when a code does not stand on the list.
  public func withdraw(_ codes: [String], reason: String, actor: String) throws -> ExitStatus {
    let normalised = codes.map { String(decoding: CreditCode.normalised($0), as: UTF8.self) }
    try Self.requireReason(reason, actor)
    return try session.run("quarantine accept --undo") { _ in
      try session.connection.transaction {
        let gone = try session.connection.query(
          session.queries["ingestion/withdraw_code"],
          [
            .text(session.profile.city), .texts(normalised), .text(reason), .text(actor),
            .double(Double(session.clock.unixSeconds)),
          ]
        ).map { try $0.string(0) }
        if let missing = normalised.first(where: { !gone.contains($0) }) {
          throw Failure.usage(
            "\(missing) does not stand on the accept list.", next: "`labourwatch quarantine accept --list` shows it.")
        }
      }
      session.console.info("no longer accepted: \(normalised.joined(separator: ", "))")
      return RunSummary()
    }
  }

  /// The accept list with its history, as a table.
  public func acceptances() throws -> String {
    let rows = try session.connection.query(
      session.queries["ingestion/acceptances"], [.text(session.profile.city)])
    guard !rows.isEmpty else { return "No code was accepted.\n" }
    return TextTable.render(
      [["code", "accepted", "by", "reason", "withdrawn", "by", "reason"]]
        + (try rows.map { row in try (0..<7).map { try row.optionalString($0) ?? "" } }))
  }

  /// A code in the form in which it is stored, if it has the form of a code and a wrong check digit: only such a code needs to be accepted.
  private static func acceptable(_ text: String) throws -> String {
    let bytes = CreditCode.normalised(text)
    let code = String(decoding: bytes, as: UTF8.self)
    switch CreditCode.check(bytes) {
    case nil:
      throw Failure.usage(
        "The check digits of \(code) are right: it needs no acceptance.",
        next: "Look why its row was rejected with `labourwatch quarantine show`.")
    case .length(let length):
      throw Failure.usage(
        "“\(PersonNumbers.masked(text))” is no credit code: it has \(length) characters and not 18.",
        next: "Write all of it, as on the licence.")
    case .character(let byte, let position):
      throw Failure.usage(
        "“\(PersonNumbers.masked(text))” is no credit code: “\(String(UnicodeScalar(byte)))” (character \(position)) stands in none.",
        next: "Codes have digits and capital letters without I, O, S, V, Z: compare it with the licence.")
    case .organisationCheckDigit, .checkCharacter:
      guard !ResidentIdentityNumber.isValid(bytes) else {
        throw Failure.usage("This is a person's identity number and no code of an enterprise.")
      }
      return code
    }
  }

  private static func requireReason(_ reason: String, _ actor: String) throws {
    for (value, option) in [(reason, "--reason"), (actor, "--by")]
    where value.trimmingCharacters(in: .whitespaces).isEmpty {
      throw Failure.usage("\(option) is empty.", next: "Say who decides (--by) and why (--reason): both are kept.")
    }
  }

  private func perform(_ run: Run, only isWanted: (OpenFile) -> Bool) throws -> RunSummary {
    let descriptions = try FeedSetup.descriptions(session.profile)
    let environment = try FeedSetup.environment(session, needsKey: false)
    let context = session.ingestContext(run: run.id.value)
    var summary = RunSummary()
    var findings = Findings()
    var feeds: [FeedSummary] = []
    var open = 0
    for (index, file) in try OpenFile.list(context, feed: feed).filter(isWanted).enumerated() {
      guard let description = FeedSetup.description(of: file.feed, file.name, among: descriptions) else {
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

  private func report(_ outcome: QuarantineReplay.Outcome, _ file: OpenFile, _ findings: inout Findings) {
    session.console.info(
      "\(file.name) run again",
      ["open": "\(file.rows)", "passed": "\(outcome.result.passed)", "rejected": "\(outcome.result.counts.rejected)"])
    guard outcome.masked > 0 else { return }
    findings.add(
      feed: file.feed.rawValue, kind: "masked",
      "\(file.name): \(outcome.masked) rows were masked where the feed reads them; a clerk's correction (`labourwatch quarantine export`) or the file itself brings them back (into the inbox, then `labourwatch ingest --force`)"
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
