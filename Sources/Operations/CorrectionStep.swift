import Foundation
import Ingestion
import LabourMarket
import Tabular

/// The step of an ingest that takes the workbooks of corrections which clerks dropped into the inbox, after the feeds' own files.
struct CorrectionStep {
  private let session: Session
  private let descriptions: [FeedDescription]
  private let chosen: [FeedDescription]
  private let workbooks: [(file: InboxFile, content: Result<CorrectionFile, any Error>)]

  init(session: Session, inbox: Inbox, descriptions: [FeedDescription], chosen: [FeedDescription]) {
    self.session = session
    self.descriptions = descriptions
    self.chosen = chosen
    workbooks = inbox.corrections.map { file in (file, Result { try CorrectionFile(file) }) }
  }

  /// Whether a workbook has rows that name persons.
  var needsKey: Bool {
    workbooks.contains { workbook in
      (try? workbook.content.get())?.feeds.contains { FeedSchema.of($0).isPersonal && isChosen($0) } ?? false
    }
  }

  private func isChosen(_ feed: Feed) -> Bool { chosen.contains { $0.feed == feed } }

  /// Takes the workbooks; adds what became of their rows to the summary's feeds.
  func run(
    _ run: Run, _ environment: FeedEnvironment, force: Bool, number: inout Int, _ feeds: inout [FeedSummary],
    _ findings: inout Findings
  ) throws {
    var programs: [String: FeedProgram] = [:]
    for workbook in workbooks {
      let name = PersonNumbers.masked(workbook.file.name)
      do {
        let content = try workbook.content.get()
        let ingest = CorrectionIngest(context: session.ingestContext(run: run.id.value)) { feed, file in
          guard let found = FeedSetup.description(of: feed, file, among: descriptions) else { return nil }
          let program = programs[found.file] ?? FeedProgram(found, environment: environment)
          programs[found.file] = program
          return program
        }
        let outcomes = try ingest.take(
          content, feeds: content.feeds.filter(isChosen), number: number + 1, force: force)
        number += outcomes.count
        for outcome in outcomes {
          add(outcome, to: &feeds)
          note(outcome, name, &findings)
        }
        if content.unknown > 0 {
          findings.add(
            feed: "", kind: "correction",
            "\(name): \(content.unknown) rows say not, or twice, which row they correct; they were passed over")
        }
        try run.heartbeat()
      } catch let error as TableError {
        refuse(name, error.description, &findings)
      } catch let error as HeaderFault {
        refuse(name, "its headers were changed: \(error.description)", &findings)
      }
    }
  }

  private func refuse(_ name: String, _ message: String, _ findings: inout Findings) {
    findings.add(feed: "", kind: "correction", "\(name) refused: \(message)")
    session.console.warning("\(name) refused: \(message)")
  }

  private func add(_ outcome: CorrectionIngest.Outcome, to feeds: inout [FeedSummary]) {
    let name = outcome.feed.rawValue
    let at = feeds.firstIndex { $0.feed == name } ?? feeds.count
    if at == feeds.count { feeds.append(FeedSummary(feed: name)) }
    feeds[at].add(outcome.result)
  }

  private func note(_ outcome: CorrectionIngest.Outcome, _ name: String, _ findings: inout Findings) {
    let counts = outcome.result.counts
    guard outcome.result.status != .known else {
      session.console.info("\(name) is known", ["feed": "\(outcome.feed.rawValue)", "rows": "\(counts.read)"])
      return
    }
    var text =
      "\(name): \(outcome.result.passed) corrected rows taken, \(counts.rejected) still wrong, \(outcome.untouched) unchanged"
    if outcome.resolved > 0 { text += ", \(outcome.resolved) resolved before" }
    if outcome.strange > 0 { text += ", \(outcome.strange) unknown to the quarantine" }
    findings.add(feed: outcome.feed.rawValue, kind: "correction", text)
    session.console.info(text)
  }
}
