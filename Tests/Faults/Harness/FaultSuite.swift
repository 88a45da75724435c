import Foundation
import Synchronization
import TestSupport

/// A range of seeds, run by a few workers.
public struct FaultSuite: Sendable {
  /// What to run, and with what.
  public struct Options: Sendable {
    /// The program under test.
    public var program: String
    /// The library that stands between the program and its files.
    public var shim: String
    /// The seeds; each is one fault.
    public var seeds: [Int]
    /// Cases at a time, each with a server of its own.
    public var workers = 2
    /// Whether what a broken case left stays for a look.
    public var keeps = false

    /// Options from their parts.
    public init(program: String, shim: String, seeds: [Int], workers: Int = 2, keeps: Bool = false) {
      self.program = program
      self.shim = shim
      self.seeds = seeds
      self.workers = workers
      self.keeps = keeps
    }
  }

  /// One case's end.
  public struct Result: Sendable {
    /// The seed, which replays it.
    public let seed: Int
    /// What was done.
    public let kind: String
    /// Where it struck.
    public let step: String
    /// What does not hold; empty where all holds.
    public let complaints: [String]
    /// The name of the statement at which the program was killed, where it was at one.
    public let statement: String?
    /// Why it was not run; `nil` where it was.
    public let skipped: String?
    /// Wall-clock seconds.
    public let seconds: Double

    /// The case in one line, and its complaints below.
    public var line: String {
      let verdict = skipped.map { "skipped: \($0)" } ?? (complaints.isEmpty ? "held" : "BROKEN")
      let time = String(format: "%5.1f s", seconds)
      let head =
        "seed \(String(seed).padding(toLength: 4, withPad: " ", startingAt: 0)) \(time)  \(kind) · \(step) · \(verdict)"
      return ([head] + complaints.map { "       \($0)" }).joined(separator: "\n")
    }
  }

  private let options: Options

  /// A suite.
  public init(_ options: Options) { self.options = options }

  /// Runs all seeds.
  /// - Parameter report: receives each case as it ends; called by one thread at a time.
  /// - Throws: when no server can be made or an undisturbed run already fails.
  public func run(_ report: @escaping @Sendable (Result) -> Void) throws -> [Result] {
    let root = try makeTemporaryDirectory()
    chmod(root, 0o755)
    let shared = Shared(seeds: options.seeds)
    let group = DispatchGroup()
    for worker in 0..<max(1, min(options.workers, options.seeds.count)) {
      group.enter()
      let thread = Thread { [options] in
        defer { group.leave() }
        do {
          try Self.work(options, "\(root)/\(worker)", shared, report)
        } catch {
          shared.fail(error)
        }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    if options.keeps, shared.results.contains(where: { !$0.complaints.isEmpty }) {
      print("kept: \(root)")
    } else {
      removeTree(root)
    }
    if let failure = shared.failure { throw failure }
    return shared.results.sorted { $0.seed < $1.seed }
  }

  private static func work(
    _ options: Options, _ folder: String, _ shared: Shared, _ report: @Sendable (Result) -> Void
  ) throws {
    let workshop = try Workshop(folder: folder, program: options.program, shim: options.shim)
    defer { workshop.server.stop() }
    while let seed = shared.next() {
      let began = ContinuousClock.now
      let one = try Case(seed: seed, workshop: workshop)
      let verdict = one.run(keeps: options.keeps)
      let seconds = (ContinuousClock.now - began) / .seconds(1)
      var complaints: [String] = []
      if case .broken(let words) = verdict { complaints = words }
      var skipped: String?
      if case .skipped(let words) = verdict { skipped = words }
      let result = Result(
        seed: seed, kind: one.draw.name, step: one.step, complaints: complaints,
        statement: one.statement, skipped: skipped, seconds: seconds)
      shared.add(result, report)
    }
  }

  /// What the workers share.
  private final class Shared: Sendable {
    private struct State {
      var seeds: ArraySlice<Int>
      var results: [Result] = []
      var failure: (any Error)?
    }
    private let state: Mutex<State>

    init(seeds: [Int]) { state = Mutex(State(seeds: seeds[...])) }

    func next() -> Int? { state.withLock { $0.failure == nil ? $0.seeds.popFirst() : nil } }
    func add(_ result: Result, _ report: (Result) -> Void) {
      state.withLock {
        $0.results.append(result)
        report(result)
      }
    }
    func fail(_ error: any Error) { state.withLock { $0.failure = $0.failure ?? error } }
    var results: [Result] { state.withLock { $0.results } }
    var failure: (any Error)? { state.withLock { $0.failure } }
  }

  /// A table of the results by kind, and what to do about those that broke.
  public static func table(_ results: [Result]) -> String {
    var lines: [String] = []
    func row(_ name: String, _ of: [Result]) {
      let broken = of.count { !$0.complaints.isEmpty }
      let skipped = of.count { $0.skipped != nil }
      let counts = [of.count, of.count - broken - skipped, broken, skipped].map {
        String(repeating: " ", count: max(0, 8 - String($0).count)) + String($0)
      }
      lines.append(name.padding(toLength: 56, withPad: " ", startingAt: 0) + counts.joined())
    }
    lines.append("fault".padding(toLength: 56, withPad: " ", startingAt: 0) + "   cases    held  broken skipped")
    for name in Draw.names {
      let mine = results.filter { $0.kind == name }
      if !mine.isEmpty { row(name, mine) }
    }
    row("all", results)
    let statements = Set(results.compactMap(\.statement))
    lines.append("the program was killed at \(statements.count) different named statements")
    for result in results where !result.complaints.isEmpty {
      lines.append("replay: make faults SEED=\(result.seed) COUNT=1")
    }
    return lines.joined(separator: "\n")
  }
}
