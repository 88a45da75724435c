import Foundation
import LabourMarket
import Postgres
import TestSupport

@testable import Ingestion

/// A small place for tests: its reference data, a database, and files that are written where the test wants them.
struct Fixture {
  static let reference = Reference(
    regions: [
      Region(code: RegionCode(rawValue: "321300"), name: "宿迁市", level: "city", parent: nil),
      Region(
        code: RegionCode(rawValue: "321322"), name: "沭阳县", level: "county", parent: RegionCode(rawValue: "321300"),
        aliases: ["沭阳"]),
    ],
    chains: [Chain(code: ChainCode(rawValue: "liquor"), name: "酿造（酒）", nameEN: "Liquor brewing")],
    occupations: [
      Occupation(
        code: OccupationCode(rawValue: "6-05"), name: "纺织人员", group: .skilled, groupName: "技工")
    ],
    indicators: [Indicator(code: "talent", name: "引进各类人才数", nameEN: "Talent brought in", unit: "人", note: "")])

  /// Valid codes (GB 32100-2015, from the standard's own examples and public registers).
  static let code = "914403001922038216"
  static let otherCode = "91330100799655058B"

  let connection: Connection
  let folder: String

  /// Runs a test with a database and a folder of its own.
  static func run(_ body: (Fixture) throws -> Void) throws {
    try TestDatabase.withConnection { connection in
      try withTemporaryDirectory { folder in try body(Fixture(connection: connection, folder: folder)) }
    }
  }

  /// The program of a description; rows are read with a fixed key of pseudonyms.
  static func program(
    _ yaml: String, accepted: Set<String> = [], reference: Reference = Fixture.reference,
    language: ClerkLanguage = .chinese
  ) throws -> FeedProgram {
    FeedProgram(
      try FeedDescription(text: yaml, path: "test.yaml"),
      environment: FeedEnvironment(
        reference: reference, referenceDigest: "reference", acceptedCodes: accepted,
        pseudonymKey: try PseudonymKey(bytes: Array("0123456789abcdef".utf8)),
        timeZone: try required(TimeZone(identifier: "Asia/Shanghai")), language: language))
  }

  private static func required<T>(_ value: T?) throws -> T {
    guard let value else { throw TestSupportError("a value is missing") }
    return value
  }

  /// Opens a run of the ledger.
  func openRun(_ id: Int64, clock: Int = 1_700_000_000) throws {
    try connection.execute(
      """
      insert into runs (city, run_id, command, clock, started_at, heartbeat_at, status, program_version, host, pid)
      values ('suqian', $1, 'ingest', to_timestamp($2::float8), to_timestamp(0), to_timestamp(0), 'running', 'test', 'test', 1)
      on conflict do nothing
      """, [.int(Int(id)), .double(Double(clock))])
  }

  /// What a run of that number and clock (unix seconds) ingests with.
  func context(run: Int64, clock: Int) -> IngestContext {
    IngestContext(
      connection: connection, queries: QueryCatalog(root: repositoryRoot + "/sql/queries"), city: "suqian",
      runID: run, clock: clock, localClock: LocalTimestamp(seconds: clock + 28_800))
  }

  /// Takes bytes as a file of the inbox.
  @discardableResult
  func take(
    _ bytes: [UInt8], as name: String = "vacancies.csv", by program: FeedProgram, run: Int64 = 1, number: Int = 1,
    clock: Int = 1_700_000_000, force: Bool = false
  ) throws -> FileResult {
    try openRun(run, clock: clock)
    let path = folder + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try FileIngest(context: context(run: run, clock: clock), program: program, fileNumber: number)
      .take(InboxFile(path: path, name: name), force: force)
  }

  /// Takes a text as a file of the inbox.
  @discardableResult
  func take(
    _ text: String, as name: String = "vacancies.csv", by program: FeedProgram, run: Int64 = 1, number: Int = 1,
    clock: Int = 1_700_000_000, force: Bool = false
  ) throws -> FileResult {
    try take(Array(text.utf8), as: name, by: program, run: run, number: number, clock: clock, force: force)
  }

  /// The rows of a query as texts, columns joined by `|`.
  func rows(_ sql: Query) throws -> [String] {
    try connection.query(sql).map { row in
      try (0..<row.count).map { try row.optionalString($0) ?? "∅" }.joined(separator: "|")
    }
  }

  /// Every text of every table of the schema, for searches.
  func everything() throws -> String {
    let tables = try connection.query(
      "select table_name from information_schema.tables where table_schema = 'labourwatch' and table_type = 'BASE TABLE'"
    ).map { try $0.string(0) }
    var text = ""
    for table in tables.sorted() {
      try connection.copyOut(Query(name: table, text: "copy (select * from labourwatch.\"\(table)\") to stdout")) {
        text += String(decoding: $0, as: UTF8.self)
      }
      let blobs = try connection.query(
        "select column_name from information_schema.columns where table_schema = 'labourwatch' and data_type = 'bytea' and table_name = $1",
        [.text(table)])
      for blob in blobs {
        let column = try blob.string(0)
        for row in try connection.query(Query(name: table, text: "select \"\(column)\" from labourwatch.\"\(table)\""))
        {
          text += String(decoding: try row.optionalBytes(0) ?? [], as: UTF8.self) + "\n"
        }
      }
    }
    return text
  }
}

extension RowCounts {
  /// Inserted, updated, late, unchanged.
  var merged: [Int] { [inserted, updated, late, unchanged] }
}
