import Testing

@testable import Tabular

@Suite("JSON pages")
struct JSONPageTests {
  private static let sound = [#"{"a":1,"b":"x},{\"y"}"#, #"{"a":[{"k":1},{"k":2}]}"#, #"{"a":"宿迁"}"#]

  /// Rows as texts; of damaged ones with a mark.
  private func texts(_ page: JSONPage) throws -> [String] {
    try #require(page.rows).map {
      switch $0 {
      case .value(let value): String(decoding: value.encoded(), as: UTF8.self)
      case .damaged(let bytes): "! " + String(decoding: bytes, as: UTF8.self)
      }
    }
  }

  @Test(
    "a damaged row costs itself alone, wherever it stands",
    arguments: [
      #"{"a":1,"a":2}"#, #"{"a":01}"#, #"{"a":NaN}"#, #"{"a":1,}"#, #"{"a" 1}"#, "undefined", #"{"a":"x"y"}"#,
      #"{"a":"x}"#,
      #"{"a":"\x"}"#, #"{"a":[1}"#, #"{"a":{"b":1}"#, #"{a:1}"#, "{\"a\":\"\u{1}\"}", #"{"a":"he said "yes""}"#, "'a'",
    ])
  func damaged(bad: String) throws {
    for place in 0...Self.sound.count {
      var rows = Self.sound
      rows.insert(bad, at: place)
      let text = "{\"n\":4,\"data\":{\"items\": [\n\(rows.joined(separator: " ,\n"))\n],\"next\":\"c]}\"}}"
      let page = try JSONPage(Array(text.utf8), rows: "data.items")
      rows[place] = "! " + bad
      #expect(try texts(page) == rows, "\(place)")
      #expect(page.document.at("data.next")?.text == "c]}" && page.document["n"]?.intValue == 4)
    }
  }

  @Test("damaged rows that stand side by side stay apart where their brackets are closed")
  func neighbours() throws {
    let page = try JSONPage(Array(#"[{"a":1},{"a":01},{"a":1,"a":2},{"a":tru},{"a":2}]"#.utf8), rows: "")
    #expect(try texts(page) == [#"{"a":1}"#, #"! {"a":01}"#, #"! {"a":1,"a":2}"#, #"! {"a":tru}"#, #"{"a":2}"#])
  }

  @Test("a line end inside a text stays a fault")
  func lineEnd() throws {
    let page = try JSONPage(Array("[{\"a\":\"x\ny\"},{\"a\":1}]".utf8), rows: "")
    #expect(try texts(page) == ["! {\"a\":\"x\ty\"}", "{\"a\":1}"])
  }

  @Test("what is cut off, or damaged around its rows, is no page")
  func noPages() throws {
    let text = Array("{\"items\":[\(Self.sound.joined(separator: ","))],\"next\":\"c1\"}".utf8)
    #expect(try JSONPage(text, rows: "items").rows?.count == 3)
    for count in 0..<text.count {
      let failure = #expect(throws: TableError.self) { try JSONPage(Array(text.prefix(count)), rows: "items") }
      #expect(failure?.kind == .invalidJSON, "cut at \(count)")
    }
    for other in [#"{"items":[{"a":1}],"next":x}"#, #"{"items":[{"a":1}]} x"#] {
      #expect(throws: TableError.self) { try JSONPage(Array(other.utf8), rows: "items") }
    }
    #expect(try JSONPage(Array("{\"items\":{}}".utf8), rows: "items").rows == nil)
    #expect(try JSONPage(Array("{\"a\":1}".utf8), rows: "items").rows == nil)
    let many = "[\((0...1000).map { _ in "{\"a\":}" }.joined(separator: ","))]"
    #expect(throws: TableError.self) { try JSONPage(Array(many.utf8), rows: "") }
  }

  @Test(
    "answers in other charsets; what is invalid in one damages its row",
    arguments: [Charset.gbk, .utf16le, .utf16be, .utf8])
  func charsets(charset: Charset) throws {
    let text = "[\(Self.sound.joined(separator: ","))]"
    let bytes = encoded(text, charset == .gbk ? .gb18030 : charset)
    #expect(try texts(JSONPage(bytes, charset: charset, rows: "")) == Self.sound)
    // Without a word of its charset it is guessed.
    #expect(try texts(JSONPage(bytes, rows: "")) == Self.sound)
    guard charset == .gbk || charset == .utf8 else { return }
    let spoilt = Array("[{\"a\":\"".utf8) + [0xFF] + Array("\"},".utf8) + bytes.dropFirst()
    let rows = try texts(JSONPage(spoilt, charset: charset, rows: ""))
    #expect(rows.count == 4 && rows[0].hasPrefix("! ") && Array(rows[1...]) == Self.sound)
    let around = Array("{\"n\":\"".utf8) + [0xFF] + Array("\",\"items\":[]}".utf8)
    #expect(throws: TableError.self) { try JSONPage(around, charset: charset, rows: "items") }
  }

  @Test("an array of rows is read as lines, a row a line")
  func arrays() throws {
    let text = "[\n  {\"a\": 1,\n   \"b\": \"x\"},\n  {\"a\": 2, \"a\": 3},\n  {\"a\": 4}\n]\n"
    for (bytes, type) in [
      (Array(text.utf8), FileFormat.FileType.auto), (encoded(text, .utf16le), .auto),
      (gzipped(Array(text.utf8)), .jsonl),
    ] {
      let file = try TableFile(
        source: MemorySource(bytes, chunk: 7), path: nil, name: "rows.json.gz", size: bytes.count,
        format: FileFormat(type: type), isHeader: nil, windowBytes: 64)
      #expect(file.type == .jsonl && file.headers == ["a", "b"])
      let read = try rows(of: file)
      #expect(read.map(\.defect) == [nil, .duplicateKey, nil] && read.map(\.line) == [1, 2, 3])
      #expect(read[0].fields == ["1", "x"] && !file.endsWithoutNewline)
    }
    let cut = #expect(throws: TableError.self) {
      try TableFile(bytes: Array(text.utf8.dropLast(3)), name: "rows.json")
    }
    #expect(cut?.kind == .invalidJSON)
    // A list of lines whose first row is a list stays a list of lines.
    let lines = try TableFile(
      bytes: Array("[1]\n{\"a\":1}\n".utf8), name: "rows@1.jsonl", format: FileFormat(type: .jsonl))
    #expect(try rows(of: lines).map(\.defect) == [.malformedJSON, nil])
  }

  @Test("random damage: no crash, every sound row before and behind it is kept or the page is refused whole")
  func fuzz() throws {
    let count = fuzzCount(4000)
    let alphabet: [UInt8] = Array("{}[]\",:\\x0 \n".utf8) + [0xFF, 0xE5]
    for seed in 0..<UInt64(count) {
      var generator = SeededGenerator(seed ^ 0xA6E)
      let rows = (0..<Int.random(in: 1...6, using: &generator)).map {
        "{\"n\":\($0),\"t\":\"宿迁 \($0)\",\"l\":[{\"x\":1}]}"
      }
      let struck = Int.random(in: 0..<rows.count, using: &generator)
      let parts = rows.map { Array($0.utf8) }
      var bad = parts[struck]
      let at = Int.random(in: 1..<bad.count - 1, using: &generator)
      if Bool.random(using: &generator) {
        bad.remove(at: at)
      } else {
        bad[at] = alphabet.randomElement(using: &generator) ?? 0
      }
      var text = Array("{\"d\":[".utf8)
      for (i, part) in parts.enumerated() { text += (i > 0 ? [0x2C] : []) + (i == struck ? bad : part) }
      text += Array("],\"next\":\"c\"}".utf8)
      guard let page = try? JSONPage(text, charset: .utf8, rows: "d"), page.document["next"]?.text == "c" else {
        continue
      }
      let found = try texts(page)
      #expect(found.first == rows.first || struck == 0, "seed \(seed)")
      #expect(found.last == rows.last || struck == rows.count - 1, "seed \(seed)")
    }
    print("JSON page fuzz inputs: \(count)")
  }
}
