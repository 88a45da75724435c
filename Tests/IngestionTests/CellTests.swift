import LabourMarket
import Testing

@testable import Ingestion

@Suite struct CellTests {
  private func number(_ text: String) -> Double? { Array(text.utf8).withUnsafeBytes { CellNumbers.number($0) } }
  private func stamp(_ text: String) -> CellDates.Stamp? { Array(text.utf8).withUnsafeBytes { CellDates.stamp($0) } }

  @Test(
    arguments: [
      ("0", 0), ("12", 12), ("-3", -3), ("+4", 4), ("1,200", 1200), ("1,234,567.5", 1_234_567.5), ("1 200", 1200),
      ("12人", 12), ("30人次", 30), ("5000元/月", 5000), ("35.0", 35), (".5", 0.5), ("1.2E+3", 1200), ("00012", 12),
      ("1234567890123456", 1_234_567_890_123_456),
    ] as [(String, Double)])
  func readsNumbers(text: String, expected: Double) { #expect(number(text) == expected) }

  @Test(arguments: [
    "", "若干", "1,2", "12,34", "1,2345", "1.2.3", "--1", "1-2", "人", "12个人", "0x10", "nan", "inf", "1e", "1 2", "１２",
    "1,200,", "5%",
  ])
  func refusesWhatIsNoNumber(text: String) { #expect(number(text) == nil) }

  @Test(arguments: [
    ("2021-04-26", "2021-04-26"), ("2021/4/26", "2021-04-26"), ("2021.4.26", "2021-04-26"),
    ("2021年4月26日", "2021-04-26"),
    ("2021年4月26号", "2021-04-26"), ("20210426", "2021-04-26"), ("44312", "2021-04-26"), ("2024-02-29", "2024-02-29"),
    ("2021-4-6", "2021-04-06"),
  ])
  func readsDays(text: String, expected: String) throws {
    let found = try #require(stamp(text))
    #expect(!found.isMonth)
    #expect(CalendarDay(ordinal: found.day).description == expected)
  }

  @Test(arguments: ["2021-04", "2021.4", "2021/04", "2021年4月", "2021年04月份", "202104"])
  func readsMonths(text: String) throws {
    let found = try #require(stamp(text))
    #expect(found.isMonth)
    #expect(CalendarDay(ordinal: found.day).description == "2021-04-01")
  }

  @Test(
    arguments: [
      ("2019-03-19T00:00:00.000", 0, nil), ("2021-04-26T13:05:09", 47_109_000_000, nil),
      ("2021-04-26 13:05", 47_100_000_000, nil), ("2021/4/26 9:05:01.25", 32_701_250_000, nil),
      ("2021-04-26T13:05:09Z", 47_109_000_000, 0), ("2021-04-26T13:05:09+08:00", 47_109_000_000, 480),
      ("2021-04-26T13:05:09-0530", 47_109_000_000, -330), ("44312.5", 43_200_000_000, nil),
    ] as [(String, Int, Int?)])
  func readsMoments(text: String, micros: Int, zone: Int?) throws {
    let found = try #require(stamp(text))
    #expect(found.micros == micros)
    #expect(found.zoneMinutes == zone)
  }

  @Test(arguments: [
    "", "2023-13-45", "2023-02-29", "2021-04-31", "2021-00-01", "1899-01-01", "21-04-26", "2021", "2021-04-26T25:00",
    "2021-04-26T12:60:00", "2021-04-26x", "四月", "26/04/2021", "2021-04-26T", "99999", "2021-04-26T12:00+15:00",
  ])
  func refusesWhatIsNoDate(text: String) { #expect(stamp(text) == nil) }

  @Test func readsAFormatOfTheDescription() throws {
    let pattern = try #require(DatePattern("dd-MMM-yyyy"))
    let found = try #require(Array("05-APR-2019".utf8).withUnsafeBytes { pattern.stamp($0) })
    #expect(CalendarDay(ordinal: found.day).description == "2019-04-05")
    #expect(DatePattern("dd MMM") == nil)
    #expect(Array("5-XXX-2019".utf8).withUnsafeBytes { pattern.stamp($0) } == nil)
  }

  @Test func spellingsFindEveryWordAndNoOther() {
    var words: [String: String] = [:]
    for i in 0..<500 { words["词\(i)"] = "code\(i % 7)" }
    let spellings = Spellings(words)
    for (word, code) in words { #expect(spellings[word] == code) }
    #expect(spellings["词500"] == nil)
    #expect(spellings[""] == nil)
    #expect(Spellings([:])["x"] == nil)
  }
}
