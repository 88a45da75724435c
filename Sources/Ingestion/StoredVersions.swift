import Foundation
import Postgres
import Synchronization

/// What is stored of a feed, as entries to compare a file with; read from the server while the file is being read.
///
/// A file that may have many rows is compared with all versions of its feed, which the server sends in one pass; a small one with those of its own keys, which
/// are staged for that.
final class StoredVersions: @unchecked Sendable {
  // The thread that reads uses the connection and the spool alone, and only until ``finish()`` has returned.
  /// The entries; complete after ``finish()``.
  let spool = EntrySpool()
  /// The numbers of the scopes met, by their hash.
  private(set) var scopes: [UInt64: Int] = [:]
  private let connection: Connection
  private let schema: FeedSchema
  private let keyCount: Int
  /// Whether the first column of the key is the record's scope.
  private let hasScopes: Bool
  private let isCancelled = Atomic(false)
  private let isDone = Atomic(true)
  private let ended = DispatchSemaphore(value: 0)
  private var isReading = false
  private var failure: (any Error)?
  private var lastScope: (hash: UInt64, number: Int) = (0, 0)

  /// - Parameter schema: of the feed; the queries return the columns of its key first.
  init(_ connection: Connection, _ schema: FeedSchema) {
    self.connection = connection
    self.schema = schema
    keyCount = schema.columns.count { $0.role == .key }
    hasScopes = schema.feed == .vacancies
  }

  /// Begins to read on a thread of its own. Until ``finish()`` the connection belongs to it.
  /// - Parameters:
  ///   - versions: a COPY to binary of key, known_at, content_hash, whether derived, ctid.
  ///   - absences: a COPY to binary of key, absent_from, absent_until, ctid (NULL: the record is listed); `nil` for none.
  ///   - next: done on that thread when everything is read.
  func start(_ versions: Query, absences: Query?, then next: @escaping @Sendable () -> Void) {
    isReading = true
    isDone.store(false, ordering: .releasing)
    let thread = Thread { [self] in
      do {
        try read(versions, absences: absences)
      } catch {
        failure = error
      }
      isDone.store(true, ordering: .releasing)
      ended.signal()
      next()
    }
    thread.stackSize = 1 << 20
    thread.start()
  }

  /// Whether everything is read, or reading failed.
  var hasEnded: Bool { isDone.load(ordering: .acquiring) }

  /// Waits until everything is read. - Throws: what reading threw.
  func finish() throws {
    guard isReading else { return }
    ended.wait()
    isReading = false
    if let failure { throw failure }
    try spool.check()
  }

  /// Gives up reading; whoever began it must end it so or by ``finish()``.
  func close() {
    guard isReading else { return }
    isCancelled.store(true, ordering: .relaxed)
    ended.wait()
    isReading = false
  }

  /// Reads on the caller's thread.
  func read(_ versions: Query, absences: Query?) throws {
    try copy(versions) { row in
      let fields = try row.fields(keyCount)
      let moment = try row.moment()
      let key = try key(fields, moment: schema.clockIsKey ? moment : 0)
      let content = try row.int64()
      let kind: Entry.Kind = try row.bool() ? .derived : .version
      spool.append(
        Entry(kind, key: key.0, key.1, moment: moment, content: content, place: try row.place() ?? 0, scope: key.scope))
    }
    guard let absences else { return }
    try copy(absences) { row in
      let key = try key(row.fields(keyCount))
      let (from, until, place) = (try row.moment(), try row.moment(), try row.place())
      spool.append(
        Entry(
          place == nil ? .listed : .absence, key: key.0, key.1, moment: from, content: until, place: place ?? 0,
          scope: key.scope))
    }
  }

  /// The number of a scope; `nil` where nothing of it is stored.
  func number(ofScope scope: String) -> Int? {
    guard hasScopes else { return 0 }
    var scope = scope
    return scope.withUTF8 { scopes[XXHash64.hash(UnsafeRawBufferPointer($0))] }
  }

  private func copy(_ query: Query, _ take: (inout BinaryRow) throws -> Void) throws {
    try connection.copyOut(query) { bytes in
      if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
      var row = BinaryRow(bytes)
      if row.begin() { try take(&row) }
    }
  }

  private func key(
    _ fields: (all: UnsafeRawBufferPointer, first: UnsafeRawBufferPointer), moment: Int = 0
  ) throws -> (UInt64, UInt64, scope: Int) {
    let hashes = Entry.hashes(fields.all.baseAddress, fields.all.count, moment: moment)
    return (hashes.0, hashes.1, hasScopes ? try scope(fields.first) : 0)
  }

  private func scope(_ field: UnsafeRawBufferPointer) throws -> Int {
    let hash = XXHash64.hash(field)
    if hash == lastScope.hash { return lastScope.number }
    let number = scopes[hash] ?? scopes.count + 1
    guard number <= 0xFFFF else {
      throw PostgresError(.misuse, "more than 65,535 sources of vacancies cannot be compared")
    }
    scopes[hash] = number
    lastScope = (hash, number)
    return number
  }
}

/// A row of COPY … TO STDOUT (FORMAT binary), read field by field.
///
/// Format: PostgreSQL manual, "COPY", section "Binary Format".
struct BinaryRow {
  private static let headerSize = 19
  private var rest: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

  /// Steps over what stands before the first field. - Returns: false where no row follows.
  @inline(__always)
  mutating func begin() -> Bool {
    // The header stands before the first row; rows begin with their number of fields, whose first byte is zero.
    if rest.count >= Self.headerSize, rest[0] == 0x50 { skip(Self.headerSize) }
    guard rest.count > 2 else { return false }
    skip(2)
    return true
  }

  @inline(__always)
  private mutating func skip(_ count: Int) { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }

  @inline(__always)
  private func length(at offset: Int) throws -> Int {
    guard offset + 4 <= rest.count else { throw Self.short }
    return Int(Int32(bigEndian: rest.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
  }

  private static var short: PostgresError { PostgresError(.misuse, "a row of COPY is shorter than its fields") }

  /// The bytes of the next fields with their lengths, and the content of the first.
  @inline(__always)
  mutating func fields(_ count: Int) throws -> (all: UnsafeRawBufferPointer, first: UnsafeRawBufferPointer) {
    var end = 0
    let first = try length(at: 0)
    for _ in 0..<count { end += 4 + max(0, try length(at: end)) }
    guard end <= rest.count, first >= 0 else { throw Self.short }
    let all = UnsafeRawBufferPointer(rebasing: rest[..<end])
    skip(end)
    return (all, UnsafeRawBufferPointer(rebasing: all[4..<4 + first]))
  }

  @inline(__always)
  mutating func int64() throws -> Int {
    guard try length(at: 0) == 8, rest.count >= 12 else { throw Self.short }
    defer { skip(12) }
    return Int(Int64(bigEndian: rest.loadUnaligned(fromByteOffset: 4, as: Int64.self)))
  }

  /// A timestamp as microseconds since 1970; infinity is the largest number.
  @inline(__always)
  mutating func moment() throws -> Int {
    let value = try int64()
    return value == .max ? value : value &+ 946_684_800_000_000
  }

  @inline(__always)
  mutating func bool() throws -> Bool {
    guard try length(at: 0) == 1, rest.count >= 5 else { throw Self.short }
    defer { skip(5) }
    return rest[4] != 0
  }

  /// A `tid`; `nil` for NULL.
  @inline(__always)
  mutating func place() throws -> Int? {
    let length = try length(at: 0)
    guard length == 6, rest.count >= 10 else {
      guard length == -1 else { throw Self.short }
      skip(4)
      return nil
    }
    defer { skip(10) }
    return Entry.Place.pack(
      block: UInt32(bigEndian: rest.loadUnaligned(fromByteOffset: 4, as: UInt32.self)),
      number: UInt16(bigEndian: rest.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
  }
}
