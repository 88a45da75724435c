import Glibc

/// A plain thread for tests that block on purpose.
///
/// The body may carry connections over, which one thread at a time may use: the tests hand each to one thread.
final class Thread {
  private var thread = pthread_t()

  private final class Box {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  init(_ body: @escaping () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
  }

  func join() { pthread_join(thread, nil) }
}
