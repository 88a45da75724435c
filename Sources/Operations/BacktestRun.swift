import Foundation
import LabourMarket
import Postgres
import Reporting
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
    let newest = session.clock.lastWholeMonth
    let state = try session.connection.query(
      session.queries["shortfall/input_fingerprint"],
      [.text(session.profile.city), .text(CityPanelReader.knownUntil(newest).description)]
    ).one()
    let (backtest, relived) =
      try !state.bool(1) && state.bool(2)
      ? totals(options.origins, horizon, newest, settings) : records(options.origins, horizon, newest, settings)
    session.console.endProgress()
    return BacktestReport(
      backtest, place: session.profile.name, origins: relived, horizon: horizon,
      names: try ReportNames(profile: session.profile, language: session.profile.language),
      strings: try StringTable(language: session.profile.language.rawValue, folder: session.resources.templates))
  }

  private func records(
    _ origins: Int, _ horizon: Int, _ newest: Month, _ settings: ShortfallSettings
  ) throws -> (Backtest, [Month]) {
    let estimator = ShortfallEstimator(settings: settings, trees: ReferenceTrees(session.profile.reference))
    let truth = try panel(reader, newest)
    let possible = try Self.origins(
      origins, newest: newest, start: truth.start, usable: !truth.survivorsOnly, of: "postings whose ends are reported")
    var backtest = Backtest()
    for (i, origin) in possible.enumerated() {
      session.console.progress("reliving \(origin)", fraction: Double(i) / Double(possible.count))
      let then = try panel(reader, origin)
      backtest.add(estimator.forecast(then, horizon: horizon), from: then, truth: truth)
    }
    return (backtest, possible)
  }

  private func totals(
    _ origins: Int, _ horizon: Int, _ newest: Month, _ settings: ShortfallSettings
  ) throws -> (Backtest, [Month]) {
    let estimator = IndicatorEstimator(settings: settings, trees: ReferenceTrees(session.profile.reference))
    let truth = try reader.readTotals(asOf: newest) { session.console.warning("\($0)") }
    // What is known late leaves the newest months without an outcome.
    let end = truth.totals.map { $0.start + $0.openings.count - 1 }.max() ?? newest
    let start = truth.totals.map(\.start).min() ?? newest
    let possible = try Self.origins(
      origins, newest: min(end, newest), start: start, usable: true, of: "monthly totals")
    var backtest = Backtest()
    for (i, origin) in possible.enumerated() {
      session.console.progress("reliving \(origin)", fraction: Double(i) / Double(possible.count))
      let then = try reader.readTotals(asOf: origin) { _ in }
      backtest.add(try estimator.forecast(then, horizon: horizon), from: then, truth: truth)
    }
    return (backtest, possible)
  }

  /// The newest months that can be relived: a month after them must have come, and a year of history is the least that rivals need.
  private static func origins(
    _ count: Int, newest: Month, start: Month, usable: Bool, of what: String
  ) throws -> [Month] {
    let possible = (1...count).map { newest - $0 }.filter { $0 - start >= 12 }.sorted()
    guard usable, !possible.isEmpty else {
      throw Failure(
        .failed, "There are too few months of records for a backtest: they begin in \(start) and end in \(newest).",
        next: "A backtest needs at least 14 months of \(what); set the clock with --now where the records end earlier.")
    }
    return possible
  }

  private var reader: CityPanelReader {
    CityPanelReader(connection: session.connection, queries: session.queries, city: session.profile.city)
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
    if let page { try FileSystem.write(Data(BacktestPage(report: self).html.utf8), to: page) }
  }
}
