import ArgumentParser
import Operations

/// `labourwatch local`.
struct LocalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "local",
    abstract: "The private PostgreSQL cluster, which other commands create and start when they need it.",
    subcommands: [Start.self, Stop.self, Status.self, URL.self, Psql.self])

  struct Start: Operation {
    static let configuration = CommandConfiguration(abstract: "Create it where there is none, and start it.")
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    func perform() throws -> ExitStatus { try LocalOperations(globals.configuration()).start() }
  }

  struct Stop: Operation {
    static let configuration = CommandConfiguration(abstract: "Stop it; the data stay.")
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    func perform() throws -> ExitStatus { try LocalOperations(globals.configuration()).stop() }
  }

  struct Status: Operation {
    static let configuration = CommandConfiguration(abstract: "Say whether it runs, and where its data are.")
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    func perform() throws -> ExitStatus { try LocalOperations(globals.configuration()).status() }
  }

  struct URL: Operation {
    static let configuration = CommandConfiguration(abstract: "Print its address, starting it where needed.")
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    func perform() throws -> ExitStatus { try LocalOperations(globals.configuration()).url() }
  }

  struct Psql: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Open psql on it, or pass psql the arguments after --.",
      discussion: "Example: labourwatch local psql -- -c 'SELECT * FROM runs'")
    @OptionGroup(title: "Global options") var globals: GlobalOptions
    @Argument(parsing: .postTerminator, help: "Arguments for psql.") var arguments: [String] = []
    func perform() throws -> ExitStatus { try LocalOperations(globals.configuration()).psql(arguments) }
  }
}
