import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Operations

/// A profile of its own in a folder, and files that drop into its inbox night by night.
struct Bureau {
  let folder: String
  let database: TestDatabase

  static func with(_ body: (Bureau) throws -> Void) throws {
    try withTemporaryDirectory { folder in
      try TestDatabase.withDatabase { database in
        let bureau = Bureau(folder: folder, database: database)
        for part in ["profile.yaml", "forecast.yaml", "feeds", "reference", "deduplication.yaml"] {
          try FileManager.default.copyItem(
            atPath: "\(repositoryRoot)/jobs/suqian/\(part)", toPath: "\(folder)/\(part)")
        }
        try FileManager.default.createDirectory(atPath: folder + "/inbox", withIntermediateDirectories: true)
        try body(bureau)
      }
    }
  }

  func session(_ now: String) throws -> Session {
    try Session(
      .init(
        profile: folder, database: database.url, quiet: true, now: now,
        environment: ["LABOURWATCH_RESOURCES": repositoryRoot]))
  }

  /// Takes a file and says what the run noticed.
  @discardableResult
  func night(_ now: String, _ name: String? = nil, _ text: String = "") throws -> [String] {
    if let name { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/inbox/\(name)")) }
    let session = try session(now)
    var findings: [String] = []
    _ = try session.run("ingest") { run in
      let summary = try IngestRun(session: session, options: .init()).perform(run)
      let kind = "deduplication vacancies: "
      findings = try JobDecisions(session: session).settle(run).map { String($0.dropFirst(kind.count)) }
      #expect(
        summary.feeds?.allSatisfy { $0.rejected == 0 } != false, "\(summary.feeds?.map(\.rejectedByReason) ?? [])")
      #expect(summary.feeds?.allSatisfy { $0.files.allSatisfy { $0.status != "refused" } } != false, "\(findings)")
      return summary
    }
    return findings
  }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  /// The decisions, without the run that made them.
  func decisions(_ version: String = "1") throws -> [String] {
    try database.connect().query(
      """
      select concat_ws('|', source, posting_id, job_source, job_posting_id, employer, since, criteria) from job_decisions
      where rule_version = $1 order by 1
      """, [.text(version)]
    ).map { try $0.string(0) }
  }

  func openings(_ now: String, _ asOf: Month) throws -> Double {
    let session = try session(now)
    let panel = try CityPanelReader(connection: session.connection, queries: session.queries, city: "suqian")
      .readPanel(asOf: asOf)
    return panel.openings.column(panel.months - 1).reduce(0, +)
  }
}
