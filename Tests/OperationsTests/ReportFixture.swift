import Foundation
import LabourMarket
import Postgres
import TestSupport

@testable import Operations

/// A night's work on a database of its own with a small made-up forecast.
struct ReportFixture {
  let database: TestDatabase
  let out: String
  /// The profile; one of the repository unless the test made its own with ``use(delivery:)``.
  var profile = "\(repositoryRoot)/jobs/suqian"
  /// The environment beside the place of the resources.
  var environment: [String: String] = [:]

  /// Gives the fixture a profile of its own that delivers as the text says.
  mutating func use(delivery: String, _ environment: [String: String] = [:]) throws {
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    let own = "\(out)/.profile"
    if !FileManager.default.fileExists(atPath: own) { try FileManager.default.copyItem(atPath: profile, toPath: own) }
    try delivery.write(toFile: "\(own)/delivery.yaml", atomically: false, encoding: .utf8)
    profile = own
    self.environment = environment
  }

  static func with(_ body: (inout ReportFixture) throws -> Void) throws {
    try TestDatabase.withDatabase { database in
      let out = "\(NSTemporaryDirectory())labourwatch-report-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: out) }
      var fixture = ReportFixture(database: database, out: out)
      try body(&fixture)
    }
  }

  func session(_ now: String) throws -> Session {
    try Session(
      Session.Configuration(
        profile: profile, database: database.url, quiet: true, now: now,
        environment: environment.merging(["LABOURWATCH_RESOURCES": repositoryRoot, "LABOURWATCH_HOME": out + "/.home"])
        { $1 }))
  }

  /// Puts a forecast in place whose cells have the given expected gaps; the threshold is 50 and P(exceed) is 1 above it.
  func forecast(run: Int, digest: String, _ gaps: [(chain: String, region: String, occupation: String, gap: Int)])
    throws
  {
    let connection = try database.connect()
    func put(_ text: String) throws { try connection.executeScript(Query(name: "fixture", text: text)) }
    try put(
      """
      INSERT INTO runs VALUES ('suqian', \(run), 'forecast', '2022-01-06', '2022-01-06', '2022-01-06', '2022-01-06', 'done', 0, NULL,
        '0', 'h', 1, NULL);
      INSERT INTO forecast_runs VALUES ('suqian', \(run), '', '2021-12-01', '2021-12-31 23:59:59', 6, 100, 1, 'test', '\(digest)',
        '{}', to_timestamp(\(run)));
      """)
    for (chain, region, occupation, gap) in gaps {
      for (level, key) in [
        ("cell", (chain, region, occupation)), ("chain_region", (chain, region, "")), ("chain", (chain, "", "")),
        ("region", ("", region, "")), ("city", ("", "", "")),
      ] {
        let node = "'suqian', \(run), '', '\(level)', '\(key.0)', '\(key.1)', '\(key.2)'"
        try put(
          """
          INSERT INTO forecast_nodes VALUES (\(node), \(gap), \(gap), NULL, 1000, 40, 5000, 5000, 36, 0.8, 0.6, '{}')
            ON CONFLICT DO NOTHING;
          INSERT INTO forecast_values
          SELECT \(node), DATE '2021-12-01' + make_interval(months => h), h, \(gap), \(gap) * 0.8, \(gap), \(gap) * 1.2, 50,
                 CASE WHEN \(gap) > 50 THEN 1 ELSE 0 END
            FROM generate_series(1, 6) h ON CONFLICT DO NOTHING;
          """)
      }
    }
  }

  /// Writes the lists of a night.
  @discardableResult
  func report(_ night: String, _ delivery: ReportRun.Options.Delivery = .none) throws -> ReportSummary {
    let session = try session("\(night)T02:00:00")
    var summary: ReportSummary?
    _ = try session.run("report") { run in
      summary = try ReportRun(session: session, run: run, options: .init(out: out, delivery: delivery)).write()
      return RunSummary()
    }
    guard let summary else { throw Failure(.failed, "no summary") }
    return summary
  }

  /// One column of a query as texts.
  func texts(_ query: String) throws -> [String] {
    try database.connect().query(Query(name: "test", text: query)).map { try $0.optionalString(0) ?? "" }
  }
}
