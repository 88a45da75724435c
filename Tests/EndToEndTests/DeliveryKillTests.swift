import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

/// The issue's figure with the real program: messages through failing receivers, the program killed at any moment, none lost and none taken twice.
@Suite struct DeliveryKillTests {
  /// Messages; `make bench` asks for 500.
  private static let messages =
    ProcessInfo.processInfo.environment["LABOURWATCH_MESSAGES"].flatMap { Int($0) } ?? 60
  /// Of each hundred requests so many fail.
  private static let errors = 30
  /// One of so many messages is a mail.
  private static let mails = 5

  /// A receiver that honours the idempotency key: what it takes is kept once a key.
  private final class Receiver: Sendable {
    let bodies = Mutex<[String: String]>([:])
    let repeats = Mutex(0)
    private let random: Mutex<SeededGenerator>

    init(seed: UInt64) { random = Mutex(SeededGenerator(seed: seed)) }

    /// A number from 0 to 99.
    func lot() -> Int { random.withLock { Int.random(in: 0..<100, using: &$0) } }

    func take(_ request: TestWebServer.Request) {
      let key = request.headers["idempotency-key"] ?? ""
      let known = bodies.withLock { bodies in
        defer { bodies[key] = bodies[key] ?? request.body }
        return bodies[key]
      }
      if known != nil { repeats.withLock { $0 += 1 } }
      #expect(known == nil || known == request.body, "one key, two messages")
    }

    func answer(_ request: TestWebServer.Request) -> TestWebServer.Response {
      switch lot() {
      case 0..<12: return .init(503)
      case 12..<18: return .init(429, "", headers: ["Retry-After": "0"])
      case 18..<24: return .init(200, "", manner: .hangUp)
      case 24..<DeliveryKillTests.errors:
        // Taken, and answered so badly that the sender cannot know.
        take(request)
        return .init(200, "ok", manner: .cut(1))
      default:
        take(request)
        // Time to be killed between the request and its answer.
        usleep(UInt32(lot()) * 150)
        return .init(200)
      }
    }
  }

  @Test(arguments: [UInt64(1)]) func killedAtAnyMomentEachMessageArrivesOnce(seed: UInt64) throws {
    let receivers = [Receiver(seed: seed), Receiver(seed: seed + 1)]
    let servers = try receivers.map { receiver in try TestWebServer { receiver.answer($0) } }
    let mailLots = Receiver(seed: seed + 2)
    let post = try MailReceiver { mailLots.lot() < Self.errors }
    try Program.with { program in
      try City.profile(program, changing: ["delivery.yaml": { _ in Self.delivery(post.port) }])
      try Self.fill(program)
      let environment = ["HUB0": servers[0].url + "/in", "HUB1": servers[1].url + "/in"]
      var random = SeededGenerator(seed: seed)
      let began = ContinuousClock.now
      var kills = 0
      var last: Child.Outcome?
      func requests() -> Int { servers.reduce(post.taken.count) { $0 + $1.requests.count } }
      for _ in 0..<1000 {
        let before = requests()
        let child = try program.start(["delivery", "send", "--profile", "profile", "--quiet"], environment)
        if kills < max(8, Self.messages / 10) {
          // It is killed a short while after it began to send, wherever it is then.
          while child.isRunning, requests() == before { usleep(1_000) }
          usleep(UInt32.random(in: 0...200_000, using: &random))
          child.signal(SIGKILL)
        }
        let outcome = try child.wait()
        if outcome.status == 128 + SIGKILL { kills += 1 }
        try #require([0, 3, 75, 128 + SIGKILL].contains(outcome.status), "\(outcome.log)")
        last = outcome
        if try program.count("select count(*) from labourwatch.outbox where status <> 'sent'") == 0 { break }
      }
      let seconds = (ContinuousClock.now - began).components.seconds
      #expect(
        try program.count("select count(*) from labourwatch.outbox where status = 'sent'") == Self.messages,
        "\(last?.log ?? "")")
      let keys = receivers.flatMap { $0.bodies.withLock { Array($0.keys) } }
      let identities = post.taken.compactMap { mail in
        mail.data.split(separator: "\n").first { $0.hasPrefix("Message-ID: ") }.map(String.init)
      }
      #expect(keys.count == Self.messages - Self.messages / Self.mails && Set(keys).count == keys.count)
      #expect(Set(identities).count == Self.messages / Self.mails && identities.count == post.taken.count)
      #expect(kills >= 3, "the program was hardly ever killed")
      // What every attempt was, stands there: also of those that nobody saw the end of.
      let attempts = try program.count("select count(*) from labourwatch.delivery_attempts")
      let unknown = try program.count("select count(*) from labourwatch.delivery_attempts where outcome is null")
      #expect(attempts > Self.messages && unknown > 0, "no attempt was cut short")
      let repeats = receivers.reduce(0) { $0 + $1.repeats.withLock { $0 } }
      print(
        "delivery: \(Self.messages) messages, \(Self.errors) % errors, \(kills) kills (seed \(seed)): \(Set(keys).count) posted and "
          + "\(Set(identities).count) mailed, each once by its key, none lost; \(attempts) attempts, \(unknown) of unknown end, "
          + "\(repeats) posts repeated under their key, \(identities.count - Set(identities).count) mails twice under one Message-ID; \(seconds) s"
      )
    }
  }

  private static func delivery(_ port: Int) -> String {
    """
    channels:
      hub0: {type: webhook, url: "${HUB0}", per_minute: 60000}
      hub1: {type: webhook, url: "${HUB1}", per_minute: 60000}
      post: {type: mail, host: 127.0.0.1, port: \(port), security: none, from: watch@example.org}
    retry: {attempts: 60, first_delay: 0.02s, longest_delay: 0.05s, patience: 20s}
    """
  }

  private static func fill(_ program: Program) throws {
    // The program brings the profile's reference data up to date before its first run.
    let first = try program.run("delivery", "list", "--profile", "profile")
    try #require(first.status == 0, "\(first.log)")
    try program.database.connect().executeScript(
      Query(
        name: "messages",
        text: """
          INSERT INTO labourwatch.runs VALUES ('suqian', 1, 'report', '2022-03-10', '2022-03-10', '2022-03-10', '2022-03-10', 'done', 0,
            NULL, '0', 'h', 1, NULL);
          INSERT INTO labourwatch.outbox (city, message_id, channel, team, night, run_id, created_at, reason, level, told, recipients,
                                          subject, body, status, attempts, next_attempt_at)
          SELECT 'suqian', md5(n::text) || md5('x' || n), CASE WHEN n % \(mails) = 0 THEN 'post' ELSE 'hub' || n % 2 END, '321322',
                 '2022-03-10', 1, '2022-03-10', 'test', 'red', '{}', CASE WHEN n % \(mails) = 0 THEN '{a@example.org}'::text[] ELSE '{}' END,
                 's', 'message ' || n, 'pending', 0, '2022-03-10'
            FROM generate_series(1, \(messages)) n
          """))
  }
}
