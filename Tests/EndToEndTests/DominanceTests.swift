import TestSupport
import Testing

/// One firm's dominance in a whole night.
@Suite struct DominanceTests {
  @Test func nodesThatAreNearlyAllOneFirmsAreMarked() throws {
    try Program.with { program in
      try City.profile(
        program,
        changing: [
          "forecast.yaml": {
            $0.replacingOccurrences(of: "share: 0.85", with: "share: 0.6").replacingOccurrences(
              of: "least: 5", with: "least: 2")
          }
        ])
      try City.fill(program, "inbox")
      let night = try program.run(
        "nightly", "--profile", "profile", "--inbox", "inbox", "--out", "lists", "--now", City.now)
      try #require([0, 3].contains(night.status), "\(night.log)")
      func texts(_ sql: String) throws -> [String] {
        try program.database.connect().query(.init(name: "nodes", text: sql)).map { try $0.string(0) }
      }
      let marked = try texts(
        """
        select chain || '|' || region || '|' || occupation from labourwatch.forecast_nodes where 'one_firm' = any (quality)
        order by 1
        """)
      // The same rule in SQL, over every sum of the enterprises' openings.
      let expected = try texts(
        """
        select coalesce(chain, '') || '|' || coalesce(region, '') || '|' || coalesce(occupation, '')
        from (select chain, region, occupation, credit_code, sum(openings) as openings from labourwatch.forecast_enterprises
              group by credit_code, grouping sets ((chain, region, occupation), (chain, region), (chain), (region), ())) f
        group by chain, region, occupation
        having sum(openings) >= 2 and max(openings) > 0.6 * sum(openings)
        order by 1
        """)
      let all = try texts("select chain from labourwatch.forecast_nodes")
      #expect(marked == expected && !marked.isEmpty && marked.count < all.count)
      let csv = try #require(
        program.files("lists").first { $0.name.contains("321300") && $0.name.hasSuffix("缺口清单.csv") })
      #expect(String(decoding: csv.bytes, as: UTF8.self).contains("单一企业主导"))
    }
  }
}
