import Foundation
import Ingestion
import LabourMarket
import Postgres
import Shortfall

/// Makes the forecast of a month from what was known by its end and writes it to the database.
///
/// Equal inputs and settings give equal forecasts, so a base forecast that stands already is not made again.
public struct ForecastRun {
  /// What the command line says.
  public struct Options: Sendable {
    /// The last month whose records count; `nil`: the last whole month before the clock.
    public var asOf: Month?
    /// Months ahead; `nil`: the profile's default.
    public var horizon: Int?
    /// Makes the forecast even where one from the same inputs stands.
    public var always: Bool

    /// Options from their parts.
    public init(asOf: Month? = nil, horizon: Int? = nil, always: Bool = false) {
      self.asOf = asOf
      self.horizon = horizon
      self.always = always
    }
  }

  let session: Session

  /// A use case over a session.
  public init(_ session: Session) { self.session = session }

  /// Makes the forecast, or finds the one that stands.
  /// - Parameter run: the ledger's run that this is part of.
  /// - Throws: ``Failure`` (usage) for a month that is not over yet or a wrong setting; errors of the server.
  public func run(_ options: Options, in run: Run) throws -> ForecastSummary {
    let began = ContinuousClock.now
    let prepared = try prepare(options, in: run)
    if !options.always, var standing = try standing(prepared, began) {
      standing.findings = prepared.findings
      return standing
    }
    let (forecast, inputs) = prepared.fromTotals ? try estimateTotals(prepared) : try estimateRecords(prepared)
    session.console.progress("writing the forecast")
    let writer = ForecastWriter(
      session: session, run: run.id, scenario: "", inputs: inputs, settings: prepared.settings)
    try session.connection.transaction { try writer.write(forecast, digest: prepared.digest) }
    session.console.endProgress()
    var summary = summary(forecast, run: run.id.value, began)
    summary.findings = prepared.findings
    return summary
  }

  /// What a run is about, checked.
  struct Prepared {
    let asOf: Month
    let horizon: Int
    let settings: ShortfallSettings
    /// When reports of enterprises are overdue.
    let overdue: OverdueDays
    /// Of everything that the forecast depends on.
    let digest: String
    /// Whether the place has monthly totals and no postings.
    let fromTotals: Bool
    /// What was noticed when the postings that are one job were decided.
    let findings: [String]
  }

  /// Checks the options and looks at what is known by the end of the month.
  func prepare(_ options: Options, in run: Run) throws -> Prepared {
    let asOf = options.asOf ?? session.clock.lastWholeMonth
    guard asOf <= session.clock.lastWholeMonth else {
      throw Failure.usage(
        "--as-of \(asOf) is not over yet at \(session.clock.iso8601).",
        next: "Name \(session.clock.lastWholeMonth) or an earlier month, or set the clock with --now.")
    }
    let horizon = options.horizon ?? session.profile.defaultHorizon
    guard (1...24).contains(horizon) else {
      throw Failure.usage("--horizon \(horizon) is out of range.", next: "Name 1 to 24 months.")
    }
    let settings = try ForecastSettingsFile.load(folder: session.profile.folder)
    let overdue = OverdueDays(try FeedSetup.descriptions(session.profile))
    let findings = try JobDecisions(session: session).settle(run)
    let state = try session.connection.query(
      session.queries["shortfall/input_fingerprint"],
      [.text(session.profile.city), .text(CityPanelReader.knownUntil(asOf).description)]
    ).one()
    return Prepared(
      asOf: asOf, horizon: horizon, settings: settings, overdue: overdue,
      digest: fingerprint(try state.string(0), settings, overdue, horizon),
      fromTotals: try !state.bool(1) && state.bool(2), findings: findings)
  }

  /// The records known by the end of the month, aggregated.
  func read(_ prepared: Prepared) throws -> ForecastInputs {
    session.console.progress("reading the records of \(session.profile.name)")
    return try session.connection.transaction(isolation: .repeatableRead) {
      try reader.read(asOf: prepared.asOf, settings: prepared.settings, overdue: prepared.overdue)
    }
  }

  private func estimateRecords(_ prepared: Prepared) throws -> (ShortfallForecast, ForecastInputs) {
    let inputs = try read(prepared)
    session.console.progress("estimating")
    let estimator = ShortfallEstimator(settings: prepared.settings, trees: ReferenceTrees(session.profile.reference))
    return (estimator.forecast(inputs.panel, horizon: prepared.horizon), inputs)
  }

  private func estimateTotals(_ prepared: Prepared) throws -> (ShortfallForecast, ForecastInputs) {
    session.console.progress("reading the monthly totals of \(session.profile.name)")
    let panel = try reader.readTotals(asOf: prepared.asOf) { session.console.warning("\($0)") }
    session.console.progress("estimating")
    let estimator = IndicatorEstimator(settings: prepared.settings, trees: ReferenceTrees(session.profile.reference))
    let nothing = CityPanel(asOf: prepared.asOf, start: prepared.asOf)
    return (try estimator.forecast(panel, horizon: prepared.horizon), ForecastInputs(panel: nothing))
  }

  private var reader: CityPanelReader {
    CityPanelReader(connection: session.connection, queries: session.queries, city: session.profile.city)
  }

  /// The digest of everything that the forecast depends on.
  private func fingerprint(
    _ inputs: String, _ settings: ShortfallSettings, _ overdue: OverdueDays, _ horizon: Int
  ) -> String {
    var same = settings
    same.threads = 1
    var digest = SHA256Digest()
    digest.update(
      "\(ShortfallEstimator.modelName) \(horizon) \(inputs) \(session.profile.referenceDigest) \(same) \(overdue)")
    return digest.hex()
  }

  /// The summary of a forecast from the same inputs and settings that stands already.
  func standing(_ prepared: Prepared, _ began: ContinuousClock.Instant) throws -> ForecastSummary? {
    let (asOf, horizon) = (prepared.asOf, prepared.horizon)
    let rows = try session.connection.query(
      session.queries["shortfall/same_inputs"],
      [
        .text(session.profile.city), .text(asOf.firstDay.description), .text(prepared.digest),
        .int(min(3, horizon)),
      ])
    guard let row = rows.first else { return nil }
    return ForecastSummary(
      runID: Int64(try row.int(0)), asOf: asOf.description, horizon: try row.int(1), cells: try row.int(5),
      reused: true,
      quality: try row.strings(4).compactMap(\.self), openings: try row.double(2), expected: try row.double(3),
      seconds: Self.seconds(since: began))
  }

  private func summary(
    _ forecast: ShortfallForecast, run: Int64, _ began: ContinuousClock.Instant
  ) -> ForecastSummary {
    let city = forecast.nodes.last { $0.node.level == .city }
    let ahead = min(3, forecast.horizon)
    return ForecastSummary(
      runID: run, asOf: forecast.asOf.description, horizon: forecast.horizon,
      cells: forecast.nodes.count { $0.node.level == .cell }, reused: false, quality: forecast.quality,
      openings: city?.openings ?? 0, expected: city?.values[ahead - 1].p50 ?? 0,
      seconds: Self.seconds(since: began))
  }

  private static func seconds(since began: ContinuousClock.Instant) -> Double {
    let took = (ContinuousClock.now - began).components
    return Double(took.seconds) + Double(took.attoseconds) * 1e-18
  }
}
