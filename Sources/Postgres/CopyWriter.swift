import CLibPQ

/// Takes the bytes of a COPY … FROM STDIN and sends them in large pieces.
///
/// Valid only inside the closure that received it. The bytes are in whatever format the COPY statement names.
public struct CopyWriter: ~Copyable {
  /// Bytes gathered before they are sent.
  @usableFromInline static var capacity: Int { 256 * 1024 }

  @usableFromInline let base: UnsafeMutableRawPointer
  @usableFromInline var count = 0
  @usableFromInline let sink: CopySink

  init(sink: CopySink) {
    self.sink = sink
    base = UnsafeMutableRawPointer.allocate(byteCount: Self.capacity, alignment: 16)
  }

  deinit { base.deallocate() }

  /// Appends one byte.
  @inlinable public mutating func append(_ byte: UInt8) throws {
    try reserve(1)
    base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  /// Appends raw bytes of any length.
  @inlinable public mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    if bytes.count > Self.capacity - count {
      try flush()
      if bytes.count > Self.capacity { return try sink.write(bytes) }
    }
    (base + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Appends the UTF-8 bytes of a text as they are, without escaping.
  public mutating func append(_ text: String) throws {
    var text = text
    try text.withUTF8 { try append(UnsafeRawBufferPointer($0)) }
  }

  /// Appends one field of COPY's text format: tab, newline, carriage return and backslash are escaped.
  public mutating func appendEscaped(_ bytes: UnsafeRawBufferPointer) throws {
    for byte in bytes {
      switch byte {
      case 0x09: try append(0x5C); try append(0x74)
      case 0x0A: try append(0x5C); try append(0x6E)
      case 0x0D: try append(0x5C); try append(0x72)
      case 0x5C: try append(0x5C); try append(0x5C)
      default: try append(byte)
      }
    }
  }

  /// Makes room for that many more bytes, at most the capacity.
  @inlinable mutating func reserve(_ bytes: Int) throws {
    if count > Self.capacity - bytes { try flush() }
  }

  /// Sends what was gathered.
  @usableFromInline mutating func flush() throws {
    let gathered = count
    count = 0
    if gathered > 0 { try sink.write(UnsafeRawBufferPointer(start: base, count: gathered)) }
  }
}

/// The sending end of a COPY: hands bytes to libpq and notices early when the server has given up.
@usableFromInline
final class CopySink {
  private let connection: Connection
  private let query: Query
  /// Whether the server complained, so that the reason waits in the result.
  private(set) var serverComplained = false

  init(connection: Connection, query: Query) {
    self.connection = connection
    self.query = query
  }

  @usableFromInline func write(_ bytes: UnsafeRawBufferPointer) throws {
    try checkForComplaint()
    var rest = bytes
    while !rest.isEmpty {
      let piece = min(rest.count, 1 << 20)
      guard let start = rest.baseAddress?.assumingMemoryBound(to: CChar.self),
        connection.attended({ PQputCopyData(connection.pointer, start, Int32(piece)) }) == 1
      else { throw connection.lost(query.name) }
      rest = UnsafeRawBufferPointer(rebasing: rest[piece...])
    }
  }

  /// During COPY the server speaks only to warn or to fail. When it spoke without a warning, it failed, and the
  /// rest of a long stream need not be sent.
  private func checkForComplaint() throws {
    guard connection.hasUnreadAnswer() else { return }
    let warnings = connection.notices.count
    guard PQconsumeInput(connection.pointer) == 1 else { throw connection.lost(query.name) }
    _ = PQisBusy(connection.pointer)
    guard connection.notices.count == warnings else { return }
    serverComplained = true
    throw PostgresError(.server, "the server stopped the COPY", query: query.name)
  }
}
