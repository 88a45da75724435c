import Testing

@testable import Tabular

@Suite("CSV")
struct CSVTests {
  @Test("RFC 4180, section 2, examples 1 to 7")
  func rfc() throws {
    #expect(try fields("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n") == [["aaa", "bbb", "ccc"], ["zzz", "yyy", "xxx"]])
    #expect(try fields("aaa,bbb,ccc\r\nzzz,yyy,xxx") == [["aaa", "bbb", "ccc"], ["zzz", "yyy", "xxx"]])
    #expect(try fields("\"aaa\",\"bbb\",\"ccc\"\r\nzzz,yyy,xxx") == [["aaa", "bbb", "ccc"], ["zzz", "yyy", "xxx"]])
    #expect(
      try fields("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx") == [["aaa", "b\r\nbb", "ccc"], ["zzz", "yyy", "xxx"]])
    #expect(try fields("\"aaa\",\"b\"\"bb\",\"ccc\"") == [["aaa", "b\"bb", "ccc"]])
  }

  @Test("empty fields, empty quotes, stray quotes and text behind quotes")
  func oddities() throws {
    #expect(try fields("a,,\n,,c\n\"\",x\n") == [["a", "", ""], ["", "", "c"], ["", "x"]])
    #expect(try fields("5\" pipe,b\n") == [["5\" pipe", "b"]])
    let read = try csvRows(Array("\"a\"b\"c,d\n\"x\" ,y\n".utf8)).rows
    #expect(read.map(\.fields) == [["ab\"c", "d"], ["x ", "y"]])
  }

  @Test("a line number is that of the record's first line, blank lines are counted apart")
  func lineNumbers() throws {
    let (read, reader) = try csvRows(Array("h,i\n\n\"a\nb\",c\r\n\r\nd,e\n\"x\r\ny\",\"\n\"\nlast,1".utf8))
    #expect(read.map(\.line) == [1, 3, 6, 7, 10])
    #expect(reader.blankLines == 2)
    #expect(reader.endsWithoutNewline)
  }

  @Test("an unterminated quote costs its own record only")
  func unterminated() throws {
    let (read, _) = try csvRows(Array("a,\"b\nc,d\ne,\"f\"\ng,h\n".utf8))
    #expect(read.map(\.fields) == [["a", "\"b"], ["c", "d"], ["e", "f"], ["g", "h"]])
    #expect(read.map(\.defect) == [.unterminatedQuote, nil, nil, nil])
    #expect(read.map(\.line) == [1, 2, 3, 4])
    let (end, _) = try csvRows(Array("a,b\nc,\"d\ne,f\r\ng,h".utf8))
    #expect(end.map(\.fields) == [["a", "b"], ["c", "\"d"], ["e", "f"], ["g", "h"]])
    #expect(end.map(\.defect) == [nil, .unterminatedQuote, nil, nil])
  }

  @Test("an invalid row is flagged with its bytes and line, the next one is right")
  func invalidUTF8() throws {
    let bytes: [UInt8] = Array("名,b\n".utf8) + [0x61, 0xCB, 0xDE, 0xFF, 0x2C, 0x78, 0x0A] + Array("好,c\n".utf8)
    let (read, _) = try csvRows(bytes)
    #expect(read.map(\.isValid) == [true, false, true])
    #expect(read[1].raw == [0x61, 0xCB, 0xDE, 0xFF, 0x2C, 0x78])
    #expect(read[2].fields == ["好", "c"])
    #expect(read.map(\.line) == [1, 2, 3])
  }

  @Test("NUL bytes are kept")
  func zeros() throws {
    let (read, _) = try csvRows([0x61, 0, 0x2C, 0, 0x0A])
    #expect(read.map(\.fields) == [["a\0", "\0"]])
  }

  @Test(
    "fields, records and columns beyond the limits are flagged and cost their own line only", arguments: [64, 4096])
  func limits(window: Int) throws {
    let small = Limits(fieldBytes: 200, recordBytes: 500, columns: 6)
    let long = String(repeating: "x", count: 3000)
    let wide = Array(repeating: String(repeating: "y", count: 190), count: 5).joined(separator: ",")
    let many = "1,2,3,4,5,6,7,8"
    let text = "a,b\n\(long),b\nc,\"\(long)\"\nd,e\n\(wide)\n\(many)\nf,g\n\"\(long)\nz\n"
    let (read, _) = try csvRows(Array(text.utf8), window: window, limits: small)
    let defects: [RecordDefect?] = [
      nil, .fieldTooLong, .fieldTooLong, nil, .recordTooLong, .tooManyFields, nil, .fieldTooLong, nil,
    ]
    #expect(read.map(\.defect) == defects)
    #expect(read.map(\.line) == Array(1...9))
    #expect(read.map(\.bytes).reduce(0, +) == text.utf8.count)
    #expect(read[5].fields == ["1", "2", "3", "4", "5", "6"])
    #expect(read[8].fields == ["z"])
  }

  @Test("delimiters are detected", arguments: [",", ";", "\t", "|"])
  func delimiters(_ delimiter: String) throws {
    let text =
      "名称\(delimiter)b\(delimiter)c\n1;2,5\(delimiter)\"x\(delimiter)y\"\(delimiter)z\n4\(delimiter)5\(delimiter)6\n"
    let file = try table(Array(text.utf8), format: FileFormat())
    #expect(file.delimiter == delimiter.utf8.first)
    #expect(file.headers == ["名称", "b", "c"])
    let directive = try table(Array("sep=^\r\na^b\r\n1^2\r\n".utf8), format: FileFormat())
    #expect(directive.headers == ["a", "b"])
    #expect(directive.headerLine == 2)
  }

  @Test("title rows above the header are skipped and counted")
  func titles() throws {
    let text = "2021年4月企业用工情况表,,,\n单位：人,,,\n企业名称,职业,人数,备注\n甲,普工,3,\n 合 计 ,,3,\n"
    let known: Set = ["企业名称", "职业", "人数"]
    let file = try table(Array(text.utf8), format: FileFormat(), isHeader: known.contains)
    #expect(file.headers == ["企业名称", "职业", "人数", "备注"])
    #expect(file.headerLine == 3)
    #expect(file.skippedTitleRows == 2)
    var record = Record()
    #expect(try file.next(&record))
    #expect(!record.isTotalRow)
    #expect(try file.next(&record))
    #expect(record.isTotalRow)
    #expect(record.line == 5)
    let failure = #expect(throws: TableError.self) {
      try table(Array("x,y\n1,2\n".utf8), format: FileFormat(), isHeader: known.contains)
    }
    #expect(failure?.kind == .headerNotFound)
    let placed = try table(Array(text.utf8), format: FileFormat(header: .row(3)))
    #expect(placed.headers.first == "企业名称")
  }

  @Test("no bytes, a mark only, one line end")
  func nothing() throws {
    for bytes: [UInt8] in [[], [0xEF, 0xBB, 0xBF], [0x0A], [0xFF, 0xFE]] {
      let file = try table(bytes, format: FileFormat())
      #expect(file.headers.isEmpty)
      #expect(try rows(of: file).isEmpty)
    }
  }
}
