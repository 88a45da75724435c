import Testing

@testable import Ingestion

@Suite struct PersonNumbersTests {
  @Test(arguments: [
    ("张某 11010519491231002X 离职", "张某 ****************** 离职"),
    ("id:440524188001010014", "id:440524188001010014"),  // born 1880: no living person, no plausible date
    ("321322198401072635,周", "******************,周"),
    ("电话13812345678。", "电话***********。"), ("+8613812345678", "+86***********"),
    ("138-1234-5678 / 139 1234 5678", "***-****-**** / *** **** ****"),
    ("321322 19840107 2635", "****** ******** ****"), ("321322198401072636", "******************"),
    ("老证110105491231002", "老证***************"), ("１３８１２３４５６７８", "＊＊＊＊＊＊＊＊＊＊＊"),
    ("9932132219840107263599", "99******************99"), ("11010519491231002x", "******************"),
    ("３２１３２２１９８４０１０７２６３５", "＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊＊"), ("138 12345678、1381234 5678", "*** ********、******* ****"),
    ("138.1234.5678/139—1234—5678", "***.****.****/***—****—****"), ("1 3 8 1 2 3 4 5 6 7 8", "* * * * * * * * * * *"),
    ("321322198401072635 138 1234 5678", "****************** *** **** ****"), ("013812345678", "0***********"),
    ("32132219840107263513812345678", "*****************************"),
    ("32 1322 1984 0107 2635", "** **** **** **** ****"),
    ("110105 491231 002", "****** ****** ***"), ("１３８　１２３４　５６７８", "＊＊＊　＊＊＊＊　＊＊＊＊"),
  ])
  func masks(text: String, expected: String) { #expect(PersonNumbers.masked(text) == expected) }

  @Test(arguments: [
    "91321322MAA7QMW90L", "914403001922038216", "2021-04-26T13:05:09", "12345678901", "SQ00002265", "23812345678",
    "138123456789", "2019-01-05,2019-01-28", "2021-04-26 13:05:09 18", "2021.03.05 2021.04.06 18", "15000 120000",
    "工资6600-8300元",
  ])
  func leavesOtherNumbers(text: String) { #expect(PersonNumbers.masked(text) == text) }

  @Test func masksInOtherCharsets() {
    // 电话 in GB 18030, a mobile number behind it, then a four-byte character whose second and fourth byte look like digits.
    var gb: [UInt8] = [0xB5, 0xE7, 0xBB, 0xB0] + Array("13812345678".utf8) + [0x81, 0x30, 0x81, 0x31]
    gb.withUnsafeMutableBytes { _ = PersonNumbers.mask($0, form: .gb18030) }
    #expect(gb == [0xB5, 0xE7, 0xBB, 0xB0] + [UInt8](repeating: 0x2A, count: 11) + [0x81, 0x30, 0x81, 0x31])
    for bigEndian in [false, true] {
      func encode(_ text: String) -> [UInt8] {
        text.utf16.flatMap { bigEndian ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
      }
      var bytes = encode("号11010519491231002X末")
      bytes.withUnsafeMutableBytes { _ = PersonNumbers.mask($0, form: .utf16(bigEndian: bigEndian)) }
      #expect(bytes == encode("号******************末"))
    }
  }

  /// RFC 4231, test case 2 has a key of four bytes; ours must have sixteen, so the vector is test case 1 (20 bytes of 0x0b, "Hi There").
  @Test func pseudonymIsHMACSHA256() throws {
    let key = try PseudonymKey(bytes: [UInt8](repeating: 0x0B, count: 20))
    let hex = key.pseudonym(of: "Hi There").map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(hex == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    #expect(throws: PseudonymFault.self) { try PseudonymKey(bytes: [1, 2, 3]) }
  }
}
