import Foundation
import Postgres
import TestSupport

/// What may happen to the workbooks of officers themselves.
extension Case {
  /// Copies under other names work no alert a second time, nor does reading all of them once more.
  func listsTwice() throws {
    let scenario: Scenario = any()
    let reference = try workshop.reference(scenario, world)
    try prepare(reference)
    // The first may come before or behind its copy and both behind the second; the second comes behind the first.
    let names = [("2_王敏", ["1_王敏", "3_王敏", "6_王敏"]), ("5_李强", ["4_李强", "7_李强"])].map {
      ($0.0, $0.1[below($0.1.count)])
    }
    for (name, copy) in names {
      let inbox = folder + "/inbox/vacancies_"
      try FileManager.default.copyItem(atPath: "\(inbox)\(name).xlsx", toPath: "\(inbox)\(copy).xlsx")
    }
    step = "\(scenario.rawValue): \(names.map(\.1).joined(separator: ", "))"
    // The words of a step name the workbook that was read first.
    let oracle = Oracle(
      server: workshop.server, ignoring: ["file_no", "file_name", "reason", "message"], namesFiles: false)
    var expected = try oracle.outcome(reference.database, folder: nil)
    try end(try start(scenario), [reference.status], "the run with copies")
    try compare(expected, oracle)
    for _ in 1...2 {
      let forced = try workshop.start(
        Scenario.lists.arguments(world) + ["--force"], in: folder, url: workshop.server.url(database))
      try end(forced, [reference.status], "the forced run")
    }
    let after = try oracle.outcome(database, folder: nil)
    for line in after.ledger.difference(expected.ledger) where !line.contains("updated 0 late 0") {
      complain("forced: \(line)")
    }
    expected.ledger = after.ledger
    for words in expected.differences(after) { complain(words) }
  }

  /// A workbook that is written again, or goes, between the look at it and the reading is refused as a whole: no other rows are worked under its
  /// digest. The next run takes it.
  func listChanges(_ ordinal: Int) throws {
    let reference = try workshop.reference(.lists, world)
    try prepare(reference)
    let looks = reference.statements.indices.filter { reference.statements[$0] == "ingestion/known_file" }
    guard let look = looks.last else { return complain("no look at the ledger") }
    let names = reference.files.sorted()
    let path = "\(folder)/inbox/\(names.last ?? "")"
    let bytes = FileManager.default.contents(atPath: path) ?? Data()
    let other = FileManager.default.contents(atPath: "\(folder)/inbox/\(names[0])")
    let news = [nil, other, bytes][ordinal % 3]
    step = "it \(["goes", "is exchanged", "is written again"][ordinal % 3])"
    let proxy = try Proxy(folder: try workshop.socketFolder(), target: workshop.server.socketFolder)
    defer { proxy.close() }
    proxy.strike(at: .statement(look, .request)) { _ in
      unlink(path)
      try news?.write(to: URL(fileURLWithPath: path))
      return .goesOn
    }
    let outcome = try end(try start(.lists, through: proxy), [1])
    if proxy.struck == nil { complain("the look at the ledger never came") }
    if outcome?.log.contains(names.last ?? "?") == false { complain("the file is not named") }
    try bytes.write(to: URL(fileURLWithPath: path))
    try recover(.lists, reference)
  }

  /// A workbook that was cut on its way is refused as a whole; then the whole comes.
  func truncatedList() throws {
    let reference = try workshop.reference(.lists, world)
    try prepare(reference)
    let name = reference.files.sorted().last ?? ""
    let path = "\(folder)/inbox/\(name)"
    let bytes = FileManager.default.contents(atPath: path) ?? Data()
    let length = 1 + below(bytes.count - 1)
    try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
    step = "\(name), \(length) of \(bytes.count) bytes"
    let outcome = try end(try start(.lists), [1])
    if outcome?.log.contains(name) == false { complain("the file is not named") }
    try bytes.write(to: URL(fileURLWithPath: path))
    try recover(.lists, reference)
  }
}
