/// Writes the rows of a COPY … FROM STDIN (FORMAT binary): the fastest way into a table.
///
/// Call ``startRow()`` and then one append for each column, in the order and of the exact type of the statement's
/// column list: the server converts nothing, an `int` column takes ``append(int32:)`` and no other. Valid only inside
/// the closure that received it. Format: PostgreSQL manual, "COPY", section "Binary Format".
public struct BinaryCopyWriter: ~Copyable {
  @usableFromInline var out: CopyWriter
  @usableFromInline let columns: Int16
  @usableFromInline var missing: Int16 = 0

  init(sink: CopySink, columns: Int) {
    out = CopyWriter(sink: sink)
    self.columns = Int16(columns)
  }

  /// Writes the header.
  mutating func begin() throws {
    let header: [UInt8] = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    for byte in header { try out.append(byte) }
  }

  /// Begins a row.
  ///
  /// - Throws: ``PostgresError`` with code `misuse` when the row before has too few or too many fields.
  @inlinable public mutating func startRow() throws {
    guard missing == 0 else { throw wrongFieldCount() }
    missing = columns
    try out.reserve(2)
    store(columns)
  }

  /// NULL in a column of any type.
  @inlinable public mutating func appendNull() throws {
    missing &-= 1
    try out.reserve(4)
    store(Int32(-1))
  }

  /// A `smallint`.
  @inlinable public mutating func append(int16 value: Int16) throws {
    missing &-= 1
    try out.reserve(6)
    store(Int32(2))
    store(value)
  }

  /// An `integer`.
  @inlinable public mutating func append(int32 value: Int32) throws {
    missing &-= 1
    try out.reserve(8)
    store(Int32(4))
    store(value)
  }

  /// A `bigint`.
  @inlinable public mutating func append(int64 value: Int64) throws {
    missing &-= 1
    try out.reserve(12)
    store(Int32(8))
    store(value)
  }

  /// A `double precision`.
  @inlinable public mutating func append(double value: Double) throws {
    try append(int64: Int64(bitPattern: value.bitPattern))
  }

  /// A `real`.
  @inlinable public mutating func append(float value: Float) throws {
    try append(int32: Int32(bitPattern: value.bitPattern))
  }

  /// A `boolean`.
  @inlinable public mutating func append(bool value: Bool) throws {
    missing &-= 1
    try out.reserve(5)
    store(Int32(1))
    store(UInt8(value ? 1 : 0))
  }

  /// A `date` as days since 1970-01-01; `Int.min` and `Int.max` are PostgreSQL's `-infinity` and `infinity`.
  @inlinable public mutating func append(unixDays: Int) throws {
    // PostgreSQL counts from 2000-01-01; the ends of the range stand for the infinities on both sides.
    try append(int32: unixDays == .min ? .min : unixDays == .max ? .max : Int32(truncatingIfNeeded: unixDays - 10_957))
  }

  /// A `timestamp` or `timestamptz` as microseconds since 1970-01-01 00:00; `Int64.min` and `Int64.max` are
  /// PostgreSQL's `-infinity` and `infinity`.
  @inlinable public mutating func append(unixMicroseconds: Int64) throws {
    let isInfinite = unixMicroseconds == .min || unixMicroseconds == .max
    try append(int64: isInfinite ? unixMicroseconds : unixMicroseconds &- 946_684_800_000_000)
  }

  /// A `text`, `varchar`, `bytea`, `json` or enum: the bytes as they are, text in UTF-8 without NUL.
  @inlinable public mutating func append(bytes: UnsafeRawBufferPointer) throws {
    missing &-= 1
    guard bytes.count <= 1_000_000_000 else { throw tooLong(bytes.count) }
    try out.reserve(4)
    store(Int32(truncatingIfNeeded: bytes.count))
    try out.append(bytes)
  }

  /// A `jsonb`: JSON text in UTF-8.
  @inlinable public mutating func append(jsonb bytes: UnsafeRawBufferPointer) throws {
    missing &-= 1
    guard bytes.count <= 1_000_000_000 else { throw tooLong(bytes.count) }
    try out.reserve(5)
    store(Int32(truncatingIfNeeded: bytes.count + 1))
    store(UInt8(1))
    try out.append(bytes)
  }

  /// A `text` or another type of ``append(bytes:)``.
  public mutating func append(text: String) throws {
    missing &-= 1
    try out.reserve(4)
    store(Int32(truncatingIfNeeded: text.utf8.count))
    try out.append(text)
  }

  /// A `uuid` by its sixteen bytes as two halves, most significant first.
  @inlinable public mutating func append(uuid: (UInt64, UInt64)) throws {
    missing &-= 1
    try out.reserve(20)
    store(Int32(16))
    store(uuid.0)
    store(uuid.1)
  }

  /// Writes the trailer and sends what is left.
  mutating func finish() throws {
    guard missing == 0 else { throw wrongFieldCount() }
    try out.reserve(2)
    store(Int16(-1))
    try out.flush()
  }

  @inlinable mutating func store<T: FixedWidthInteger>(_ value: T) {
    out.base.storeBytes(of: value.bigEndian, toByteOffset: out.count, as: T.self)
    out.count &+= MemoryLayout<T>.size
  }

  @usableFromInline func wrongFieldCount() -> PostgresError {
    let written = Int(columns) - Int(missing)
    return PostgresError(.misuse, "a row of the binary COPY has \(written) fields instead of \(columns)")
  }

  @usableFromInline func tooLong(_ count: Int) -> PostgresError {
    PostgresError(.invalidData, "a field of \(count) bytes is longer than PostgreSQL's limit of 1 GB")
  }
}
