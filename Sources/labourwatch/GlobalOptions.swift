import ArgumentParser
import Operations

/// The options of every command (contract section 6).
struct GlobalOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The profile: the folder that adapts the program to one place.", valueName: "dir"))
  var profile = "jobs/suqian"

  @Option(
    help: ArgumentHelp(
      "The PostgreSQL server, as postgresql://… without a password (that comes from PGPASSWORD or ~/.pgpass).",
      discussion: "Default: LABOURWATCH_DATABASE_URL, else the private cluster under LABOURWATCH_HOME (.labourwatch).",
      valueName: "url"))
  var database: String?

  @Option(help: "How log lines on standard error look: text for people, json for machines.")
  var logFormat: LogFormat = .text

  @Flag(help: "Say only warnings and errors; no progress.")
  var quiet = false

  @Option(help: ArgumentHelp("Write a summary of the run to this file.", valueName: "file.json"))
  var summary: String?

  /// What the options mean to the operations.
  func configuration(_ clock: ClockOptions? = nil) -> Session.Configuration {
    Session.Configuration(
      profile: profile, database: database, logFormat: logFormat, quiet: quiet, summary: summary, now: clock?.now)
  }
}

/// The option that sets a run's clock.
struct ClockOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The run's clock instead of the real one: 2022-01-05T02:00:00 in the profile's time zone, or with Z or +08:00.",
      valueName: "timestamp"))
  var now: String?
}

extension LogFormat: ExpressibleByArgument {}
