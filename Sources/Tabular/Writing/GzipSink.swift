import CZlib

/// Packs bytes by gzip into another sink. Without name or time in its header: the same bytes give the same file.
public final class GzipSink: ByteSink {
  private let sink: any ByteSink
  private let stream: UnsafeMutablePointer<z_stream>
  private let output: UnsafeMutableRawBufferPointer

  /// - Parameter level: 1 (fast) to 9 (small).
  public init(_ sink: any ByteSink, level: Int32 = 6) throws(TableError) {
    self.sink = sink
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    output = .allocate(byteCount: 64 << 10, alignment: 16)
    let code = deflateInit2_(
      stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw TableError(.io, file: "gzip", "zlib cannot start (code \(code)).", nextStep: "Check the memory left.")
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }

  /// Packs bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(TableError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: piece.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(piece.count)
      try drain(Z_NO_FLUSH)
      rest = rest.dropFirst(piece.count)
    }
  }

  /// Ends the stream and the sink behind.
  public func finish() throws(TableError) {
    stream.pointee.avail_in = 0
    try drain(Z_FINISH)
    try sink.finish()
  }

  private func drain(_ flush: Int32) throws(TableError) {
    repeat {
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(output.count)
      deflate(stream, flush)
      let count = output.count - Int(stream.pointee.avail_out)
      if count > 0 { try sink.write(UnsafeRawBufferPointer(rebasing: output[0..<count])) }
    } while stream.pointee.avail_out == 0
  }
}
