import ArgumentParser
import Operations

/// `labourwatch nightly`.
struct NightlyCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "nightly",
    abstract: "The main job: take in what the inbox holds, forecast, write the lists, all under one lock.",
    discussion: """
      Every file in the inbox named after a feed (vacancies*.csv, hiring_plans*.csv.gz, …) is taken once; running it again
      changes nothing. A killed run leaves nothing half done: the next one finishes the work.
      """)

  @Option(help: ArgumentHelp("The folder where feed files drop.", valueName: "dir"))
  var inbox: String

  @Option(help: ArgumentHelp("The folder where the lists go.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("The language of the lists, zh-CN or en, instead of the profile's.", valueName: "tag"))
  var language: String?

  @Flag(help: "Also deliver the lists, to the folder that delivery.yaml names.")
  var deliver = false

  @OptionGroup(title: "Clock") var clock: ClockOptions
  @OptionGroup(title: "Global options") var globals: GlobalOptions

  func perform() throws -> ExitStatus {
    let session = try Session(globals.configuration(clock))
    return try NightlyRun(
      session: session,
      options: .init(inbox: inbox, out: out, language: try language.map(Arguments.language), deliver: deliver)
    ).run()
  }
}
