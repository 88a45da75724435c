import Foundation
import Postgres
import TestSupport

/// A command in a situation: what ran before it, and what it is asked to do.
enum Scenario: String, CaseIterable, Sendable {
  /// The first night's files into an empty database.
  case ingest
  /// Schema and reference data into an empty database.
  case migrate
  /// Codes onto the accept list, and their rows run again.
  case accept = "quarantine accept"
  /// Rows run again after the reference data learnt an alias.
  case replay = "quarantine replay"
  /// The second night's files: corrections, versions of known keys, late ones.
  case secondIngest = "second ingest"
  /// Feeds that are pulled from a portal, beside files.
  case pull
  /// Full exports, each the whole state of its source, into an empty database.
  case exports = "full exports"
  /// The next full exports, which close and open again, or come late and stand between those known.
  case nextExports = "next full exports"
  /// A whole night with forecast, lists and delivery on the simulated city.
  case nightly
  /// The night after, with half of the newest postings as news.
  case secondNightly = "second nightly"
  /// The forecast as a file.
  case export
  /// Lists that officers filled in after the second night.
  case lists = "officers' lists"
  /// A whole night that begins with such lists.
  case nightlyLists = "nightly with officers' lists"

  /// Those that take officers' lists.
  static let ofLists: [Scenario] = [.lists, .nightlyLists]

  /// The command line.
  func arguments(_ world: World) -> [String] {
    switch self {
    case .ingest: ["ingest", "--inbox", "inbox", "--now", World.clocks[0], "--summary", "out/summary.json"]
    case .secondIngest: ["ingest", "--inbox", "inbox", "--now", World.clocks[1], "--summary", "out/summary.json"]
    case .nightly: Self.night(World.clocks[0])
    case .secondNightly: Self.night(World.clocks[1])
    case .migrate: ["migrate"]
    case .accept:
      ["quarantine", "accept"] + world.wrongCodes
        + ["--by", "王敏", "--reason", "与营业执照一致", "--now", World.clocks[1]]
    case .replay: ["quarantine", "replay", "--profile", "profile", "--now", World.clocks[1]]
    case .pull, .exports: Scenario.ingest.arguments(world) + ["--profile", "profile"]
    case .nextExports: Scenario.secondIngest.arguments(world) + ["--profile", "profile"]
    case .export: ["export", "forecast", "--output", "out/forecast.csv"]
    case .lists: ["ingest", "--inbox", "inbox", "--now", World.clocks[2], "--summary", "summary.json"]
    case .nightlyLists: Self.night(World.clocks[2])
    }
  }

  private static func night(_ clock: String) -> [String] {
    ["nightly", "--inbox", "inbox", "--out", "out", "--now", clock, "--deliver", "--summary", "summary.json"]
  }

  /// What must have run before, in the same folder.
  var before: Scenario? {
    switch self {
    case .ingest, .migrate, .nightly, .pull, .exports: nil
    case .secondIngest, .accept, .replay: .ingest
    case .nextExports: .exports
    case .secondNightly, .export: .nightly
    case .lists, .nightlyLists: .secondNightly
    }
  }

  /// Whether it is about the simulated city, which is the same in all worlds.
  var isOfCity: Bool { self == .nightly || before?.isOfCity == true }

  /// Whether the schema must not be there yet.
  var startsEmpty: Bool { self == .migrate }

  /// Puts what the command finds into a folder.
  func furnish(_ folder: String, _ world: World) throws {
    let inbox = folder + "/inbox"
    for name in ["inbox", "out", "home", "tmp"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    switch self {
    case .ingest: for file in world.nights[0] { try Self.put(file.bytes, "\(inbox)/\(file.name)") }
    case .secondIngest: for file in world.nights[1] { try Self.put(file.bytes, "\(inbox)/\(file.name)") }
    case .nightly: try city(inbox, "1") { $0 < $1 * 9 / 10 }
    case .secondNightly: try city(inbox, "2") { $0 >= $1 * 9 / 10 }
    case .replay: try Self.profile(folder + "/profile")
    case .pull:
      let feeds = Portal.feeds
      try Self.profile(folder + "/profile", feeds)
      for file in world.nights[0] where feeds[file.feed] == nil { try Self.put(file.bytes, "\(inbox)/\(file.name)") }
    case .exports, .nextExports:
      let turn = self == .exports ? 0 : 1
      try Self.profile(folder + "/profile", World.exported)
      for file in world.nights[turn].filter({ World.exported[$0.feed] == nil }) + world.exports[turn] {
        try Self.put(file.bytes, "\(inbox)/\(file.name)")
      }
    case .lists, .nightlyLists:
      for book in try OfficerBook.filled(after: folder + "/out") { try book.save("\(inbox)/\(book.name)") }
    case .migrate, .accept, .export: break
    }
  }

  private func city(_ inbox: String, _ suffix: String, _ keep: (Int, Int) -> Bool) throws {
    for table in try SimulatedFeeds.tables.get() {
      var part = table
      part.rows = table.rows.enumerated().filter { keep($0.offset, table.rows.count) }.map(\.element)
      try Self.put(try FileForm.csv.bytes(part), "\(inbox)/\(table.feed)_\(suffix).csv")
    }
  }

  /// The profile, in which a region's alias is what clerks of these worlds mistype.
  /// - Parameter feeds: descriptions that stand for the profile's own, by feed.
  static func profile(_ folder: String, _ feeds: [String: String] = [:]) throws {
    let source = repositoryRoot + "/jobs/suqian"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: source) where name != "inbox" {
      try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(folder)/\(name)")
    }
    for (name, text) in feeds { try write(text, to: "\(folder)/feeds/\(name).yaml") }
    let path = folder + "/reference/regions.csv"
    var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    guard let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false),
      let column = header.firstIndex(of: "aliases")
    else { throw TestSupportError("regions.csv has no aliases") }
    var cells = lines[2].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    cells[column] += cells[column].isEmpty ? "亚特兰蒂斯" : "|亚特兰蒂斯"
    lines[2] = cells.joined(separator: ",")
    try write(lines.joined(separator: "\n") + "\n", to: path)
  }

  static func put(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}
