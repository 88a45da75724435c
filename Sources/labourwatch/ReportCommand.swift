import ArgumentParser
import LabourMarket
import Operations

/// `labourwatch report`.
struct ReportCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Evaluate the alerts and write the lists of the teams and of the city.",
    discussion: """
      Writes a folder for the night under --out: index.html, and for every team a workbook, a page and a CSV. The night is the
      day of the run's clock; a second run of the same night writes the same bytes and says that nothing changed.

        labourwatch report --out lists
        labourwatch report --out lists --as-of 2021-12 --now 2022-01-06T02:00 --language en
      """)

  @Option(help: ArgumentHelp("The folder that gets a folder for the night.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("The newest month whose forecast may be used.", valueName: "YYYY-MM"))
  var asOf: String?

  @Option(help: ArgumentHelp("The language of the lists, zh-CN or en, instead of the profile's.", valueName: "tag"))
  var language: String?

  @Flag(help: "Also deliver the lists, to the folder that delivery.yaml names.")
  var deliver = false

  @Flag(help: "Write the lists, say what would be delivered, and deliver nothing.")
  var dryRun = false

  @OptionGroup var clock: ClockOptions
  @OptionGroup(title: "Global options") var globals: GlobalOptions

  func validate() throws {
    if deliver && dryRun { throw ValidationError("--deliver and --dry-run exclude each other: give one of them.") }
  }

  func perform() throws -> ExitStatus {
    let options = ReportRun.Options(
      out: out, asOf: try asOf.map { try Arguments.month($0, "--as-of") },
      language: try language.map(Arguments.language), delivery: deliver ? .deliver : dryRun ? .dryRun : .none)
    let session = try Session(globals.configuration(clock))
    return try session.run("report") { run in
      var summary = RunSummary()
      summary.take(try ReportRun(session: session, run: run, options: options).write())
      return summary
    }
  }
}

/// Values of options that several commands read.
enum Arguments {
  /// A month, or a failure that names the option.
  static func month(_ text: String, _ option: String) throws -> Month {
    guard let month = Month(text) else {
      throw Failure.usage("\(option) \(text): not a month.", next: "Write it as 2021-12.")
    }
    return month
  }

  /// A language of lists.
  static func language(_ text: String) throws -> Profile.Language {
    guard let language = Profile.Language(rawValue: text) else {
      let known = Profile.Language.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure.usage("--language \(text): there are no lists in that language.", next: "Give one of: \(known).")
    }
    return language
  }
}
