import Glibc
import Testing

@testable import Tabular

@Suite("Writers")
struct WriterTests {
  private func written(
    charset: CSVWriter.Charset = .utf8, delimiter: UInt8 = 0x2C, lineEnd: String = "\r\n", escapes: Bool = true,
    _ body: (CSVWriter) throws -> Void
  ) throws -> [UInt8] {
    let sink = MemorySink()
    let writer = try CSVWriter(
      sink, charset: charset, delimiter: delimiter, lineEnd: lineEnd, escapesFormulas: escapes)
    try body(writer)
    try writer.finish()
    return sink.bytes
  }

  @Test("fields, quotes, numbers, marks")
  func csv() throws {
    let bytes = try written(charset: .utf8WithMark) { writer in
      try writer.record(["a", "b,c", "d\"e", "f\ng", ""])
      writer.field(-12)
      writer.field(0.1)
      writer.field(3.0)
      writer.field(Double.nan)
      try writer.endRecord()
      try writer.record([""])
      #expect(writer.records == 3)
    }
    let text = "\u{FEFF}a,\"b,c\",\"d\"\"e\",\"f\ng\",\r\n-12,0.1,3,\r\n\"\"\r\n"
    #expect(bytes == Array(text.utf8))
  }

  @Test("what a spreadsheet program would run is escaped, numbers are not")
  func formulas() throws {
    let fields = ["=1+1", "+a", "-x", "@y", "\tz", "＝a", "-5", "+3.5e2", "-1,000", "a=b", "'q", "-", "--1", "=\"x\""]
    let bytes = try written { try $0.record(fields) }
    let expected = "'=1+1,'+a,'-x,'@y,'\tz,'＝a,-5,+3.5e2,\"'-1,000\",a=b,'q,'-,'--1,\"'=\"\"x\"\"\"\r\n"
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
    #expect(try written(escapes: false) { try $0.record(["=1"]) } == Array("=1\r\n".utf8))
  }

  @Test("what the writer writes the reader reads, in all charsets and forms")
  func roundTrip() throws {
    let count = fuzzCount(1000)
    let properties = CSVPropertyTests()
    for seed in 0..<UInt64(count) {
      var generator = SeededGenerator(seed ^ 0x317)
      let lineEnd = Bool.random(using: &generator) ? "\n" : "\r\n"
      let delimiter = CSVSniffer.candidates.randomElement(using: &generator) ?? 0x2C
      let table = properties.randomTable(&generator, lineEnd: lineEnd)
      let charset: CSVWriter.Charset = [.utf8, .utf8WithMark, .gb18030].randomElement(using: &generator) ?? .utf8
      let bytes = try written(charset: charset, delimiter: delimiter, lineEnd: lineEnd, escapes: false) { writer in
        for record in table { try writer.record(record) }
      }
      let format = FileFormat(
        charset: charset == .gb18030 ? .gb18030 : .utf8, delimiter: .byte(delimiter), header: .none)
      let read = try rows(of: TabularTests.table(bytes, format: format, chunk: 50, window: 64))
      #expect(read.map(\.fields) == table, "seed \(seed)")
    }
  }

  @Test("gzip: the same bytes for the same input, no time in the header, read back")
  func gzip() throws {
    func packed() throws -> [UInt8] {
      let sink = MemorySink()
      let writer = try CSVWriter(GzipSink(sink), charset: .utf8)
      for i in 0..<20000 { try writer.record(["\(i)", "宿迁\(i * 7919 % 1000)"]) }
      try writer.finish()
      return sink.bytes
    }
    let bytes = try packed()
    #expect(try packed() == bytes)
    #expect(bytes[4..<8].allSatisfy { $0 == 0 })
    let read = try rows(of: table(bytes))
    #expect(read.count == 20000)
    #expect(read.last?.fields == ["19999", "宿迁\(19999 * 7919 % 1000)"])
  }

  @Test("JSON Lines are read back")
  func jsonLines() throws {
    let sink = MemorySink()
    let writer = JSONLinesWriter(sink, keys: ["名", "b"])
    try writer.record([.string("x\"\\\n\u{1}"), .int(3)])
    try writer.record([.null])
    try writer.line(.object([.init("c", .bool(true))]))
    try writer.finish()
    let expected = "{\"名\":\"x\\\"\\\\\\n\\u0001\",\"b\":3}\n{\"名\":null,\"b\":null}\n{\"c\":true}\n"
    #expect(String(decoding: sink.bytes, as: UTF8.self) == expected)
    let file = try table(sink.bytes, format: FileFormat())
    #expect(file.headers == ["名", "b", "c"])
    #expect(try rows(of: file).map(\.fields) == [["x\"\\\n\u{1}", "3", ""], ["", "", ""], ["", "", "true"]])
  }

  @Test("a file appears only when it is complete")
  func atomic() throws {
    let folder = try scratchFolder()
    let path = folder + "/缺口清单.csv"
    defer {
      unlink(path)
      rmdir(folder)
    }
    func text() -> String? {
      guard let source = try? FileSource(path: path) else { return nil }
      var bytes = [UInt8](repeating: 0, count: source.size)
      _ = try? bytes.withUnsafeMutableBytes { try source.read(into: $0) }
      return String(decoding: bytes, as: UTF8.self)
    }
    do {
      let writer = try CSVWriter(AtomicFile(path: path), charset: .utf8)
      try writer.record(["a"])
    }
    #expect(text() == nil)
    let writer = try CSVWriter(AtomicFile(path: path), charset: .utf8)
    try writer.record(["a"])
    #expect(text() == nil)
    try writer.finish()
    #expect(text() == "a\r\n")
    try Array("new".utf8).withUnsafeBytes { try AtomicFile.write($0, to: path) }
    #expect(text() == "new")
    // What a killed process left goes; what belongs to one that lives stays, and so does another file's.
    let leftovers = [
      "\(folder)/.\(path.split(separator: "/").last ?? "").999999999.0.tmp", "\(folder)/.other.999999999.0.tmp",
    ]
    let mine = "\(folder)/.\(path.split(separator: "/").last ?? "").\(getpid()).7.tmp"
    for name in leftovers + [mine] { try write(Array("half".utf8), to: name) }
    try Array("newer".utf8).withUnsafeBytes { try AtomicFile.write($0, to: path) }
    #expect((leftovers + [mine]).map { access($0, F_OK) } == [-1, 0, 0])
    unlink(leftovers[1])
    unlink(mine)
    // Only the file itself is left in the folder.
    #expect(unlink(path) == 0)
    #expect(rmdir(folder) == 0)
    #expect(throws: TableError.self) { try AtomicFile(path: folder + "/gone/x") }
  }
}
