import Glibc
import TestSupport
import Testing

@testable import Transfer

@Suite struct HTTPClientTests {
  typealias Response = TestWebServer.Response

  private func client(_ change: (inout TransferOptions) -> Void = { _ in }) throws -> HTTPClient {
    var options = TransferOptions()
    change(&options)
    return try HTTPClient(options: options)
  }

  /// The error of a request to a server that answers so.
  private func error(
    _ response: Response, _ change: (inout TransferOptions) -> Void = { _ in }
  ) throws -> TransferError? {
    let server = try TestWebServer { _ in response }
    let client = try client(change)
    let address = try WebAddress(server.url + "/rows")
    return #expect(throws: TransferError.self) { try client.send(HTTPRequest(.get, address)).requireSuccess() }
  }

  @Test func getsStatusHeadersAndBody() throws {
    let server = try TestWebServer { request in
      Response(200, "{\"q\": \"\(request.query["region"] ?? "")\"}", headers: ["ETag": "\"7\"", "X-A": " b "])
    }
    let address = try WebAddress(server.url + "/rows").adding([("region", "沭阳 & 县")])
    let client = try client()
    for round in 0..<2 {
      let answer = try client.send(HTTPRequest(.get, address, headers: ["X-Key": "k\(round)", "X-Empty": ""]))
      #expect(answer.status == 200)
      #expect(String(decoding: answer.body, as: UTF8.self) == "{\"q\": \"沭阳 & 县\"}")
      #expect(answer.bytes == answer.body.count)
      #expect(answer.headers["etag"] == "\"7\"" && answer.headers["x-a"] == "b")
    }
    #expect(server.requests.map { $0.headers["x-key"] } == ["k0", "k1"])
    #expect(server.requests[0].headers["x-empty"] == "")
    #expect(server.requests[0].headers["user-agent"] == "labourwatch")
  }

  @Test func postsABodyOfAnyLength() throws {
    let server = try TestWebServer { request in Response(201, "\(request.body.utf8.count)") }
    let client = try client()
    for length in [0, 5, 3_000_000] {
      let request = HTTPRequest(.post, try WebAddress(server.url), body: Array(repeating: 0x61, count: length))
      let answer = try client.send(request)
      #expect(answer.status == 201)
      #expect(String(decoding: answer.body, as: UTF8.self) == "\(length)")
    }
    #expect(server.requests.allSatisfy { $0.method == "POST" && $0.headers["content-type"] == "application/json" })
    #expect(server.requests.allSatisfy { $0.headers["expect"] == nil })
  }

  @Test func streamsABodyAndOnlyThatOfSuccess() throws {
    let text = String(repeating: "0123456789", count: 100_000)
    let server = try TestWebServer { request in
      request.path == "/bad" ? Response(500, "no") : Response(200, text, manner: .chunked(1000))
    }
    let client = try client()
    var bytes: [UInt8] = []
    var pieces = 0
    let answer = try client.send(HTTPRequest(.get, try WebAddress(server.url + "/good"))) {
      bytes += $0
      pieces += 1
    }
    #expect(answer.body.isEmpty && answer.bytes == 1_000_000)
    let isSame = bytes == Array(text.utf8)
    #expect(isSame && pieces > 1)
    let bad = try client.send(HTTPRequest(.get, try WebAddress(server.url + "/bad"))) { _ in pieces = -1 }
    #expect(pieces != -1)
    #expect(bad.status == 500 && bad.body == Array("no".utf8))
  }

  @Test func passesOnWhatTheSinkThrows() throws {
    struct Full: Error {}
    let server = try TestWebServer { _ in Response(200, "abc") }
    let client = try client()
    let address = try WebAddress(server.url)
    #expect(throws: Full.self) { try client.send(HTTPRequest(.get, address)) { _ in throw Full() } }
  }

  @Test(arguments: [Response.Manner.cut(40), .cutChunked(40), .cut(0), .hangUp])
  func findsABodyThatIsCutShort(manner: Response.Manner) throws {
    let found = try error(Response(200, String(repeating: "x", count: 100), manner: manner))
    #expect(found?.code == .cutShort)
    #expect(found?.isRecoverable == true)
    #expect(found?.mayHaveArrived == false)
  }

  @Test func saysWhetherAPostMayHaveArrived() throws {
    let server = try TestWebServer { _ in Response(200, "", manner: .hangUp) }
    let client = try client()
    let address = try WebAddress(server.url)
    let sent = #expect(throws: TransferError.self) { try client.send(HTTPRequest(.post, address, body: [1, 2])) }
    #expect(sent?.mayHaveArrived == true)
    let (socket, port) = try listeningSocket()
    close(socket)
    let nowhere = try WebAddress("http://127.0.0.1:\(port)/")
    let lost = #expect(throws: TransferError.self) { try client.send(HTTPRequest(.post, nowhere, body: [1, 2])) }
    #expect(lost?.code == .unreachable && lost?.isRecoverable == true && lost?.mayHaveArrived == false)
  }

  @Test func givesUpAStalledTransfer() throws {
    let found = try error(Response(200, String(repeating: "x", count: 100), manner: .stalled(10, 6))) {
      $0.stallTimeout = 1
    }
    #expect(found?.code == .stalled && found?.isRecoverable == true)
    let late = try error(Response(200, String(repeating: "x", count: 100), manner: .stalled(0, 6))) { $0.timeout = 0.5 }
    #expect(late?.code == .timeout && late?.isRecoverable == true)
  }

  @Test func takesNoMoreThanTheLimit() throws {
    for manner in [Response.Manner.whole, .chunked(100)] {
      let found = try error(Response(200, String(repeating: "x", count: 5000), manner: manner)) {
        $0.maximumBytes = 4999
      }
      #expect(found?.code == .tooLarge && found?.isRecoverable == false)
      #expect(found?.message.contains("4999") == true)
    }
  }

  @Test func unpacksAndLimitsWhatIsUnpacked() throws {
    let server = try TestWebServer { _ in
      var response = Response(200, "", headers: ["Content-Encoding": "gzip"])
      response.body = Self.packed
      return response
    }
    let address = try WebAddress(server.url)
    let answer = try client().send(HTTPRequest(.get, address))
    #expect(String(decoding: answer.body, as: UTF8.self) == "labourwatch")
    let small = try client { $0.maximumBytes = 10 }
    let found = #expect(throws: TransferError.self) { try small.send(HTTPRequest(.get, address)) }
    #expect(found?.code == .tooLarge || found?.code == .badAnswer)
  }

  /// `printf labourwatch | gzip -n`
  private static let packed: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x49, 0x4c, 0xca, 0x2f, 0x2d, 0x2a, 0x4f, 0x2c,
    0x49, 0xce, 0x00, 0x00, 0x15, 0x2f, 0xa1, 0x1a, 0x0b, 0x00, 0x00, 0x00,
  ]

  @Test(arguments: [
    (401, TransferError.Code.denied, false), (403, .denied, false), (404, .notFound, false), (302, .moved, false),
    (400, .refused, false), (429, .throttled, true), (500, .serverFailed, true), (503, .serverFailed, true),
    (408, .serverFailed, true),
  ])
  func tellsRecoverableFromFinal(status: Int, code: TransferError.Code, isRecoverable: Bool) throws {
    let found = try error(
      Response(status, "secret body", headers: ["Retry-After": "7", "Location": "http://elsewhere.example/x?key=abc"]))
    #expect(found?.code == code)
    #expect(found?.isRecoverable == isRecoverable)
    #expect(found?.status == status)
    #expect(found?.retryAfter == 7)
    #expect(found.map { "\($0)" }?.contains("secret") == false && found.map { "\($0)" }?.contains("abc") == false)
  }

  @Test func doesNotFollowRedirects() throws {
    let target = try TestWebServer { _ in Response(200, "here") }
    let url = target.url
    let server = try TestWebServer { _ in Response(302, "", headers: ["Location": url]) }
    let answer = try client().send(HTTPRequest(.get, try WebAddress(server.url), headers: ["X-Key": "k"]))
    #expect(answer.status == 302)
    #expect(target.requests.isEmpty)
  }

  @Test func showsNoSecretInAnyMessage() throws {
    let (socket, port) = try listeningSocket()
    close(socket)
    let secret = "s3cr3t-t0ken"
    let address = try WebAddress("http://user:\(secret)@127.0.0.1:\(port)/x?key=\(secret)&page=2")
    let request = HTTPRequest(.get, address, headers: ["Authorization": "Bearer \(secret)"], secrets: Secrets([secret]))
    let client = try client()
    let found = try #require(#expect(throws: TransferError.self) { try client.send(request) })
    var dumped = ""
    dump(found, to: &dumped)
    dump(request, to: &dumped)
    for text in ["\(found)", "\(request)", "\(address)", dumped] { #expect(!text.contains(secret), "\(text)") }
    #expect("\(address)" == "http://127.0.0.1:\(port)/x?key=…&page=…")
    #expect(found.message.contains("127.0.0.1:\(port)"))
    let broken = HTTPRequest(.get, try WebAddress("http://127.0.0.1/"), headers: ["X-Key": "\(secret)\nX: y"])
    let misuse = #expect(throws: TransferError.self) { try client.send(broken) }
    #expect(misuse?.code == .misuse && misuse?.message.contains(secret) == false)
  }

  @Test func trustsOnlyWhatIsTrusted() throws {
    try withTemporaryDirectory { folder in
      let server = try SecureServer(folder: folder)
      let address = try WebAddress("https://localhost:\(server.port)/")
      let stranger = try client()
      let found = #expect(throws: TransferError.self) { try stranger.send(HTTPRequest(.get, address)) }
      #expect(found?.code == .untrusted && found?.isRecoverable == false)
      let friend = try client { $0.trustFile = server.certificate }
      #expect(try friend.send(HTTPRequest(.get, address)).status == 200)
      let number = try WebAddress("https://127.0.0.1:\(server.port)/")
      let other = #expect(throws: TransferError.self) { try friend.send(HTTPRequest(.get, number)) }
      #expect(other?.code == .untrusted)
      let missing = try client { $0.trustFile = folder + "/none.pem" }
      #expect(throws: TransferError.self) { try missing.send(HTTPRequest(.get, address)) }
    }
  }

  @Test func knowsNoOtherSchemes() throws {
    for text in [
      "file:///etc/passwd", "ftp://example.org/", "example.org", "", "http://", "https://a b/", "http://a/\n",
    ] {
      let found = #expect(throws: TransferError.self) { try WebAddress(text) }
      #expect(found?.code == .invalidAddress)
    }
  }

  @Test func resolvesAndExtendsAddresses() throws {
    let base = try WebAddress("https://Jobs.example/api/rows?page=1#x")
    #expect(base.text == "https://Jobs.example/api/rows?page=1")
    #expect(base.origin == "https://jobs.example:443")
    #expect(try base.resolving("?page=2").text == "https://Jobs.example/api/rows?page=2")
    #expect(try base.resolving("/other").text == "https://Jobs.example/other")
    #expect(try base.resolving("http://jobs.example/api").origin == "http://jobs.example:80")
    #expect(try base.adding([("a", "ü&"), ("b", "")]).text == "https://Jobs.example/api/rows?page=1&a=%C3%BC%26&b=")
    #expect(try WebAddress("https://a/x").adding([("a", "1")]).query == "a=1")
    #expect(try WebAddress("https://a/x?").adding([("a", "1")]).query == "a=1")
  }

  @Test func readsLinks() throws {
    let field = "<https://a/x?page=3>; rel=\"next last\", </y>; title=\"a, <b>\"; rel=prev"
    #expect(
      WebLink.parse(field) == [
        WebLink(target: "https://a/x?page=3", relations: ["next", "last"]), WebLink(target: "/y", relations: ["prev"]),
      ])
    #expect(WebLink.parse("nonsense").isEmpty && WebLink.parse("<open").isEmpty)
    #expect(WebLink.parse("<a>; rel").map(\.target) == ["a"])
  }

  @Test func readsRetryAfter() throws {
    func seconds(_ text: String) throws -> Double? {
      HTTPResponse(
        address: try WebAddress("http://a/"), status: 429, headers: ["Retry-After": text] as HTTPHeaders, body: [],
        bytes: 0
      ).retryAfter
    }
    #expect(try seconds("120") == 120)
    #expect(try seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 0)
    #expect(try (seconds("Fri, 06 Nov 2099 08:49:37 GMT") ?? 0) > 1e9)
    #expect(try seconds("soon") == nil && seconds("-5") == nil && seconds("nan") == nil)
  }
}
