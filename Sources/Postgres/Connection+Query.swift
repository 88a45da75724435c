import CLibPQ

extension Connection {
  /// Runs one statement with its parameters and returns its rows, all held in memory.
  ///
  /// For results of many thousand rows use ``forEachRow(_:_:_:)`` or COPY.
  @discardableResult
  public func query(_ query: Query, _ values: [Value] = []) throws -> Rows {
    try send(query, values)
    var last: ResultStorage?
    try drain(query.name) { last = $0 }
    guard let last else { throw lost(query.name) }
    return Rows(storage: last)
  }

  /// Runs one statement for its effect.
  ///
  /// - Returns: the number of rows it affected.
  @discardableResult
  public func execute(_ query: Query, _ values: [Value] = []) throws -> Int {
    try self.query(query, values).affected
  }

  /// Runs a script of several statements, without parameters; outside a transaction they form one of their own.
  public func executeScript(_ script: Query) throws {
    try prepareToSend()
    guard attended({ PQsendQuery(pointer, script.text) }) == 1 else { throw lost(script.name) }
    try drain(script.name) { _ in }
  }

  /// Runs one statement and hands over its rows one by one as they arrive, in constant memory.
  ///
  /// The row is valid only inside `body`. When `body` throws, the statement is cancelled and the error passed on.
  /// No other call on this connection is allowed from inside `body`.
  public func forEachRow(_ query: Query, _ values: [Value] = [], _ body: (Row) throws -> Void) throws {
    try send(query, values)
    PQsetSingleRowMode(pointer)
    isStreaming = true
    defer { isStreaming = false }
    var failure: (any Error)?
    do {
      try drain(query.name) { result in
        guard failure == nil, PQresultStatus(result.pointer) == PGRES_SINGLE_TUPLE else { return }
        do {
          try body(Row(storage: result, index: 0))
        } catch {
          failure = error
          canceller.cancel()
        }
      }
    } catch let error as PostgresError {
      // After a failed body the server reports the cancellation, which is no news.
      throw failure ?? error
    }
    if let failure { throw failure }
  }

  // MARK: Sending and receiving

  private func send(_ query: Query, _ values: [Value]) throws {
    try prepareToSend()
    guard values.count <= 65_535 else {
      throw PostgresError(.misuse, "\(values.count) parameters are more than the 65,535 of the protocol; pass arrays")
    }
    let encoded = try values.map { try $0.encoded() }
    let sent = withParameters(values, encoded) { types, pointers, lengths, formats in
      attended {
        PQsendQueryParams(pointer, query.text, Int32(values.count), types, pointers, lengths, formats, 0)
      }
    }
    guard sent == 1 else { throw lost(query.name) }
  }

  private func withParameters(
    _ values: [Value], _ encoded: [[UInt8]?],
    _ body: ([UInt32], [UnsafePointer<CChar>?], [Int32], [Int32]) -> Int32
  ) -> Int32 {
    var types: [UInt32] = []
    var lengths: [Int32] = []
    var formats: [Int32] = []
    var offsets: [Int?] = []
    var arena: [CChar] = []
    for (value, bytes) in zip(values, encoded) {
      let isBinary = if case .bytes = value { true } else { false }
      types.append(isBinary ? Value.byteaOID : 0)
      formats.append(isBinary ? 1 : 0)
      lengths.append(Int32(bytes?.count ?? 0))
      offsets.append(bytes == nil ? nil : arena.count)
      if let bytes { arena.append(contentsOf: bytes.lazy.map { CChar(bitPattern: $0) }) }
      // Keeps an empty bytea's pointer inside the arena.
      arena.append(0)
    }
    return arena.withUnsafeBufferPointer { buffer in
      let pointers = offsets.map { offset in offset.flatMap { at in buffer.baseAddress.map { $0 + at } } }
      return body(types, pointers, lengths, formats)
    }
  }

  func prepareToSend() throws {
    guard !isStreaming else {
      throw PostgresError(.misuse, "the connection is busy with a COPY or a row stream; finish it first")
    }
  }

  /// Takes all results of the statements sent, hands the good ones over, and throws the first error at the end.
  func drain(_ name: String?, _ body: (ResultStorage) throws -> Void) throws {
    var failure: (any Error)?
    while let result = attended({ PQgetResult(pointer) }) {
      let storage = ResultStorage(result, query: name)
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY:
        do { try body(storage) } catch { failure = failure ?? error }
      case PGRES_COPY_IN:
        PQputCopyEnd(pointer, "COPY needs copyIn")
        failure = failure ?? PostgresError(.misuse, "COPY … FROM STDIN runs through copyIn", query: name)
      case PGRES_COPY_OUT, PGRES_COPY_BOTH:
        discardCopyOut()
        failure = failure ?? PostgresError(.misuse, "COPY … TO STDOUT runs through copyOut", query: name)
      default:
        failure = failure ?? error(of: result, name)
        if !isOpen {
          inTransaction = false
          throw failure ?? lost(name)
        }
      }
    }
    if let failure { throw failure }
  }

  func discardCopyOut() {
    canceller.cancel()
    var buffer: UnsafeMutablePointer<CChar>?
    while attended({ PQgetCopyData(pointer, &buffer, 0) }) > 0 { PQfreemem(buffer) }
  }

  // MARK: Errors

  /// What libpq says when there is no result at all.
  func lost(_ name: String?) -> PostgresError {
    let text = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
    let line = address.redacted(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    return PostgresError(
      isOpen ? .misuse : .connectionLost,
      isOpen ? line : "the connection to \(address) broke: \(reason(line))", query: name)
  }

  func error(of result: OpaquePointer, _ name: String?) -> PostgresError {
    func field(_ code: Character) -> String? {
      guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return nil }
      return String(cString: text)
    }
    guard let state = field("C"), state != "" else {
      // libpq made the error up itself: the connection is gone.
      let text = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
      let line = address.redacted(text.split(whereSeparator: \.isNewline).joined(separator: " "))
      return PostgresError(
        isOpen ? .server : .connectionLost, isOpen ? line : "the connection to \(address) broke: \(reason(line))",
        query: name)
    }
    let fields = PostgresError.ServerFields(
      sqlState: state, severity: field("V") ?? field("S") ?? "ERROR", message: field("M") ?? "",
      detail: field("D"), hint: field("H"), position: field("P").flatMap { Int($0) }, context: field("W"),
      table: field("t"), column: field("c"), constraint: field("n"))
    return PostgresError(server: fields, query: name)
  }
}
