import CLibPQ
import Glibc

extension Connection {
  /// Runs a COPY … FROM STDIN whose bytes `body` appends, in any of COPY's formats.
  ///
  /// When `body` throws, nothing of the COPY stays and the error is passed on. When the server refuses a row, the
  /// error's `context` names table, line and column.
  ///
  /// - Returns: the number of rows stored.
  @discardableResult
  public func copyIn(_ query: Query, _ body: (inout CopyWriter) throws -> Void) throws -> Int {
    let sink = try startCopyIn(query)
    defer { isStreaming = false }
    return try finishCopyIn(query, sink) {
      var writer = CopyWriter(sink: sink)
      try body(&writer)
      try writer.flush()
    }
  }

  /// Runs a COPY … TO STDOUT and hands over the bytes of each row (line, in the text formats) as they arrive.
  ///
  /// The bytes are valid only inside `body`. When `body` throws, the statement is cancelled and the error passed on.
  ///
  /// - Returns: the number of rows.
  @discardableResult
  public func copyOut(_ query: Query, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
    try startCopy(query, PGRES_COPY_OUT, "copyOut needs a COPY … TO STDOUT")
    isStreaming = true
    defer { isStreaming = false }
    var buffer: UnsafeMutablePointer<CChar>?
    while true {
      let length = attended { PQgetCopyData(pointer, &buffer, 0) }
      guard length > 0 else { break }
      defer { PQfreemem(buffer) }
      do {
        try body(UnsafeRawBufferPointer(start: buffer, count: Int(length)))
      } catch {
        discardCopyOut()
        _ = try? drain(query.name) { _ in }
        throw error
      }
    }
    return try rowsOfFinishedCopy(query)
  }

  // MARK: The steps

  private func startCopyIn(_ query: Query) throws -> CopySink {
    try startCopy(query, PGRES_COPY_IN, "copyIn needs a COPY … FROM STDIN")
    isStreaming = true
    return CopySink(connection: self, query: query)
  }

  private func startCopy(_ query: Query, _ expected: ExecStatusType, _ complaint: String) throws {
    try prepareToSend()
    let answer = attended { PQsendQuery(pointer, query.text) == 1 ? PQgetResult(pointer) : nil }
    guard let result = answer else { throw lost(query.name) }
    let storage = ResultStorage(result, query: query.name)
    let status = PQresultStatus(result)
    if status == expected { return }
    let failure =
      status == PGRES_FATAL_ERROR
      ? error(of: storage.pointer, query.name) : PostgresError(.misuse, complaint, query: query.name)
    if status == PGRES_COPY_IN { PQputCopyEnd(pointer, "wrong direction") }
    if status == PGRES_COPY_OUT { discardCopyOut() }
    _ = try? drain(query.name) { _ in }
    throw failure
  }

  private func finishCopyIn(_ query: Query, _ sink: CopySink, _ write: () throws -> Void) throws -> Int {
    do {
      try write()
    } catch {
      try abandonCopy(query, sink, because: error)
    }
    guard attended({ PQputCopyEnd(pointer, nil) }) == 1 else { throw lost(query.name) }
    return try rowsOfFinishedCopy(query)
  }

  private func abandonCopy(_ query: Query, _ sink: CopySink, because failure: any Error) throws -> Never {
    _ = attended { PQputCopyEnd(pointer, "the writer gave up") }
    do {
      try drain(query.name) { _ in }
    } catch {
      // The server's own complaint says more than the note that it complained.
      if sink.serverComplained { throw error }
    }
    throw failure
  }

  private func rowsOfFinishedCopy(_ query: Query) throws -> Int {
    var rows = 0
    try drain(query.name) { rows = $0.affected }
    return rows
  }

  /// Whether bytes of the server wait to be read.
  func hasUnreadAnswer() -> Bool {
    var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&descriptor, 1, 0) > 0
  }
}
