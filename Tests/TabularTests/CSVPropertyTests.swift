import Testing

@testable import Tabular

/// A form in which a table is written.
struct Form {
  var delimiter: String
  var lineEnd: String
  var charset: Charset
  var quotesAll: Bool
  var endsWithNewline: Bool

  /// Writes as Python's csv module does with QUOTE_MINIMAL (or QUOTE_ALL): a field is quoted when it holds the delimiter, a quote
  /// or a line end; quotes are doubled; a record of one empty field is `""`.
  func write(_ table: [[String]]) -> [UInt8] {
    let lines = table.map { record in
      let cells = record.map { field in
        let special =
          field.unicodeScalars.contains { "\"\r\n".unicodeScalars.contains($0) } || field.contains(delimiter)
        let isAlone = record.count == 1 && field.isEmpty
        guard quotesAll || special || isAlone else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
      }
      return cells.joined(separator: delimiter)
    }
    let text = lines.joined(separator: lineEnd) + (endsWithNewline ? lineEnd : "")
    return encoded(text, charset)
  }
}

@Suite("CSV properties")
struct CSVPropertyTests {
  static let pieces = [
    "a", "B", "7", " ", "宿迁", "纺织", "，", "\"", "\"\"", ",", ";", "\t", "|", "\n", "\r\n", "\u{1F600}", "é", "\u{3000}",
    "有限公司",
    "long piece of ascii text that crosses blocks of sixty-four bytes for sure, and more", "\u{20000}", "丂", "x|y",
  ]

  func randomTable(_ generator: inout SeededGenerator, lineEnd: String) -> [[String]] {
    let columns = Int.random(in: 1...6, using: &generator)
    return (0..<Int.random(in: 1...12, using: &generator)).map { _ in
      (0..<columns).map { _ in
        let pieces = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
          CSVPropertyTests.pieces.randomElement(using: &generator) ?? ""
        }
        // Line ends inside a field are those of the file: others would be data in one place and ends in another.
        return pieces.map { $0 == "\n" || $0 == "\r\n" ? lineEnd : $0 }.joined()
      }
    }
  }

  @Test("what is written is read, for all charsets, delimiters, line ends, chunks and windows")
  func roundTrip() throws {
    let count = fuzzCount(3000)
    for seed in 0..<UInt64(count) {
      var generator = SeededGenerator(seed)
      let form = Form(
        delimiter: [",", ";", "\t", "|"].randomElement(using: &generator) ?? ",",
        lineEnd: ["\n", "\r\n", "\r"].randomElement(using: &generator) ?? "\n",
        charset: [.utf8, .gb18030, .utf16le, .utf16be].randomElement(using: &generator) ?? .utf8,
        quotesAll: Bool.random(using: &generator), endsWithNewline: Bool.random(using: &generator))
      let expected = randomTable(&generator, lineEnd: form.lineEnd)
      let bytes = form.write(expected)
      let format = FileFormat(
        charset: form.charset, delimiter: .byte(form.delimiter.utf8.first ?? 0x2C), header: .none)
      let file = try table(
        bytes, format: format, chunk: Int.random(in: 1...90, using: &generator),
        // That carriage returns end lines is settled by the first window, which must show one.
        window: form.lineEnd == "\r" ? 100_000 : [64, 100, 1000].randomElement(using: &generator) ?? 64)
      let read = try rows(of: file)
      #expect(read.map(\.fields) == expected, "seed \(seed) \(form)")
      #expect(read.allSatisfy { $0.isValid && $0.defect == nil }, "seed \(seed)")
      var line = 1
      for (row, fields) in zip(read, expected) {
        #expect(row.line == line, "seed \(seed)")
        let text = fields.joined()
        line += 1 + lineEnds(text)
      }
      #expect(read.map(\.bytes).reduce(0, +) == bytes.count, "seed \(seed)")
    }
    print("CSV round trips: \(count)")
  }

  func lineEnds(_ text: String) -> Int {
    var count = 0
    var last: UInt8 = 0
    for byte in text.utf8 {
      if byte == 0x0D || (byte == 0x0A && last != 0x0D) { count += 1 }
      last = byte
    }
    return count
  }

  @Test("random and mutated bytes: no crash, every byte accounted for, the same whatever the window")
  func fuzz() throws {
    let count = fuzzCount(4000)
    let alphabet: [UInt8] = Array("ab,\",\"\n\r;|\t \0".utf8) + [0x81, 0xFF, 0xE5, 0xAE, 0xBF, 0x30, 0xD8, 0xFE]
    for seed in 0..<UInt64(count) {
      var generator = SeededGenerator(seed ^ 0xC5F)
      var bytes: [UInt8] = []
      if seed % 2 == 0 {
        bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
          alphabet.randomElement(using: &generator) ?? 0
        }
      } else {
        bytes = Form(delimiter: ",", lineEnd: "\n", charset: .utf8, quotesAll: seed % 4 == 1, endsWithNewline: true)
          .write(randomTable(&generator, lineEnd: "\n"))
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
          let at = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0...2, using: &generator) {
          case 0: bytes[at] = alphabet.randomElement(using: &generator) ?? 0
          case 1: bytes.remove(at: at)
          default: bytes.insert(alphabet.randomElement(using: &generator) ?? 0, at: at)
          }
        }
      }
      let encoding: Encoding = seed % 3 == 0 ? .gb18030 : .utf8
      let delimiter = CSVSniffer.candidates.randomElement(using: &generator) ?? 0x2C
      let returns = Bool.random(using: &generator)
      func read(_ window: Int, _ chunk: Int, _ limits: Limits = Limits()) throws -> [Row] {
        try csvRows(
          bytes, encoding: encoding, delimiter: delimiter, returns: returns, chunk: chunk, window: window,
          limits: limits
        ).rows
      }
      let chunk = Int.random(in: 1...40, using: &generator)
      let large = try read(1 << 12, .max)
      #expect(try read(64, chunk) == large, "seed \(seed)")
      try account(for: bytes, large, seed)
      // What a limit cuts off depends on where the window ends, but no byte is lost.
      try account(for: bytes, read(64, chunk, Limits(fieldBytes: 60, recordBytes: 200, columns: 8)), seed)
      _ = try? rows(of: table(bytes, chunk: 5, window: 64))
    }
    print("CSV fuzz inputs: \(count)")
  }

  /// Records are adjacent but for blank lines, and each one's raw bytes are those of the input.
  func account(for bytes: [UInt8], _ rows: [Row], _ seed: UInt64) throws {
    var at = 0
    for row in rows {
      #expect(row.offset >= at, "seed \(seed)")
      #expect(bytes[at..<row.offset].allSatisfy { $0 == 0x0A || $0 == 0x0D }, "seed \(seed)")
      #expect(Array(bytes[row.offset..<row.offset + row.bytes].prefix(row.raw.count)) == row.raw, "seed \(seed)")
      at = row.offset + row.bytes
    }
    #expect(bytes[at...].allSatisfy { $0 == 0x0A || $0 == 0x0D }, "seed \(seed)")
  }
}
