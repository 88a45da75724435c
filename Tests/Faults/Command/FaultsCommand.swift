import ArgumentParser
import FaultHarness
import Foundation

@main
struct FaultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "faults",
    abstract: "Strikes the program with seeded faults and checks that nothing is lost and nothing doubled.",
    discussion:
      "One seed is one fault, the same on every machine. docs/faults.md says what is tried and what must hold.")

  @Option(help: "The first seed.") var seed = 1
  @Option(help: "How many seeds.") var count = 212
  @Option(help: "Cases at a time.") var workers = 2
  @Option(help: "The program; default: the one built beside this one.") var program: String?
  @Flag(help: "Keep folder and server data of cases that break.") var keep = false

  func run() throws {
    let here = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    let suite = FaultSuite(
      .init(
        program: program ?? here + "/labourwatch", shim: here + "/libFaultShim.so",
        seeds: Array(seed..<seed + max(1, count)), workers: workers, keeps: keep))
    let began = ContinuousClock.now
    let results = try suite.run { result in
      print(result.line)
      fflush(nil)
    }
    print("\n" + FaultSuite.table(results))
    print(String(format: "%.0f s", (ContinuousClock.now - began) / .seconds(1)))
    if results.contains(where: { !$0.complaints.isEmpty }) { throw ExitCode(1) }
  }
}
