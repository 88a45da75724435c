/// Bytes that one record needs beside its window: unquoted, converted or assembled fields.
struct Arena {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int
  /// Bytes in use.
  var count = 0

  init(capacity: Int = 4096) {
    self.capacity = max(16, capacity)
    base = .allocate(capacity: self.capacity)
  }

  func deallocate() { base.deallocate() }

  /// Makes room for `more` bytes behind `count`; what stands there stays, pointers into it do not.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    if count &+ more > capacity { grow(more) }
  }

  private mutating func grow(_ more: Int) {
    let wanted = max(capacity * 2, count + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
    capacity = wanted
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count &+= 1
  }

  @inline(__always)
  mutating func append(_ start: UnsafeRawPointer, _ length: Int) {
    reserve(length)
    UnsafeMutableRawPointer(base + count).copyMemory(from: start, byteCount: length)
    count &+= length
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if let start = bytes.baseAddress { append(start, bytes.count) }
  }
}
