import Glibc
import LabourMarket

/// Bytes of rows in the form of COPY … (FORMAT binary), gathered before they are sent.
///
/// Format: PostgreSQL manual, "COPY", section "Binary Format". Every append makes its own room, so that a cell of any length fits.
struct RowWriter: ~Copyable {
  private(set) var base: UnsafeMutableRawPointer
  private var capacity: Int
  /// Bytes written.
  var count = 0

  init(capacity: Int = 1 << 17) {
    self.capacity = capacity
    base = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { base.deallocate() }

  /// What was written so far.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Room for that many more bytes.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    if count &+ more > capacity { grow(more) }
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    var larger = capacity * 2
    while larger < count + more { larger *= 2 }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    memory.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = memory
    capacity = larger
  }

  @inline(__always)
  private mutating func store<T: FixedWidthInteger>(_ value: T) {
    (base + count).storeBytes(of: value.bigEndian, as: T.self)
    count &+= MemoryLayout<T>.size
  }

  /// Begins a row of that many fields.
  @inline(__always)
  mutating func beginRow(_ fields: Int) {
    reserve(2)
    store(Int16(truncatingIfNeeded: fields))
  }

  @inline(__always)
  mutating func null() {
    reserve(4)
    store(Int32(-1))
  }

  @inline(__always)
  mutating func bool(_ value: Bool) {
    reserve(5)
    store(Int32(1))
    store(UInt8(value ? 1 : 0))
  }

  @inline(__always)
  mutating func int32(_ value: Int32) {
    reserve(8)
    store(Int32(4))
    store(value)
  }

  @inline(__always)
  mutating func int64(_ value: Int64) {
    reserve(12)
    store(Int32(8))
    store(value)
  }

  @inline(__always)
  mutating func double(_ value: Double) {
    // One zero only: −0 equals 0 and must hash alike.
    int64(Int64(bitPattern: (value == 0 ? 0 : value).bitPattern))
  }

  /// A day as days since 1970-01-01.
  @inline(__always)
  mutating func date(_ day: Int) { int32(Int32(truncatingIfNeeded: day &- 10_957)) }

  /// A moment as microseconds since 1970-01-01T00:00.
  @inline(__always)
  mutating func moment(_ micros: Int) { int64(Int64(micros &- 946_684_800_000_000)) }

  @inline(__always)
  mutating func bytes(_ value: UnsafeRawBufferPointer) {
    reserve(4 &+ value.count)
    store(Int32(truncatingIfNeeded: value.count))
    if let from = value.baseAddress { memcpy(base + count, from, value.count) }
    count &+= value.count
  }

  /// Appends fields that were written before.
  @inline(__always)
  mutating func append(_ fields: UnsafeRawBufferPointer) {
    reserve(fields.count)
    if let from = fields.baseAddress { memcpy(base + count, from, fields.count) }
    count &+= fields.count
  }

  mutating func text(_ value: String) {
    var value = value
    value.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
  }
}

/// Reads the fields of a row that a ``RowWriter`` wrote.
///
/// It checks no length: what the program wrote itself is as long as it says. Rows that a server sent are read by ``BinaryRow``, which does.
struct RowReader {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func skipCount() { at += 2 }

  /// The next field's bytes; `nil` for NULL.
  mutating func field() -> UnsafeRawBufferPointer? {
    let length = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: Int32.self)))
    at += 4
    guard length >= 0 else { return nil }
    defer { at += length }
    return UnsafeRawBufferPointer(rebasing: bytes[at..<at + length])
  }

  mutating func text() -> String? { field().map { String(decoding: $0, as: UTF8.self) } }

  mutating func integer() -> Int? {
    field().map { field in
      field.count == 4
        ? Int(Int32(bigEndian: field.loadUnaligned(as: Int32.self)))
        : Int(Int64(bigEndian: field.loadUnaligned(as: Int64.self)))
    }
  }

  mutating func number() -> String? {
    integer().map { bits in
      let value = Double(bitPattern: UInt64(bitPattern: Int64(bits)))
      return value.rounded() == value && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
  }

  mutating func date() -> String? { integer().map { CalendarDay(ordinal: $0 + 10_957).description } }
}
