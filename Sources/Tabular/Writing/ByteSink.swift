/// Takes bytes in order. What was written counts only once `finish` has returned.
public protocol ByteSink: AnyObject {
  /// Takes bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(TableError)
  /// Completes what was written; nothing may be written afterwards.
  func finish() throws(TableError)
}

/// Bytes gathered in memory.
public final class MemorySink: ByteSink {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []

  /// An empty sink.
  public init() {}

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(TableError) { self.bytes.append(contentsOf: bytes) }

  /// Does nothing: memory is always complete.
  public func finish() throws(TableError) {}
}
