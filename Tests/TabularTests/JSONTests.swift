import Testing

@testable import Tabular

@Suite("JSON")
struct JSONTests {
  private func open(_ text: String, nesting: FileFormat.Nesting = .flatten, window: Int = 4096) throws -> TableFile {
    try table(Array(text.utf8), format: FileFormat(type: .jsonl, nesting: nesting), chunk: 7, window: window)
  }

  @Test("keys are columns in order of appearance, nested ones by path, null and absent are missing")
  func columns() throws {
    let file = try open(
      "{\"a\":1,\"b\":{\"c\":\"x\",\"d\":[1, 2]},\"e\":\"\"}\n\n{\"e\":null,\"a\":-1.5e3,\"f\":true}\n")
    #expect(file.type == .jsonl)
    #expect(file.headers == ["a", "b.c", "b.d", "e", "f"])
    var record = Record()
    #expect(try file.next(&record))
    #expect((0..<5).map { record.string($0) } == ["1", "x", "[1, 2]", "", ""])
    #expect(try file.next(&record))
    #expect(record.line == 3)
    #expect((0..<5).map { record.string($0) } == ["-1.5e3", "", "", "", "true"])
    #expect(try !file.next(&record))
    #expect(file.blankLines == 1)
    #expect(try open("{\"a\":{\"b\": 1}}\n", nesting: .text).headers == ["a"])
  }

  @Test("a key that comes late adds a column and says so")
  func lateKey() throws {
    let text = (0..<200).map { "{\"a\":\($0)}\n" }.joined() + "{\"late\":\"x\",\"a\":1}\n"
    let file = try open(text, window: 256)
    #expect(file.headers == ["a"])
    var record = Record()
    var count = 0
    while try file.next(&record) {
      count += 1
      #expect(file.headerGeneration == (count == 201 ? 1 : 0))
    }
    #expect(file.headers == ["a", "late"])
  }

  @Test("a file that brings a new key with every row is refused, not read ever slower")
  func keysThatAreData() throws {
    func read(_ rows: Int) throws -> Int {
      let file = try open((0..<100 + rows).map { "{\"a\":1,\"k\(max(0, $0 - 99))\":2}\n" }.joined(), window: 8192)
      var record = Record()
      var count = 0
      while try file.next(&record) { count += 1 }
      return count
    }
    #expect(try read(256) == 356)
    let error = #expect(throws: TableError.self) { try read(257) }
    #expect(error?.kind == .tooManyColumns && error?.line == 357)
  }

  @Test("a key longer than a column's name may be flags its row")
  func longKeys() throws {
    let (long, fits) = (String(repeating: "k", count: 1025), String(repeating: "k", count: 1024))
    let file = try open("{\"a\":1,\"\(fits)\":2}\n{\"a\":1,\"\(long)\":2}\n{\"a\":3}\n", window: 8192)
    var record = Record()
    var found: [String] = []
    while try file.next(&record) { found.append(record.defect?.rawValue ?? record.string(0)) }
    #expect(found == ["1", "field_too_long", "3"])
    #expect(file.headers == ["a", fits])
  }

  @Test("a key with null may not come twice, in whatever order")
  func nullTwice() throws {
    let lines = [
      "{\"a\":null,\"b\":1}", "{\"a\":null,\"a\":1}", "{\"a\":1,\"a\":null}", "{\"a\":null,\"a\":null}",
      "{\"a\":2,\"b\":null}",
    ]
    let file = try open(lines.joined(separator: "\n") + "\n")
    var record = Record()
    var found: [String] = []
    while try file.next(&record) {
      found.append(record.defect?.rawValue ?? (0..<2).map { record.string($0) }.joined(separator: ","))
    }
    #expect(found == [",1", "duplicate_key", "duplicate_key", "duplicate_key", "2,"])
  }

  @Test("escapes and surrogate pairs")
  func escapes() throws {
    let file = try open(#"{"a":"\"\\\/\b\f\n\r\t\u5bBf\ud83D\ude00","\u0062":"c"}"#)
    #expect(file.headers == ["a", "b"])
    let read = try rows(of: file)
    #expect(read[0].fields == ["\"\\/\u{8}\u{C}\n\r\t宿😀", "c"])
    #expect(file.endsWithoutNewline)
  }

  @Test("lines that are no JSON object are flagged and cost nothing else")
  func malformed() throws {
    let bad = [
      "[1]", "{\"a\":01}", "{\"a\":1,}", "{\"a\":1", "{\"a\":\"\u{1}\"}", "{'a':1}", "{\"a\":tru}", "{\"a\":1} x",
      "{\"a\":\"\\x\"}",
      "{\"a\":\"\\ud800\"}", "{\"a\":.5}", "{\"a\":1.}", "nul", "{\"a\":NaN}", "{\"new\":1,\"a\"}", "\"a\"",
      "{\"a\" 1}",
    ]
    let file = try open("{\"a\":1}\n" + bad.joined(separator: "\n") + "\n{\"a\":2}\n")
    let read = try rows(of: file)
    #expect(read.map(\.defect) == [nil] + bad.map { _ in .malformedJSON } + [nil])
    #expect(read.map { String(decoding: $0.raw, as: UTF8.self) }.dropFirst().dropLast() == bad[...])
    #expect(read.map(\.line) == Array(1...bad.count + 2))
    #expect(file.headers == ["a"])
    let twice = try rows(of: open("{\"a\":1,\"a\":2}\n{\"a\":null,\"a\":2}\n{\"a.b\":1,\"a\":{\"b\":2}}\n"))
    #expect(twice.map(\.defect) == [.duplicateKey, .duplicateKey, .duplicateKey])
  }

  @Test("deep nesting is refused before the stack is used up")
  func deep() throws {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let text = String(repeating: open, count: 100_000) + "1" + String(repeating: close, count: 100_000)
      for nesting in [FileFormat.Nesting.flatten, .text] {
        let file = try self.open("{\"x\":\(text)}\n{\"x\":1}\n", nesting: nesting, window: 1 << 20)
        #expect(try rows(of: file).map(\.defect) == [.tooDeep, nil])
      }
      #expect(throws: TableError.self) { try JSONValue.parse(Array(text.utf8)) }
    }
  }

  @Test("JSON Lines in other charsets", arguments: [Charset.utf8, .gb18030, .utf16le, .utf16be])
  func charsets(_ charset: Charset) throws {
    let text = "{\"名称\":\"宿迁乗\\\\園\"}\n{\"名称\":\"b\"}\r\n"
    let format = FileFormat(type: .jsonl, charset: charset)
    let file = try table(encoded(text, charset), format: format)
    #expect(file.headers == ["名称"])
    let read = try rows(of: file)
    #expect(read.map(\.fields) == [["宿迁乗\\園"], ["b"]])
    #expect(read.map(\.bytes).reduce(0, +) == encoded(text, charset).count)
  }

  @Test("a line beyond the limit is flagged whole")
  func overlong() throws {
    let text = "{\"a\":1}\n{\"a\":\"" + String(repeating: "x", count: 5000) + "\"}\n{\"a\":2}\n"
    let format = FileFormat(type: .jsonl, limits: Limits(recordBytes: 1000))
    let read = try rows(of: table(Array(text.utf8), format: format, chunk: 100, window: 128))
    #expect(read.map(\.defect) == [nil, .recordTooLong, nil])
    #expect(read.map(\.bytes).reduce(0, +) == text.utf8.count)
  }

  @Test("a value encodes to what it was parsed from")
  func values() throws {
    let text = #"{"b":[1,2.50,-3e5,true,false,null,"x\"\\\n\u0001宿"],"a":{},"c":[]}"#
    let value = try JSONValue.parse(Array(text.utf8))
    #expect(String(decoding: value.encoded(), as: UTF8.self) == text)
    #expect(value.at("b")?.items?.count == 7)
    #expect(value["b"]?.items?[1].text == "2.50")
    #expect(JSONValue.double(0.1).encoded() == Array("0.1".utf8))
    #expect(JSONValue.double(3).encoded() == Array("3".utf8))
    let failure = #expect(throws: TableError.self) { try JSONValue.parse(Array("{\n\"a\":}".utf8)) }
    #expect(failure?.kind == .invalidJSON)
    #expect(failure?.line == 2)
  }

  @Test("random and mutated lines: no crash, every byte accounted for, the same whatever the window")
  func fuzz() throws {
    let count = fuzzCount(4000)
    let seeds = [
      #"{"a":1,"b":"x","c":[1,{"d":null}],"e":{"f":"\u5bbf\n"}}"#, #"{"名":"宿迁","n":-0.5e+7,"t":true}"#, "{}", "",
    ].map { Array($0.utf8) }
    let alphabet: [UInt8] = Array("{}[]\",:\\u0123dDeE+-.tfn \n\r".utf8) + [0, 0x81, 0xFF, 0xE5, 0xAE]
    for seed in 0..<UInt64(count) {
      var generator = SeededGenerator(seed ^ 0x150)
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        bytes += (seeds.randomElement(using: &generator) ?? []) + [0x0A]
      }
      for _ in 0..<Int.random(in: 0...5, using: &generator) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0...2, using: &generator) {
        case 0: bytes[at] = alphabet.randomElement(using: &generator) ?? 0
        case 1: bytes.remove(at: at)
        default: bytes.insert(alphabet.randomElement(using: &generator) ?? 0, at: at)
        }
      }
      func read(_ chunk: Int, _ window: Int) throws -> [Row] {
        let format = FileFormat(type: .jsonl, charset: seed % 3 == 0 ? .gb18030 : .utf8)
        return try rows(of: table(bytes, format: format, chunk: chunk, window: window))
      }
      let large = try read(.max, 4096)
      let small = try read(Int.random(in: 1...30, using: &generator), 64)
      // Columns are known earlier in a larger window, so that trailing fields may differ in number.
      #expect(large.map(\.raw) == small.map(\.raw), "seed \(seed)")
      #expect(large.map(\.defect) == small.map(\.defect), "seed \(seed)")
      var at = 0
      for row in large {
        #expect(bytes[at..<row.offset].allSatisfy { [0x0A, 0x0D, 0x20, 0x09].contains($0) }, "seed \(seed)")
        #expect(Array(bytes[row.offset..<row.offset + row.raw.count]) == row.raw, "seed \(seed)")
        at = row.offset + row.bytes
      }
      #expect(bytes[at...].allSatisfy { [0x0A, 0x0D, 0x20, 0x09].contains($0) }, "seed \(seed)")
      _ = try? JSONValue.parse(bytes)
    }
    print("JSON Lines fuzz inputs: \(count)")
  }
}
