import Foundation
import TestSupport
import Testing

/// Key firms that have not filed, from the inbox to an alert and the list.
@Suite struct KeyFirmTests {
  private func night(_ program: Program, _ now: String) throws {
    let night = try program.run(
      "nightly", "--profile", "profile", "--inbox", "inbox", "--out", "lists", "--now", now)
    try #require([0, 3].contains(night.status), "\(night.log)")
  }

  private func texts(_ program: Program, _ sql: String) throws -> [String] {
    try program.database.connect().query(.init(name: "key firms", text: sql)).map { try $0.string(0) }
  }

  /// Who lacks the wave or month, counted over the files; everybody of the register is a key firm.
  private func silent() throws -> (plans: Set<String>, headcount: Set<String>, places: [String: String]) {
    func columns(_ name: String) throws -> Columns {
      Columns(try #require(try City.feeds.get().first { $0.name == name }).text)
    }
    let (register, plans, months) = try (
      columns("enterprises.csv"), columns("hiring_plans.csv"), columns("headcount.csv")
    )
    // Of a size class of which nobody told its persons in the last year nothing is known.
    let told = Set(
      plans.rows.filter { plans[$0, "survey_wave"] >= "2021-03" && !plans[$0, "headcount"].isEmpty }
        .map { plans[$0, "credit_code"] }
        + months.rows.filter { months[$0, "month"] >= "2021-03" }
        .map { months[$0, "credit_code"] })
    let classes = Set(
      register.rows.filter { told.contains(register[$0, "credit_code"]) }.map { register[$0, "size_class"] })
    let places = Dictionary(
      register.rows.filter { classes.contains(register[$0, "size_class"]) }.map {
        (register[$0, "credit_code"], "\(register[$0, "chain"])|\(register[$0, "region"])")
      }, uniquingKeysWith: { a, _ in a })
    // The wave of January 2022 was overdue on 20 February, and so was the month.
    func filed(_ table: Columns, _ column: String) -> Set<String> {
      Set(table.rows.filter { table[$0, column] >= "2022-01" }.map { table[$0, "credit_code"] })
    }
    let panel = Set(months.rows.map { months[$0, "credit_code"] })
    return (
      Set(places.keys).subtracting(filed(plans, "survey_wave")), panel.subtracting(filed(months, "month")), places
    )
  }

  @Test func whoHasNotFiledMakesItsNodesBlueAndIsNamed() throws {
    try Program.with { program in
      try City.profile(
        program,
        changing: [
          "forecast.yaml": {
            $0.replacingOccurrences(of: "share: 0.5 ", with: "share: 1 ").replacingOccurrences(
              of: "least: 300", with: "least: 1"
            ).replacingOccurrences(of: "filed: 0.5", with: "filed: 0.01")
          }
        ])
      try City.fill(program, "inbox")
      try night(program, City.now)
      let silent = try silent()
      let firms = silent.plans.union(silent.headcount)
      try #require(!firms.isEmpty && firms.count < silent.places.count)
      let stored =
        "select concat_ws('|', credit_code, chain, region, plans_wave, headcount_month) from forecast_key_firms k where run_id = "
      let first = try texts(program, stored + "(select max(run_id) from forecast_runs) order by 1")
      #expect(
        first
          == firms.map { code in
            [code, silent.places[code] ?? ""].joined(separator: "|")
              + (silent.plans.contains(code) ? "|2022-01-01" : "")
              + (silent.headcount.contains(code) ? "|2022-01-01" : "")
          }.sorted())

      // Every node of these chains and regions has the code and an alert, some of them for nothing else, and the alert says why.
      let marked = try texts(
        program,
        "select chain || '|' || region from forecast_nodes where level = 'chain_region' and 'key_firm_missing' = any (quality) order by 1"
      )
      let nodes = Set(
        try texts(program, "select chain || '|' || region from forecast_nodes where level = 'chain_region'"))
      #expect(Set(marked) == Set(firms.compactMap { silent.places[$0] }).intersection(nodes) && !marked.isEmpty)
      let alerts = try texts(
        program,
        """
        select chain || '|' || region from alerts where occupation = '' and chain <> '' and region <> '' and status = 'open' order by 1
        """)
      #expect(Set(marked).isSubset(of: alerts))
      let calm = try texts(
        program,
        """
        select e.reason from alerts a join alert_events e using (city, fingerprint, opened_on)
        join forecast_nodes n using (city, chain, region, occupation)
        join forecast_values v on v.run_id = n.run_id and v.level = n.level and v.chain = n.chain and v.region = n.region
        where v.horizon = 3 and v.p_exceed < 0.2 and n.level = 'chain_region' and a.level = 'blue'
        """)
      #expect(!calm.isEmpty && calm.allSatisfy { $0.hasSuffix("key_firm_missing") }, "\(calm)")

      // The list says it, and names the firm beside what it lacks.
      let files = program.files("lists").filter { $0.name.contains("321300") }
      func document(_ suffix: String) throws -> String {
        String(decoding: try #require(files.first { $0.name.hasSuffix(suffix) }).bytes, as: UTF8.self)
      }
      #expect(try document("缺口清单.csv").contains("重点企业缺报"))
      #expect(try document("缺口清单.html").contains("缺报：企业用工计划 2022-01"))
      let briefing = try document("简报.html")
      let names = try texts(
        program,
        """
        select enterprise_name from enterprise_versions join forecast_key_firms using (city, credit_code)
        where plans_wave is not null
        """)
      let name = try #require(names.first { briefing.contains("\($0)（企业用工计划 2022-01") })
      #expect(try document("缺口清单.html").contains(name))

      // One of them files in March: February stays as it was, at the end of March it is not missing any more.
      let code = try #require(silent.plans.sorted().first)
      try write(
        "credit_code,survey_wave,period,occupation,planned_hires,reported_on\n\(code),2022-01,2022-04,6-05,5,2022-03-20\n",
        to: program.folder + "/inbox/hiring_plans-late.csv")
      try night(program, "2022-04-05T02:00")
      // The stored forecast would stand; without it February is made anew.
      _ = try texts(
        program,
        "with gone as (delete from forecast_runs where as_of = '2022-02-01' returning 1) select count(*)::text from gone"
      )
      let again = try program.run("forecast", "--profile", "profile", "--as-of", City.asOf, "--now", "2022-04-05T02:00")
      #expect(again.status == 0, "\(again.log)")
      let count = "(select run_id from forecast_runs where as_of = "
      #expect(try texts(program, stored + count + "'2022-02-01' order by run_id desc limit 1) order by 1") == first)
      let later = try texts(program, stored + count + "'2022-03-01' order by run_id desc limit 1) order by 1")
      #expect(!later.contains { $0.hasPrefix(code) && $0.contains("|2022-01-01") } && !later.isEmpty, "\(later)")
    }
  }
}
