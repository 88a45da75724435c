/// A buffer over a source: holds a stretch of it, moves on when asked, grows when one record needs more.
///
/// Behind the last byte stand `Window.padding` bytes that may be read (their content is of no meaning) and written.
final class Window {
  static let padding = 128
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int
  /// Bytes that hold data.
  private(set) var filled = 0
  /// True when the source has no more bytes.
  private(set) var isAtEnd = false
  /// Offset in the source of the first byte held.
  private(set) var offset = 0
  let source: any ByteSource

  init(_ source: any ByteSource, capacity: Int = 1 << 20) {
    self.source = source
    self.capacity = max(64, capacity)
    base = .allocate(capacity: self.capacity + Window.padding)
    base.initialize(repeating: 0, count: self.capacity + Window.padding)
  }

  deinit { base.deallocate() }

  /// Drops what stands before `kept`, grows when more than half of the space is kept, and reads once.
  /// - Returns: false when no byte was added, which is so only at the end of the source.
  func refill(keepingFrom kept: Int) throws(TableError) -> Bool {
    if isAtEnd { return false }
    let remaining = filled - kept
    if remaining > capacity / 2 {
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2 + Window.padding)
      larger.update(from: base + kept, count: remaining)
      (larger + remaining).initialize(repeating: 0, count: capacity * 2 + Window.padding - remaining)
      base.deallocate()
      base = larger
      capacity *= 2
    } else if kept > 0 {
      base.update(from: base + kept, count: remaining)
    }
    offset += kept
    filled = remaining
    return try readOnce()
  }

  /// Reads until `count` bytes are held, the space is full or the source ends.
  func fill(to count: Int) throws(TableError) {
    while filled < min(count, capacity - 32), !isAtEnd { _ = try readOnce() }
  }

  private func readOnce() throws(TableError) -> Bool {
    let count = try source.read(into: UnsafeMutableRawBufferPointer(start: base + filled, count: capacity - filled))
    filled += count
    isAtEnd = count == 0
    return count > 0
  }

  /// The bytes held from `start` on.
  func bytes(from start: Int = 0) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + start, count: filled - start)
  }
}
