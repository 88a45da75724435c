import Glibc
import Synchronization

/// Ends a session whose server says nothing for too long.
///
/// Keepalives find out that a machine is gone; they do not find a server, a connection pool or a tunnel that is there and hands nothing over.
/// While the session waits, a thread of the watch looks at the time; when the patience is over it shuts the socket down, and libpq's blocking
/// call returns as if the connection had broken.
final class AnswerWatch: @unchecked Sendable {
  /// Seconds after which a silent server is given up.
  let patience: Int
  private let socket: Int32
  /// Milliseconds of the clock that never jumps; 0 while nothing is waited for.
  private let deadline = Atomic<Int>(0)
  private let state = Mutex((isOver: false, hasFired: false))

  /// A watch over a connected socket.
  /// - Parameter patience: seconds, at least 1.
  init(socket: Int32, patience: Int) {
    self.socket = socket
    self.patience = patience
    var thread = pthread_t()
    let retained = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<AnswerWatch>.fromOpaque(argument).takeRetainedValue().look() }
        return nil
      }, retained.toOpaque())
    // Without a thread the session works on unwatched.
    if failure == 0 { pthread_detach(thread) } else { retained.release() }
  }

  /// Whether the session was given up.
  var hasFired: Bool { state.withLock { $0.hasFired } }

  /// The server is waited for from now on.
  func begin() { deadline.store(Clock.monotonicMilliseconds() + patience * 1000, ordering: .relaxed) }

  /// The server has answered.
  func pause() { deadline.store(0, ordering: .relaxed) }

  /// The socket is about to be closed: it is not touched any more.
  func end() { state.withLock { $0.isOver = true } }

  private func look() {
    while true {
      usleep(UInt32(min(1000, patience * 100)) * 1000)
      let due = deadline.load(ordering: .relaxed)
      let isLate = due > 0 && Clock.monotonicMilliseconds() > due
      let goesOn = state.withLock { state in
        if isLate && !state.isOver {
          shutdown(socket, Int32(SHUT_RDWR))
          state.hasFired = true
        }
        return !state.isOver && !state.hasFired
      }
      if !goesOn { return }
    }
  }
}

extension Connection {
  /// Runs a call of libpq that may wait for the server.
  func attended<T>(_ body: () throws -> T) rethrows -> T {
    watch?.begin()
    defer { watch?.pause() }
    return try body()
  }

  /// Why the connection broke, where libpq's own words are not the reason.
  func reason(_ words: String) -> String {
    guard let watch, watch.hasFired else { return words }
    return "the server said nothing for \(watch.patience) s"
  }
}
