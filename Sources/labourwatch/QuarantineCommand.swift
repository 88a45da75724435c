import ArgumentParser
import Operations

/// `labourwatch quarantine …`.
struct QuarantineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine",
    abstract: "Look at rejected rows, run them again after a rule or a reference was mended, accept codes.",
    discussion: """
      A row is known by its file (the first digits of its SHA-256, as list shows them) and its line: 3fa9c1d2:15.

        labourwatch quarantine list
        labourwatch quarantine show 3fa9c1d2:15
        labourwatch quarantine replay --feed vacancies
        labourwatch quarantine accept 91350203M0001QAY9B --by 王敏 --reason "与营业执照一致"

      Rows to be mended by hand: labourwatch export quarantine --output rejected.csv
      """,
    subcommands: [List.self, Show.self, Replay.self, Accept.self])

  struct Filters: ParsableArguments {
    @Option(help: "Only this feed.") var feed: String?
    @Option(help: "Only this reason code.") var reason: String?
    @Flag(help: "Also rows that passed later.") var all = false

    var filter: Quarantine.Filter { .init(feed: feed, reason: reason, status: all ? nil : "open") }
  }

  struct List: Operation {
    static let configuration = CommandConfiguration(abstract: "How many rows were rejected, by feed, file and reason.")
    @OptionGroup var filters: Filters
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(try Quarantine(session: Session(globals.configuration())).list(filters.filter))
      return .done
    }
  }

  struct Show: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Single rows: what is wrong, and their bytes with persons masked.")
    @Argument(help: ArgumentHelp("A file or a row; default: all.", valueName: "file[:line]")) var row: String?
    @OptionGroup var filters: Filters
    @Option(help: "Most rows to show.") var limit = 20
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      let quarantine = Quarantine(session: try Session(globals.configuration()))
      Console.writeOutput(try quarantine.show(row, filters.filter, limit: limit))
      return .done
    }
  }

  struct Replay: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Run the rejected rows through today's rules; what passes is merged and linked to its rejection.",
      discussion: """
        Rows that name persons were masked before they were stored: only their file brings them back (labourwatch ingest --force).
        Exit code 3: rows are still open.
        """)
    @Option(help: "Only this feed.") var feed: String?
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @OptionGroup var clock: ClockOptions

    func perform() throws -> ExitStatus {
      try QuarantineReplayRun(session: Session(globals.configuration(clock)), feed: feed).run()
    }
  }

  struct Accept: Operation {
    static let configuration = CommandConfiguration(
      abstract:
        "Put credit codes that exist, although they fail their check digit, on the accept list, and run their rows again."
    )
    @Argument(help: "The codes.") var codes: [String]
    @Option(help: "Who accepts them.") var by: String
    @Option(help: "Why they are right.") var reason: String
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @OptionGroup var clock: ClockOptions

    func perform() throws -> ExitStatus {
      try QuarantineReplayRun(session: Session(globals.configuration(clock))).accept(codes, reason: reason, actor: by)
    }
  }
}
