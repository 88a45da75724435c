import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

@Suite struct FeedCalendarTests {
  @Test(arguments: [
    ("calendar: {grace: 3d}\n", "“calendar”: lacks the key “every”."),
    ("calendar: {every: 7d, weekly: true}\n", "“calendar.weekly”: is not a known key here."),
    ("calendar: {every: fortnight}\n", "“calendar.every”: “fortnight” is no number of days"),
    ("calendar: {every: 0d}\n", "“calendar.every”: should be at least a day."),
    ("calendar: {every: 7d, due: 3d}\n", "“calendar.due”: belongs to a rhythm of month"),
    ("calendar: {every: month, grace: soon}\n", "“calendar.grace”: “soon” is no number of days"),
    ("calendar: {every: 7d, shrunken_below: 50}\n", "“calendar.shrunken_below”: should lie between 0"),
    ("calendar: {every: 7d, history: 2}\n", "“calendar.history”: should lie between 4 and 60."),
    ("calendar: never\n", "“calendar”: should be a mapping with the key every, or none."),
    ("drift: ignore\n", "“drift”: “ignore” is none of: report, refuse."),
    ("drift: {gone: refuse}\n", "“drift.gone”: is not a known key here."),
    ("rules: {future: accept}\n", "“rules.future”: “accept” is none of: report, reject."),
  ])
  func saysWhatIsWrong(yaml: String, message: String) {
    let fault = #expect(throws: YAMLFault.self) {
      try FeedDescription(text: "feed: headcount\n" + yaml, path: "f.yaml")
    }
    #expect(fault?.description.hasPrefix("f.yaml:2: " + message) == true, "\(fault?.description ?? "")")
  }

  @Test func readsEveryKeyAndHasDefaults() throws {
    func calendar(_ yaml: String) throws -> FeedCalendar? {
      try FeedDescription(text: "feed: headcount\n" + yaml, path: "f.yaml").calendar
    }
    #expect(try calendar("") == nil && calendar("calendar: none") == nil)
    var wanted = FeedCalendar(every: .days(7))
    #expect(try calendar("calendar: {every: week}") == wanted && calendar("calendar: {every: 7d}") == wanted)
    #expect(wanted.grace == 3 && wanted.isExpected && wanted.shrunkenBelow == 0.5 && wanted.findsPartial)
    wanted.every = .months(3)
    (wanted.due, wanted.grace, wanted.isExpected, wanted.shrunkenBelow) = (40, 10, false, 0.3)
    (wanted.findsPartial, wanted.history) = (false, 12)
    let all = "every: quarter, due: 40d, grace: 10d, expected: false, shrunken_below: 0.3, partial: false, history: 12"
    #expect(try calendar("calendar: {\(all)}") == wanted)
  }

  @Test func dueDaysFollowRecordsOrMonths() throws {
    func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }
    let weekly = FeedCalendar(every: .days(7))
    #expect(try weekly.due(after: day("2021-12-31"), period: nil) == day("2022-01-07"))
    var waves = FeedCalendar(every: .months(3))
    waves.due = 40
    #expect(try waves.due(after: day("2021-11-13"), period: Month(year: 2021, month: 10)) == day("2022-02-10"))
    // Without a month of its own a monthly feed goes by its record's day, in a shorter month by its last one.
    let monthly = FeedCalendar(every: .months(1))
    #expect(try monthly.due(after: day("2021-12-20"), period: nil) == day("2022-01-20"))
    #expect(try monthly.due(after: day("2022-01-31"), period: nil) == day("2022-02-28"))
    #expect(try weekly.firstDue(from: day("2022-01-05")) == day("2022-01-12"))
  }

  /// Medians and median absolute deviations by numpy.median; the rule's bound is min(share × median, median − 3 × 1.4826 × MAD).
  @Test func shrunkenIsFarBelowMedianAndSpread() throws {
    #expect(FilingHistory([10, 10, 10]) == nil)
    let steady = try #require(FilingHistory([100, 104, 98, 102, 5000]))
    #expect(steady.median == 102 && steady.spread == 2)
    #expect(steady.isShrunken(50, below: 0.5) && !steady.isShrunken(51, below: 0.5) && !steady.isShrunken(50, below: 0))
    // A feed whose files vary widely: median 55, spread 42.5, so nothing is low enough.
    let wild = try #require(FilingHistory([5, 95, 20, 90, 10, 100]))
    #expect(wild.median == 55 && wild.spread == 42.5 && !wild.isShrunken(0, below: 0.5))
  }

  @Test func filesOfOneSeriesFollowOneAnother() {
    for name in ["vacancies-2021-12.csv.gz", "Vacancies-2022-01.CSV", "vacancies--.xlsx"] {
      #expect(FileTraits.series(of: name) == "vacancies--")
    }
    #expect(FileTraits.series(of: "vacancies-clerk.csv") != FileTraits.series(of: "vacancies.csv"))
  }
}

@Suite struct HeaderDriftTests {
  private func changes(_ old: String, _ new: String, isSameSeries: Bool = true) throws -> [String] {
    func headers(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }
    let drift = HeaderDrift(
      from: headers(old), to: headers(new), by: try Fixture.program("feed: headcount"), isSameSeries: isSameSeries)
    return drift.changes.map {
      "\($0.kind.rawValue) \($0.old)>\($0.new) \($0.column ?? "-")\($0.isLost ? " lost" : "")"
    }
  }

  @Test func namesEveryKindOfChange() throws {
    let old = "credit_code,month,headcount_base,headcount,decrease_reason,reported_on,memo"
    #expect(try changes(old, old) == [])
    #expect(try changes(old, old + ",remark") == ["new >remark -"])
    #expect(
      try changes(old, "credit_code,month,headcount,decrease_reason,reported_on")
        == ["missing headcount_base> headcount_base lost", "missing memo> -"])
    // A new header close to the one that is gone, an alias that fills the same column, a column that is read from now on.
    #expect(
      try changes(old, old.replacingOccurrences(of: "decrease_reason", with: "decrease_reasons"))
        == ["renamed decrease_reason>decrease_reasons decrease_reason lost"])
    #expect(
      try changes(old, old.replacingOccurrences(of: "decrease_reason", with: "减少原因"))
        == ["renamed decrease_reason>减少原因 decrease_reason"])
    #expect(try changes(old, old + ",上期人数") == ["new >上期人数 headcount_previous"])
    // Nothing alike: a loss and a new column, not a guess.
    #expect(
      try changes(old, old.replacingOccurrences(of: "decrease_reason", with: "备注"))
        == ["new >备注 -", "missing decrease_reason> decrease_reason lost"])
    #expect(
      try changes(old, "month,credit_code,headcount_base,headcount,decrease_reason,reported_on,memo")
        == ["reordered month, credit_code> -"])
  }

  @Test func filesOfAnotherOriginAreComparedByWhatTheyFill() throws {
    let old = "credit_code,month,headcount,decrease_reason,reported_on,memo"
    #expect(
      try changes(old, "月份,统一社会信用代码,调查期人数,填报日期,备注", isSameSeries: false)
        == ["missing decrease_reason> decrease_reason lost"])
  }

  @Test func aFileTellsWhatChangedAndIsRefusedWhereTheFeedSaysSo() throws {
    try Fixture.run { fixture in
      let report = try Fixture.program("feed: headcount")
      let first = "credit_code,month,headcount,decrease_reason,reported_on\n\(Fixture.code),2023-01,5,订单减少,2023-01-28\n"
      let second = first.replacingOccurrences(of: "decrease_reason", with: "decrease_why").replacingOccurrences(
        of: "2023-01", with: "2023-02")
      #expect(try fixture.take(first, as: "headcount-1.csv", by: report).drift == [])
      let taken = try fixture.take(second, as: "headcount-2.csv", by: report, run: 2)
      let sentence = try #require(taken.drift.first?.sentence(.english, description: "f.yaml"))
      #expect(taken.status == .taken && taken.drift.count == 1)
      for word in ["decrease_reason", "decrease_why", "empty in every row", "f.yaml"] {
        #expect(sentence.contains(word))
      }
      // Read again, it is no news; nor is the file before it.
      #expect(try fixture.take(second, as: "headcount-2.csv", by: report, run: 3, force: true).drift == [])
      #expect(try fixture.take(first, as: "headcount-1.csv", by: report, run: 4, force: true).drift == [])

      let strict = try Fixture.program("feed: headcount\ndrift: {missing: refuse, renamed: refuse}")
      let third = second.replacingOccurrences(of: "2023-02", with: "2023-03")
      let refused = try fixture.take(third, as: "headcount-3.csv", by: strict, run: 5)
      #expect(refused.status == .refused && refused.message?.contains("decrease_why") == true)
      #expect(try fixture.rows("select count(*) from headcount_versions where month = '2023-03-01'") == ["0"])
      let harmless = third.replacingOccurrences(of: "decrease_why", with: "减少原因")
      #expect(try fixture.take(harmless, as: "headcount-3.csv", by: strict, run: 6).status == .taken)
    }
  }

  @Test func aSampleShowsHowItDiffersFromTheDescription() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/headcount.csv"
      try write(
        "credit_code,month,headcount,decrease_reasons,reported_on\n\(Fixture.code),2023-01,5,x,2023-01-28\n", to: path)
      let program = try Fixture.program("feed: headcount\ncolumns: {headcount_base: 基期}")
      let told = try FeedPreview(of: path, by: program, limit: 1).differences
      #expect(told.count == 3, "\(told)")
      #expect(
        told.contains {
          $0.contains("decrease_reason（减少原因）") && $0.contains("write decrease_reason: \"decrease_reasons\"")
        })
      #expect(told.contains("headcount_base should come from 基期, which the file does not have"))
      #expect(told.last?.contains("headcount_previous") == true)
    }
  }
}

@Suite struct FileTraitsTests {
  private static let header = "source,posting_id,credit_code,region,chain,occupation,headcount,posted_on,updated_at\n"

  private func row(_ id: Int, _ known: String) -> String {
    "hr,P\(id),\(Fixture.code),沭阳,\(id % 2 == 0 ? "liquor" : ""),6-05,3,2023-01-01,\(known)\n"
  }

  @Test func ledgerKeepsNewestRecordRegionsAndChains() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: vacancies")
      let clock = 1_700_000_000  // 2023-11-15 06:13:20 in Suqian
      let rows = row(1, "2023-11-01 08:00:00") + row(2, "2023-11-14 09:30:00") + row(3, "2023-10-01")
      let good = try fixture.take(Self.header + rows, by: program, clock: clock)
      #expect(good.traits.newestKnownAt == LocalTimestamp("2023-11-14T09:30:00"))
      #expect(good.traits.regions == ["321322": 3] && good.traits.chains == ["liquor": 1])
      #expect(good.traits.futureRows == 0 && !good.traits.isCutOff)
      let stored =
        "select description, series, newest_known_at, regions, region_rows, chains, chain_rows from file_traits"
      #expect(
        try fixture.rows(Query(name: "traits", text: stored))
          == ["test|vacancies|2023-11-14 09:30:00|{321322}|{3}|{liquor}|{1}"])
      let cut = try fixture.take(Self.header + rows + "hr,P9,9144", as: "vacancies-2.csv", by: program, run: 2)
      #expect(cut.traits.isCutOff && cut.counts.rejectedByReason == ["field_count": 1])
    }
  }

  @Test func chainsOutsideTheirValidityAreToldOrRejected() throws {
    try Fixture.run { fixture in
      var reference = Fixture.reference
      reference.chains = [
        Chain(
          code: ChainCode(rawValue: "liquor"), name: "酿造（酒）", nameEN: "Liquor brewing",
          validFrom: Month(year: 2021, month: 1), validTo: Month(year: 2022, month: 12), aliases: ["酒"])
      ]
      // Even rows name the chain, by code; the last two by its name and its alias, on the first and the last day of its validity.
      let rows = row(1, "2023-01-02") + row(2, "2023-01-02") + row(4, "2023-01-03")
      let dated =
        row(6, "2023-01-02").replacingOccurrences(of: "liquor", with: "酒")
        .replacingOccurrences(of: "2023-01-01", with: "2022-12-31")
        + row(8, "2023-01-02").replacingOccurrences(of: "2023-01-01", with: "2021-01-01")
        + row(10, "2023-01-02").replacingOccurrences(of: "liquor", with: "酒")
        .replacingOccurrences(of: "2023-01-01", with: "2020-12-31")
      let text = Self.header + rows + dated
      let report = try Fixture.program("feed: vacancies", reference: reference)
      let told = try fixture.take(text, by: report)
      #expect(told.traits.outOfSeason == ["liquor": 3] && told.counts.rejected == 0)
      let strict = try Fixture.program("feed: vacancies\nrules: {chain_validity: reject}", reference: reference)
      let rejected = try fixture.take(text, by: strict, run: 2)
      #expect(rejected.counts.rejectedByReason == ["unknown_chain": 3])
      #expect(
        try fixture.rows("select string_agg(line::text, ' ' order by line) from quarantine where message like '%有效期%'")
          == ["3 4 7"])
      #expect(
        try fixture.take(text, as: "v2.csv", by: try Fixture.program("feed: vacancies"), run: 3).traits.outOfSeason
          .isEmpty)
    }
  }

  @Test func rowsFromTheFutureAreToldOrRejected() throws {
    try Fixture.run { fixture in
      let clock = 1_700_000_000  // 2023-11-15 06:13:20 in Suqian
      let rows = row(1, "2023-11-16 06:00:00") + row(2, "2023-11-16 06:14:00") + row(3, "2033-11-14")
      let told = try fixture.take(Self.header + rows, by: try Fixture.program("feed: vacancies"), clock: clock)
      #expect(told.traits.futureRows == 2 && told.counts.rejected == 0)
      #expect(told.traits.newestKnownAt == LocalTimestamp("2023-11-16T06:00:00"))
      let strict = try Fixture.program("feed: vacancies\nrules: {future: reject}")
      let rejected = try fixture.take(Self.header + rows, by: strict, run: 2, clock: clock)
      #expect(rejected.counts.rejectedByReason == ["out_of_range": 2])
      let reasons = try fixture.rows("select line, column_name, message from quarantine order by line")
      #expect(reasons.count == 2 && reasons[0].hasPrefix("3|updated_at|“更新时间”晚于接收时间"), "\(reasons)")
    }
  }
}
