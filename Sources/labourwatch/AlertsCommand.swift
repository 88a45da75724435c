import ArgumentParser
import Assistance
import LabourMarket
import Operations

/// `labourwatch alerts …`.
struct AlertsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alerts",
    abstract: "Look at alerts and work them: claim, act, resolve, silence.",
    discussion: """
      An alert is known by its fingerprint: shortage:<chain>:<region>:<occupation>, or data:<feed>.

        labourwatch alerts list --team 苏宿工业园区
        labourwatch alerts claim shortage:food-processing:321302450 \\
          --officer 王敏 --now 2022-01-05T10:00:00
        labourwatch alerts act shortage:food-processing:321302450 \\
          --officer 王敏 --reason "周六专场招聘会" --now 2022-01-05T10:00:00
        labourwatch alerts resolve shortage:food-processing:321302450 \\
          --officer 王敏 --hired 35 --measure job-fair --now 2022-01-05T10:00:00
      """,
    subcommands: [List.self, Show.self, Claim.self, Act.self, Resolve.self, Silence.self])

  struct List: Operation {
    static let configuration = CommandConfiguration(abstract: "The live alerts, the gravest first.")
    @Option(help: ArgumentHelp("Only a team's: a region's code or name.", valueName: "region")) var team: String?
    @Flag(help: "Closed alerts too, and cells under a graver alert of their chain.") var all = false
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(try AlertsOperations(session: Session(globals.configuration())).list(team: team, all: all))
      return .done
    }
  }

  struct Show: Operation {
    static let configuration = CommandConfiguration(abstract: "One alert with its story.")
    @Argument(help: "The alert.") var fingerprint: String
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(try AlertsOperations(session: Session(globals.configuration())).show(fingerprint))
      return .done
    }
  }

  /// What every action needs.
  struct Common: ParsableArguments {
    @Argument(help: "The alert, or the number of its row on a list.") var fingerprint: String
    @Option(help: "Who speaks.") var officer: String
    @OptionGroup var clock: ClockOptions
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func apply(
      _ action: OfficerAction, reason: String?, measure: String? = nil, hired: Int? = nil
    ) throws -> ExitStatus {
      let operations = AlertsOperations(session: try Session(globals.configuration(clock)))
      let statement = AlertsOperations.Statement(
        officer: officer, reason: reason ?? action.rawValue, measure: measure, hired: hired, note: reason)
      Console.writeOutput(try operations.apply(action, to: fingerprint, statement))
      return .done
    }
  }

  struct Claim: Operation {
    static let configuration = CommandConfiguration(abstract: "Take an alert.")
    @Option(help: "A word about it.") var reason: String?
    @OptionGroup var common: Common

    func perform() throws -> ExitStatus { try common.apply(.claim, reason: reason) }
  }

  struct Act: Operation {
    static let configuration = CommandConfiguration(abstract: "Say which measure runs.")
    @Option(help: "What is done.") var reason: String
    @OptionGroup var common: Common

    func perform() throws -> ExitStatus { try common.apply(.act, reason: reason) }
  }

  struct Resolve: Operation {
    static let configuration = CommandConfiguration(abstract: "Close an alert with its outcome.")
    @Option(help: "What came of it.") var reason: String?
    @Option(help: "Persons hired.") var hired: Int?
    @Option(help: "The measure that helped most, a code of reference/levers.csv.") var measure: String?
    @OptionGroup var common: Common

    func validate() throws {
      if let hired, hired < 0 { throw ValidationError("--hired \(hired): give 0 or more.") }
    }

    func perform() throws -> ExitStatus { try common.apply(.resolve, reason: reason, measure: measure, hired: hired) }
  }

  struct Silence: Operation {
    static let configuration = CommandConfiguration(
      abstract: "No messages about an alert until the end of a day; it stays on the lists.")
    @Option(help: "Why.") var reason: String
    @Option(help: ArgumentHelp("The last quiet day.", valueName: "YYYY-MM-DD")) var until: String
    @OptionGroup var common: Common

    func perform() throws -> ExitStatus {
      guard let day = CalendarDay(until) else {
        throw Failure.usage("--until \(until): not a day.", next: "Write it as 2022-01-31.")
      }
      let operations = AlertsOperations(session: try Session(common.globals.configuration(common.clock)))
      let statement = AlertsOperations.Statement(officer: common.officer, reason: reason)
      Console.writeOutput(try operations.silence(common.fingerprint, until: day, statement))
      return .done
    }
  }
}
