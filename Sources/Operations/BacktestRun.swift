import Foundation
import LabourMarket
import Postgres
import Shortfall

/// Lives past months again, each with what was known by its end, and scores what the estimator would have said against what came.
public struct BacktestRun {
  /// What the command line says.
  public struct Options: Sendable {
    /// Number of past months.
    public var origins: Int
    /// Months ahead; `nil`: the profile's default.
    public var horizon: Int?

    /// Options from their parts.
    public init(origins: Int = 12, horizon: Int? = nil) {
      self.origins = origins
      self.horizon = horizon
    }
  }

  private let session: Session

  /// A use case over a session.
  public init(_ session: Session) { self.session = session }

  /// Runs the backtest; nothing is written to the database.
  /// - Throws: ``Failure`` where there are too few months; errors of the server.
  public func run(_ options: Options) throws -> BacktestReport {
    let horizon = options.horizon ?? session.profile.defaultHorizon
    guard (1...24).contains(horizon), (1...120).contains(options.origins) else {
      throw Failure.usage("--origins and --horizon are out of range.", next: "Name 1–120 origins and 1–24 months.")
    }
    let settings = try ForecastSettingsFile.load(folder: session.profile.folder)
    let estimator = ShortfallEstimator(settings: settings, trees: ReferenceTrees(session.profile.reference))
    let reader = CityPanelReader(connection: session.connection, queries: session.queries, city: session.profile.city)
    let newest = session.clock.lastWholeMonth
    let truth = try panel(reader, newest)
    var backtest = Backtest()
    // An origin's first month must have come; a year of history is the least that rivals need.
    let possible = (1...options.origins).map { newest - $0 }.filter { $0 - truth.start >= 12 }.sorted()
    guard !possible.isEmpty, !truth.survivorsOnly else {
      throw Failure(
        .failed, "There are too few months of records for a backtest: they begin in \(truth.start).",
        next: "A backtest needs at least 14 months of postings whose ends are reported.")
    }
    for (i, origin) in possible.enumerated() {
      session.console.progress("reliving \(origin)", fraction: Double(i) / Double(possible.count))
      let then = try panel(reader, origin)
      backtest.add(estimator.forecast(then, horizon: horizon), from: then, truth: truth)
    }
    session.console.endProgress()
    return BacktestReport(backtest, place: session.profile.name, origins: possible, horizon: horizon)
  }

  private func panel(_ reader: CityPanelReader, _ asOf: Month) throws -> CityPanel {
    try session.connection.transaction(isolation: .repeatableRead) { try reader.readPanel(asOf: asOf) }
  }
}

extension BacktestReport {
  /// Writes the scores as CSV and as a page, each where a path is given.
  /// - Throws: ``Failure`` that names the file that cannot be written.
  public func write(csv csvPath: String?, page: String?) throws {
    if let csvPath { try FileSystem.write(Data(csv.utf8), to: csvPath) }
    if let page { try FileSystem.write(Data(html.utf8), to: page) }
  }
}
