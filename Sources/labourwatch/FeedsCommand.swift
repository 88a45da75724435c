import ArgumentParser
import Operations

/// `labourwatch feeds …`.
struct FeedsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feeds",
    abstract: "The profile's feeds, and what a description makes of a file before it is put to use.",
    subcommands: [List.self, Check.self])

  struct List: Operation {
    static let configuration = CommandConfiguration(abstract: "The feeds of the profile and the files they take.")
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(try FeedsCheck(globals.configuration()).list())
      return .done
    }
  }

  struct Check: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Explain a description, and show the first rows of a sample as they would be stored.",
      discussion: """
        No database is needed and nothing is stored.

          labourwatch feeds check jobs/nyc/feeds/vacancies.yaml --profile jobs/nyc \\
            --sample jobs/nyc/inbox/nyc_jobs_snapshot_2019-03-19.csv.gz

        Exit code 3: rows of the sample would be rejected; 1: it would be refused as a whole; 2: the description is at fault.
        """)
    @Argument(help: ArgumentHelp("The description.", valueName: "file.yaml")) var file: String
    @Option(help: ArgumentHelp("A file of the feed.", valueName: "file")) var sample: String?
    @Option(help: "Rows of the sample to show.") var rows = 10
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      let result = try FeedsCheck(globals.configuration()).check(file, sample: sample, rows: rows)
      Console.writeOutput(result.text)
      return result.status
    }
  }
}
