import Foundation
import LabourMarket
import TestSupport
import Testing

@testable import Ingestion

@Suite struct FeedDescriptionTests {
  @Test(arguments: [
    ("title: x\n", "f.yaml:1: lacks the key “feed”."),
    ("feed: vacancy\n", "f.yaml:1: “feed”: “vacancy” is none of: enterprises, hiring_plans"),
    ("feed: vacancies\ncolour: red\n", "f.yaml:2: “colour”: is not a known key here."),
    (
      "feed: vacancies\ncolumns:\n  heads: x\n",
      "f.yaml:3: “columns.heads”: “heads” is no column of the feed vacancies."
    ),
    (
      "feed: vacancies\ncolumns:\n  title: {from: x, unti: 5}\n",
      "f.yaml:3: “columns.title.unti”: is not a known key here."
    ),
    ("feed: vacancies\nformat: {charset: latin1}\n", "f.yaml:2: “format.charset”: is no charset that is read here"),
    ("feed: vacancies\nformat: {delimiter: ab}\n", "f.yaml:2: “format.delimiter”: should be one character"),
    (
      "feed: vacancies\nrules: {ranges: {headcount: [5, 1]}}\n",
      "f.yaml:2: “rules.ranges.headcount”: should be [least, greatest]."
    ),
    (
      "feed: vacancies\nrules: {compare: [\"filled < headcount\"]}\n",
      "f.yaml:2: “rules.compare[0]”: should read `column <= column`."
    ),
    (
      "feed: vacancies\nrules: {unknown: {title: empty}}\n",
      "f.yaml:2: “rules.unknown.title”: only region, chain and occupation"
    ),
    (
      "feed: vacancies\nrules: {max_rejected_share: 7}\n",
      "f.yaml:2: “rules.max_rejected_share”: should lie between 0 and 1"
    ),
    (
      "feed: vacancies\nrules: {accept: nowhere.txt}\n",
      "f.yaml:2: “rules.accept”: the accept list ./nowhere.txt is missing"
    ),
    (
      "feed: vacancies\ncolumns: {posted_on: {from: x, date_format: HH}}\n",
      "f.yaml:2: “columns.posted_on.date_format”: should name year and month"
    ),
    ("feed: [\n", "f.yaml:"), ("", "f.yaml: the file is empty."),
  ])
  func saysWhereAndWhatIsWrong(yaml: String, message: String) {
    let fault = #expect(throws: YAMLFault.self) { try FeedDescription(text: yaml, path: "f.yaml") }
    #expect(
      fault?.description.replacingOccurrences(of: "list /nowhere", with: "list ./nowhere").hasPrefix(message) == true,
      "\(fault?.description ?? "")")
  }

  @Test func everyProfileInTheRepositoryIsSound() throws {
    for profile in ["suqian", "us-jolts", "nyc"] {
      let all = try FeedDescription.load(folder: repositoryRoot + "/jobs/\(profile)/feeds")
      #expect(!all.isEmpty)
      #expect(
        all.map { Feed.allCases.firstIndex(of: $0.feed) ?? 0 }
          == all.map { Feed.allCases.firstIndex(of: $0.feed) ?? 0 }.sorted())
    }
  }

  @Test func aFileGoesToTheLongestPattern() throws {
    let general = try FeedDescription(text: "feed: vacancies\nsource: {inbox: \"v*\"}", path: "a.yaml")
    let special = try FeedDescription(text: "feed: vacancies\nsource: {inbox: [\"v_portal*\", \"x*\"]}", path: "b.yaml")
    let all = [general, special]
    #expect(special.wants("v_portal.csv", among: all) && !general.wants("v_portal.csv", among: all))
    #expect(general.wants("v_other.csv", among: all) && !special.wants("v_other.csv", among: all))
    try withTemporaryDirectory { folder in
      for name in ["v1.csv", "v2.csv.gz", "v3.part", ".v4.csv", "~$v5.xlsx", "y.csv"] {
        try write("", to: folder + "/" + name)
      }
      let inbox = try Inbox(folder: folder)
      #expect(inbox.files(of: general, among: all).map(\.name) == ["v1.csv", "v2.csv.gz"])
      #expect(inbox.strangers(to: all) == ["y.csv"])
      #expect(throws: InboxFault.self) { try Inbox(folder: folder + "/none") }
    }
  }

  @Test func rulesDigestFollowsEverythingThatMatters() throws {
    let plain = try Fixture.program("feed: vacancies")
    #expect(try Fixture.program("feed: vacancies").rulesDigest == plain.rulesDigest)
    #expect(try Fixture.program("feed: vacancies\ntitle: x").rulesDigest != plain.rulesDigest)
    #expect(try Fixture.program("feed: vacancies", accepted: ["91350203M0001QAY9B"]).rulesDigest != plain.rulesDigest)
  }

  @Test func previewShowsRowsAsTheyWouldBeStored() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/plans.csv"
      try write(
        """
        统一社会信用代码,调研批次,计划月份,职业,计划招聘人数,填报日期,备注
        \(Fixture.code),2023.1,2023年2月,纺织人员,"1,200人",2023/1/5,
        \(Fixture.code),2023-01,2023-13,6-05,5,2023-01-05,
        合计,,,,1205,,

        """, to: path)
      let preview = try FeedPreview(of: path, by: try Fixture.program("feed: hiring_plans"), limit: 5)
      #expect(preview.unknownColumns == ["备注"])
      #expect(preview.rows.count == 2)
      let values = preview.rows[0].values.map { $0 ?? "∅" }.joined(separator: "|")
      #expect(values == "\(Fixture.code)|2023-01-01|2023-02-01|6-05|∅|∅|∅|∅|1200|∅|∅|2023-01-05T00:00:00")
      #expect(preview.rows[1].rejection?.hasPrefix("invalid_date, period: ") == true)
      #expect(preview.counts.read == 2 && preview.counts.rejected == 1 && preview.counts.skipped == 1)
      #expect(preview.refusal == nil)
      let strict = try Fixture.program("feed: hiring_plans\nrules: {max_rejected_share: 0.4}")
      let refusal = try FeedPreview(of: path, by: strict, limit: 5).refusal
      #expect(refusal?.hasPrefix("1 of 2 rows would be rejected, more than the share of 0.4") == true)
    }
  }
}
