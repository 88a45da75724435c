import ArgumentParser
import Operations

/// `labourwatch delivery …`.
struct DeliveryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delivery",
    abstract: "The messages to officers: what waits, what was sent, what failed and why.",
    discussion: """
      `report --deliver` and `nightly --deliver` write messages into the outbox together with the alerts they tell of, and send them.
      What cannot be sent then waits here and is tried again by the next of these commands.

        labourwatch delivery list
        labourwatch delivery show 3fa9c1d2
        labourwatch delivery send
      """,
    subcommands: [List.self, Show.self, Send.self, Retry.self, Cancel.self])

  struct List: Operation {
    static let configuration = CommandConfiguration(abstract: "Messages that wait or failed, the newest first.")
    @Flag(help: "Those that were sent or cancelled too.") var all = false
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(try DeliveryOperations(session: Session(globals.configuration())).list(all: all))
      return .done
    }
  }

  struct Show: Operation {
    static let configuration = CommandConfiguration(abstract: "One message with its text and its attempts.")
    @Argument(help: "The beginning of its id.") var message: String
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(try DeliveryOperations(session: Session(globals.configuration())).show(message))
      return .done
    }
  }

  struct Send: Operation {
    static let configuration = CommandConfiguration(abstract: "Send what waits.")
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      try DeliveryOperations(session: Session(globals.configuration())).send()
    }
  }

  struct Retry: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Let messages that failed for good be sent again, once what they failed of is mended.")
    @Argument(help: "The beginning of one id; without it all.") var message: String?
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(try DeliveryOperations(session: Session(globals.configuration())).retry(message))
      return .done
    }
  }

  struct Cancel: Operation {
    static let configuration = CommandConfiguration(
      abstract: "Take messages that wait or failed out of the outbox; their alerts count as not told.")
    @Argument(help: "The beginning of its id.") var message: String
    @OptionGroup(title: "Global options") var globals: GlobalOptions

    func perform() throws -> ExitStatus {
      Console.writeOutput(try DeliveryOperations(session: Session(globals.configuration())).cancel(message))
      return .done
    }
  }
}
