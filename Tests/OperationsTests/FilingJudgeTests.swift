import Ingestion
import LabourMarket
import Testing

@testable import Operations

@Suite struct FilingJudgeTests {
  private static let weekly = "feed: vacancies\ncalendar: {every: 7d, grace: 3d}"
  private static let quarterly = "feed: hiring_plans\ncalendar: {every: quarter, due: 40d, grace: 10d}"

  private func file(
    _ name: String, received: String, newest: String?, rows: Int = 100, regions: [String: Int] = [:], cut: Bool = false
  ) throws -> FiledFile {
    FiledFile(
      name: name, series: FileTraits.series(of: name), rows: rows,
      received: try #require(LocalTimestamp(received)), newest: newest.flatMap { LocalTimestamp($0) }, isCutOff: cut,
      regions: regions, chains: [:])
  }

  private func judge(_ yaml: String, _ filings: Filings, now: String, start: String = "2022-01-05") throws
    -> FilingJudge
  {
    FilingJudge(
      description: try FeedDescription(text: yaml, path: "f.yaml"), filings: filings,
      now: try #require(LocalTimestamp(now)), start: try #require(CalendarDay(start)))
  }

  private func standing(_ yaml: String, _ filings: Filings, now: String) throws -> FilingState.Standing {
    try judge(yaml, filings, now: now).state().standing
  }

  @Test func aWeeklyFeedIsDueThenLateAndStaleWhereOldDataCome() throws {
    var filings = Filings(files: [try file("v1.csv", received: "2022-01-05", newest: "2021-12-31T20:00:00")])
    #expect(try standing(Self.weekly, filings, now: "2022-01-07T23:59:59") == .inTime)
    #expect(try standing(Self.weekly, filings, now: "2022-01-08T00:00:00") == .due)
    #expect(try standing(Self.weekly, filings, now: "2022-01-10T23:59:59") == .due)
    #expect(try standing(Self.weekly, filings, now: "2022-01-11T00:00:00") == .late)
    // A file that comes after the due day and holds nothing newer.
    filings.files.append(try file("v2.csv", received: "2022-01-10", newest: "2021-12-30"))
    #expect(try standing(Self.weekly, filings, now: "2022-01-11T00:00:00") == .stale)
    filings.files.append(try file("v3.csv", received: "2022-01-11", newest: "2022-01-09"))
    #expect(try standing(Self.weekly, filings, now: "2022-01-11T00:00:00") == .inTime)
    #expect(try standing("feed: vacancies", filings, now: "2032-01-01") == .noCalendar)
  }

  @Test func whatNeverCameIsAwaitedThenMissing() throws {
    #expect(try standing(Self.weekly, Filings(), now: "2022-01-15T23:59:59") == .awaited)
    #expect(try standing(Self.weekly, Filings(), now: "2022-01-16") == .missing)
    let optional = "feed: vacancies\ncalendar: {every: 7d, expected: false}"
    #expect(try standing(optional, Filings(), now: "2032-01-01") == .optional)
    // Once it has come, an optional feed is judged as any other.
    let once = Filings(files: [try file("v1.csv", received: "2022-01-05", newest: "2021-12-31")])
    #expect(try standing(optional, once, now: "2032-01-01") == .late)
    // A file of which nothing is known by the clock is none.
    let future = Filings(files: [try file("v1.csv", received: "2022-01-05", newest: nil)])
    #expect(try standing(Self.weekly, future, now: "2022-01-16") == .missing)
  }

  @Test func aSurveyGoesByItsWavesAndTheRegisterByItsReceipt() throws {
    var filings = Filings(files: [try file("h.csv", received: "2022-01-05", newest: "2021-11-13")])
    filings.periods = [period(2021, 10, ["321322": 46])]
    let state = try judge(Self.quarterly, filings, now: "2022-02-20").state()
    #expect(state.standing == .due && state.due == CalendarDay("2022-02-10"))
    #expect(state.lastPeriod == Month(year: 2021, month: 10))
    #expect(try standing(Self.quarterly, filings, now: "2022-02-21") == .late)
    let register = "feed: enterprises\ncalendar: {every: 180d, grace: 30d}"
    let files = Filings(files: [try file("e.csv", received: "2022-01-05", newest: nil)])
    #expect(try judge(register, files, now: "2022-07-05").state().due == CalendarDay("2022-07-04"))
    #expect(try standing(register, files, now: "2022-08-04") == .late)
  }

  private func period(_ year: Int, _ month: Int, _ regions: [String: Int]) -> FiledPeriod {
    FiledPeriod(
      month: Month(year: year, month: month), regions: regions, chains: [:], reporters: regions.values.reduce(0, +))
  }

  @Test func aFileFarBelowItsSeriesIsShrunkenForAWhile() throws {
    var filings = Filings()
    for (index, rows) in [5000, 100, 104, 98, 102].enumerated() {
      filings.files.append(
        try file("v\(index).csv", received: "2022-01-0\(index + 1)", newest: "2022-01-01", rows: rows))
    }
    filings.files.append(try file("clerk.csv", received: "2022-01-06", newest: "2022-01-01", rows: 2))
    #expect(try judge(Self.weekly, filings, now: "2022-01-06").gaps() == [])
    filings.files.append(try file("v9.csv", received: "2022-01-06", newest: "2022-01-01", rows: 50))
    let gap = FilingGap.shrunkenFile(file: "v9.csv", rows: 50, median: 102, of: 5)
    #expect(try judge(Self.weekly, filings, now: "2022-01-16").gaps() == [gap])
    #expect(gap.kind == "shrunken")
    #expect(try judge(Self.weekly, filings, now: "2022-01-17").gaps() == [])
    #expect(
      try judge(Self.weekly.replacingOccurrences(of: "3d", with: "3d, shrunken_below: 0"), filings, now: "2022-01-07")
        .gaps() == [])
  }

  @Test func regionsThatEveryFileNamedAreMissed() throws {
    var filings = Filings()
    for day in 1...4 {
      let regions = ["321322": 40, "321323": 5, "321324": day == 2 ? 0 : 60, "321371": 1].filter { $0.value > 0 }
      filings.files.append(try file("v\(day).csv", received: "2022-01-0\(day)", newest: "2022-01-01", regions: regions))
    }
    filings.files.append(
      try file("v5.csv", received: "2022-01-05", newest: "2022-01-01", regions: ["321322": 90], cut: true))
    // 321324 was absent before, 321371 names too few rows.
    let partial = FilingGap.partialFile(file: "v5.csv", regions: ["321323"], chains: [])
    #expect(try judge(Self.weekly, filings, now: "2022-01-06").gaps() == [.cutOff(file: "v5.csv"), partial])
    #expect(partial.kind == "partial" && FilingGap.cutOff(file: "").kind == "partial")
    let silent = Self.weekly.replacingOccurrences(of: "3d", with: "3d, partial: false")
    #expect(try judge(silent, filings, now: "2022-01-06").gaps() == [.cutOff(file: "v5.csv")])
  }

  @Test func aWaveIsJudgedOnceItIsDue() throws {
    var filings = Filings(files: [try file("h.csv", received: "2022-01-05", newest: "2021-11-13")])
    for month in [1, 4, 7, 10] { filings.periods.append(period(2021, month, ["321322": 40, "321323": 4])) }
    filings.periods.append(period(2022, 1, ["321322": 9]))
    #expect(try judge(Self.quarterly, filings, now: "2022-02-10").gaps() == [])
    let wave = Month(year: 2022, month: 1)
    #expect(
      try judge(Self.quarterly, filings, now: "2022-02-11").gaps() == [
        .shrunkenPeriod(wave, reporters: 9, median: 44, of: 4), .partialPeriod(wave, regions: ["321323"], chains: []),
      ])
  }
}
