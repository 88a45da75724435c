import Foundation
import Simulation
import TestSupport

@testable import LabourMarket
@testable import Operations

/// A small simulated city, made once for all tests: seed 7, 14 enterprises, 26 months from 2020-01.
enum City {
  /// The clock of a night after the feeds' end.
  static let now = "2022-03-10T02:00"
  /// The last month that is over then.
  static let asOf = "2022-02"

  /// The feed files: name and text.
  static let feeds: Result<[(name: String, text: String)], any Error> = Result {
    try withTemporaryDirectory { folder in
      guard let start = Month("2020-01") else { throw TestSupportError("2020-01 is no month") }
      let settings = SimulationSettings(seed: 7, enterprises: 14, start: start, months: 26, truthMonths: 26)
      try SimulateRun.run(.init(profile: repositoryRoot + "/jobs/suqian", folder: folder, settings: settings))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/feeds").sorted()
      return try names.map { ($0, try String(contentsOfFile: "\(folder)/feeds/\($0)", encoding: .utf8)) }
    }
  }

  /// Puts the feeds into an inbox of a program's folder.
  /// - Parameter keep: which rows of a feed go there, by their position below the header.
  static func fill(
    _ program: Program, _ inbox: String, suffix: String = "",
    keep: (_ feed: String, _ row: Int, _ of: Int) -> Bool = { _, _, _ in true }
  ) throws {
    let folder = program.folder + "/" + inbox
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in try feeds.get() {
      let feed = name.replacingOccurrences(of: ".csv", with: "")
      let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
      let rows = lines.dropFirst().enumerated().filter { keep(feed, $0.offset, lines.count - 1) }.map(\.element)
      if rows.isEmpty { continue }
      try write(([lines[0]] + rows).joined(separator: "\n") + "\n", to: "\(folder)/\(feed)\(suffix).csv")
    }
  }

  /// A copy of the profile, with texts of its files replaced.
  static func profile(_ program: Program, changing: [String: (String) -> String] = [:]) throws {
    let folder = program.folder + "/profile"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for part in ["profile.yaml", "alerts.yaml", "forecast.yaml", "delivery.yaml", "holidays.csv", "feeds", "reference"]
    {
      try FileManager.default.copyItem(atPath: "\(repositoryRoot)/jobs/suqian/\(part)", toPath: "\(folder)/\(part)")
    }
    for (name, change) in changing {
      let path = folder + "/" + name
      try write(change(try String(contentsOfFile: path, encoding: .utf8)), to: path)
    }
  }
}

/// A CSV file without quotes, as columns by name.
struct Columns {
  let headers: [String]
  let rows: [[String]]

  init(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    headers = lines.first ?? []
    rows = Array(lines.dropFirst())
  }

  subscript(_ row: [String], _ column: String) -> String {
    headers.firstIndex(of: column).flatMap { $0 < row.count ? row[$0] : nil } ?? ""
  }

  func number(_ row: [String], _ column: String) -> Double { Double(self[row, column]) ?? .nan }
}
