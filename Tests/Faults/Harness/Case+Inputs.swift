import Foundation
import Postgres
import TestSupport

extension Case {
  /// While one run is at work, another one that writes ends with 75 and changes nothing.
  func twoRuns() throws {
    let scenario: Scenario = draw.isOfLists ? any() : [.ingest, .secondIngest, .nightly][below(3)]
    let reference = try workshop.reference(scenario, world)
    try prepare(reference)
    guard let opened = reference.statements.firstIndex(of: "operations/open_run"),
      let closed = reference.statements.firstIndex(of: "operations/close_run")
    else { return complain("no run is opened and closed") }
    let place = opened + below(closed - opened)
    let proxy = try Proxy(folder: try workshop.socketFolder(), target: workshop.server.socketFolder)
    defer { proxy.close() }
    let gate = Gate()
    proxy.strike(at: .statement(place, .request)) { _ in
      gate.wait()
      return .goesOn
    }
    let first = try start(scenario, through: proxy)
    let deadline = ContinuousClock.now + .seconds(20)
    while proxy.struck == nil, ContinuousClock.now < deadline { usleep(2_000) }
    step = "\(scenario.rawValue): \(proxy.struck ?? "not reached")"
    for other in [scenario, .accept] { try end(try start(other), [75], "the second run") }
    gate.open()
    try end(first, [reference.status], "the first run")
    try compare(reference.outcome)
  }

  /// The same bytes under another name are known, whichever comes first.
  func sameTwice() throws {
    let reference = try workshop.reference(.ingest, world)
    try prepare(reference)
    for file in world.nights[0] {
      let name = file.name.replacingOccurrences(of: "_1.", with: below(2) == 0 ? "_0_copy." : "_1_copy.")
      try Scenario.put(file.bytes, "\(folder)/inbox/\(name)")
    }
    step = "\(world.nights[0].count) files"
    let oracle = Oracle(
      server: workshop.server, ignoring: ["file_no", "file_name", "run_id"], namesFiles: false)
    var expected = try oracle.outcome(reference.database, folder: nil)
    expected.files = [:]
    try end(try start(.ingest), [reference.status], "the run with copies")
    try compare(expected, oracle)
    // Read once more although they are known, everything is unchanged.
    let forced = try workshop.start(
      Scenario.ingest.arguments(world) + ["--force"], in: folder, url: workshop.server.url(database))
    try end(forced, [reference.status], "the forced run")
    let after = try oracle.outcome(database, folder: nil)
    for words in expected.differences(after) where !words.hasPrefix("ledger +") { complain(words) }
    for line in after.ledger.difference(expected.ledger) where !line.contains("inserted 0 updated 0 late 0") {
      complain("forced: \(line)")
    }
  }

  /// The files of three nights in another order give the same versions.
  func oldAfterNew() throws {
    var order = [0, 1, 2]
    repeat { order.shuffle(using: &dice) } while order == [0, 1, 2]
    step = "nights \(order.map { "\($0 + 1)" }.joined(separator: ", "))"
    // The register of enterprises has no clock: that it comes first is what it means.
    let oracle = Oracle(
      server: workshop.server,
      ignoring: ["received_at", "rejected_at", "decided_at", "file_no", "line", "accepted_at"])
    let (inOrder, first) = try take([0, 1, 2], oracle)
    try workshop.server.drop(database)
    removeTree(folder)
    let (after, second) = try take(order, oracle)
    for words in inOrder.differences(after) where !words.hasPrefix("ledger") { complain(words) }
    if first != second { complain("\(second) rows in the ledger, in order \(first)") }
  }

  private func take(_ order: [Int], _ oracle: Oracle) throws -> (Outcome, Int) {
    folder = "\(workshop.folder)/case-\(seed)"
    database = workshop.fresh("case")
    try workshop.server.create(database, from: "migrated")
    for name in ["out", "home", "tmp"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for (turn, night) in order.enumerated() {
      let inbox = "\(folder)/inbox\(night)"
      try FileManager.default.createDirectory(atPath: inbox, withIntermediateDirectories: true)
      for file in world.nights[night] { try Scenario.put(file.bytes, "\(inbox)/\(file.name)") }
      let child = try workshop.start(
        ["ingest", "--inbox", inbox, "--now", World.clocks[turn]], in: folder, url: workshop.server.url(database))
      try end(child, [0, 3], "night \(night + 1)")
    }
    let connection = try workshop.server.connect(database)
    let read = try connection.query("select sum(read)::bigint from labourwatch.run_files").one().int(0)
    return (try oracle.outcome(connection, folder: nil), read)
  }

  /// A file that changes, or goes, after its rows were read is refused as a whole; the whole file is taken by the next run.
  func fileGrows(_ ordinal: Int) throws {
    let reference = try workshop.reference(.ingest, world)
    try prepare(reference)
    let file = world.nights[0][below(world.nights[0].count)]
    let path = "\(folder)/inbox/\(file.name)"
    // At the end of a reading that sends rows: of the first one, of the second one, or of both.
    let readings = ["stage", "store"].filter { reference.statements.contains("ingestion/\($0)_\(file.feed) end") }
    guard !readings.isEmpty else { return complain("no COPY of \(file.feed)") }
    let reading = readings[below(readings.count)]
    let goes = ordinal % 3 == 2
    let half = file.name.hasSuffix(".csv") && !goes ? Self.halfOfLines(file.bytes) : file.bytes
    try Scenario.put(half, path)
    step = "\(file.name) \(goes ? "goes" : half.count < file.bytes.count ? "grows" : "is written again") at \(reading)"
    let proxy = try Proxy(folder: try workshop.socketFolder(), target: workshop.server.socketFolder)
    defer { proxy.close() }
    proxy.strike(at: .first("ingestion/\(reading)_\(file.feed) end")) { _ in
      if goes {
        unlink(path)
      } else if half.count < file.bytes.count {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(file.bytes[half.count...]))
        try handle.close()
      } else {
        // The same bytes in a new file: whoever copies it may not be done.
        try Data(file.bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
      }
      return .goesOn
    }
    let outcome = try end(try start(.ingest, through: proxy), [1])
    if proxy.struck == nil { complain("the COPY never came") }
    if outcome?.log.contains(file.name) == false { complain("the file is not named") }
    if goes { try Scenario.put(file.bytes, path) }
    try recover(.ingest, reference)
  }

  /// A file, or the inbox, that the program's user may not read: it is named and nothing of it is taken; with the right to read, it is.
  func unreadable(_ ordinal: Int) throws {
    let reference = try workshop.reference(.ingest, world)
    try prepare(reference)
    guard let prefix = try workshop.unprivileged(folder) else {
      return skip("the program cannot be run as another user here")
    }
    let file = world.nights[0][below(world.nights[0].count)]
    let isInbox = ordinal % 4 == 3
    let path = isInbox ? folder + "/inbox" : "\(folder)/inbox/\(file.name)"
    step = isInbox ? "the inbox" : file.name
    chmod(path, 0)
    let child = try workshop.start(
      Scenario.ingest.arguments(world), in: folder, url: workshop.server.url(database), through: prefix)
    let outcome = try end(child, isInbox ? [1, 2] : [1])
    if outcome?.log.contains(isInbox ? "inbox" : file.name) == false { complain("it is not named") }
    let taken = try count("select count(*) from labourwatch.run_files where status = 'taken'")
    let sound = isInbox ? 0 : world.nights[0].count - 1
    if taken != sound { complain("\(taken) files taken, not \(sound)") }
    chmod(path, isInbox ? 0o755 : 0o644)
    try recover(.ingest, reference)
  }

  private static func halfOfLines(_ bytes: [UInt8]) -> [UInt8] {
    var half = Array(bytes.prefix(bytes.count / 2))
    while let last = half.last, last != 0x0A { half.removeLast() }
    return half.isEmpty ? bytes : half
  }

  /// A file that was cut on its way: refused as a whole, or its whole rows are taken. Then the whole file comes.
  func truncated() throws {
    let reference = try workshop.reference(.ingest, world)
    try prepare(reference)
    let file = world.nights[0][below(world.nights[0].count)]
    let path = "\(folder)/inbox/\(file.name)"
    let length = 1 + below(file.bytes.count - 1)
    try Scenario.put(Array(file.bytes.prefix(length)), path)
    step = "\(file.name), \(length) of \(file.bytes.count) bytes"
    let cut = try end(try start(.ingest), [0, 1, 3])
    let wasTaken =
      try count("select count(*) from labourwatch.run_files where status = 'taken' and name = '\(file.name)'") > 0
    if !wasTaken && cut?.status != 1 { complain("a cut file was passed over in silence") }
    if wasTaken && (file.name.hasSuffix(".gz") || file.name.hasSuffix(".xlsx")) {
      complain("half an archive was taken")
    }
    try Scenario.put(file.bytes, path)
    guard let again = try rerun(.ingest) else { return }
    if again.status != reference.status { complain("the run after it: \(again.status), \(Self.tail(again.log))") }
    if !wasTaken { return try compare(reference.outcome) }
    try compareCut(reference, file)
  }

  /// What a cut text file may leave: nothing is lost, and at most its last, cut row is there beside.
  private func compareCut(_ reference: Reference, _ file: FeedFile) throws {
    let oracle = Oracle(server: workshop.server, ignoring: ["received_at", "file_no", "line"])
    let after = try oracle.outcome(database, folder: nil)
    for words in after.violations { complain(words) }
    let expected = try oracle.outcome(reference.database, folder: nil)
    let names = expected.tables.keys.filter { expected.tables[$0] != after.tables[$0] }
    let mine = try workshop.server.connect(database)
    let other = try workshop.server.connect(reference.database)
    for name in names.sorted() where name != "(all)" && name != "quarantine" {
      let (are, were) = (try oracle.rows(name, mine), try oracle.rows(name, other))
      let lost = were.difference(are)
      let more = are.difference(were)
      if !lost.isEmpty { complain("\(name) lacks \(lost.count) rows") }
      if more.count > 1 { complain("\(name) has \(more.count) rows more than one") }
    }
  }

  /// The number that a query gives.
  func count(_ text: String) throws -> Int {
    try workshop.server.connect(database).query(Query(name: "count", text: text)).one().int(0)
  }
}

/// A gate that one thread waits at until another opens it.
final class Gate: @unchecked Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  func wait() { _ = semaphore.wait(timeout: .now() + 30) }
  func open() { semaphore.signal() }
}
