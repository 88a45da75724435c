import Foundation
import LabourMarket
import Postgres
import Synchronization
import TestSupport

@testable import Ingestion

/// A portal of vacancies: rows that a test changes, and the ways in which it fails.
final class Portal: Sendable {
  struct State {
    var rows: [String] = []
    /// What is answered instead, by the number of the request.
    var failures: [Int: TestWebServer.Response] = [:]
    var etag: String?
  }

  let state = Mutex(State())
  let server: TestWebServer

  init(rows count: Int = 0) throws {
    let box = Box()
    server = try TestWebServer { request in box.portal?.answer(request) ?? TestWebServer.Response(500) }
    state.withLock { $0.rows = (0..<count).map { Portal.row($0) } }
    box.set(self)
  }

  private final class Box: Sendable {
    private let held = Mutex<Portal?>(nil)
    var portal: Portal? { held.withLock { $0 } }
    func set(_ portal: Portal) { held.withLock { $0 = portal } }
  }

  static func row(_ number: Int, updated: String = "2021-05-01T08:00:00", headcount: Int = 3) -> String {
    """
    {"source":"portal","posting_id":"P\(number)","credit_code":"\(Fixture.code)","region":"沭阳县","occupation":"6-05",\
    "headcount":\(headcount),"posted_on":"2021-04-01","updated_at":"\(updated)"}
    """
  }

  /// What the n-th request, counted from 0, is answered.
  func fail(_ failures: [Int: TestWebServer.Response]) { state.withLock { $0.failures = failures } }

  private func answer(_ request: TestWebServer.Request) -> TestWebServer.Response {
    state.withLock { state in
      if let failure = state.failures[request.number] { return failure }
      if let etag = state.etag, request.headers["if-none-match"] == etag { return .init(304, headers: ["ETag": etag]) }
      let since = request.query["updated_after"] ?? ""
      // Rows are compared by their text, which ends with the time of the update.
      let rows = state.rows.filter { $0.suffix(21) >= since + "\"}" || since.isEmpty }
      let size = Int(request.query["size"] ?? "") ?? rows.count
      var headers = state.etag.map { ["ETag": $0] } ?? [:]
      let start: Int
      switch request.path {
      case "/page": start = ((Int(request.query["page"] ?? "") ?? 1) - 1) * size
      case "/offset": start = Int(request.query["offset"] ?? "") ?? 0
      default: start = Int((request.query["after"] ?? request.query["at"] ?? "c0").dropFirst()) ?? 0
      }
      let page = rows.dropFirst(start).prefix(size)
      let end = start + page.count
      if request.path == "/link", end < rows.count {
        headers["Link"] = "</link?size=\(size)&at=c\(end)&key=\(request.query["key"] ?? "")>; rel=\"next\""
      }
      let next = end < rows.count ? "\"c\(end)\"" : "null"
      return .init(
        200, "{\"data\": {\"items\": [\(page.joined(separator: ","))], \"next\": \(next), \"total\": \(rows.count)}}",
        headers: headers)
    }
  }
}

/// Pulls of one feed into a database, as a run does them.
final class SourceFixture {
  let fixture: Fixture
  var waits: [Double] = []
  var variables: [String: String] = [:]
  private var run: Int64 = 0
  /// The clock: 2021-06-01T00:00:00 UTC unless a test changes it.
  var clock = 1_622_505_600

  init(_ fixture: Fixture) { self.fixture = fixture }

  var spool: String { fixture.folder + "/spool" }

  func yaml(_ source: String) -> String { "feed: vacancies\nsource:\n" + source }

  /// Pulls once and takes what came.
  func pull(_ source: String, force: Bool = false) throws -> (pull: PullResult, taken: FileResult?) {
    run += 1
    try fixture.openRun(run)
    let program = try Fixture.program(yaml(source))
    let queries = QueryCatalog(root: repositoryRoot + "/sql/queries")
    let local = LocalTimestamp(seconds: clock + 28_800)
    let context = IngestContext(
      connection: fixture.connection, queries: queries, city: "suqian", runID: run, clock: clock, localClock: local)
    let environment = SourcePull.Environment(
      folder: spool, variables: variables, queries: queries, clock: clock, localClock: local,
      sleep: { [self] in waits.append($0) })
    guard var pull = SourcePull(program, environment) else { throw TestSupportError("no source") }
    let result = pull.pull(last: try context.mark(of: "test"), force: force)
    if let mark = result.mark { try context.put(mark) }
    guard let file = result.file else { return (result, nil) }
    let taken = try FileIngest(context: context, program: pull.program, fileNumber: 1).take(file)
    _ = pull.finish(taken)
    return (result, taken)
  }

  /// The stored postings, each with its number of versions.
  func postings() throws -> [String] {
    try fixture.rows("select posting_id || ' ' || count(*) from vacancy_versions group by posting_id order by 1")
  }

  func mark() throws -> String? {
    try fixture.connection.query("select mark from source_marks where city = 'suqian' and feed = 'test'").first?
      .optionalString(0)
  }

  var spooled: [String] { (try? FileManager.default.contentsOfDirectory(atPath: spool))?.sorted() ?? [] }
}
