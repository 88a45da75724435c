import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Operations

/// A receiver that honours the idempotency key, as a web server should: what came is kept once a key.
private final class Receiver: Sendable {
  private let messages = Mutex<[String: [String]]>([:])
  /// The bodies by key.
  var taken: [String: [String]] { messages.withLock { $0 } }

  func take(_ request: TestWebServer.Request) {
    messages.withLock { $0[request.headers["idempotency-key"] ?? "", default: []].append(request.body) }
  }
}

@Suite struct DeliveryTests {
  private static let hook = """
    channels:
      hub: {type: webhook, url: "${HUB}", secret: "${HUB_KEY}"}
    routes:
      - {team: all, channel: hub}
    quiet: {weekends: true, holidays: holidays.csv}
    repeat_days: 3
    retry: {attempts: 30, first_delay: 1s, longest_delay: 1s, patience: 20s}
    """

  @Test func eachTeamHearsOnceWhatChangedAndIsRemindedLater() throws {
    let receiver = Receiver()
    let server = try TestWebServer { request in
      receiver.take(request)
      return .init(200)
    }
    try ReportFixture.with { fixture in
      try fixture.use(delivery: Self.hook, ["HUB": server.url + "/in?key=geheim", "HUB_KEY": "0123456789abcdef"])
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      // 2022-01-06 is a Thursday. A dry run decides and writes nothing.
      #expect(try fixture.report("2022-01-06", .dryRun).messages == nil)
      #expect(try fixture.texts("SELECT count(*) FROM outbox") == ["0"])
      let first = try #require(try fixture.report("2022-01-06", .deliver).messages)
      #expect(first.sent == 2 && first.waiting == 0 && first.failed == 0)
      let request = try #require(server.requests.first)
      let body = request.body
      #expect(body.contains("\"team\":\"321300\"") && body.contains("酿造（酒）") && body.contains("\"level\":\"red\""))
      // The signature is the HMAC of stamp, dot and body: checked with Python's hmac in the test below.
      #expect(request.headers["x-labourwatch-signature"]?.hasPrefix("sha256=") == true)
      // The same night again, and the next one, say nothing new.
      #expect(try fixture.report("2022-01-06", .deliver).messages?.sent == 0)
      #expect(try fixture.report("2022-01-07", .deliver).messages?.sent == 0)
      // Saturday is quiet for what is not red; Sunday, three days later, too; Monday reminds.
      #expect(try fixture.report("2022-01-09", .deliver).messages?.sent == 0)
      #expect(try fixture.report("2022-01-10", .deliver).messages?.sent == 2)
      #expect(receiver.taken.values.allSatisfy { $0.count == 1 } && receiver.taken.count == 4)
      let listed = try DeliveryOperations(session: fixture.session("2022-01-10T09:00:00")).list(all: true)
      #expect(listed.contains("sent") && !listed.contains("geheim"))
      // Nothing secret stands anywhere in the database.
      let stored = try fixture.texts(
        "SELECT string_agg(o::text, '') || (SELECT string_agg(a::text, '') FROM delivery_attempts a) FROM outbox o")
      #expect(!stored[0].contains("geheim") && !stored[0].contains("0123456789abcdef"))
    }
  }

  @Test func silencedAlertsSendNothing() throws {
    let server = try TestWebServer { _ in .init(200) }
    try ReportFixture.with { fixture in
      try fixture.use(
        delivery: """
          channels: {hub: {type: webhook, url: "${HUB}"}}
          routes: [{team: "321322", channel: hub}]
          """, ["HUB": server.url])
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      try fixture.report("2022-01-06")
      _ = try AlertsOperations(session: fixture.session("2022-01-06T09:00:00")).silence(
        "shortage:liquor:321322", until: .init(year: 2022, month: 1, day: 14), .init(officer: "王敏", reason: "停工"))
      #expect(try fixture.report("2022-01-07", .deliver).messages?.sent == 0)
      #expect(try fixture.report("2022-01-17", .deliver).messages?.sent == 1)
    }
  }

  @Test func whatFailsForNowWaitsAndWhatFailsForGoodIsShown() throws {
    let status = Mutex(503)
    let server = try TestWebServer { _ in .init(status.withLock { $0 }, "", headers: ["Retry-After": "0"]) }
    try ReportFixture.with { fixture in
      try fixture.use(
        delivery: """
          channels: {hub: {type: webhook, url: "${HUB}"}}
          routes: [{team: "321322", channel: hub}]
          retry: {attempts: 3, patience: 0s}
          """, ["HUB": server.url])
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      let first = try #require(try fixture.report("2022-01-06", .deliver).messages)
      #expect(first.sent == 0 && first.waiting == 1)
      status.withLock { $0 = 404 }
      var session = try fixture.session("2022-01-06T09:00:00")
      #expect(try DeliveryOperations(session: session).send() == .incomplete)
      let failed = try DeliveryOperations(session: session).list(all: false)
      #expect(failed.contains("failed") && failed.contains("404"))
      // What failed told nobody: the next night tells it anew.
      status.withLock { $0 = 200 }
      #expect(try fixture.report("2022-01-07", .deliver).messages?.sent == 1)
      session = try fixture.session("2022-01-07T09:00:00")
      let id = try #require(try fixture.texts("SELECT message_id FROM outbox WHERE status = 'failed'").first)
      #expect(try DeliveryOperations(session: session).cancel(String(id.prefix(12))).hasPrefix("1 messages"))
      let story = try DeliveryOperations(session: session).show(String(id.prefix(12)))
      #expect(story.contains("cancelled") && story.contains("recoverable") && story.contains("final"))
    }
  }

  @Test func oneFirmsFiguresAreMarkedInAllThatLeavesTheHouse() throws {
    let server = try TestWebServer { _ in .init(200) }
    try ReportFixture.with { fixture in
      try fixture.use(
        delivery: """
          channels: {hub: {type: webhook, url: "${HUB}"}}
          routes: [{team: "321322", channel: hub}]
          """, ["HUB": server.url])
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      try fixture.database.connect().executeScript(
        Query(name: "dominance", text: "UPDATE forecast_nodes SET quality = '{one_firm}' WHERE chain = 'liquor'"))
      #expect(try fixture.report("2022-01-06", .deliver).messages?.sent == 1)
      let words = "单一企业主导"
      #expect(try #require(server.requests.first).body.contains(words))
      let folder = "\(fixture.out)/2022-01-06/321322-沭阳县"
      for name in ["缺口清单.html", "简报.html", "缺口清单.csv"] {
        #expect(try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).contains(words), "\(name)")
      }
      let session = try fixture.session("2022-01-06T09:00:00")
      let path = fixture.out + "/shortfalls.csv"
      _ = try Exports(session: session).write(.shortfalls, to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8).contains("one_firm"))
    }
  }

  @Test func aMessageThatIsRetriedHasAllItsAttemptsAgain() throws {
    let server = try TestWebServer { _ in .init(503, "", headers: ["Retry-After": "0"]) }
    try ReportFixture.with { fixture in
      try fixture.use(
        delivery: """
          channels: {hub: {type: webhook, url: "${HUB}"}}
          routes: [{team: "321322", channel: hub}]
          retry: {attempts: 3, first_delay: 0.01s, longest_delay: 0.01s, patience: 5s}
          """, ["HUB": server.url])
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      #expect(try fixture.report("2022-01-06", .deliver).messages?.failed == 1)
      #expect(server.requests.count == 3)
      let session = try fixture.session("2022-01-06T09:00:00")
      let operations = DeliveryOperations(session: session)
      #expect(try operations.retry(nil).hasPrefix("1 messages"))
      #expect(try operations.send() == .incomplete)
      #expect(server.requests.count == 6, "a fresh budget of three attempts")
      #expect(Set(server.requests.map { $0.headers["idempotency-key"] }).count == 1)
      // The attempts before are kept, and numbered on.
      #expect(
        try fixture.texts("SELECT attempt_no || ' ' || outcome FROM delivery_attempts ORDER BY attempt_no") == [
          "1 recoverable", "2 recoverable", "3 final", "4 recoverable", "5 recoverable", "6 final",
        ])
    }
  }

  @Test func mailCarriesTheWorkbook() throws {
    let receiver = try MailReceiver()
    try ReportFixture.with { fixture in
      try fixture.use(
        delivery: """
          channels: {post: {type: mail, host: 127.0.0.1, port: \(receiver.port), security: none, from: watch@example.org}}
          routes: [{team: 沭阳县, channel: post, to: [wang@example.org, li@example.org]}]
          """)
      try fixture.forecast(run: 1, digest: "a", [("liquor", "321322", "6-02", 600)])
      #expect(try fixture.report("2022-01-06", .deliver).messages?.sent == 1)
      let mail = try #require(receiver.taken.first)
      #expect(mail.to == ["<wang@example.org>", "<li@example.org>"])
      #expect(
        mail.data.utf8.allSatisfy { $0 < 0x80 } && mail.data.split(separator: "\n").allSatisfy { $0.count <= 998 })
      // Read back by Python's email package, which is independent of what wrote it.
      let parsed = try Self.python(
        """
        import sys, email, email.policy
        m = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.default)
        print(m['subject']); print(m['message-id'] is not None, m['date'].datetime.isoformat())
        for part in m.iter_attachments(): print(part.get_filename(), part.get_content_type(), part.get_content()[:2])
        print(m.get_body().get_content())
        """, mail.data, in: fixture.out)
      #expect(parsed.contains("沭阳县用工预警简报（2022-01-06） 红色预警 1"))
      #expect(parsed.contains("True 2022-01-05T18:00:00+00:00"))
      #expect(
        parsed.contains(
          "2022-01-06-沭阳县-缺口清单.xlsx application/vnd.openxmlformats-officedocument.spreadsheetml.sheet b'PK'"))
      #expect(parsed.contains("[红色预警] 酿造（酒） · 沭阳县：当前缺口 600 人"))
      #expect(try fixture.texts("SELECT count(*) FROM outbox_attachments") == ["0"])
    }
  }

  /// Runs Python on a file of a text and gives what it prints. No pipe leads to it: a child of another test could hold its end open.
  private static func python(_ program: String, _ input: String, in folder: String) throws -> String {
    let file = "\(folder)/.mail"
    try input.write(toFile: file, atomically: false, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program, file]
    _ = FileManager.default.createFile(atPath: file + ".out", contents: nil)
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: file + ".out"))
    process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"]
    try process.run()
    process.waitUntilExit()
    return try String(contentsOfFile: file + ".out", encoding: .utf8)
  }

  @Test(arguments: [
    ("channels: {a: {type: wecom, url: \"https://x.org/send?key=1\"}}", "may not stand in a profile"),
    ("channels: {a: {type: mail, host: h, from: a@b.org, password: pw}}", "may not stand in a profile"),
    (
      "channels: {a: {type: webhook, url: \"https://x.org\"}}\nroutes: [{team: all, channel: b}]",
      "no channel of this file"
    ),
    ("channels: {a: {type: webhook, url: \"https://x.org\"}}\nroutes: [{team: 南京, channel: a}]", "is no team"),
    ("channels: {a: {type: mail, host: h, from: a@b.org}}\nroutes: [{team: all, channel: a}]", "needs recipients"),
    ("quiet: {holidays: none.csv}", "is missing"),
    ("retry: {patience: soon}", "delivery.yaml:1: “retry.patience”: “soon” is no span of time"),
    ("channels: {a: {type: mail, host: h, from: \"a@b.org\\r\\nBcc: x\"}}", "should be a mail address"),
  ]) func faultsNameTheKey(text: String, words: String) throws {
    try ReportFixture.with { fixture in
      try fixture.use(delivery: text)
      let failure = #expect(throws: Failure.self) { try fixture.report("2022-01-06", .deliver) }
      #expect(failure?.status == .usage && failure?.message.contains(words) == true, "\(failure?.message ?? "")")
      #expect(failure?.message.contains("delivery.yaml:") == true)
    }
  }

  /// The issue's figure: 500 messages through a receiver that fails in three of ten requests, with the sender gone in between.
  @Test func fiveHundredMessagesArriveOnceThroughAFailingReceiver() throws {
    let receiver = Receiver()
    let random = Mutex(SeededGenerator(seed: 500))
    let server = try TestWebServer { request in
      let lot = random.withLock { Int.random(in: 0..<100, using: &$0) }
      switch lot {
      case 0..<10: return .init(503)
      case 10..<15: return .init(429, "", headers: ["Retry-After": "0"])
      case 15..<20: return .init(200, "", manner: .hangUp)
      default:
        // Of those that are taken, one in eight answers so badly that the sender cannot know.
        receiver.take(request)
        return lot < 30 ? .init(200, "ok", manner: .cut(1)) : .init(200)
      }
    }
    try ReportFixture.with { fixture in
      try fixture.use(delivery: Self.hook.replacing("1s", with: "0.05s"), ["HUB": server.url, "HUB_KEY": "k"])
      try fixture.forecast(run: 1, digest: "a", [])
      let session = try fixture.session("2022-01-06T02:00:00")
      try session.connection.executeScript(
        Query(
          name: "messages",
          text: """
            INSERT INTO outbox (city, message_id, channel, team, night, run_id, created_at, reason, level, told, recipients, subject,
                                body, status, attempts, next_attempt_at)
            SELECT 'suqian', md5(n::text) || md5('x' || n), 'hub', '321322', '2022-01-06', 1, '2022-01-06', 'test', 'red', '{}', '{}',
                   's', 'message ' || n, 'pending', 0, '2022-01-06'
              FROM generate_series(1, 500) n
            """))
      let settings = try DeliverySettings(profile: session.profile)
      // The sender goes away in the middle of an attempt now and then: after the request, before the record of its end.
      struct Gone: Error {}
      let lots = Mutex(SeededGenerator(seed: 7))
      var runs = 0
      var kills = 0
      while runs < 200 {
        runs += 1
        var delivery = DeliveryRun(session: session, settings: settings)
        delivery.onAnswer = { if lots.withLock({ Int.random(in: 0..<40, using: &$0) }) == 0 { throw Gone() } }
        do {
          let summary = try delivery.send()
          #expect(summary.failed == 0)
          if summary.waiting == 0 { break }
        } catch is Gone { kills += 1 }
      }
      #expect(kills >= 5, "the sender was hardly ever gone")
      #expect(try fixture.texts("SELECT status || ' ' || count(*) FROM outbox GROUP BY status") == ["sent 500"])
      #expect(receiver.taken.count == 500)
      #expect(Set(receiver.taken.values.compactMap(\.first)).count == 500)
      #expect(receiver.taken.values.allSatisfy { Set($0).count == 1 })
      #expect(server.requests.count > 600)
    }
  }
}
