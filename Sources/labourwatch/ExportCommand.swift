import ArgumentParser
import LabourMarket
import Operations

/// `labourwatch export`.
struct ExportCommand: Operation {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write forecasts, ledger, quarantine, findings, survey response, alerts, lists, plans or jobs as data.",
    discussion: """
      forecast      unfilled openings by month, at every level
      scenario      the newest run of `forecast --scenario`, beside the base case from the same inputs
      ledger        every run with every file it met
      quarantine    the rejected rows
      findings      what runs noticed: late, missing, shrunken and partial feeds, changed columns, …
      response      who answered each survey wave: by chain, region and size class, by number and by headcount
      nonresponse   enterprises that answered the wave before and not the newest one: whom to call
      jobs          which postings are one job
      measures      what is left of each measure this year, and how much it has helped
      fairs         the next Saturdays' fairs with their points
      classes       order classes and training for gaps that last
      alerts, shortfalls, surpluses

        labourwatch export forecast --as-of 2021-12 --output forecast.csv
        labourwatch export alerts --output alerts.jsonl
        labourwatch export quarantine --output corrections.xlsx      a workbook to be corrected, as quarantine export writes it
      """)

  @Argument(help: "One of the words above.")
  var what: String

  @Option(help: ArgumentHelp("The file, ending in .csv or .jsonl; - for standard output.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "The month of the forecast, or by whose end answers were known (default: the newest, all).", valueName: "YYYY-MM")
  )
  var asOf: String?

  @OptionGroup(title: "Global options") var globals: GlobalOptions

  func perform() throws -> ExitStatus {
    guard let subject = ExportSubject(rawValue: what) else {
      let known = ExportSubject.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure.usage("export \(what): there is no such export.", next: "Give one of: \(known).")
    }
    if subject == .quarantine, output.lowercased().hasSuffix(".xlsx") {
      let session = try Session(globals.configuration())
      let outcome = try CorrectionExport(session: session).write(to: output, .init(), file: nil)
      session.console.info("rows to be corrected written", ["rows": "\(outcome.rows)", "file": "\(output)"])
      return .done
    }
    let month = try asOf.map { try Arguments.month($0, "--as-of") }
    let session = try Session(globals.configuration())
    let rows = try Exports(session: session).write(subject, to: output, asOf: month)
    if output != "-" { session.console.info("\(what) exported", ["rows": "\(rows)", "file": "\(output)"]) }
    return .done
  }
}
