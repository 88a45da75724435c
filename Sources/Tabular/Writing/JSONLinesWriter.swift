/// Writes JSON Lines as a stream: one object a line, members in the order of the keys, no white space.
public final class JSONLinesWriter {
  private let sink: any ByteSink
  private let keys: [[UInt8]]
  private var buffer: [UInt8] = []
  /// Records written so far.
  public private(set) var records = 0

  /// - Parameters:
  ///   - sink: where the bytes go; `finish` finishes it.
  ///   - keys: names of the members that `record` writes.
  public init(_ sink: any ByteSink, keys: [String]) {
    self.sink = sink
    self.keys = keys.map { key in
      var text: [UInt8] = []
      JSONText.append(key, to: &text)
      text.append(UInt8(ascii: ":"))
      return text
    }
  }

  /// Writes a record with a value for each key; members beyond the keys are left out, missing ones are null.
  public func record(_ values: [JSONValue]) throws(TableError) {
    buffer.append(UInt8(ascii: "{"))
    for (i, key) in keys.enumerated() {
      if i > 0 { buffer.append(UInt8(ascii: ",")) }
      buffer += key
      (i < values.count ? values[i] : .null).encode(into: &buffer)
    }
    buffer += "}\n".utf8
    records += 1
    if buffer.count >= 1 << 16 { try flush() }
  }

  /// Writes any value as a line of its own.
  public func line(_ value: JSONValue) throws(TableError) {
    value.encode(into: &buffer)
    buffer.append(UInt8(ascii: "\n"))
    records += 1
    if buffer.count >= 1 << 16 { try flush() }
  }

  /// Writes what is left and finishes the sink.
  public func finish() throws(TableError) {
    try flush()
    try sink.finish()
  }

  private func flush() throws(TableError) {
    var failure: TableError?
    buffer.withUnsafeBytes { bytes in
      do throws(TableError) { try sink.write(bytes) } catch { failure = error }
    }
    buffer.removeAll(keepingCapacity: true)
    if let failure { throw failure }
  }
}
