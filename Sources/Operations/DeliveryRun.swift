import Foundation
import LabourMarket
import Postgres
import Reporting
import Transfer

/// Sends what waits in the outbox.
///
/// An attempt is recorded before it is made and after it ended, each in a transaction of its own. What a crash leaves “sending” is sent again with
/// the same id: a receiver that honours the id takes it once; where a channel has none (mail, group robots), the message may come twice if
/// the crash fell between the receiver's answer and the record of it.
struct DeliveryRun {
  /// The real clock: deliveries happen when they happen, whatever the run's clock says.
  struct Clock {
    var now: () -> Double = { Run.realClock() }
    var sleep: (Double) -> Void = { Thread.sleep(forTimeInterval: $0) }
  }

  let session: Session
  let settings: DeliverySettings
  var clock = Clock()
  /// Called between a channel's answer and the record of it; a test may throw here, as if the program were gone.
  var onAnswer: () throws -> Void = {}

  private var outbox: Outbox { Outbox(session: session) }

  /// A channel that is open, or why it cannot be.
  private final class Line {
    let channel: Result<any DeliveryChannel, Failure>
    /// Least seconds between two messages, and when the next may go.
    let pause: Double
    var next = 0.0

    init(_ channel: Result<any DeliveryChannel, Failure>, pause: Double) {
      self.channel = channel
      self.pause = pause
    }
  }

  /// Sends until nothing is left that may be sent within ``DeliverySettings/patience``.
  func send() throws -> DeliverySummary {
    var summary = DeliverySummary()
    var lines: [String: Line] = [:]
    var generator = SystemRandomNumberGenerator()
    let deadline = clock.now() + settings.patience
    while true {
      let due = try outbox.due(clock.now())
      for item in due {
        let line = lines[item.channel] ?? open(item.channel)
        lines[item.channel] = line
        try send(item, line, &generator, &summary, deadline)
      }
      guard let next = try next(), next <= deadline else { break }
      session.console.progress("waiting for the next attempt")
      clock.sleep(max(0.01, next - clock.now()))
    }
    session.console.endProgress()
    summary.waiting = try session.connection.query(
      session.queries["delivery/waiting"], [.text(session.profile.city)]
    ).one().int(0)
    return summary
  }

  /// When the next message may be tried; `nil` where none waits.
  private func next() throws -> Double? {
    try session.connection.query(
      session.queries["delivery/next_attempt"], [.text(session.profile.city)]
    ).one().optionalDouble(0)
  }

  private func open(_ name: String) -> Line {
    guard let description = settings.channels[name] else {
      return Line(
        .failure(
          Failure(
            .failed, "The channel “\(name)” is not in delivery.yaml any more.",
            next: "Put it back, then `labourwatch delivery retry`.")), pause: 0)
    }
    let pause = (description.perMinute ?? description.traits.perMinute).map { 60 / Double($0) } ?? 0
    do {
      return Line(.success(try description.resolve(session.configuration.environment).open()), pause: pause)
    } catch {
      return Line(.failure(Failure.from(error)), pause: pause)
    }
  }

  private func send(
    _ item: Outbox.Due, _ line: Line, _ generator: inout SystemRandomNumberGenerator, _ summary: inout DeliverySummary,
    _ deadline: Double
  ) throws {
    let id = item.message.id
    let channel: any DeliveryChannel
    switch line.channel {
    case .success(let open): channel = open
    case .failure(let failure):
      // A setting that is missing is mended by its operator: the message waits, and is not used up by attempts.
      summary.add(failure.message, item)
      try outbox.postpone(id, until: deadline + settings.retry.maximumDelay)
      return
    }
    if line.next > clock.now() {
      guard line.next <= deadline else {
        try outbox.postpone(id, until: line.next)
        return
      }
      clock.sleep(line.next - clock.now())
    }
    guard let attempt = try outbox.begin(id, now: clock.now()) else { return }
    line.next = clock.now() + line.pause
    do {
      var message = item.message
      message.attachments = try outbox.attachments(id)
      let receipt = try channel.send(message)
      try onAnswer()
      try outbox.end(id, attempt: attempt.number, .sent(receipt), now: clock.now())
      summary.sent += 1
      session.console.info(
        "message sent", ["message": "\(id.prefix(12))", "channel": "\(item.channel)", "team": "\(item.message.team)"])
    } catch let error as TransferError {
      try fail(item, attempt, error, line, &generator, &summary)
    }
  }

  private func fail(
    _ item: Outbox.Due, _ attempt: (number: Int, counted: Int), _ error: TransferError, _ line: Line,
    _ generator: inout SystemRandomNumberGenerator, _ summary: inout DeliverySummary
  ) throws {
    let now = clock.now()
    let id = item.message.id
    if let delay = settings.retry.delay(after: error, attempt: attempt.counted, using: &generator) {
      try outbox.end(id, attempt: attempt.number, .again(error.description, at: now + delay), now: now)
      // A channel that asks for quiet gets it for all its messages.
      if error.retryAfter != nil { line.next = max(line.next, now + delay) }
      session.console.info(
        "message waits", ["message": "\(id.prefix(12))", "attempt": "\(attempt.number)", "why": "\(error.message)"])
      return
    }
    try outbox.end(id, attempt: attempt.number, .failed(error.description), now: now)
    summary.failed += 1
    summary.add(error.description, item)
    session.console.warning("message failed: \(error)", ["message": "\(id.prefix(12))", "channel": "\(item.channel)"])
  }
}

/// What became of the outbox in a run.
public struct DeliverySummary: Encodable, Sendable {
  /// Messages sent, failed for good, and still waiting.
  public var sent = 0, failed = 0, waiting = 0
  /// What went wrong, once a channel and cause.
  public var problems: [String] = []

  mutating func add(_ problem: String, _ item: Outbox.Due) {
    let text = "\(item.channel): \(problem)"
    if !problems.contains(text) { problems.append(text) }
  }
}
