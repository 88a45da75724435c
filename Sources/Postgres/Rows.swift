import CLibPQ

/// The rows that a query returned, held in the client's memory as libpq received them.
///
/// Values are decoded when asked for. Not `Sendable`: use it on the thread that ran the query.
public struct Rows: RandomAccessCollection {
  let storage: ResultStorage

  /// The first row's position.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { storage.rowCount }
  /// One row. - Complexity: O(1)
  public subscript(position: Int) -> Row {
    precondition(position >= 0 && position < storage.rowCount, "row \(position) of \(storage.rowCount)")
    return Row(storage: storage, index: position)
  }

  /// The columns' names in order.
  public var columns: [String] { storage.columns }

  /// The number of rows that an INSERT, UPDATE, DELETE, MERGE, COPY or SELECT affected or returned.
  public var affected: Int { storage.affected }

  /// The OID of a column's type in the server's catalogue `pg_type`; 0 where there is no such column.
  public func typeOID(of column: Int) -> UInt32 { PQftype(storage.pointer, Int32(column)) }

  /// The only row.
  ///
  /// - Throws: ``PostgresError`` with code `decoding` when there are none or several.
  public func one() throws -> Row {
    guard storage.rowCount == 1 else {
      throw PostgresError(
        .decoding, "the query returned \(storage.rowCount) rows where exactly one was expected", query: storage.query)
    }
    return self[0]
  }
}

/// One row of a result.
///
/// Columns are named by position (from 0) or by name. Every accessor exists twice: the plain one throws when the value
/// is NULL, the `optional` one gives nil. All throw a ``PostgresError`` with code `decoding` that names the column when
/// the value has another form.
public struct Row {
  let storage: ResultStorage
  let index: Int

  /// The number of columns.
  public var count: Int { storage.columnCount }

  /// The columns' names in order.
  public var columns: [String] { storage.columns }

  /// Whether the value is NULL.
  public func isNull(_ column: some ColumnReference) throws -> Bool {
    PQgetisnull(storage.pointer, Int32(index), Int32(try column.position(in: storage))) != 0
  }

  /// The bytes of the value's text form, valid only inside `body`; nil for NULL.
  public func withBytes<T>(_ column: some ColumnReference, _ body: (UnsafeRawBufferPointer?) throws -> T) throws -> T {
    let position = Int32(try column.position(in: storage))
    guard PQgetisnull(storage.pointer, Int32(index), position) == 0,
      let value = PQgetvalue(storage.pointer, Int32(index), position)
    else { return try body(nil) }
    let length = Int(PQgetlength(storage.pointer, Int32(index), position))
    return try body(UnsafeRawBufferPointer(start: value, count: length))
  }

  /// The text form of any value.
  public func optionalString(_ column: some ColumnReference) throws -> String? {
    try withBytes(column) { $0.map { String(decoding: $0, as: UTF8.self) } }
  }

  /// The text form of any value.
  public func string(_ column: some ColumnReference) throws -> String {
    try required(column, optionalString(column))
  }

  /// An integer of any width, or a numeric without fraction.
  public func optionalInt(_ column: some ColumnReference) throws -> Int? {
    try decode(column, "an integer") { bytes in
      var digits = bytes[...]
      let negative = digits.first == 0x2D
      if negative { digits = digits.dropFirst() }
      guard !digits.isEmpty, digits.count <= 19 else { return nil }
      var value = 0
      for byte in digits {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflowed) = scaled.subtractingReportingOverflow(Int(byte - 0x30))
        if overflow || overflowed { return nil }
        value = sum
      }
      // Gathered as a negative number, because Int.min has no positive counterpart.
      if negative { return value }
      return value == Int.min ? nil : -value
    }
  }

  /// An integer of any width, or a numeric without fraction.
  public func int(_ column: some ColumnReference) throws -> Int { try required(column, optionalInt(column)) }

  /// A floating-point number, an integer, or a numeric rounded to the nearest double.
  public func optionalDouble(_ column: some ColumnReference) throws -> Double? {
    try decode(column, "a number") { bytes in
      switch String(decoding: bytes, as: UTF8.self) {
      case "Infinity": return Double.infinity
      case "-Infinity": return -Double.infinity
      case "NaN": return Double.nan
      case let text: return Double(text)
      }
    }
  }

  /// A floating-point number, an integer, or a numeric rounded to the nearest double.
  public func double(_ column: some ColumnReference) throws -> Double { try required(column, optionalDouble(column)) }

  /// A truth value.
  public func optionalBool(_ column: some ColumnReference) throws -> Bool? {
    try decode(column, "a truth value") { bytes in
      guard bytes.count == 1 else { return nil }
      switch bytes[0] {
      case 0x74: return true
      case 0x66: return false
      default: return nil
      }
    }
  }

  /// A truth value.
  public func bool(_ column: some ColumnReference) throws -> Bool { try required(column, optionalBool(column)) }

  /// A date as days since 1970-01-01; `Int.min` and `Int.max` for `-infinity` and `infinity`.
  public func optionalDate(_ column: some ColumnReference) throws -> Int? {
    try decode(column, "a date") { ISODate.days($0) }
  }

  /// A date as days since 1970-01-01; `Int.min` and `Int.max` for `-infinity` and `infinity`.
  public func date(_ column: some ColumnReference) throws -> Int { try required(column, optionalDate(column)) }

  /// A point in time as microseconds since 1970-01-01 00:00 (UTC for `timestamptz`, wall clock for `timestamp`);
  /// `Int64.min` and `Int64.max` for `-infinity` and `infinity`.
  public func optionalTimestamp(_ column: some ColumnReference) throws -> Int64? {
    try decode(column, "a point in time") { ISODate.microseconds($0) }
  }

  /// A point in time as microseconds since 1970-01-01 00:00 (UTC for `timestamptz`, wall clock for `timestamp`);
  /// `Int64.min` and `Int64.max` for `-infinity` and `infinity`.
  public func timestamp(_ column: some ColumnReference) throws -> Int64 {
    try required(column, optionalTimestamp(column))
  }

  /// Raw bytes (`bytea`).
  public func optionalBytes(_ column: some ColumnReference) throws -> [UInt8]? {
    try decode(column, "bytes") { Self.hexBytes($0) }
  }

  /// Raw bytes (`bytea`).
  public func bytes(_ column: some ColumnReference) throws -> [UInt8] { try required(column, optionalBytes(column)) }

  /// A one-dimensional array's items in text form, nil for NULL items.
  public func optionalStrings(_ column: some ColumnReference) throws -> [String?]? {
    try decode(column, "a one-dimensional array") { ArrayText.items($0) }
  }

  /// A one-dimensional array's items in text form, nil for NULL items.
  public func strings(_ column: some ColumnReference) throws -> [String?] {
    try required(column, optionalStrings(column))
  }

  /// A one-dimensional array of integers without NULL items.
  public func ints(_ column: some ColumnReference) throws -> [Int] {
    try strings(column).map { item in
      guard let item, let number = Int(item) else { throw failure(column, "holds an item that is no integer") }
      return number
    }
  }

  /// A one-dimensional array of doubles without NULL items.
  public func doubles(_ column: some ColumnReference) throws -> [Double] {
    try strings(column).map { item in
      guard let item, let number = Double(item) else { throw failure(column, "holds an item that is no number") }
      return number
    }
  }

  private func required<T>(_ column: some ColumnReference, _ value: T?) throws -> T {
    guard let value else { throw failure(column, "is NULL where a value was expected") }
    return value
  }

  private func decode<T>(
    _ column: some ColumnReference, _ kind: String, _ parse: (UnsafeRawBufferPointer) -> T?
  ) throws -> T? {
    try withBytes(column) { bytes -> T? in
      guard let bytes else { return nil }
      guard let value = parse(bytes) else { throw failure(column, "is not \(kind)") }
      return value
    }
  }

  private func failure(_ column: some ColumnReference, _ complaint: String) -> PostgresError {
    let position = (try? column.position(in: storage)) ?? 0
    let name = position < storage.columns.count ? storage.columns[position] : "?"
    return PostgresError(.decoding, "column \(name) of row \(index + 1) \(complaint)", query: storage.query)
  }

  private static func hexBytes(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    guard text.count >= 2, text.count % 2 == 0, text[0] == 0x5C, text[1] == 0x78 else { return nil }
    var out = [UInt8]()
    out.reserveCapacity(text.count / 2 - 1)
    for at in stride(from: 2, to: text.count, by: 2) {
      guard let high = hexDigit(text[at]), let low = hexDigit(text[at + 1]) else { return nil }
      out.append(high << 4 | low)
    }
    return out
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: return byte - 0x30
    case 0x61...0x66: return byte - 0x61 + 10
    default: return nil
    }
  }
}

/// How a column is named: by position (`Int`, from 0) or by name (`String`).
public protocol ColumnReference {
  /// The column's position in a result.
  func position(in result: ResultStorage) throws -> Int
}

extension Int: ColumnReference {
  /// The position itself, when the result has that many columns.
  public func position(in result: ResultStorage) throws -> Int {
    guard self >= 0, self < result.columnCount else {
      throw PostgresError(
        .decoding, "the result has \(result.columnCount) columns, there is no column \(self)", query: result.query)
    }
    return self
  }
}

extension String: ColumnReference {
  /// The position of the first column of that name.
  public func position(in result: ResultStorage) throws -> Int {
    guard let position = result.positions[self] else {
      let names = result.columns.joined(separator: ", ")
      throw PostgresError(.decoding, "the result has no column \(self), only \(names)", query: result.query)
    }
    return position
  }
}

/// Owns one `PGresult` and frees it.
public final class ResultStorage {
  let pointer: OpaquePointer
  let query: String?
  let rowCount: Int
  let columnCount: Int

  init(_ pointer: OpaquePointer, query: String?) {
    self.pointer = pointer
    self.query = query
    rowCount = Int(PQntuples(pointer))
    columnCount = Int(PQnfields(pointer))
  }

  deinit { PQclear(pointer) }

  lazy var columns: [String] = (0..<columnCount).map { column in
    PQfname(pointer, Int32(column)).map { String(cString: $0) } ?? ""
  }

  lazy var positions: [String: Int] = Dictionary(
    columns.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })

  var affected: Int { PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }
}

/// Reads the text form of one-dimensional arrays: `{1,NULL,"a \"b\""}`.
enum ArrayText {
  static func items(_ bytes: UnsafeRawBufferPointer) -> [String?]? {
    guard bytes.count >= 2, bytes[0] == 0x7B, bytes[bytes.count - 1] == 0x7D else { return nil }
    var items: [String?] = []
    var at = 1
    let end = bytes.count - 1
    while at < end {
      var item: [UInt8] = []
      var wasQuoted = false
      if bytes[at] == 0x22 {
        wasQuoted = true
        at += 1
        while at < end, bytes[at] != 0x22 {
          if bytes[at] == 0x5C { at += 1 }
          item.append(bytes[at])
          at += 1
        }
        at += 1
      } else {
        while at < end, bytes[at] != 0x2C {
          if bytes[at] == 0x7B || bytes[at] == 0x22 { return nil }
          item.append(bytes[at])
          at += 1
        }
      }
      guard at == end || bytes[at] == 0x2C else { return nil }
      at += 1
      let text = String(decoding: item, as: UTF8.self)
      items.append(!wasQuoted && text == "NULL" ? nil : text)
    }
    return items
  }
}
