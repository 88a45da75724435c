import Glibc
import Testing

@testable import Tabular

/// Text in a charset, by the C library's converter (independent of the reader's own tables).
func encoded(_ text: String, _ charset: Charset) -> [UInt8] {
  switch charset {
  case .utf16le: return text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
  case .utf16be: return text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
  case .gb18030: return gb(text)
  default: return Array(text.utf8)
  }
}

@Suite("Charsets")
struct CharsetTests {
  @Test("characters of GB 18030 as published: two bytes, four bytes, beyond the basic plane")
  func published() throws {
    // GB 18030-2005, annexes: 啊 B0A1, 丂 8140, € A2E3, U+0452 8130D330, U+20000 95328236, U+FFFD 8431A437.
    let bytes: [UInt8] = [
      0xB0, 0xA1, 0x81, 0x40, 0xA2, 0xE3, 0x81, 0x30, 0xD3, 0x30, 0x95, 0x32, 0x82, 0x36, 0x84, 0x31, 0xA4, 0x37,
    ]
    let read = try csvRows(bytes, encoding: .gb18030).rows
    #expect(read.map(\.fields) == [["啊丂€\u{452}\u{20000}\u{FFFD}"]])
    #expect(read.map(\.isValid) == [true])
  }

  @Test("every character goes through the table as the C library writes it")
  func allOfBasicPlane() throws {
    var text = ""
    for code in 0x80...0xFFFF {
      if let scalar = Unicode.Scalar(code), !gb(String(scalar)).isEmpty { text.unicodeScalars.append(scalar) }
    }
    #expect(text.unicodeScalars.count > 60000)
    let read = try csvRows(gb(text), encoding: .gb18030).rows
    #expect(read.map(\.fields) == [[text]])
    #expect(read.map(\.isValid) == [true])
  }

  @Test("a spoilt row of GB 18030 is flagged, the next is right, `|` inside a character is no delimiter")
  func spoilt() throws {
    let bytes = gb("企业|b\n") + [0x81, 0xFF, 0x7C, 0x78, 0x0A] + [0x81, 0x7C, 0x7C, 0x79, 0x0A]
    let read = try csvRows(bytes, encoding: .gb18030, delimiter: UInt8(ascii: "|")).rows
    #expect(read.map(\.isValid) == [true, false, true])
    #expect(read[0].fields == ["企业", "b"])
    #expect(read[2].fields.count == 2)
    #expect(read[2].fields[1] == "y")
    #expect(read[1].raw == [0x81, 0xFF, 0x7C, 0x78])
  }

  @Test("charsets are detected", arguments: [Charset.utf8, .gb18030, .utf16le, .utf16be], [false, true])
  func detection(_ charset: Charset, mark: Bool) throws {
    let text = (mark ? "\u{FEFF}" : "") + "企业名称,职业,人数\r\n宿迁华创纺织有限公司,普工,12\r\n\u{1F600},焊工,3\r\n"
    let file = try table(encoded(text, charset), format: FileFormat())
    #expect(file.charset == charset)
    #expect(file.headers == ["企业名称", "职业", "人数"])
    let read = try rows(of: file)
    #expect(read.map(\.fields) == [["宿迁华创纺织有限公司", "普工", "12"], ["\u{1F600}", "焊工", "3"]])
    #expect(read[0].raw == encoded("宿迁华创纺织有限公司,普工,12", charset))
  }

  @Test("a few spoilt rows do not turn UTF-8 into GB 18030")
  func dirty() throws {
    var bytes = Array("来源,标题\n".utf8)
    for _ in 0..<20 { bytes += Array("宿迁市人才网,操作工\n".utf8) }
    bytes += [0xCB, 0xDE, 0xFF, 0x2C, 0x78, 0x0A]
    #expect(try table(bytes, format: FileFormat()).charset == .utf8)
  }

  @Test(
    "UTF-16: lone surrogates and an odd last byte flag their row, and its bytes come back", arguments: [1, 3, 1000])
  func surrogates(chunk: Int) throws {
    let bytes: [UInt8] = [0x61, 0, 0x0A, 0, 0x34, 0xD8, 0x2C, 0, 0x62, 0, 0x0D, 0, 0x0A, 0, 0x0A, 0, 0x63, 0, 0x64]
    let format = FileFormat(charset: .utf16le, delimiter: .byte(0x2C), header: .none)
    let read = try rows(of: table(bytes, format: format, chunk: chunk, window: 64))
    #expect(read.map(\.isValid) == [true, false, false])
    #expect(read.map(\.raw) == [[0x61, 0], [0x34, 0xD8, 0x2C, 0, 0x62, 0], [0x63, 0, 0x64]])
    #expect(read.map(\.bytes) == [4, 10, 3])
    #expect(read.map(\.offset) == [0, 4, 16])
  }

  @Test("validity agrees with the standard library's decoder on random bytes")
  func validity() throws {
    var generator = SeededGenerator(7)
    for round in 0..<20000 {
      var bytes = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      if round % 2 == 0 { bytes = Array("宿a迁𠀀é".utf8) + bytes + Array("工业bcd园区".utf8) }
      if round % 3 == 0, !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      }
      let isValid = bytes.withUnsafeBytes { Text.isValidUTF8($0) }
      #expect(isValid == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
    }
  }

  @Test("names of charsets as people write them")
  func names() {
    #expect(Charset(name: "UTF8") == .utf8)
    #expect(Charset(name: "utf_16LE") == .utf16le)
    #expect(Charset(name: "GB-18030") == .gb18030)
    #expect(Charset(name: "cp936") == .gbk)
    #expect(Charset(name: "latin-1") == nil)
  }
}
