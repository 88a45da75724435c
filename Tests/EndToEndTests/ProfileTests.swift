import Foundation
import TestSupport
import Testing

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
      #expect((summary.forecast?.cells ?? 0) > 20)
      let pages = program.files("lists").filter { $0.name.hasSuffix(".html") }
      #expect(pages.count >= 2)
      for page in pages {
        let text = String(decoding: page.bytes, as: UTF8.self)
        let chinese = text.unicodeScalars.filter { (0x4E00...0x9FFF).contains($0.value) }.count
        #expect(chinese == 0, "\(page.name) speaks Chinese")
        #expect(text.contains("lang=\"en\""), "\(page.name)")
      }
      #expect(try program.run("export", "forecast", "--profile", folder, "--output", "forecast.csv").status == 0)
      let table = Columns(try program.text("forecast.csv"))
      let city = table.rows.filter { table[$0, "level"] == "city" }
      #expect(city.count == 6)
      #expect(city.allSatisfy { table.number($0, "mean") > 0 })
    }
  }
}
