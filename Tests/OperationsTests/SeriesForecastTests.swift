import Foundation
import LabourMarket
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

  private func read(_ text: String, groups: SeriesPanelFile.Groups = .automatic) throws -> SeriesPanelFile {
    var out: SeriesPanelFile?
    try inFolder { folder in
      try text.write(toFile: folder + "/p.csv", atomically: true, encoding: .utf8)
      out = try SeriesPanelFile(path: folder + "/p.csv", groups: groups)
    }
    return try #require(out)
  }

  /// Rows of one series at the given dates.
  private func rows(_ dates: [String]) -> String {
    "unique_id,ds,y\n" + dates.enumerated().map { "a,\($0.element),\($0.offset)\n" }.joined()
  }

  /// The distances of dates tell the frequency; forecasts go on in the file's own way of writing.
  @Test func frequenciesAreFound() throws {
    let cases: [([String], SeriesFrequency, String)] = [
      (["2020-01-01", "2020-02-01", "2020-03-01"], .monthly, "2020-04-01"),
      (["2020-01-31", "2020-02-29", "2020-03-31"], .monthly, "2020-04-30"),
      (["2020-01", "2020-02", "2020-03"], .monthly, "2020-04"),
      (["2019-02-01", "2019-05-01", "2019-08-01"], .quarterly, "2019-11-01"),
      (["2018-12-31", "2019-12-31", "2020-12-31"], .yearly, "2021-12-31"),
      (["2020-01-06", "2020-01-13", "2020-01-20"], .weekly, "2020-01-27"),
      (["2020-02-27", "2020-02-28", "2020-02-29"], .daily, "2020-03-01"), (["7", "8", "9"], .numbered, "10"),
    ]
    for (dates, frequency, next) in cases {
      let file = try read(rows(dates))
      #expect(file.style.frequency == frequency && file.panel.series[0].values == [0, 1, 2], "\(dates)")
      #expect(file.style.text(file.panel.series[0].end) == next)
    }
  }

  @Test func groupsComeFromColumnsOrIds() throws {
    let text = "unique_id,ds,y,trade\nn/a,2020-01,1,x\nn/b,2020-01,1,y\ns/a,2020-01,1,x\n"
    let plain = try read(text)
    let column = try read(text, groups: .column("trade"))
    let prefix = try read(text, groups: SeriesPanelFile.Groups("prefix:/"))
    #expect(plain.panel.series.map(\.group) == [nil, nil, nil])
    #expect(column.panel.series.map(\.group) == ["x", "y", "x"])
    #expect(prefix.panel.series.map(\.group) == ["n", "n", "s"])
    #expect(throws: Failure.self) { try read(text, groups: .column("none such")) }
  }

  /// What cannot be read is said with its line.
  @Test(arguments: [
    ("a,2020-01,1\na,2020-02,abc\n", "line 3: column y: \"abc\" is not a number"),
    ("a,2020-01,1\na,2020-13,1\n", "line 3: column ds: \"2020-13\""), ("a,2020-01,1\na,2020-02\n", "line 3: 2 fields"),
    ("a,2020-01,1\na,2020-02,1\na,2020-02,2\n", "line 4: series a has two values for 2020-02"),
    (",2020-01,1\n", "line 2: column unique_id is empty"),
    ("a,2020-01,1\na,17,1\n", "line 3: column ds: dates and whole"),
  ]) func faultsHaveTheirLine(rows: String, message: String) {
    let failure = #expect(throws: Failure.self) { try read("unique_id,ds,y\n" + rows) }
    #expect(failure?.message.contains(message) == true && failure?.next.isEmpty == false, "\(failure?.message ?? "")")
  }

  @Test func quotedIdsAndGapsAreRead() throws {
    let panel = try read(
      "\u{FEFF}y,unique_id,ds\r\n1,\"a, \"\"b\"\"\",2020-02\r\ninf,c,2020-01\r\n 2 ,\"a, \"\"b\"\"\",2020-01\r\nNA,c,2020-02\r\n"
    )
    .panel
    #expect(panel.series.map(\.id) == ["a, \"b\"", "c"] && panel.series[0].values == [2, 1])
    let gaps = panel.series[1].values.filter { $0.isNaN }
    #expect(gaps.count == 2)
  }

  /// The calendar's days around the festival are those of the festival's table; working days are plausible.
  @Test func chineseCalendarAgreesWithTheFestival() throws {
    let path =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path + "/jobs/calendars/cn.csv"
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
    #expect(lines.count == 41 * 12)
    for line in lines {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      let month = try #require(Month(String(cells[0])))
      var counts = [0, 0, 0]
      for offset in 0..<month.days {
        let day = month.firstDay + offset
        for year in [month.year, month.year + 1] {
          guard let festival = SpringFestival.date(year: year) else { continue }
          let distance = day - festival
          if (-21 ..< -1).contains(distance) { counts[0] += 1 }
          if (-1..<7).contains(distance) { counts[1] += 1 }
          if (7..<27).contains(distance) { counts[2] += 1 }
        }
      }
      #expect(counts == cells[1...3].compactMap { Int($0) }, "\(line)")
      if let days = Int(cells[4]) { #expect((13...24).contains(days), "\(line)") }
    }
  }
}
