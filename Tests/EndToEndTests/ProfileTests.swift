import Foundation
import TestSupport
import Testing

@testable import LabourMarket
@testable import Operations

@Suite("Profiles with real data")
struct ProfileTests {
  @Test(
    "A night from the shipped inbox, and lists in English",
    arguments: [("us-jolts", "2015-01-05", "2014-12"), ("nyc", "2019-04-02", "2019-03")])
  func night(_ profile: String, _ now: String, _ asOf: String) throws {
    try Program.with { program in
      let folder = repositoryRoot + "/jobs/" + profile
      let night = try program.run(
        "nightly", "--profile", folder, "--inbox", folder + "/inbox", "--out", "lists", "--now", now, "--summary",
        "summary.json")
      let summary = try program.summary("summary.json")
      let rejected = (summary.feeds ?? []).reduce(0) { $0 + $1.rejected }
      #expect(night.status == (rejected > 0 ? 3 : 0), "\(night.log)")
      for feed in summary.feeds ?? [] {
        #expect(feed.read > 1_000 && feed.rejected * 100 < feed.read, "\(feed)")
        #expect(feed.read == feed.inserted + feed.updated + feed.late + feed.unchanged + feed.rejected, "\(feed)")
      }
      #expect(summary.forecast?.as_of == asOf)
      let pages = program.files("lists").filter { $0.name.hasSuffix(".html") }
      #expect(pages.count >= 2)
      for page in pages {
        let text = String(decoding: page.bytes, as: UTF8.self)
        // Below the style sheet, which names Chinese fonts.
        let body = text.range(of: "<body").map { text[$0.lowerBound...] } ?? ""
        let chinese = body.unicodeScalars.filter { (0x4E00...0x9FFF).contains($0.value) }.count
        #expect(
          chinese == 0 && body.count > (page.name.hasSuffix("briefing.html") ? 300 : 1_000),
          "\(page.name) speaks Chinese")
        #expect(text.contains("lang=\"en\""), "\(page.name)")
      }
      #expect(try program.run("export", "forecast", "--profile", folder, "--output", "forecast.csv").status == 0)
      let table = Columns(try program.text("forecast.csv"))
      let reference = try Profile(folder: folder).reference
      let city = means(table, "city", "city")
      #expect(city.count == 6 && city.values.allSatisfy { ($0[""] ?? 0) > 0 })
      checkTree(means(table, "chain", "chain"), city, reference.chains.map { ($0.code.rawValue, $0.parent?.rawValue) })
      checkTree(
        means(table, "region", "region"), city, reference.regions.map { ($0.code.rawValue, $0.parent?.rawValue) })
    }
  }

  /// Means of a level: by month, then by what a column says.
  private func means(_ table: Columns, _ level: String, _ column: String) -> [String: [String: Double]] {
    var means: [String: [String: Double]] = [:]
    for row in table.rows where table[row, "level"] == level {
      means[table[row, "month"], default: [:]][table[row, column]] = table.number(row, "mean")
    }
    return means
  }

  /// Nodes within nodes: the lowest sum to those above them, the highest to the city.
  private func checkTree(
    _ means: [String: [String: Double]], _ city: [String: [String: Double]], _ tree: [(code: String, parent: String?)]
  ) {
    #expect(means.count == 6)
    let parents = Dictionary(uniqueKeysWithValues: tree)
    for (month, nodes) in means {
      #expect(nodes.count > (nodes["NYC"] == nil ? 20 : 0))
      var sums: [String: Double] = [:]
      for (code, mean) in nodes {
        let parent = (parents[code] ?? nil).flatMap { nodes[$0] == nil ? nil : $0 } ?? ""
        sums[parent, default: 0] += mean
      }
      for (parent, sum) in sums {
        let whole = (parent.isEmpty ? city[month]?[""] : nodes[parent]) ?? .nan
        #expect(abs(sum - whole) <= 1e-9 * max(1, abs(whole)), "children of “\(parent)” in \(month)")
      }
    }
  }
}
