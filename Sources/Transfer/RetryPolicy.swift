/// How often and when a failed transfer is tried again: exponential backoff with jitter, or what the server asks for.
public struct RetryPolicy: Sendable, Equatable {
  /// Tries altogether, the first one counted.
  public var attempts: Int
  /// Seconds before the second try; doubled for each further one.
  public var firstDelay: Double
  /// The longest wait of its own, seconds.
  public var maximumDelay: Double
  /// The longest wait that a server may ask for (Retry-After), seconds; beyond it the transfer fails at once.
  public var longestRequest: Double

  /// A policy from its parts.
  public init(attempts: Int = 5, firstDelay: Double = 1, maximumDelay: Double = 60, longestRequest: Double = 600) {
    self.attempts = attempts
    self.firstDelay = firstDelay
    self.maximumDelay = maximumDelay
    self.longestRequest = longestRequest
  }

  /// Seconds to wait after a failed try, or `nil` when trying again is of no use.
  /// - Parameters:
  ///   - attempt: how many tries there were.
  ///   - generator: half of a wait of one's own is drawn by lot, so that many callers do not come back together.
  public func delay(
    after error: TransferError, attempt: Int, using generator: inout some RandomNumberGenerator
  ) -> Double? {
    guard error.isRecoverable, attempt < attempts else { return nil }
    if let requested = error.retryAfter { return requested <= longestRequest ? requested : nil }
    var full = firstDelay
    for _ in 1..<max(1, attempt) where full < maximumDelay { full *= 2 }
    full = min(full, maximumDelay)
    return full / 2 + Double.random(in: 0...full / 2, using: &generator)
  }

  /// Runs `body` until it succeeds, fails for good, or the tries are used up.
  /// - Parameters:
  ///   - sleep: waits that many seconds.
  ///   - onFailure: told of each failed try that is followed by another, and the wait.
  /// - Throws: what the last try threw; errors other than ``TransferError`` at once.
  public func run<T>(
    using generator: inout some RandomNumberGenerator, sleep: (Double) throws -> Void,
    onFailure: (TransferError, Double) -> Void = { _, _ in }, _ body: () throws -> T
  ) throws -> T {
    var attempt = 1
    while true {
      do { return try body() } catch let error as TransferError {
        guard let delay = delay(after: error, attempt: attempt, using: &generator) else { throw error }
        onFailure(error, delay)
        try sleep(delay)
        attempt += 1
      }
    }
  }
}
