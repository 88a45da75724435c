import LabourMarket
import Testing

@testable import Ingestion

/// One row that is wrong in one way each: reason, column and sentence.
@Suite struct RowRuleTests {
  private static let header =
    "source,channel,posting_id,credit_code,enterprise_name,region,chain,occupation,title,headcount,filled,salary_min,salary_max,education,posted_on,closes_on,status,updated_at"
  private static let good = [
    "suqian-hr", "云招聘", "P1", Fixture.code, "宿迁纺织有限公司", "321322", "liquor", "6-05", "挡车工", "5", "1", "5000", "6000",
    "不限",
    "2023-01-05", "2023-03-01", "open", "2023-01-05T08:00:00",
  ]

  private static func row(_ changes: [Int: String]) -> String {
    var cells = good
    for (index, cell) in changes { cells[index] = cell }
    return cells.map { $0.contains(",") || $0.contains("\n") ? "\"\($0)\"" : $0 }.joined(separator: ",")
  }

  @Test(
    arguments: [
      ([9: "若干"], "not_a_number", "headcount", "“招聘人数”“若干”不是数字：请只填数字。"),
      ([9: "2.5"], "not_a_number", "headcount", "“招聘人数”“2.5”不是整数：人数请填整数。"),
      ([9: "-3"], "out_of_range", "headcount", "“招聘人数”“-3”超出允许范围（0 至 10000000）：请核对。"),
      ([9: ""], "missing_value", "headcount", "“招聘人数”未填写，此项必填：请补填。"),
      ([2: " "], "missing_value", "posting_id", "“岗位编号”未填写，此项必填：请补填。"),
      ([14: "2023-13-45"], "invalid_date", "posted_on", "“发布日期”“2023-13-45”不是有效日期：请写成 2021-04-26（月份写成 2021-04）。"),
      ([14: "2023-01"], "invalid_date", "posted_on", "“发布日期”“2023-01”缺少日：请写成 2021-04-26。"),
      ([11: "7000"], "inconsistent", "salary_min", "“最低月薪”不应大于“最高月薪”：请核对这两项，改正填错的一项。"),
      ([15: "2022-01-01"], "inconsistent", "posted_on", "“发布日期”不应晚于“截止日期”：请核对这两项，改正填错的一项。"),
      ([10: "6"], "inconsistent", "filled", "“已招人数”不应大于“招聘人数”：请核对这两项，改正填错的一项。"),
      (
        [3: "914403001922038217"], "invalid_credit_code", "credit_code",
        "统一社会信用代码“914403001922038217”校验位不符。请对照营业执照核对；确属真实代码的，可列入认可名单（quarantine accept）。"
      ),
      (
        [3: "9144O3001922038216"], "invalid_credit_code", "credit_code",
        "统一社会信用代码“9144O3001922038216”校验位不符。是否应为 914403001922038216？请对照营业执照核对；确属真实代码的，可列入认可名单（quarantine accept）。"
      ),
      (
        [5: "999999"], "unknown_region", "region",
        "地区“999999”不在地区表内：请填代码或规范名称；确需新增的，请补充 reference/regions.csv 的别名。"
      ),
      ([2: "321322198401072635"], "out_of_range", "posting_id", "“岗位编号”含有身份证号：请改用单位自己的编号，不要填个人证件号。"),
      ([6: "光伏"], "unknown_chain", "chain", "产业链“光伏”不在产业链表内：请填代码或规范名称；确需新增的，请补充 reference/chains.csv。"),
      (
        [7: "9-99"], "unknown_occupation", "occupation", "职业“9-99”不在职业表内：请填代码或规范名称；确需新增的，请补充 reference/occupations.csv。"
      ),
      ([16: "暂停"], "unknown_status", "status", "状态“暂停”无法识别：请填 招聘中、已招满 或 已关闭。"),
    ] as [([Int: String], String, String, String)])
  func rejects(changes: [Int: String], reason: String, column: String, sentence: String) throws {
    try Fixture.run { fixture in
      let text =
        Self.header + "\n" + Self.row([:]) + "\n" + Self.row(changes.merging([2: changes[2] ?? "P2"]) { a, _ in a })
        + "\n"
      let result = try fixture.take(text, by: try Fixture.program("feed: vacancies"))
      #expect(result.counts.rejectedByReason == [reason: 1])
      #expect(result.counts.inserted == 1)
      #expect(
        try fixture.rows("select line, reason, column_name, message from quarantine") == [
          "3|\(reason)|\(column)|\(sentence)"
        ])
    }
  }

  /// Dates are later, numbers greater; where one of several must be filled, the headers that a clerk knows are named.
  @Test(
    arguments: [
      (ClerkLanguage.chinese, "“登记日期”不应晚于“退出日期”：请核对这两项，改正填错的一项。", "所属地区、产业链至少填写一项：请补填。"),
      (
        .english, "registered_on must not be later than exited_on: check both and mend the wrong one.",
        "One of region, chain must be filled: fill it in."
      ),
    ] as [(ClerkLanguage, String, String)])
  func sentencesNameColumnsInTheClerksWords(language: ClerkLanguage, dates: String, oneOf: String) throws {
    try Fixture.run { fixture in
      let persons = """
        person_id,region,registered_on,exited_on,updated_at
        321322198401072635,321322,2023-01-05,2022-12-31,2023-01-06

        """
      let totals = "region,chain,month,reported_on\n,,2023-01,2023-02-01\n"
      try fixture.take(
        persons, as: "unemployment.csv", by: try Fixture.program("feed: unemployment", language: language))
      try fixture.take(
        totals, as: "indicators.csv", by: try Fixture.program("feed: indicators", language: language), number: 2)
      #expect(try fixture.rows("select message from quarantine order by feed") == [oneOf, dates])
    }
  }

  @Test func rejectsBrokenForms() throws {
    try Fixture.run { fixture in
      let good = Self.row([:])
      var bytes = Array((Self.header + "\n" + good + ",多余\n" + "P7,缺列\n").utf8)
      bytes +=
        Array(Self.row([2: "P3"]).utf8.prefix(20)) + [0xFF, 0xFE] + Array(Self.row([2: "P3"]).utf8.dropFirst(20)) + [
          0x0A
        ]
      bytes += Array((Self.row([2: "P4", 8: "A\u{0}B"]) + "\n" + good + ",,\n").utf8)
      let result = try fixture.take(bytes, by: try Fixture.program("feed: vacancies"))
      #expect(result.counts.rejectedByReason == ["field_count": 2, "invalid_encoding": 2])
      #expect(result.counts.inserted == 1, "empty fields behind the last column do no harm")
      let raw = try fixture.connection.query("select raw from quarantine where line = 3").one().bytes(0)
      #expect(String(decoding: raw, as: UTF8.self) == "P7,缺列")
    }
  }

  @Test func readsWhatSpreadsheetsHold() throws {
    try Fixture.run { fixture in
      let text = """
        2023年招聘岗位汇总表,,,,,,,,,,
        *来源,岗位编号,统一社会信用代码,所属地区,职业,招聘人数（人）,最低月薪,发布日期,更新时间,状态,备注
        市场,P1,９１４４０３００１９２２０３８２１６,沭阳,纺织人员,１２人,"5,000元",2023年1月5日,44931.5,招聘中,x
        市场,P2, 91330100799655058b ,沭阳县,6-05,"1,200",,2023/1/5,2023.1.5,已关闭,
        合计,,,,,1212,,,,,

        """
      let result = try fixture.take(text, by: try Fixture.program("feed: vacancies"))
      #expect(result.counts.inserted == 2)
      #expect(result.counts.skipped == 1)
      #expect(result.unknownColumns == ["备注"])
      #expect(
        try fixture.rows(
          "select posting_id, credit_code, region, occupation, headcount, filled, salary_min, posted_on, known_at, status from vacancy_versions order by 1"
        ) == [
          "P1|914403001922038216|321322|6-05|12|0|5000|2023-01-05|2023-01-05 12:00:00|open",
          "P2|91330100799655058B|321322|6-05|1200|0|∅|2023-01-05|2023-01-05 00:00:00|closed",
        ])
    }
  }

  @Test func mapsByDescription() throws {
    try Fixture.run { fixture in
      let yaml = """
        feed: vacancies
        constants: {source: portal, region: "321322", status: open}
        columns:
          posting_id: {from: [Job ID, Type], join: "-"}
          job: Job ID
          credit_code: Agency
          occupation: {from: Category, values: {Textile: 6-05}, default: 6-05}
          headcount: "# Of Positions"
          salary_min: {from: Pay, unit: {from: Frequency, factors: {Annual: 0.5, Hourly: 10}}}
          posted_on: {from: Posted, date_format: dd-MMM-yyyy}
          updated_at: Updated
        rules: {credit_code: identifier, ranges: {headcount: [1, 50]}}
        """
      let text = """
        Job ID,Type,Agency,Category,# Of Positions,Pay,Frequency,Posted,Updated
        7,Internal,DEPT OF PARKS,Textile,3,1000,Annual,05-APR-2019,2019-03-19T00:00:00.000
        7,External,DEPT OF PARKS,,2,20,Hourly,05-APR-2019,2019-03-19T00:00:00Z
        8,External,DEPT OF PARKS,Textile,0,20,Daily,05-APR-2019,2019-03-19
        """
      let result = try fixture.take(text, by: try Fixture.program(yaml))
      #expect(result.counts.rejectedByReason == ["out_of_range": 1])
      #expect(
        try fixture.rows(
          "select posting_id, job, credit_code, salary_min, posted_on, known_at from vacancy_versions order by 1")
          == [
            "7-External|7|DEPT OF PARKS|200|2019-04-05|2019-03-19 08:00:00",
            "7-Internal|7|DEPT OF PARKS|500|2019-04-05|2019-03-19 00:00:00",
          ])
    }
  }

  @Test func acceptsCodesThatTheBureauNames() throws {
    try Fixture.run { fixture in
      let odd = "91350203M0001QAY9B"
      let text = Self.header + "\n" + Self.row([3: odd]) + "\n"
      #expect(try fixture.take(text, by: try Fixture.program("feed: vacancies")).counts.rejected == 1)
      let again = try fixture.take(text, by: try Fixture.program("feed: vacancies", accepted: [odd]), run: 2)
      #expect(again.status == .taken, "other rules: read again")
      #expect(again.counts.inserted == 1)
      #expect(again.passed == 1)
      #expect(try fixture.rows("select status, run_id, resolved_run_id from quarantine") == ["replayed|1|2"])
    }
  }
}
