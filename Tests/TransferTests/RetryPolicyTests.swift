import TestSupport
import Testing

@testable import Transfer

@Suite struct RetryPolicyTests {
  private static func run(
    _ policy: RetryPolicy, _ outcomes: [TransferError?]
  ) -> (tries: Int, waits: [Double], error: TransferError?) {
    var generator = SeededGenerator(seed: 1)
    var tries = 0
    var waits: [Double] = []
    do {
      try policy.run(using: &generator, sleep: { waits.append($0) }) {
        tries += 1
        if tries <= outcomes.count, let error = outcomes[tries - 1] { throw error }
      }
      return (tries, waits, nil)
    } catch {
      return (tries, waits, error as? TransferError)
    }
  }

  @Test func waitsLongerEachTimeWithJitter() {
    let failure = TransferError(.cutShort, "x")
    let result = Self.run(
      RetryPolicy(attempts: 6, firstDelay: 1, maximumDelay: 5), Array(repeating: failure, count: 9))
    #expect(result.tries == 6 && result.error?.code == .cutShort)
    #expect(result.waits.count == 5)
    for (wait, full) in zip(result.waits, [1.0, 2, 4, 5, 5]) { #expect((full / 2...full).contains(wait)) }
    #expect(Set(result.waits).count == 5)
  }

  @Test func stopsAtOnceWhereItIsOfNoUse() {
    let result = Self.run(RetryPolicy(), [TransferError(.denied, "x")])
    #expect(result.tries == 1 && result.waits.isEmpty && result.error?.code == .denied)
  }

  @Test func succeedsInTheEnd() {
    let failure = TransferError(.serverFailed, "x", status: 500)
    let result = Self.run(RetryPolicy(), [failure, failure])
    #expect(result.tries == 3 && result.error == nil)
  }

  @Test func waitsAsLongAsTheServerAsks() {
    let asked = Self.run(RetryPolicy(), [TransferError(.throttled, "x", status: 429, retryAfter: 90)])
    #expect(asked.waits == [90] && asked.error == nil)
    let tooLong = Self.run(RetryPolicy(), [TransferError(.throttled, "x", status: 429, retryAfter: 86_400)])
    #expect(tooLong.waits.isEmpty && tooLong.error?.retryAfter == 86_400)
  }
}
