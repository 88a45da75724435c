import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

/// Files of any feed with a clock, in any order: the same versions. (The register has none; vacancies: `VersionTests`.)
@Suite struct FileOrderTests {
  private static let persons = ["321322198401072635", "321322199412228636"]
  private static let days = ["2023-03-01", "2023-03-02", "2023-03-05"]

  /// The columns of a feed and what their cells are drawn from: so little that keys, clocks and contents meet; “x” makes a row wrong.
  private static func columns(_ feed: Feed) -> [(name: String, cells: [String])] {
    let codes = ("credit_code", [Fixture.code, Fixture.otherCode])
    let numbers = ["3", "7", "7", "x"]
    switch feed {
    case .hiringPlans:
      return [
        codes, ("survey_wave", ["2023-01", "2023-04"]), ("period", ["2023-02", "2023-05"]), ("occupation", ["6-05"]),
        ("region", ["321322", ""]), ("planned_hires", numbers), ("headcount", ["", "120"]), ("reported_on", days),
      ]
    case .unemployment:
      return [
        ("person_id", persons), ("registered_on", ["2023-01-05", "2023-02-05"]), ("region", ["321322", "321300", "x"]),
        ("exited_on", ["", "2023-03-01"]), ("updated_at", days),
      ]
    case .headcount:
      return [
        codes, ("month", ["2023-01", "2023-02"]), ("headcount", numbers), ("decrease_reason", ["", "合同到期"]),
        ("reported_on", days),
      ]
    case .supplyPipeline:
      return [
        ("program", ["返乡就业", "订单班"]), ("region", ["321322"]), ("chain", ["", "liquor"]), ("month", ["2023-05"]),
        ("persons", numbers), ("reported_on", days),
      ]
    case .indicators:
      return [
        ("region", ["321322", "321300"]), ("chain", ["", "liquor"]), ("month", ["2023-01"]), ("hires", numbers),
        ("openings_end", ["", "12.5"]), ("reported_on", days),
      ]
    case .outcomes:
      return [
        ("indicator", ["talent"]), ("region", ["321322", "321300"]), ("month", ["2023-01", "2023-02"]),
        ("value", ["1.5", "2", "x"]), ("reported_on", days),
      ]
    case .enterprises, .vacancies: return []
    }
  }

  @Test(
    arguments: [Feed.hiringPlans, .unemployment, .headcount, .supplyPipeline, .indicators, .outcomes],
    [1, 2] as [UInt64])
  func anyOrderGivesTheSameTables(feed: Feed, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let columns = Self.columns(feed)
    let files = (0..<5).map { _ in
      let rows = (0..<Int.random(in: 1...25, using: &random)).map { _ in
        columns.map { $0.cells.randomElement(using: &random) ?? "" }.joined(separator: ",")
      }
      return ([columns.map(\.name).joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
    }
    let program = try Fixture.program("feed: \(feed.rawValue)")
    let table = FeedSchema.of(feed).table
    var tables: [[String]] = []
    for turn in 0..<4 {
      let order = turn == 0 ? Array(files.indices) : files.indices.shuffled(using: &random)
      try Fixture.run { fixture in
        var stored = 0
        for (number, index) in order.enumerated() {
          let counts = try fixture.take(
            files[index], as: "\(feed.rawValue)-\(index).csv", by: program, run: Int64(number + 1), number: 1,
            clock: 1_700_000_000 + number * 86_400
          ).counts
          let sum = counts.inserted + counts.updated + counts.late + counts.unchanged + counts.rejected
          #expect(counts.read == sum, "\(feed) seed \(seed)")
          stored += counts.inserted + counts.updated + counts.late
        }
        tables.append(
          try fixture.rows(
            .init(
              name: "versions",
              text: """
                select (to_jsonb(t) - array['received_at', 'run_id', 'file_no', 'line'])::text from \(table) t order by 1
                """)))
        #expect(tables[turn].count == stored, "\(feed) seed \(seed)")
      }
      #expect(!tables[0].isEmpty && tables[turn] == tables[0], "\(feed) seed \(seed), order \(order)")
    }
  }
}
