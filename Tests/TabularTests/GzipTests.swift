import CZlib
import Testing

@testable import Tabular

/// One gzip member by zlib itself.
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
  let room = output.count
  input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(room)
      _ = deflate(&stream, Z_FINISH)
    }
  }
  return Array(output.prefix(room - Int(stream.avail_out)))
}

@Suite("gzip")
struct GzipTests {
  let text = "a,b\n" + (1...500).map { "\($0),宿迁\($0)\n" }.joined()

  private func read(_ bytes: [UInt8], chunk: Int = .max) throws -> [Row] {
    try rows(of: table(bytes, format: FileFormat(), chunk: chunk, window: 128))
  }

  @Test("one member, several members, zero padding", arguments: [1, 7, 100, 100_000])
  func members(chunk: Int) throws {
    let bytes = Array(text.utf8)
    let plain = try read(bytes)
    #expect(plain.count == 500)
    #expect(try read(gzipped(bytes), chunk: chunk) == plain)
    let halves = gzipped(Array(bytes.prefix(1001))) + gzipped([]) + gzipped(Array(bytes.dropFirst(1001)))
    #expect(try read(halves, chunk: chunk) == plain)
    #expect(try read(halves + [0, 0, 0], chunk: chunk) == plain)
  }

  @Test("a file cut at any byte is an error of its own kind, never a shorter table")
  func truncated() throws {
    let packed = gzipped(Array(text.utf8))
    for count in stride(from: 2, to: packed.count, by: 13) {
      let failure = #expect(throws: TableError.self) { try read(Array(packed.prefix(count))) }
      #expect(failure?.kind == .gzipTruncated, "cut at \(count)")
    }
  }

  @Test("damage and garbage have their own kinds")
  func damaged() throws {
    var packed = gzipped(Array(text.utf8))
    let garbage = #expect(throws: TableError.self) { try read(packed + Array("junk".utf8)) }
    #expect(garbage?.kind == .gzipTrailingGarbage)
    packed[packed.count - 6] ^= 0xFF
    let corrupt = #expect(throws: TableError.self) { try read(packed) }
    #expect(corrupt?.kind == .gzipCorrupt)
  }

  @Test("a bomb is refused by its ratio")
  func bomb() throws {
    let packed = gzipped([UInt8](repeating: 0x0A, count: 80 << 20))
    let failure = #expect(throws: TableError.self) { try read(packed) }
    #expect(failure?.kind == .unpackedTooLarge)
  }

  @Test("what is read ahead of a bomb does not lower its ratio")
  func bombBeforeNoise() throws {
    var generator = SeededGenerator(1)
    let noise = (0..<250_000).map { _ in UInt8.random(in: 32...126, using: &generator) }
    let packed = gzipped([UInt8](repeating: 0x0A, count: 72 << 20)) + gzipped(noise)
    let failure = #expect(throws: TableError.self) { try read(packed) }
    #expect(failure?.kind == .unpackedTooLarge)
    // As a whole it is no bomb by the bytes of the file.
    #expect((72 << 20) / packed.count < Limits().compressionRatio)
  }
}
