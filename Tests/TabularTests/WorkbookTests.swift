import Glibc
import Testing

@testable import Tabular

@Suite("XLSX")
struct WorkbookTests {
  private func one(_ rows: String, shared: String = "", styles: String = "", properties: String = "") -> TestWorkbook {
    TestWorkbook(
      sheets: [(name: "表", state: "visible", rows: rows)], shared: shared, styles: styles,
      workbookProperties: properties)
  }

  @Test("shared, inline and rich strings, numbers, booleans, errors, formulas")
  func kinds() throws {
    let shared = """
      <si><t>企业 &amp; 园区</t></si><si><r><rPr><b/></rPr><t>粗</t></r><r><t xml:space="preserve"> 细</t></r>\
      <rPh sb="0" eb="1"><t>cu</t></rPh></si><si><t>a_x000D_b_x0041_</t></si><si/>
      """
    let rows = """
      <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c>\
      <c r="D1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r><rPh><t>no</t></rPh></is></c></row>\
      <row r="2"><c r="A2"><v>12</v></c><c r="B2"><v>0.1</v></c><c r="C2"><v>2021.4000000000001</v></c><c r="D2"><v>1E-3</v></c></row>\
      <row r="3"><c r="A3" t="b"><v>1</v></c><c r="B3" t="e"><v>#N/A</v></c><c r="C3" t="str"><f>A1&amp;"x"</f><v>so</v></c>\
      <c r="D3"><f>1+1</f><v>2</v></c></row>\
      <row r="4"><c r="A4" t="s"><v>99</v></c><c r="B4" t="s"><v>3</v></c><c r="C4"><v>1.5E+17</v></c><c r="D4"><v>-7</v></c></row>
      """
    let read = try rows_(one(rows, shared: shared))
    #expect(
      read.map(\.fields) == [
        ["企业 & 园区", "粗 细", "a\rbA", "inline"], ["12", "0.1", "2021.4", "0.001"], ["TRUE", "#N/A", "so", "2"],
        ["", "", "150000000000000000", "-7"],
      ])
  }

  private func rows_(_ book: TestWorkbook, format: FileFormat = FileFormat(header: .none)) throws -> [Row] {
    try rows(of: workbook(book, format: format))
  }

  @Test("dates by style, in both systems")
  func dates() throws {
    // Serials as LibreOffice Calc and Excel give them: 44312 = 2021-04-26, 61 = 1900-03-01, 59 = 1900-02-28; in the 1904 system 0 = 1904-01-01.
    let formats = [
      "yyyy/m/d", "yyyy\"年\"m\"月\"", "[$-804]yyyy\\-mm;@", "0.00_);[Red]\\(0.00\\)", "[h]:mm", "h:mm AM/PM", "General",
    ]
    let custom = formats.enumerated().map { i, code in
      "<numFmt numFmtId=\"\(170 + i)\" formatCode=\"\(code.replacing("\"", with: "&quot;"))\"/>"
    }.joined()
    let ids = [0, 14, 22, 31] + (0..<formats.count).map { 170 + $0 }
    let styles =
      "<numFmts>\(custom)</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>"
      + ids.map { "<xf numFmtId=\"\($0)\"/>" }.joined() + "</cellXfs>"
    func cells(_ value: String) -> String {
      ids.indices.map { "<c s=\"\($0)\"><v>\(value)</v></c>" }.joined()
    }
    let rows = ["44312", "44312.354166666664", "61", "59", "60", "0.5", "-1"].map { "<row>\(cells($0))</row>" }.joined()
    let read = try rows_(one(rows, styles: styles)).map(\.fields)
    let day = "2021-04-26"
    let moment = "2021-04-26T08:30:00"
    #expect(read[0] == ["44312", day, day, day, day, day, day, "44312", "1063488:00:00", day, "44312"])
    let plain = "44312.3541666667"
    #expect(
      read[1] == [plain, moment, moment, moment, moment, moment, moment, plain, "1063496:30:00", moment, plain])
    #expect(read[2][1] == "1900-03-01")
    #expect(read[3][1] == "1900-02-28")
    #expect(read[4][1] == "1900-02-29")
    #expect(read[5][1] == "12:00:00")
    #expect(read[6][1] == "-1")
    let old = try rows_(one(rows, styles: styles, properties: "<workbookPr date1904=\"1\"/>")).map(\.fields)
    #expect(old[0][1] == "2025-04-27")
    #expect(old[3][1] == "1904-02-29")
  }

  @Test("sparse cells and rows, rows without cells, styles without values")
  func sparse() throws {
    let rows = """
      <row r="2"><c r="B2"><v>1</v></c><c r="D2" s="3"/><c r="E2"/></row><row r="3"/><row r="7"><c r="A7" t="str"><v></v></c>\
      <c r="C7"><v>2</v></c></row>
      """
    let file = try workbook(one(rows))
    var record = Record()
    #expect(try file.next(&record))
    #expect((record.line, record.count) == (2, 2))
    #expect([record.string(0).isEmpty, record.string(1).isEmpty] == [true, false])
    #expect(try file.next(&record))
    #expect((record.line, record.count) == (7, 3))
    #expect([record.string(0).isEmpty, record.string(1).isEmpty, record.string(2).isEmpty] == [true, true, false])
    #expect(String(decoding: record.raw, as: UTF8.self) == ",,2")
    #expect(try !file.next(&record))
    #expect(file.blankLines == 5)
  }

  @Test("a line names one row, whatever numbers the rows bear")
  func rowNumbers() throws {
    let numbers = ["9", "9", "3", "0", "-4", "99999999999999999999", "1048577", "20000002", "20", "1048576", "x"]
    let rows = numbers.map { "<row r=\"\($0)\"><c t=\"inlineStr\"><is><t>\($0)</t></is></c></row>" }.joined()
    let read = try rows_(one(rows))
    #expect(read.map(\.fields) == numbers.map { [$0] })
    #expect(read.map(\.line) == [9, 10, 11, 12, 13, 14, 15, 16, 20, 1_048_576, 1_048_577])
  }

  private func text(_ row: Int, _ cells: [String]) -> String {
    let body = cells.map { $0.isEmpty ? "<c/>" : "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }.joined()
    return "<row r=\"\(row)\">\(body)</row>"
  }

  @Test("title rows, sum rows, padding to the header's width, raw rows as CSV")
  func titles() throws {
    let rows =
      text(1, ["2021年用工情况"]) + text(2, ["单位：人"]) + text(4, ["企业名称", "职业", "人数"])
      + text(5, ["甲,乙", "普\"工"]) + text(6, ["合计", "", "3"])
    let known: Set = ["企业名称", "职业", "人数"]
    let file = try workbook(one(rows), format: FileFormat(), isHeader: known.contains)
    #expect(file.headers == ["企业名称", "职业", "人数"])
    #expect((file.headerLine, file.skippedTitleRows) == (4, 2))
    var record = Record()
    #expect(try file.next(&record))
    #expect(record.count == 3)
    #expect(record.string(2).isEmpty)
    #expect(String(decoding: record.raw, as: UTF8.self) == "\"甲,乙\",\"普\"\"工\",")
    #expect(try file.next(&record))
    #expect(record.isTotalRow)
    #expect(record.line == 6)
  }

  @Test("sheets by name, by number, the first with a header, all that are visible")
  func sheets() throws {
    let book = TestWorkbook(sheets: [
      ("说明", "visible", text(1, ["填表说明"])), ("密", "hidden", text(1, ["a", "b"]) + text(2, ["h", "h"])),
      ("一", "visible", text(1, ["a", "b"]) + text(2, ["1", "2"])),
      ("二", "visible", text(3, ["b", "a"]) + text(4, ["3", "4"])),
    ])
    let known: Set = ["a", "b"]
    func read(_ sheet: FileFormat.Sheet) throws -> [[String]] {
      try rows(of: workbook(book, format: FileFormat(sheet: sheet), isHeader: known.contains)).map(\.fields)
    }
    #expect(try read(.auto) == [["1", "2"]])
    #expect(try read(.name("密")) == [["h", "h"]])
    #expect(try read(.index(4)) == [["3", "4"]])
    let all = try workbook(book, format: FileFormat(sheet: .allVisible), isHeader: known.contains)
    var record = Record()
    var seen: [String] = []
    while try all.next(&record) {
      seen.append("\(all.sheetName ?? "") \(all.headers) \(record.string(0)) \(all.headerGeneration)")
    }
    #expect(seen == ["一 [\"a\", \"b\"] 1 0", "二 [\"b\", \"a\"] 3 1"])
    #expect(all.skippedSheets == ["说明"])
    let failure = #expect(throws: TableError.self) { try read(.name("三")) }
    #expect(failure?.kind == .sheetNotFound)
    #expect(failure?.sentence.contains("说明, 密, 一, 二") == true)
  }

  @Test("a prefixed namespace, and a sheet in UTF-16")
  func writers() throws {
    var book = one("")
    let sheet = """
      <x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>宿</x:t></x:is></x:c>\
      <x:c r="B1"><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>
      """
    book.extra = [("xl/worksheets/sheet1.xml", Array(sheet.utf8))]
    #expect(try rows_(book).map(\.fields) == [["宿", "2"]])
    book.extra = [("xl/worksheets/sheet1.xml", [0xFF, 0xFE] + encoded(sheet, .utf16le))]
    #expect(try rows_(book).map(\.fields) == [["宿", "2"]])
  }

  @Test("attacks are refused: document types, bombs, depth, too many strings, too many columns")
  func attacks() throws {
    var book = one("<row><c><v>1</v></c></row>")
    let entities =
      "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><worksheet><sheetData>&b;</sheetData></worksheet>"
    func kind(_ sheet: String, _ limits: Limits = Limits()) throws -> TableError.Kind? {
      book.extra = [("xl/worksheets/sheet1.xml", Array(sheet.utf8))]
      return #expect(throws: TableError.self) { try rows_(book, format: FileFormat(header: .none, limits: limits)) }?
        .kind
    }
    #expect(try kind(entities) == .forbiddenXML)
    #expect(try kind(String(repeating: "<a>", count: 500)) == .workbookCorrupt)
    #expect(try kind("<worksheet><sheetData><row>") == .workbookCorrupt)
    let spaces = "<worksheet>" + String(repeating: " ", count: 70 << 20) + "</worksheet>"
    #expect(try kind(spaces) == .unpackedTooLarge)
    #expect(try kind(String(spaces.prefix(3 << 20)), Limits(workbookBytes: 2 << 20)) == .unpackedTooLarge)
    book.extra = []
    book.shared = String(repeating: "<si><t>0123456789</t></si>", count: 1000)
    let strings = #expect(throws: TableError.self) {
      try rows_(book, format: FileFormat(header: .none, limits: Limits(sharedStringBytes: 9000)))
    }
    #expect(strings?.kind == .unpackedTooLarge)
    let wide = one("<row><c r=\"XFD1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row><row><c><v>3</v></c></row>")
    let header = #expect(throws: TableError.self) { try workbook(wide, format: FileFormat()) }
    #expect(header?.kind == .tooManyColumns)
  }

  @Test("what is no workbook says so")
  func others() throws {
    let folder = try scratchFolder()
    let path = folder + "/x.xlsx"
    defer {
      unlink(path)
      rmdir(folder)
    }
    for (bytes, kind) in [
      (Array("PK\u{3}\u{4}junk".utf8), TableError.Kind.workbookCorrupt),
      ([0xD0, 0xCF, 0x11, 0xE0, 0], .unsupportedType),
      (Array("a,b\n".utf8), .unsupportedType),
    ] {
      try write(bytes, to: path)
      let failure = #expect(throws: TableError.self) { try TableFile(path: path, format: FileFormat(type: .xlsx)) }
      #expect(failure?.kind == kind)
    }
    try writeZip([("word/document.xml", Array("<a/>".utf8))], to: path)
    #expect(throws: TableError.self) { try TableFile(path: path) }
    #expect(throws: TableError.self) { try TableFile(path: folder + "/none.csv") }
    #expect(throws: TableError.self) { try TableFile(path: folder) }
  }

  @Test("mutated packages and mutated XML: an error or rows, never a crash, rows in order")
  func fuzz() throws {
    let count = fuzzCount(1500)
    let folder = try scratchFolder()
    let path = folder + "/fuzz.xlsx"
    defer {
      unlink(path)
      rmdir(folder)
    }
    let sound = one(
      (1...6).map {
        "<row r=\"\($0)\"><c r=\"A\($0)\" t=\"s\"><v>0</v></c><c r=\"C\($0)\" s=\"1\"><v>44312.5</v></c></row>"
      }.joined()
        + text(9, ["x", "_x0041_&lt;"]), shared: "<si><t>宿迁</t></si>",
      styles: "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>")
    try sound.write(to: path)
    let packed = try #require(bytes(of: path))
    let parts = sound.parts
    for seed in 0..<UInt64(count) {
      var generator = SeededGenerator(seed ^ 0x5EE7)
      if seed % 2 == 0 {
        var damaged = packed
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
          damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        if seed % 10 == 0 { damaged.removeLast(Int.random(in: 0..<damaged.count, using: &generator)) }
        try write(damaged, to: path)
      } else {
        var mutated = parts
        let part = Int.random(in: 0..<parts.count, using: &generator)
        let alphabet = Array("<>/=\"'&; \0rcsvtAZ09-.eE_x".utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !mutated[part].1.isEmpty {
          let at = Int.random(in: 0..<mutated[part].1.count, using: &generator)
          switch Int.random(in: 0...3, using: &generator) {
          case 0: mutated[part].1.remove(at: at)
          case 1: mutated[part].1.insert(alphabet.randomElement(using: &generator) ?? 0, at: at)
          default: mutated[part].1[at] = alphabet.randomElement(using: &generator) ?? 0
          }
        }
        try writeZip(mutated, to: path)
      }
      var record = Record()
      guard let file = try? TableFile(path: path, format: FileFormat(type: .xlsx, header: .none)) else { continue }
      while let more = try? file.next(&record), more {
        for i in 0..<record.count { _ = Text.isValidUTF8(record[field: i]) }
      }
    }
    print("XLSX fuzz inputs: \(count)")
  }

  private func bytes(of path: String) -> [UInt8]? {
    guard let source = try? FileSource(path: path) else { return nil }
    var bytes = [UInt8](repeating: 0, count: source.size)
    let count = try? bytes.withUnsafeMutableBytes { try source.read(into: $0) }
    return count == bytes.count ? bytes : nil
  }
}
