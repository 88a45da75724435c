import Dispatch
import Synchronization

/// Runs independent pieces of work on several threads.
enum Parallel {
  /// Calls `body` once for every index, on at most `threads` threads.
  ///
  /// Each call must write only what belongs to its index: then the result does not depend on the number of threads.
  static func forEach(_ count: Int, threads: Int, chunk: Int = 1, _ body: @Sendable (Int) -> Void) {
    let workers = Swift.min(threads, (count + chunk - 1) / Swift.max(chunk, 1))
    guard workers > 1 else {
      for i in 0..<count { body(i) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let from = next.wrappingAdd(chunk, ordering: .relaxed).oldValue
        if from >= count { return }
        for i in from..<Swift.min(from + chunk, count) { body(i) }
      }
    }
  }

  /// The results of `body` for every index, in order, computed on at most `threads` threads.
  static func map<T: Sendable>(_ count: Int, threads: Int, chunk: Int = 1, _ body: @Sendable (Int) -> T) -> [T] {
    [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      let target = SharedBuffer(buffer)
      forEach(count, threads: threads, chunk: chunk) { i in target.initialize(i, to: body(i)) }
      initialized = count
    }
  }
}

/// A buffer that several threads fill, each its own elements.
struct SharedBuffer<T>: @unchecked Sendable {
  private let base: UnsafeMutableBufferPointer<T>

  init(_ base: UnsafeMutableBufferPointer<T>) {
    self.base = base
  }

  func initialize(_ index: Int, to value: T) {
    base.initializeElement(at: index, to: value)
  }
}
