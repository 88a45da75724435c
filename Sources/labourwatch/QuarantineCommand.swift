import ArgumentParser
import Operations

/// `labourwatch quarantine …`.
struct QuarantineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine",
    abstract:
      "Look at rejected rows, correct them in a workbook, run them again after a rule or a reference was mended, accept codes.",
    discussion: """
      A row is known by its file (the first digits of its SHA-256, as list shows them) and its line: 3fa9c1d2:15.

      What is wrong?
        labourwatch quarantine list
        labourwatch quarantine show 3fa9c1d2:15
        labourwatch quarantine show --feed vacancies --reason unknown_region

      The rows themselves are wrong: a clerk corrects them in a workbook and drops it into the inbox; the next ingest takes it.
        labourwatch quarantine export --output corrections.xlsx --feed vacancies

      The rules or the reference data were wrong: mend them, then run the rows again.
        labourwatch quarantine replay --feed vacancies

      A code fails its check digit and exists all the same:
        labourwatch quarantine accept 91350203M0001QAY9B --by 王敏 --reason "与营业执照一致"

      Reasons: field_count, invalid_encoding, missing_value, not_a_number, invalid_date, out_of_range, inconsistent,
      invalid_credit_code, invalid_person_id, unknown_region, unknown_chain, unknown_occupation, unknown_status.
      """,
    subcommands: [List.self, Show.self, Export.self, Replay.self, Accept.self])

  struct Filters: ParsableArguments {
    @Option(help: "Only this feed.") var feed: String?
    @Option(help: "Only this reason code.") var reason: String?
    @Flag(help: "Also rows that passed or were corrected later.") var all = false

    var filter: Quarantine.Filter { .init(feed: feed, reason: reason, status: all ? nil : "open") }
  }

  struct List: Operation {
    static let configuration = CommandConfiguration(abstract: "How many rows were rejected, by feed, reason and file.")
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

  struct Export: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Write open rows as a workbook that a clerk corrects and drops back into the inbox.",
      discussion: """
        One sheet for each feed and header; it says how to use it. Rows that are changed are checked anew at their place in their file; rows
        that are left alone or deleted stay open. Persons' data were masked and must be typed again.

          labourwatch quarantine export --output corrections.xlsx
          labourwatch quarantine export --output 沭阳更正.xlsx --feed vacancies --file 3fa9c1d2 --reason unknown_region
        """)
    @Option(help: ArgumentHelp("The workbook.", valueName: "file.xlsx")) var output: String
    @Option(help: "Only this feed.") var feed: String?
    @Option(help: "Only this reason code.") var reason: String?
    @Option(
      help: ArgumentHelp("Only this file: the first digits of its SHA-256, as list shows them.", valueName: "sha"))
    var file: String?
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @OptionGroup var clock: ClockOptions

    func perform() throws -> ExitStatus {
      let session = try Session(globals.configuration(clock))
      let outcome = try CorrectionExport(session: session).write(
        to: output, .init(feed: feed, reason: reason), file: file)
      session.console.info("rows to be corrected written", ["rows": "\(outcome.rows)", "file": "\(output)"])
      if outcome.leftOut > 0 {
        session.console.warning(
          "\(outcome.leftOut) open rows are left out: mend their files, or export fewer at a time")
      }
      return .done
    }
  }

  struct Replay: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Run the rejected rows through today's rules; what passes is merged and linked to its rejection.",
      discussion: """
        Rows that name persons were masked before they were stored: a clerk's correction (labourwatch quarantine export) or their file
        (labourwatch ingest --force) brings them back. Contacts of the register are masked too: its rows pass without them.
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
        "Put credit codes that exist, although they fail their check digit, on the accept list, and run their rows again.",
      discussion: """
        labourwatch quarantine accept 91350203M0001QAY9B --by 王敏 --reason "与营业执照一致"
        labourwatch quarantine accept --list
        labourwatch quarantine accept --undo 91350203M0001QAY9B --by 王敏 --reason "录入错误"

        Who and why are kept, also of a withdrawn acceptance. After --undo rows that were taken stay; further ones are rejected.
        """)
    @Argument(help: "The codes.") var codes: [String] = []
    @Option(help: "Who decides.") var by: String?
    @Option(help: "Why.") var reason: String?
    @Flag(help: "Show the accept list with its history.") var list = false
    @Flag(help: "Take the codes off the accept list again.") var undo = false
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @OptionGroup var clock: ClockOptions

    func validate() throws {
      if list {
        guard codes.isEmpty, !undo else {
          throw ValidationError("--list shows the accept list: give no codes with it.")
        }
      } else {
        guard !codes.isEmpty else { throw ValidationError("Name the codes, or show the accept list with --list.") }
        guard by != nil, reason != nil else {
          throw ValidationError("Say who decides (--by) and why (--reason): both are kept.")
        }
      }
    }

    func perform() throws -> ExitStatus {
      let run = try QuarantineReplayRun(session: Session(globals.configuration(clock)))
      if list {
        Console.writeOutput(try run.acceptances())
        return .done
      }
      let (reason, actor) = (reason ?? "", by ?? "")
      return undo
        ? try run.withdraw(codes, reason: reason, actor: actor) : try run.accept(codes, reason: reason, actor: actor)
    }
  }
}
