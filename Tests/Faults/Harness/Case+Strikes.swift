import Foundation
import Postgres
import TestSupport

extension Case {
  /// Lets the fault of this seed happen.
  func strike() throws {
    let ordinal = draw.ordinal
    switch draw.kind {
    case .killAtStatement: try killAtStatement(ordinal)
    case .killAtByte: try killAtByte(ordinal)
    case .killAtFile: try atFile("kill", [137])
    case .fileError: try atFile("error", [0, 1, 2, 3])
    case .folderFull: try atFile("full", [0, 1, 2, 3])
    case .sessionEnded:
      try atStatement(any(), any(), [1]) { [server = workshop.server] backend in
        try server.terminate(backend)
        return .goesOn
      }
    case .backendKilled:
      try atStatement(any(), any(), [1]) { [server = workshop.server] backend in
        server.killBackend(backend)
        return .goesOn
      }
    case .serverCrashed:
      try atStatement(any(), any(), [1]) { [server = workshop.server] _ in
        try server.crash()
        return .goesOn
      }
    case .cut: try atStatement(any(), any(), [1]) { _ in .cut }
    case .commitLost: try commitLost()
    case .stalled: try atStatement(any(), any(), [1]) { _ in .frozen }
    case .tableLocked: try tableLocked()
    case .databaseFull: try databaseFull()
    case .privateServer: try privateServer(ordinal)
    case .twoRuns: try twoRuns()
    case .sameTwice: try draw.isOfLists ? listsTwice() : sameTwice()
    case .oldAfterNew: try oldAfterNew()
    case .fileGrows: try draw.isOfLists ? listChanges(ordinal) : fileGrows(ordinal)
    case .unreadable: try unreadable(ordinal)
    case .truncated: try draw.isOfLists ? truncatedList() : truncated()
    case .truncatedExport: try truncatedExport()
    case .portalFails: try portalFails()
    case .killAtPull: try killAtPull()
    case .hostile: try hostile(ordinal)
    }
  }

  /// A scenario at random.
  func any() -> Scenario { draw.lot[below(draw.lot.count)] }
  /// Before a statement reaches the server, or at its reply.
  private func any() -> Moment.Side { below(2) == 0 ? .request : .reply }

  // MARK: At a statement

  /// Walks through all named statements, scenario by scenario, each where it is met first; then anywhere.
  private func killAtStatement(_ ordinal: Int) throws {
    var turn = ordinal
    var met: Set<String> = []
    for scenario in draw.scenarios {
      let reference = try workshop.reference(scenario, world)
      let fresh = reference.steps.filter { !met.contains($0.name) }
      if turn < fresh.count {
        let places = fresh[turn].places
        return try kill(scenario, reference, places[below(places.count)])
      }
      turn -= fresh.count
      met.formUnion(fresh.map(\.name))
    }
    let scenario: Scenario = any()
    let reference = try workshop.reference(scenario, world)
    try kill(scenario, reference, below(reference.statements.count))
  }

  private func kill(_ scenario: Scenario, _ reference: Reference, _ place: Int) throws {
    statement = reference.statements[place]
    // The bytes of a COPY have no reply of their own.
    let side: Moment.Side = statement?.hasSuffix(" data") == true || below(2) == 0 ? .request : .reply
    try strike(scenario, reference, .statement(place, side), [137]) { number in { _ in Self.killed(number()) } }
  }

  private func killAtByte(_ ordinal: Int) throws {
    let scenario: Scenario = any()
    let reference = try workshop.reference(scenario, world)
    // The end of a run's talk with the server is not the same to the byte each time.
    let byte = below(max(1, reference.bytes * 9 / 10))
    try strike(scenario, reference, .byte(byte), [137]) { number in { _ in Self.killed(number()) } }
    step = "byte \(byte) of \(reference.bytes)"
  }

  private func commitLost() throws {
    let scenario: Scenario = any()
    let reference = try workshop.reference(scenario, world)
    guard let commits = reference.steps.first(where: { $0.name == "commit" })?.places else {
      return try atStatement(.ingest, .reply, [1]) { _ in .cut }
    }
    let commit = commits[draw.isOfLists ? draw.ordinal % commits.count : below(commits.count)]
    try strike(scenario, reference, .statement(commit, .reply), [1]) { _ in { _ in .cut } }
  }

  private static func killed(_ number: Int32) -> Aftermath {
    Glibc.kill(number, SIGKILL)
    return .cut
  }

  /// Strikes at a random statement of a scenario.
  private func atStatement(
    _ scenario: Scenario, _ side: Moment.Side, _ expected: Set<Int32>, _ blow: @escaping Proxy.Blow
  ) throws {
    let reference = try workshop.reference(scenario, world)
    // Of a run that takes officers' lists alone, its intake: from the first look at the ledger to the last commit.
    let intake = reference.statements.firstIndex(of: "ingestion/known_file") ?? 0
    let commit = reference.statements.lastIndex(of: "commit") ?? reference.statements.count - 1
    let place = scenario == .lists ? intake + below(commit - intake + 1) : below(reference.statements.count)
    let side = reference.statements[place].hasSuffix(" data") ? .request : side
    try strike(scenario, reference, .statement(place, side), expected) { _ in blow }
  }

  /// One disturbed run through a proxy, and one more without.
  private func strike(
    _ scenario: Scenario, _ reference: Reference, _ moment: Moment, _ expected: Set<Int32>,
    _ blow: (@escaping @Sendable () -> Int32) -> Proxy.Blow
  ) throws {
    try prepare(reference)
    let proxy = try Proxy(folder: try workshop.socketFolder(), target: workshop.server.socketFolder)
    let number = ProcessNumber()
    proxy.strike(at: moment, blow { number.value })
    let child = try start(scenario, through: proxy)
    number.value = child.number
    try end(child, expected)
    proxy.close()
    step = "\(scenario.rawValue): \(proxy.struck ?? "not reached")"
    if let failure = proxy.failure { complain("the blow failed: \(failure)") }
    if proxy.struck == nil { complain("the moment \(moment) never came") }
    try recover(scenario, reference)
  }

  // MARK: At a file

  /// Lets an operation on a file fail, or kills the program before it.
  private func atFile(_ what: String, _ expected: Set<Int32>) throws {
    let scenario: Scenario =
      draw.isOfLists ? any() : [.nightly, .export, .secondNightly, .ingest, .pull][below(5)]
    let reference = try workshop.reference(scenario, world)
    let operations = reference.fileOperations
    let at = below(operations.count)
    step = "\(scenario.rawValue): operation \(at + 1), \(operations[at].replacingOccurrences(of: "\t", with: " "))"
    try prepare(reference)
    let child = try start(
      scenario,
      workshop.watching(folder, ["LABOURWATCH_SHIM_AT": "\(at + 1)", "LABOURWATCH_SHIM_DO": what]))
    try end(child, expected)
    try recover(scenario, reference)
  }

  // MARK: Locks and disks of the database

  private func tableLocked() throws {
    let scenario: Scenario = draw.isOfLists ? any() : [.ingest, .secondIngest, .nightly][below(3)]
    let reference = try workshop.reference(scenario, world)
    try prepare(reference)
    let tables =
      draw.isOfLists
      ? ["run_files", "quarantine", "alerts", "alert_events", "silences"]
      : ["runs", "run_files", "quarantine", "vacancy_versions", "staging_vacancies", "headcount_versions"]
    let table = tables[below(tables.count)]
    step = "\(scenario.rawValue): \(table)"
    let holder = try workshop.server.connect(database)
    try holder.executeScript(
      Query(name: "lock", text: "begin; lock table labourwatch.\(table) in access exclusive mode"))
    let child = try start(scenario, ["PGOPTIONS": "-c lock_timeout=300ms"])
    try end(child, [75])
    try holder.executeScript("rollback")
    try recover(scenario, reference)
  }

  private func databaseFull() throws {
    let scenario: Scenario = draw.isOfLists ? any() : [.ingest, .nightly][below(2)]
    let reference = try workshop.reference(scenario, world)
    guard let disk = SmallDisk(workshop.folder + "/disk\(seed)", megabytes: 64, owner: "postgres") else {
      return skip("only root may mount a small disk")
    }
    defer { disk.remove() }
    try workshop.server.run("create tablespace small location '\(disk.path)'")
    defer {
      _ = try? workshop.server.drop(database)
      _ = try? workshop.server.run("drop tablespace small")
    }
    try prepare(reference, tablespace: "small")
    try workshop.server.run("checkpoint")
    let room = below(40) * 16 << 10
    try disk.leave(bytes: room)
    step = "\(scenario.rawValue): \(room >> 10) KiB left"
    try end(try start(scenario), room > 0 ? [0, 1, 3] : [1])
    try disk.free()
    try recover(scenario, reference)
  }

  // MARK: The private server

  /// Kills the program while it makes or starts its private server, or that server while the program works.
  private func privateServer(_ ordinal: Int) throws {
    let reference = try workshop.reference(.ingest, world)
    folder = "\(workshop.folder)/case-\(seed)"
    try FileManager.default.copyItem(atPath: reference.folder, toPath: folder)
    let home = folder + "/home"
    let cluster = LocalCluster(home: home)
    defer { _ = try? cluster.stop() }
    func start() throws -> Child {
      try workshop.start(Scenario.ingest.arguments(world), in: folder, url: "")
    }
    if ordinal % 2 == 1 {
      try cluster.ensureStarted()
      guard case .running(_, let process, _) = try cluster.status() else { return complain("no private server") }
      let child = try start()
      usleep(useconds_t(below(400_000)))
      Glibc.kill(pid_t(process), [SIGKILL, SIGQUIT][below(2)])
      step = "the server's first process, while files are taken"
      try end(child, [0, 1, 3])
    } else {
      let child = try start()
      let wait = below(4_000_000)
      usleep(useconds_t(wait))
      child.signal(SIGKILL)
      step = "the program, \(wait / 1000) ms after it began to make the server"
      try end(child, [137, reference.status])
    }
    guard let again = try start().wait(seconds: Workshop.limit) else { return complain("the run after it hangs") }
    if again.status != reference.status { complain("the run after it: \(again.status), \(Self.tail(again.log))") }
    let after = try Oracle(server: workshop.server).outcome(try Connection(try cluster.url()), folder: nil)
    var expected = reference.outcome
    expected.files = [:]
    for words in expected.differences(after) { complain(words) }
  }
}

/// A number that is known a little later than it is asked for.
final class ProcessNumber: @unchecked Sendable {
  private let lock = NSCondition()
  private var number: Int32?

  var value: Int32 {
    get {
      lock.lock()
      defer { lock.unlock() }
      while number == nil { lock.wait() }
      return number ?? 0
    }
    set {
      lock.lock()
      number = newValue
      lock.broadcast()
      lock.unlock()
    }
  }
}

/// A disk of a few megabytes in memory.
struct SmallDisk {
  let path: String

  /// Mounts one; `nil` where that is not allowed.
  init?(_ path: String, megabytes: Int, owner: String) {
    self.path = path
    mkdir(path, 0o755)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
      rmdir(path)
      return nil
    }
    if let user = getpwnam(owner) { chown(path, user.pointee.pw_uid, user.pointee.pw_gid) }
  }

  /// Fills it but for so many bytes.
  func leave(bytes: Int) throws {
    let file = open(path + "/ballast", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(file) }
    var facts = statvfs()
    guard file >= 0, statvfs(path, &facts) == 0 else { throw TestSupportError("no ballast: errno \(errno)") }
    let free = Int(facts.f_bavail) * Int(facts.f_frsize)
    guard posix_fallocate(file, 0, max(4096, free - bytes)) == 0 else { throw TestSupportError("no ballast") }
  }

  /// Makes room again.
  func free() throws { unlink(path + "/ballast") }

  /// Takes it away.
  func remove() {
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }
}
