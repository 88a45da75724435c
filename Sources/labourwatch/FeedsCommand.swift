import ArgumentParser
import Operations

/// `labourwatch feeds …`.
struct FeedsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feeds",
    abstract: "The profile's feeds: what they are, who has not filed, and what a description makes of a file.",
    subcommands: [List.self, Status.self, Check.self])

  struct List: Operation {
    static let configuration = CommandConfiguration(abstract: "The feeds of the profile and the files they take.")
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(try FeedsCheck(globals.configuration()).list())
      return .done
    }
  }

  struct Status: Operation {
    static let configuration = CommandConfiguration(
      abstract: "What each feed filed last, when more is due, and which are late, missing or too small.",
      discussion: """
        Judged by the calendar of each feed (calendar: in its description; docs/feeds.md) at the run's clock:

          in time      the next record is not due yet
          due          the day has come, the days of grace are not over
          late         nothing came in time
          stale        a file came since, but its records are old ones
          missing      never filed, and the first day it was due is over
          awaited      never filed, and not due yet
          optional     never filed, and need not be
          no calendar  not judged

          labourwatch feeds status
          labourwatch feeds status --now 2022-01-05

        Exit code 3: a feed is late, stale or missing. Files are taken by `labourwatch ingest`, not by this command.
        """)
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @OptionGroup var clock: ClockOptions

    func perform() throws -> ExitStatus {
      let result = try FeedsStatus(session: Session(globals.configuration(clock))).table()
      Console.writeOutput(result.text)
      return result.status
    }
  }

  struct Check: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Explain a description, and show the first rows of a sample as they would be stored.",
      discussion: """
        No database is needed and nothing is stored.

          labourwatch feeds check jobs/nyc/feeds/vacancies.yaml --profile jobs/nyc \\
            --sample jobs/nyc/inbox/nyc_jobs_snapshot_2019-03-19.csv.gz

        A feed that is pulled from a portal or another PostgreSQL: --pull asks for its first page. Secrets are named, never shown.

          labourwatch feeds check jobs/suqian/feeds/portal.yaml --pull

        Exit code 3: rows of the sample would be rejected; 1: it would be refused as a whole; 2: the description is at fault.
        """)
    @Argument(help: ArgumentHelp("The description.", valueName: "file.yaml")) var file: String
    @Option(help: ArgumentHelp("A file of the feed.", valueName: "file")) var sample: String?
    @Flag(help: "Ask the feed's source for its first page and show that; nothing is stored.") var pull = false
    @Option(help: "Rows of the sample to show.") var rows = 10
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func validate() throws {
      if pull, sample != nil { throw ValidationError("--pull and --sample: name one of the two.") }
    }

    func perform() throws -> ExitStatus {
      let result = try FeedsCheck(globals.configuration()).check(file, sample: sample, pull: pull, rows: rows)
      Console.writeOutput(result.text)
      return result.status
    }
  }
}
