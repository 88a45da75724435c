import ArgumentParser
import Operations

/// `labourwatch jobs …`.
struct JobsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "Which postings are the same job, since when, and why.",
    discussion: """
        labourwatch jobs explain hr-bureau:HR0001234
        labourwatch export jobs --output jobs.csv

      The rule stands in deduplication.yaml of the profile; docs/employers-and-jobs.md explains it. A forecast decides what is new before it counts;
      after `labourwatch ingest` alone, `labourwatch jobs decide` does.
      """,
    subcommands: [Explain.self, Decide.self])

  struct Decide: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Decides which postings are the same job; `nightly` and `forecast` do it themselves.")
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @OptionGroup var clock: ClockOptions

    func perform() throws -> ExitStatus { try JobsRun(session: Session(globals.configuration(clock))).run() }
  }

  struct Explain: Operation {
    static let configuration = CommandConfiguration(
      abstract: "The postings that make up the job of a posting, by which rule and criteria.")
    @Argument(help: ArgumentHelp("The posting.", valueName: "source:posting_id")) var posting: String
    @Option(help: ArgumentHelp("As known by the end of this month (default: now).", valueName: "YYYY-MM")) var asOf:
      String?
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @OptionGroup var clock: ClockOptions

    func perform() throws -> ExitStatus {
      let month = try asOf.map { try Arguments.month($0, "--as-of") }
      let session = try Session(globals.configuration(clock))
      Console.writeOutput(try Employers(session: session).explain(posting, asOf: month))
      return .done
    }
  }
}

/// `labourwatch enterprises …`.
struct EnterprisesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enterprises",
    abstract: "Which enterprises are linked as one employer, and which may have to be.",
    discussion: """
      Links stand in reference/enterprise_links.csv of the profile; nothing is linked that does not stand there.

        labourwatch enterprises links
        labourwatch enterprises propose --output proposals.csv
      """,
    subcommands: [Links.self, Propose.self])

  struct Links: Operation {
    static let configuration = CommandConfiguration(
      abstract: "The links of the profile, and the employer of each code today.")
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @OptionGroup var clock: ClockOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(Employers(session: try Session(globals.configuration(clock))).links())
      return .done
    }
  }

  struct Propose: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Codes with one normalised name or one organisation code, as rows for enterprise_links.csv.",
      discussion: "Check each row, set kind and days right, and copy what holds into reference/enterprise_links.csv.")
    @Option(help: ArgumentHelp("The file, ending in .csv; - for standard output.", valueName: "file")) var output = "-"
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @OptionGroup var clock: ClockOptions

    func perform() throws -> ExitStatus {
      let session = try Session(globals.configuration(clock))
      let count = try Employers(session: session).propose(to: output)
      if output != "-" { session.console.info("links proposed", ["rows": "\(count)", "file": "\(output)"]) }
      return .done
    }
  }
}
