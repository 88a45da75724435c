import CZlib

/// The unpacked bytes of a gzip stream of one or more members (RFC 1952). Zero bytes after the last member are padding;
/// anything else there, an early end and a wrong check sum are errors.
final class GzipSource: ByteSource {
  private let source: any ByteSource
  private let name: String
  private let limits: Limits
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var inputIsDone = false
  private var betweenMembers = false
  private var isDone = false
  private(set) var unpacked = 0
  /// Bytes that were handed to zlib, over all members; those that it has not taken yet wait in `input`.
  private var handed = 0

  init(_ source: any ByteSource, name: String, limits: Limits, inputBytes: Int = 256 << 10) throws(TableError) {
    self.source = source
    self.name = name
    self.limits = limits
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: max(1, inputBytes), alignment: 16)
    // 15 + 16: the largest window, gzip wrapping only.
    let code = inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw TableError(.io, file: name, "zlib cannot start (code \(code)).", nextStep: "Check the memory left.")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  var fileBytesRead: Int { source.fileBytesRead }

  /// Packed bytes that were really taken: the file is read ahead of them.
  private var packed: Int { handed - Int(stream.pointee.avail_in) }

  func read(into space: UnsafeMutableRawBufferPointer) throws(TableError) -> Int {
    guard let start = space.baseAddress, !space.isEmpty, !isDone else { return 0 }
    let room = min(space.count, 1 << 30)
    stream.pointee.next_out = start.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    while Int(stream.pointee.avail_out) == room {
      if stream.pointee.avail_in == 0 && !inputIsDone { try refill() }
      if betweenMembers {
        guard try startNextMember() else { break }
      }
      if stream.pointee.avail_in == 0 && inputIsDone {
        throw TableError(
          .gzipTruncated, file: name,
          "The gzip file ends early, after \(packed) packed and \(unpacked) unpacked bytes.",
          nextStep: "Copy or export the file again; it was cut off on its way.")
      }
      switch inflate(stream, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: break
      case Z_STREAM_END: betweenMembers = true
      default:
        let words = stream.pointee.msg.map { String(cString: $0) } ?? "no reason given"
        throw TableError(
          .gzipCorrupt, file: name, "The gzip file is damaged near packed byte \(packed): \(words).",
          nextStep: "Copy or export the file again.")
      }
    }
    let count = room - Int(stream.pointee.avail_out)
    unpacked += count
    try checkLimits()
    return count
  }

  private func refill() throws(TableError) {
    let count = try source.read(into: input)
    inputIsDone = count == 0
    handed += count
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
  }

  /// Skips padding and readies zlib for the next member; false at the end of the file.
  private func startNextMember() throws(TableError) -> Bool {
    while let next = stream.pointee.next_in {
      if stream.pointee.avail_in == 0 {
        if inputIsDone { break }
        try refill()
        continue
      }
      if next.pointee == 0 {
        stream.pointee.next_in = next + 1
        stream.pointee.avail_in -= 1
        continue
      }
      guard next.pointee == 0x1F else {
        throw TableError(
          .gzipTrailingGarbage, file: name,
          "Bytes that are no gzip data follow the gzip data (at packed byte \(packed)).",
          nextStep: "Unpack and check the file by hand, or export it again.")
      }
      inflateReset(stream)
      betweenMembers = false
      return true
    }
    isDone = true
    return false
  }

  private func checkLimits() throws(TableError) {
    let packed = max(1, packed)
    let ratioIsHigh = unpacked > Limits.ratioFloor && unpacked / packed > limits.compressionRatio
    guard unpacked > limits.gzipBytes || ratioIsHigh else { return }
    throw TableError(
      .unpackedTooLarge, file: name,
      "The gzip file unpacks to more than \(unpacked) bytes from \(packed), which is over the limit.",
      nextStep: "If the file is genuine, deliver it unpacked or raise the limit in the feed's description.")
  }
}
