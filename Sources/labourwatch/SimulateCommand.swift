import ArgumentParser
import LabourMarket
import Operations
import Simulation

/// `labourwatch simulate`.
struct SimulateCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Make a simulated city: feeds in the contract's form, and the truth behind them. Needs no database.",
    discussion: """
      The city has the profile's regions, chains and occupations; everything else is drawn from the seed. The same options give the
      same bytes. docs/simulation.md tells what it assumes and how the truth checks an estimator.

        labourwatch simulate --out /tmp/city --seed 7 --scenario shocked
        labourwatch nightly --inbox /tmp/city/feeds --out /tmp/lists --now 2022-01-20
      """)

  @Option(help: ArgumentHelp("The profile whose regions, chains and occupations the city has.", valueName: "dir"))
  var profile = "jobs/suqian"
  @Option(help: ArgumentHelp("The folder to write feeds/ and truth/ to.", valueName: "dir"))
  var out: String
  @Option(help: "The seed of every random draw.")
  var seed: UInt64 = 1
  @Option(help: "Number of enterprises, 1 to 100,000.")
  var enterprises = 120
  @Option(help: "Number of months of the feeds, 1 to 240.")
  var months = 36
  @Option(help: ArgumentHelp("The first month of the feeds.", valueName: "yyyy-mm"))
  var start = "2019-01"
  @Option(help: "Number of months of the truth; it goes on after the feeds end. Default: six more than the feeds.")
  var truthMonths: Int?
  @Option(help: "The weather of the labour market: calm, base, shocked or tight.")
  var scenario: Scenario = .base
  @Flag(help: "Pack the files (.csv.gz).")
  var gzip = false
  @Flag(help: "Do not say what was written.")
  var quiet = false

  func validate() throws {
    guard (1...100_000).contains(enterprises) else {
      throw ValidationError("--enterprises \(enterprises): give 1 to 100000")
    }
    guard (1...240).contains(months) else { throw ValidationError("--months \(months): give 1 to 240") }
    if let truthMonths, !(0...300).contains(truthMonths) {
      throw ValidationError("--truth-months \(truthMonths): give 0 to 300")
    }
    guard let month = Month(start), (2003...2035).contains(month.year) else {
      throw ValidationError("--start \(start): give a month between 2003-01 and 2035-12, such as 2019-01")
    }
  }

  func perform() throws -> ExitStatus {
    guard let month = Month(start) else { throw ValidationError("--start \(start): give a month such as 2019-01") }
    let console = Console(quiet: quiet)
    console.progress("simulating \(enterprises) enterprises")
    let files = try SimulateRun.run(
      .init(
        profile: profile, folder: out,
        settings: SimulationSettings(
          seed: seed, enterprises: enterprises, start: month, months: months, truthMonths: truthMonths ?? months + 6,
          scenario: scenario),
        gzip: gzip))
    console.endProgress()
    for file in files { console.info(file.path, ["rows": "\(file.rows)"]) }
    return .done
  }
}

extension Scenario: ExpressibleByArgument {}
