import Testing

@testable import Tabular

@Suite("Text")
struct TextTests {
  private func trimmed(_ text: String) -> String {
    Array(text.utf8).withUnsafeBytes { String(decoding: Text.trim($0), as: UTF8.self) }
  }

  @Test("white space of every kind is trimmed, inside it stays")
  func trim() {
    #expect(trimmed(" \t\u{3000}\u{A0}\u{FEFF}宿 迁\u{3000}\r\n\u{200B}") == "宿 迁")
    #expect(trimmed("") == "")
    #expect(trimmed("\u{3000}\u{3000}") == "")
    #expect(trimmed("a") == "a")
    #expect(trimmed("〡") == "〡")
    #expect(Array("\u{3000} ".utf8).withUnsafeBytes { Text.isBlank($0) })
  }

  @Test("full-width forms become half-width")
  func fold() {
    #expect(Text.folded("９１３２（Ａ）　人，ｘ～") == "9132(A) 人,x~")
    #expect(Text.folded("宿迁\u{FEFF}市") == "宿迁市")
    #expect(Text.folded("plain") == "plain")
    #expect(Text.folded("￥１") == "￥1")
    // Every form of the block, by the Unicode decomposition <wide>.
    for code in 0xFF01...0xFF5E {
      let wide = Unicode.Scalar(code).map(String.init) ?? ""
      #expect(Text.folded(wide) == Unicode.Scalar(code - 0xFEE0).map(String.init))
    }
  }

  @Test("sum rows", arguments: ["合计", " 合 计 ", "总计：", "小计", "Total", "GRAND TOTAL", "合　计"])
  func totals(_ label: String) throws {
    let file = try table(Array(",\(label),3\n".utf8), format: FileFormat(delimiter: .byte(0x2C), header: .none))
    var record = Record()
    #expect(try file.next(&record))
    #expect(record.isTotalRow)
  }

  @Test("what is no sum row", arguments: ["合计镇", "totals", "甲", "统计", "source"])
  func others(_ label: String) throws {
    let file = try table(Array("\(label),合计,3\n".utf8), format: FileFormat(delimiter: .byte(0x2C), header: .none))
    var record = Record()
    #expect(try file.next(&record))
    #expect(!record.isTotalRow)
  }
}
