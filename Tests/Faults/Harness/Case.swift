import Foundation
import Postgres
import TestSupport

/// What came of a case.
enum Verdict: Sendable {
  case held
  case broken([String])
  case skipped(String)
}

/// One seed's fault: the situation, the disturbed run, the run after it, and what must hold then.
final class Case {
  let seed: Int
  let draw: Draw
  let workshop: Workshop
  let world: World
  var dice: SeededGenerator
  /// Where it struck, for the line of the report.
  var step = ""
  /// The name of the statement at which the program was killed.
  var statement: String?
  /// What does not hold.
  private(set) var complaints: [String] = []
  private(set) var skipped: String?

  var folder = ""
  var database = ""

  init(seed: Int, workshop: Workshop) throws {
    self.seed = seed
    self.workshop = workshop
    draw = Draw(seed: seed)
    dice = SeededGenerator(seed: UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9 &+ 1)
    world = try workshop.world(seed % 5)
  }

  /// Runs it.
  /// - Parameter keeps: whether folder and database of a case that broke stay for a look.
  func run(keeps: Bool) -> Verdict {
    do {
      try strike()
    } catch {
      complaints.append("the harness itself: \(error)")
    }
    if complaints.isEmpty || !keeps { clean() }
    if let skipped { return .skipped(skipped) }
    return complaints.isEmpty ? .held : .broken(complaints)
  }

  private func clean() {
    if !database.isEmpty { _ = try? workshop.server.drop(database) }
    if !folder.isEmpty { removeTree(folder) }
  }

  // MARK: What kinds use

  func complain(_ words: String) { complaints.append(words) }
  func skip(_ words: String) { skipped = words }

  /// A number below `count`, from the seed.
  func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &dice) }

  /// A folder and a database in the situation before the command.
  func prepare(_ reference: Reference, tablespace: String? = nil) throws {
    folder = "\(workshop.folder)/case-\(seed)"
    database = workshop.fresh("case")
    removeTree(folder)
    workshop.portal.offer(world)
    try FileManager.default.copyItem(atPath: reference.folder, toPath: folder)
    try workshop.server.create(database, from: reference.template, tablespace: tablespace)
  }

  /// Starts the command of a scenario in the case's folder.
  func start(_ scenario: Scenario, through proxy: Proxy? = nil, _ more: [String: String] = [:]) throws -> Child {
    let url = workshop.server.url(database, through: proxy?.folder)
    var more = more
    if draw.kind == .stalled, proxy != nil { more["LABOURWATCH_PATIENCE"] = Workshop.shortPatience }
    return try workshop.start(scenario.arguments(world), in: folder, url: url, more)
  }

  /// Waits for a disturbed run and checks that it ended as the contract says.
  /// - Parameter expected: the exit codes that are right for this fault.
  @discardableResult
  func end(_ child: Child, _ expected: Set<Int32>, _ what: String = "the disturbed run") throws -> Child.Outcome? {
    guard let outcome = try child.wait(seconds: Workshop.limit) else {
      complain("\(what) hangs")
      return nil
    }
    if !expected.contains(outcome.status) {
      complain("\(what) ended with \(outcome.status), not \(expected.sorted()): \(Self.tail(outcome.log))")
    }
    if [1, 2, 75].contains(outcome.status), outcome.log.isEmpty { complain("\(what) failed without a word") }
    if outcome.log.contains("Fatal error") { complain("\(what) crashed: \(Self.tail(outcome.log))") }
    return outcome
  }

  /// Runs the command once more, undisturbed, and compares what is there with the undisturbed run.
  func recover(_ scenario: Scenario, _ reference: Reference) throws {
    guard let again = try rerun(scenario) else { return }
    // Where no row with a code is open any more, nothing is run again.
    if again.status != reference.status, scenario != .accept || again.status != 0 {
      complain("the run after it ended with \(again.status), not \(reference.status): \(Self.tail(again.log))")
    }
    // Rows that stay open are run again by every replay; what a portal changed within the window for late rows is asked for by every pull.
    // What a pull asks for depends on what the one before it brought; files behind a source that failed get other numbers.
    var (expected, oracle) = (reference.outcome, Oracle(server: workshop.server))
    if scenario == .pull {
      oracle.ignoring = ["request_sha256", "file_no"]
      expected.tables = try oracle.outcome(reference.database, folder: nil).tables
    }
    try compare(expected, oracle) { words in
      guard words.hasPrefix("ledger +"), words.contains("inserted 0 updated 0 late 0") else { return false }
      return switch scenario {
      case .accept, .replay: words.contains(" replayed ") && words.contains(" unchanged 0 ")
      case .pull: words.contains("headcount@") && words.contains(" rejected 0 ")
      default: false
      }
    }
  }

  /// One more run. A session of a killed program may need a moment to leave the server: meanwhile 75 is the right answer.
  func rerun(_ scenario: Scenario) throws -> Child.Outcome? { try rerun { try start(scenario) } }

  /// The same for any command.
  func rerun(_ start: () throws -> Child) throws -> Child.Outcome? {
    // A server that recovers is waited for.
    _ = try workshop.server.connect(database)
    for _ in 0..<50 {
      guard let outcome = try start().wait(seconds: Workshop.limit) else {
        complain("the run after it hangs")
        return nil
      }
      if outcome.status != 75 { return outcome }
      usleep(100_000)
    }
    complain("the lock is never free again")
    return nil
  }

  /// Compares what is there with an outcome.
  /// - Parameter isFine: differences that are right all the same.
  func compare(_ expected: Outcome, _ oracle: Oracle? = nil, isFine: (String) -> Bool = { _ in false }) throws {
    let oracle = oracle ?? Oracle(server: workshop.server)
    let after = try oracle.outcome(database, folder: expected.files.isEmpty ? nil : folder)
    for words in expected.differences(after) where !isFine(words) { complain(words) }
  }

  static func tail(_ log: String) -> String {
    log.split(separator: "\n").suffix(3).joined(separator: " | ")
  }
}
