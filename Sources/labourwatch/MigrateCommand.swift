import ArgumentParser
import Operations

/// `labourwatch migrate`.
struct MigrateCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Bring the schema and the profile's reference data up to date.",
    discussion: "Every other command does this when it is needed; migrate does nothing else.")

  @OptionGroup(title: "Global options") var globals: GlobalOptions

  func perform() throws -> ExitStatus {
    let session = try Session(globals.configuration())
    session.describeReference()
    return .done
  }
}
