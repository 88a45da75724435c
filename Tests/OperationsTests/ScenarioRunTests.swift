import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Operations
@testable import Shortfall

@Suite struct ScenarioRunTests {
  private let reference: Reference
  private let folder: URL

  init() throws {
    let resources = try Resources.locate(environment: ["LABOURWATCH_RESOURCES": repositoryRoot])
    reference = try Profile(folder: Session.profileFolder(repositoryRoot + "/jobs/suqian", resources: resources))
      .reference
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("scenario-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func file(_ text: String) throws -> String {
    let path = folder.appendingPathComponent("\(UUID().uuidString).yaml").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func load(_ text: String) throws -> ShortfallScenario {
    try ForecastScenarioFile(reference: reference, asOf: Month(year: 2021, month: 6)).load(file(text)).scenario
  }

  @Test func readsNamesAliasesGroupsAndMonths() throws {
    let scenario = try load(
      """
      name: test
      changes:
        - {kind: automation, chain: [liquor, 纺织服装], region: 沭阳, group: 技工, share: 0.2, from: +2, months: 3}
        - {kind: supply, region: 321302, month: 2021-08, persons: {2-02: 200, "工程技术人员": 100}}
      """)
    guard case .automation(let scope, 0.2, Month(year: 2021, month: 8), 3) = scenario.changes[0] else {
      Issue.record("\(scenario)")
      return
    }
    #expect(scope.chains.map(\.rawValue).sorted() == ["liquor", "textile-apparel"])
    #expect(scope.regions.map(\.rawValue) == ["321322"])
    #expect(scope.occupations.count == reference.occupations.count { $0.group == .skilled })
    let supply = ShortfallScenario.Change.supply(
      region: RegionCode(rawValue: "321302"), occupation: OccupationCode(rawValue: "2-02"), persons: 300,
      month: Month(year: 2021, month: 8), arrivalRate: nil)
    #expect(scenario.changes[1...] == [supply])
  }

  @Test(arguments: [
    ("changes: [{kind: automation, share: 0.2}]", 1, "from"),
    ("name: x\nchanges:\n  - kind: automation\n    share: 2\n    from: +1", 4, "share"),
    ("changes:\n  - {kind: demand, factor: 1.5, chian: liquor}", 2, "chian"),
    ("changes:\n  - kind: demand\n    factor: 1.5\n    chain: steel", 4, "steel"),
    ("changes:\n  - {kind: fill, factor: 1, from: soon}", 2, "from"),
    ("changes:\n  - {kind: fill, factor: 1, from: +3, until: +1}", 2, "ends before"),
    ("changes:\n  - {kind: strike}", 2, "strike"),
    ("changes:\n  - {kind: response, share: 1, chain: liquor}", 2, "chain"),
    ("changes:\n  - {kind: supply, region: 沭阳, month: +1, persons: {bakers: 3}}", 2, "bakers"),
    ("name: x", 1, "changes"), ("", 0, "empty"),
  ]) func refusesWhatItDoesNotKnow(text: String, line: Int, word: String) throws {
    do {
      _ = try load(text)
      Issue.record("\(text) was taken")
    } catch let failure as Failure {
      #expect(failure.status == .usage)
      #expect("\(failure)".contains(word), "\(failure)")
      #expect(line == 0 || "\(failure)".contains(".yaml:\(line)"), "\(failure)")
    }
  }

  @Test func examplesOfTheProfileAreValidAndOfEveryKind() throws {
    let path = repositoryRoot + "/jobs/suqian/scenarios"
    let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".yaml") }
    let reader = ForecastScenarioFile(reference: reference, asOf: Month(year: 2021, month: 12))
    let kinds = try Set(names.flatMap { try reader.load("\(path)/\($0)").scenario.changes.map(\.kind) })
    #expect(kinds == ["automation", "enterprise", "supply", "response", "demand", "separations", "fill"])
  }

  @Test func standsBesideTheBaseCaseAndNeverInIt() throws {
    let script = try String(contentsOfFile: repositoryRoot + "/Tests/Fixtures/small_city.sql", encoding: .utf8)
    try TestDatabase.withDatabase { database in
      let session = try Session(
        .init(
          profile: repositoryRoot + "/jobs/suqian", database: database.url, quiet: true, now: "2021-07-05",
          environment: ["LABOURWATCH_RESOURCES": repositoryRoot]))
      try session.connection.executeScript(Query(name: "small city", text: script))
      let exports = Exports(session: session)
      let (official, again) = (folder.appendingPathComponent("a.csv").path, folder.appendingPathComponent("b.csv").path)
      let (first, second) = (folder.appendingPathComponent("c.csv").path, folder.appendingPathComponent("d.csv").path)
      func scenario(_ text: String, _ output: String) throws -> ForecastRun.ScenarioResult {
        var out: ForecastRun.ScenarioResult?
        _ = try session.run("forecast") { run in
          out = try ForecastRun(session).run(scenario: file(text), output: output, .init(), in: run)
          return RunSummary()
        }
        return try #require(out)
      }
      #expect(throws: Failure.self) { try exports.write(.scenario, to: first) }
      // The base case is made on the way, as `forecast` would have made it.
      let more = "name: more\nchanges:\n  - {kind: demand, factor: 1.5, from: +1}"
      let result = try scenario(more, first)
      try exports.write(.forecast, to: official)
      #expect(result.text.contains("2021-07") && result.text.contains("+"))
      let base = try session.run("forecast") { run in
        var summary = RunSummary()
        summary.forecast = try ForecastRun(session).run(.init(), in: run)
        #expect(summary.forecast?.reused == true)
        return summary
      }
      #expect(base == .done)
      _ = try scenario(more, second)
      try exports.write(.forecast, to: again)
      func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }
      #expect(bytes(official) == bytes(again) && bytes(first) == bytes(second))
      let rows = String(decoding: try #require(bytes(first)), as: UTF8.self).split(whereSeparator: \.isNewline)
        .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      let city = rows.filter { $0[2] == "city" }
      #expect(city.count == 6)
      for row in city {
        let (before, after, change) = (Double(row[8]) ?? 0, Double(row[9]) ?? 0, Double(row[10]) ?? 0)
        #expect(before > 0 && after > before && abs(after - before - change) < 1e-9)
        // The base column is the official forecast's figure.
        #expect(
          String(decoding: try #require(bytes(official)), as: UTF8.self).contains(
            "city,,,,\(row[6]),\(row[7]),\(row[8]),"))
      }
      let none = try scenario("name: none\nchanges: []", second)
      #expect(none.text.contains("changes nothing"))
    }
  }
}
