import Foundation
import Testing

@testable import Forecasting
@testable import Operations

@Suite struct SeriesForecastTests {
  /// A folder that goes with the test.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("series-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private func panel() -> String {
    var text = "unique_id,ds,y\n"
    for (id, base) in [("north", 100), ("south", 40)] {
      for t in 0..<48 {
        let month = t % 12 + 1
        text += "\(id),\(2010 + t / 12)-\(month < 10 ? "0" : "")\(month)-01,\(base + 3 * month + t + (t * 7) % 5)\n"
      }
    }
    return text
  }

  /// Nodes that the input lacks come behind its own series, in the order of the edges, and are the sums of theirs.
  @Test func nodesThatTheInputLacksAreForecast() throws {
    try inFolder { folder in
      try panel().write(toFile: folder + "/panel.csv", atomically: true, encoding: .utf8)
      try "node,bottom\ntotal,north\ntotal,south\nalone,north\n".write(
        toFile: folder + "/edges.csv", atomically: true, encoding: .utf8)
      var options = PanelForecaster.Options(horizon: 3)
      options.models = .pooled
      _ = try SeriesForecast.run(
        .init(
          input: SeriesInput(path: folder + "/panel.csv", hierarchy: folder + "/edges.csv", forecaster: options),
          output: folder + "/out.csv"))
      let lines = try String(contentsOfFile: folder + "/out.csv", encoding: .utf8).split(separator: "\n").dropFirst()
      let rows = lines.map { $0.split(separator: ",").map(String.init) }
      #expect(rows.map { $0[0] } == ["north", "south", "total", "alone"].flatMap { [$0, $0, $0] })
      #expect(rows.map { $0[1] }.suffix(3) == ["2014-01-01", "2014-02-01", "2014-03-01"])
      for h in 0..<3 {
        let means = try stride(from: h, to: 12, by: 3).map { try #require(Double(rows[$0][2])) }
        #expect(abs(means[2] - means[0] - means[1]) < 1e-9 * means[2])
        #expect(abs(means[3] - means[0]) < 1e-9 * means[0])
      }
    }
  }

  @Test func missingFilesAreWrongUsage() throws {
    try inFolder { folder in
      let missing = folder + "/none.csv"
      let options = PanelForecaster.Options(horizon: 3)
      let first = #expect(throws: Failure.self) {
        try SeriesForecast.run(
          .init(input: SeriesInput(path: missing, forecaster: options), output: folder + "/out.csv"))
      }
      #expect(first?.status == .usage && first?.next == "give --input a CSV file with the columns unique_id,ds,y")
      try panel().write(toFile: folder + "/panel.csv", atomically: true, encoding: .utf8)
      let second = #expect(throws: Failure.self) {
        try SeriesForecast.run(
          .init(
            input: SeriesInput(path: folder + "/panel.csv", hierarchy: missing, forecaster: options),
            output: folder + "/out.csv"))
      }
      #expect(second?.status == .usage && second?.next == "give --hierarchy a CSV file with the columns node,bottom")
    }
  }
}
