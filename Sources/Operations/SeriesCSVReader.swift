import Glibc

/// Reads a UTF-8 CSV file row by row in blocks, without making text of its cells (RFC 4180; CRLF or LF, optional BOM).
struct SeriesCSVReader {
  /// The fields of one row as bytes; valid only while the row is being handled.
  struct Row {
    fileprivate let base: UnsafePointer<UInt8>
    fileprivate let ends: UnsafeBufferPointer<(Int, Int)>
    /// Number of fields.
    var count: Int { ends.count }
    /// The bytes of a field without quotes.
    subscript(_ i: Int) -> UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(start: base + ends[i].0, count: ends[i].1 - ends[i].0)
    }
  }

  private let path: String
  private let option: String
  private let columns: String
  private let file: SeriesFileHandle
  private var buffer: [UInt8] = []
  private var position = 0
  private var finished = false
  private var line = 1
  private static let block = 1 << 20

  /// Opens a file that `option` of the command names and that must have `columns`.
  init(path: String, option: String, columns: String) throws {
    self.path = path
    self.option = option
    self.columns = columns
    do {
      file = try SeriesFileHandle(path: path, mode: "r")
    } catch {
      throw Failure.usage(error.message, next: "give \(option) a CSV file with the columns \(columns)")
    }
    fill()
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The names of the columns.
  mutating func header() throws -> [String] {
    var names: [String] = []
    try next { _, row in names = (0..<row.count).map { String(decoding: row[$0], as: UTF8.self) } }
    if names.isEmpty {
      throw Failure.usage("\(path): the file is empty", next: "give \(option) a CSV file with the columns \(columns)")
    }
    return names
  }

  /// Calls `body(line, row)` for every row after those already read; empty lines are skipped.
  mutating func forEachRow(_ body: (Int, Row) throws -> Void) throws {
    while try next(body) {}
  }

  private mutating func fill() {
    if position > 0 {
      buffer.removeFirst(position)
      position = 0
    }
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.block))
    let got = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { fread($0 + old, 1, Self.block, file.pointer) } ?? 0
    }
    buffer.removeLast(Self.block - got)
    if got < Self.block { finished = true }
  }

  /// Finds the end of the next record: the position of its line feed, or of the end of the file.
  private mutating func recordEnd() -> Int? {
    var scan = position
    var quoted = false
    while true {
      let found = buffer.withUnsafeBufferPointer { bytes -> Int? in
        while scan < bytes.count {
          let byte = bytes[scan]
          if byte == 34 { quoted.toggle() }
          if byte == 10 && !quoted { return scan }
          scan += 1
        }
        return nil
      }
      if let found { return found }
      if finished { return position < buffer.count ? buffer.count : nil }
      let offset = scan - position
      fill()
      scan = position + offset
    }
  }

  @discardableResult
  private mutating func next(_ body: (Int, Row) throws -> Void) throws -> Bool {
    guard let end = recordEnd() else { return false }
    let start = position
    let first = line
    position = Swift.min(end + 1, buffer.count)
    line += 1
    var stop = end
    if stop > start, buffer[stop - 1] == 13 { stop -= 1 }
    if stop == start { return true }
    var fields: [(Int, Int)] = []
    fields.reserveCapacity(4)
    var newlines = 0
    try buffer.withUnsafeMutableBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      newlines = Self.split(base, from: start, to: stop, into: &fields)
      try fields.withUnsafeBufferPointer { try body(first, Row(base: UnsafePointer(base), ends: $0)) }
    }
    line += newlines
    return true
  }

  /// Splits a record in place (quotes are taken out by moving bytes) and returns the number of line feeds inside quotes.
  private static func split(
    _ bytes: UnsafeMutablePointer<UInt8>, from start: Int, to stop: Int, into fields: inout [(Int, Int)]
  ) -> Int {
    var read = start
    var newlines = 0
    while true {
      let begin = read
      var write = read
      if read < stop, bytes[read] == 34 {
        read += 1
        while read < stop {
          if bytes[read] == 34 {
            if read + 1 < stop, bytes[read + 1] == 34 { read += 1 } else { break }
          }
          if bytes[read] == 10 { newlines += 1 }
          bytes[write] = bytes[read]
          write += 1
          read += 1
        }
        read += 1
        while read < stop, bytes[read] != 44 { read += 1 }
      } else {
        while read < stop, bytes[read] != 44 { read += 1 }
        write = read
      }
      fields.append((begin, write))
      if read >= stop { return newlines }
      read += 1
      if read == stop {
        fields.append((stop, stop))
        return newlines
      }
    }
  }
}

/// A C stream that closes itself.
final class SeriesFileHandle {
  let pointer: UnsafeMutablePointer<FILE>

  init(path: String, mode: String) throws(Failure) {
    guard let opened = fopen(path, mode) else {
      throw Failure(.failed, "\(path): \(String(cString: strerror(errno)))", next: "check the path and its permissions")
    }
    pointer = opened
  }

  deinit { fclose(pointer) }
}
