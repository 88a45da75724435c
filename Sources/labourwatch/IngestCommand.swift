import ArgumentParser
import Operations

/// `labourwatch ingest`.
struct IngestCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Take what dropped into the inbox: check every row, keep versions, quarantine what is wrong.",
    discussion: """
      Files are <feed>*.csv, .csv.gz, .xlsx or .jsonl; jobs/<profile>/feeds/*.yaml says which and how. A file that was taken before under
      the same rules is not read again. Rows that are rejected stand in the quarantine (`labourwatch quarantine list`) and the run ends
      with exit code 3; a file that is refused as a whole leaves nothing behind and the run ends with 1.

        labourwatch ingest --inbox inbox
        labourwatch ingest --inbox inbox --feed vacancies --force
      """)

  @OptionGroup(title: "Global options") var globals: GlobalOptions
  @OptionGroup var clock: ClockOptions

  @Option(help: ArgumentHelp("The folder of feed files. Default: the profile's own inbox.", valueName: "dir"))
  var inbox: String?

  @Option(help: ArgumentHelp("Only this feed; may be repeated.", valueName: "name"))
  var feed: [String] = []

  @Flag(help: "Read files although they were taken before under the same rules.")
  var force = false

  func perform() throws -> ExitStatus {
    let session = try Session(globals.configuration(clock))
    return try IngestRun(session: session, options: .init(inbox: inbox, feeds: feed, force: force)).run()
  }
}
