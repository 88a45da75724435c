import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

@Suite struct SourcePullTests {
  typealias Response = TestWebServer.Response

  /// Runs a test with a portal and a database.
  private func with(rows: Int, _ body: (Portal, SourceFixture) throws -> Void) throws {
    try Fixture.run { fixture in try body(try Portal(rows: rows), SourceFixture(fixture)) }
  }

  private static let paged = "rows: data.items, paging: {kind: page, parameter: page, size_parameter: size, size: 10}"

  private func source(_ portal: Portal, _ path: String = "/page", _ rest: String = paged) -> String {
    "  http: {url: \"\(portal.server.url)\(path)\", \(rest)}\n"
  }

  @Test(arguments: [
    ("/page", "kind: page, parameter: page", 4), ("/page", "kind: page, parameter: page, total: data.total", 3),
    ("/page", "kind: page, parameter: page, stop: short", 3), ("/offset", "kind: offset, parameter: offset", 4),
    ("/offset", "kind: offset, parameter: offset, total: data.total", 3),
    ("/cursor", "kind: cursor, parameter: after, next: data.next", 3), ("/link", "kind: link_header", 3),
  ])
  func walksAllPages(path: String, paging: String, requests: Int) throws {
    try with(rows: 25) { portal, fixture in
      let source = source(portal, path, "rows: data.items, paging: {\(paging), size_parameter: size, size: 10}")
      let (pull, taken) = try fixture.pull(source)
      #expect(pull.status == .pulled && pull.rows == 25 && pull.requests == requests && pull.message == nil)
      #expect(taken?.counts.inserted == 25 && taken?.counts.rejected == 0)
      #expect(try fixture.postings().count == 25)
      #expect(fixture.spooled.isEmpty)
      let again = try fixture.pull(source)
      #expect(again.taken?.status == .known)
    }
  }

  @Test func takesOneAnswerAndAsksNextTimeWhetherItChanged() throws {
    try with(rows: 5) { portal, fixture in
      portal.state.withLock { $0.etag = "\"v1\"" }
      let source = source(portal, "/all", "rows: data.items")
      let first = try fixture.pull(source)
      #expect(first.taken?.counts.inserted == 5)
      let second = try fixture.pull(source)
      #expect(second.pull.status == .unchanged && second.taken == nil && second.pull.requests == 1)
      portal.state.withLock {
        $0.etag = "\"v2\""
        $0.rows.append(Portal.row(5))
      }
      let third = try fixture.pull(source)
      #expect(third.taken?.counts.inserted == 1 && third.taken?.counts.unchanged == 5)
      #expect(try fixture.pull(source).pull.status == .unchanged)
      #expect(try fixture.pull(source, force: true).pull.status == .pulled)
    }
  }

  @Test func triesAgainWithGrowingWaitsOrAsTheServerAsks() throws {
    try with(rows: 25) { portal, fixture in
      portal.fail([
        0: Response(429, headers: ["Retry-After": "42"]), 2: Response(500), 3: Response(503),
        5: Response(200, String(repeating: " ", count: 500), manner: .cut(100)), 6: Response(200, "", manner: .hangUp),
        7: Response(200, "{\"data\": {\"items\": [", manner: .whole),
      ])
      let (pull, taken) = try fixture.pull(source(portal))
      #expect(pull.status == .pulled && pull.requests == 10)
      #expect(taken?.counts.inserted == 25)
      #expect(fixture.waits.count == 6 && fixture.waits.first == 42)
      #expect(fixture.waits[1] <= 1 && fixture.waits[2] <= 2 && fixture.waits[2] >= 1)
    }
  }

  @Test func givesUpAStalledServerAndTriesAgain() throws {
    try with(rows: 3) { portal, fixture in
      portal.fail([0: Response(200, String(repeating: " ", count: 500), manner: .stalled(3, 8))])
      let (pull, taken) = try fixture.pull(source(portal, "/all", "rows: data.items, stall_timeout: 1s"))
      #expect(pull.requests == 2 && taken?.counts.inserted == 3)
    }
  }

  @Test func goesOnBehindTheLastCompletePage() throws {
    try with(rows: 45) { portal, fixture in
      portal.fail([2: Response(500), 3: Response(500)])
      let source = source(portal, "/page", Self.paged + ", retries: 1")
      let (broken, none) = try fixture.pull(source)
      #expect(broken.status == .failed && broken.pages == 2 && none == nil)
      let message = broken.message ?? ""
      #expect(message.contains("500") && message.contains("2 pages are kept"), "\(message)")
      #expect(try fixture.postings().isEmpty && fixture.mark() == nil)
      // What a killed program leaves: half a page, half a line.
      try append("{\"source\":\"half", to: fixture.spool + "/test.jsonl")
      try append("{\"bytes\":12,\"ro", to: fixture.spool + "/test.journal")
      let (pull, taken) = try fixture.pull(source)
      #expect(pull.status == .pulled && pull.resumedPages == 2 && pull.requests == 4)
      #expect(taken?.counts.read == 45 && taken?.counts.inserted == 45)
      #expect(try fixture.postings() == (0..<45).map { "P\($0) 1" }.sorted())
      #expect(portal.server.requests.map { $0.query["page"] } == ["1", "2", "3", "3", "3", "4", "5", "6"])
    }
  }

  @Test func beginsAnewWhereTheSpoolIsNotWhatItWas() throws {
    try with(rows: 45) { portal, fixture in
      let source = source(portal, "/page", Self.paged + ", retries: 0")
      portal.fail([3: Response(500), 6: Response(500)])
      let broken = try fixture.pull(source).pull
      #expect(broken.pages == 3)
      // A byte of the second page is altered: the first page alone is whole.
      let path = fixture.spool + "/test.jsonl"
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      let second = try fixture.pull(source)
      #expect(second.pull.resumedPages == 1 && second.pull.pages == 3)
      // Another description asks for something else.
      let third = try fixture.pull(source.replacingOccurrences(of: "size: 10}", with: "size: 9}"))
      #expect(third.pull.resumedPages == 0 && third.taken?.counts.inserted == 45)
    }
  }

  @Test func doesNotGoOnAfterDays() throws {
    try with(rows: 25) { portal, fixture in
      let source = source(portal, "/page", Self.paged + ", retries: 0")
      portal.fail([1: Response(500)])
      let broken = try fixture.pull(source).pull
      fixture.clock += 3 * 86_400
      let later = try fixture.pull(source).pull
      #expect(broken.pages == 1 && later.resumedPages == 0)
    }
  }

  @Test func keepsWhatIsSpooledToItsOwner() throws {
    try with(rows: 25) { portal, fixture in
      portal.fail([1: Response(500)])
      _ = try fixture.pull(source(portal, "/page", Self.paged + ", retries: 0"))
      for name in fixture.spooled {
        let mode = try FileManager.default.attributesOfItem(atPath: fixture.spool + "/" + name)[.posixPermissions]
        #expect(mode as? Int == 0o600)
      }
      #expect(fixture.spooled == ["test.journal", "test.jsonl"])
    }
  }

  @Test func asksOnlyForWhatIsNewWithAWindowForLateRecords() throws {
    try with(rows: 0) { portal, fixture in
      portal.state.withLock { state in
        state.rows = (0..<20).map { Portal.row($0, updated: "2021-05-\($0 < 9 ? "0" : "")\($0 + 1)T08:00:00") }
      }
      let source = source(
        portal, "/page",
        Self.paged + ", since: {parameter: updated_after, column: updated_at, lag: 3d, first: \"2021-01-01\"}")
      #expect(try fixture.pull(source).taken?.counts.inserted == 20)
      #expect(try fixture.mark() == "2021-05-20T08:00:00")
      // One new, one late inside the window, one late outside it.
      portal.state.withLock {
        $0.rows += [
          Portal.row(20, updated: "2021-05-21T08:00:00"), Portal.row(21, updated: "2021-05-18T09:00:00"),
          Portal.row(22, updated: "2021-05-02T09:00:00"),
        ]
      }
      let second = try fixture.pull(source)
      #expect(portal.server.requests.last?.query["updated_after"] == "2021-05-17T08:00:00")
      #expect(second.taken?.counts.inserted == 2 && second.taken?.counts.unchanged == 4)
      #expect(try fixture.mark() == "2021-05-21T08:00:00")
      // Nothing new: the window comes again and writes nothing.
      let third = try fixture.pull(source)
      #expect(third.taken?.counts.inserted == 0 && third.taken?.counts.updated == 0)
      #expect(try fixture.pull(source, force: true).taken?.counts.inserted == 1)
      #expect(try fixture.mark() == "2021-05-21T08:00:00")
    }
  }

  @Test func doesNotLetAMistypedYearHideWhatFollows() throws {
    try with(rows: 0) { portal, fixture in
      portal.state.withLock { $0.rows = [Portal.row(0, updated: "2121-05-01T08:00:00")] }
      let source = source(portal, "/page", Self.paged + ", since: {parameter: updated_after, column: updated_at}")
      let pull = try fixture.pull(source).pull
      #expect(pull.status == .pulled)
      #expect(try fixture.mark() == "2021-06-01T08:00:00")
    }
  }

  @Test func advancesNothingWhenTheFileIsRefused() throws {
    try with(rows: 3) { portal, fixture in
      portal.state.withLock { $0.rows = $0.rows.map { $0.replacingOccurrences(of: "沭阳县", with: "无") } }
      let source =
        source(portal, "/page", Self.paged + ", since: {parameter: updated_after, column: updated_at}")
        + "rules: {max_rejected_share: 0.1}\n"
      let (pull, taken) = try fixture.pull(source)
      #expect(pull.status == .pulled && taken?.status == .refused)
      #expect(try fixture.mark() == nil)
      #expect(fixture.spooled == ["test.refused.jsonl"])
    }
  }

  @Test func sendsSecretsAndShowsNone() throws {
    try with(rows: 25) { portal, fixture in
      let secret = "t0p-s3cret/&"
      fixture.variables = ["PORTAL_TOKEN": secret]
      let source = source(
        portal, "/link",
        """
        rows: data.items, retries: 0, headers: {Authorization: "Bearer ${PORTAL_TOKEN}"}, query: {key: "${PORTAL_TOKEN}"}, \
        paging: {kind: link_header, size_parameter: size, size: 10}
        """)
      portal.fail([1: Response(401)])
      let broken = try fixture.pull(source).pull
      #expect(broken.message?.contains("401") == true)
      var shown = "\(broken)" + (broken.message ?? "")
      dump(broken, to: &shown)
      for name in fixture.spooled { shown += try String(contentsOfFile: fixture.spool + "/" + name, encoding: .utf8) }
      for part in ["t0p-s3cret", "s3cret"] { #expect(!shown.contains(part)) }
      let (pull, taken) = try fixture.pull(source)
      #expect(pull.resumedPages == 1 && taken?.counts.inserted == 25)
      #expect(portal.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer \(secret)" })
      #expect(try !fixture.fixture.everything().contains("s3cret"))
      fixture.variables = [:]
      #expect(try fixture.pull(source).pull.message?.contains("PORTAL_TOKEN is not set") == true)
    }
  }

  @Test(arguments: [
    ("{\"data\": {\"items\": 5}}", "no array of rows"), ("<html>log in</html>", "page for people"),
    ("{\"data\": {\"items\": [{\"posting_id\": 1}], \"total\": 7}}", "said to have 7"),
  ])
  func refusesAnswersThatAreNone(body: String, words: String) throws {
    try with(rows: 0) { portal, fixture in
      portal.fail([0: Response(200, body), 1: Response(200, "{\"data\": {\"items\": [], \"total\": 7}}")])
      let source = source(portal, "/page", "rows: data.items, paging: {kind: page, parameter: page, total: data.total}")
      let pull = try fixture.pull(source).pull
      #expect(pull.status == .failed && pull.message?.contains(words) == true, "\(pull.message ?? "")")
    }
  }

  @Test func refusesPagesForEverAndOtherHosts() throws {
    try with(rows: 25) { portal, fixture in
      let endless = source(
        portal, "/cursor", "rows: data.items, paging: {kind: page, parameter: page, size_parameter: size, size: 10}")
      let repeated = try fixture.pull(endless).pull
      #expect(repeated.message?.contains("two pages one after the other are the same") == true)
      portal.fail([
        portal.server.requests.count: Response(
          200, "{\"data\": {\"items\": []}}", headers: ["Link": "<http://elsewhere.example/>; rel=next"])
      ])
      let away = source(portal, "/link", "rows: data.items, paging: {kind: link_header}")
      #expect(try fixture.pull(away).pull.message?.contains("another host") == true)
    }
  }

  @Test func postsParametersInTheBody() throws {
    try with(rows: 0) { portal, fixture in
      let source = source(
        portal, "/post",
        "rows: data.items, body: {kind: all}, paging: {kind: page, parameter: pageNum, size_parameter: pageSize, size: 50}"
      )
      let pull = try fixture.pull(source).pull
      #expect(pull.status == .empty)
      let request = try #require(portal.server.requests.first)
      #expect(request.method == "POST" && request.body == "{\"kind\":\"all\",\"pageSize\":50,\"pageNum\":1}")
    }
  }

  @Test(arguments: [false, true])
  func takesAPageWithABadRowAndKeepsTheRowForTheClerk(isPaged: Bool) throws {
    try with(rows: 12) { portal, fixture in
      let bad = Portal.row(4).replacingOccurrences(of: "\"P4\"", with: "\"P\"4\"")
      portal.state.withLock { $0.rows[4] = bad }
      let source = isPaged ? source(portal) : source(portal, "/all", "rows: data.items")
      let (pull, taken) = try fixture.pull(source)
      #expect(pull.status == .pulled && pull.rows == 12 && pull.requests == (isPaged ? 3 : 1))
      #expect(taken?.counts.inserted == 11 && taken?.counts.read == 12)
      #expect(
        try fixture.fixture.rows("select line, reason, file_name like 'test@%' from quarantine") == ["5|field_count|t"])
      let raw = try fixture.fixture.connection.query("select raw from quarantine").one().optionalBytes(0) ?? []
      #expect(String(decoding: raw, as: UTF8.self) == bad)
    }
  }

  @Test(arguments: ["application/json; charset=GBK", "text/html;charset=\"gb2312\"", "application/json", ""])
  func readsAnswersInGBK(contentType: String) throws {
    // 沭阳县, 挡车工 and 宿迁纺织 in GBK.
    let words: [(String, [UInt8])] = [
      ("沭阳县", [0xE3, 0xF0, 0xD1, 0xF4, 0xCF, 0xD8]), ("挡车工", [0xB5, 0xB2, 0xB3, 0xB5, 0xB9, 0xA4]),
      ("宿迁纺织", [0xCB, 0xDE, 0xC7, 0xA8, 0xB7, 0xC4, 0xD6, 0xAF]),
    ]
    let row = Portal.row(1).replacingOccurrences(of: "}", with: ",\"title\":\"挡车工\",\"enterprise_name\":\"宿迁纺织\"}")
    var body = Data("[\(row)]".utf8)
    for (word, bytes) in words { body.replace(Array(word.utf8), with: bytes) }
    let answer = Array(body)
    let server = try TestWebServer { _ in
      var response = Response(200, headers: contentType.isEmpty ? [:] : ["Content-Type": contentType])
      response.body = answer
      return response
    }
    try Fixture.run { fixture in
      let pulls = SourceFixture(fixture)
      // Where the header says nothing the description does.
      let charset = contentType.contains("charset") ? "" : ", charset: gbk"
      let (_, taken) = try pulls.pull("  http: {url: \"\(server.url)/all\"\(charset)}\n")
      #expect(taken?.counts.inserted == 1)
      #expect(
        try fixture.rows("select region, title, enterprise_name from vacancy_versions") == ["321322|挡车工|宿迁纺织"])
    }
  }

  @Test func keepsToTheRate() throws {
    try with(rows: 25) { portal, fixture in
      let pull = try fixture.pull(source(portal, "/page", Self.paged + ", requests_per_minute: 30")).pull
      #expect(pull.requests == 4)
      #expect(fixture.waits == [2, 2, 2])
    }
  }

  private func append(_ text: String, to path: String) throws {
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }
}
