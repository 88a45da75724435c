import Glibc

/// Tells which keys of a file may have come before, in constant memory.
///
/// A Bloom filter of two probes over 2^27 bits (16 MiB): it never misses a repeat; of the first occurrences it marks one in a thousand at two
/// million keys and one in fifty at ten million. A false mark costs the merge a little work and changes nothing.
struct RepeatFilter: ~Copyable {
  private static let bits: UInt64 = 1 << 27
  private let words: UnsafeMutablePointer<UInt64>

  init() {
    let count = Int(Self.bits / 64)
    // Fresh pages of the system are zero and take no memory before they are touched.
    let memory = calloc(count, 8)
    guard let memory else { fatalError("no memory for the repeat filter (16 MiB)") }
    words = memory.bindMemory(to: UInt64.self, capacity: count)
  }

  deinit { free(words) }

  /// Enters a key by its hash. - Returns: whether it may have been entered before.
  @inline(__always)
  mutating func enter(_ hash: UInt64) -> Bool {
    let first = hash & (Self.bits - 1)
    let second = hash >> 32 & (Self.bits - 1)
    let a: UInt64 = 1 << (first & 63)
    let b: UInt64 = 1 << (second & 63)
    let wasA = words[Int(first >> 6)] & a != 0
    words[Int(first >> 6)] |= a
    let wasB = words[Int(second >> 6)] & b != 0
    words[Int(second >> 6)] |= b
    return wasA && wasB
  }
}
