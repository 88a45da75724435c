import LabourMarket

/// The main job: feeds, forecast, lists, as one run under one lock.
public struct NightlyRun {
  /// What the night is asked to do.
  public struct Options: Sendable {
    /// The folder where feed files drop.
    public var inbox: String
    /// The folder where lists go.
    public var out: String
    /// The language of the lists; `nil` for the profile's.
    public var language: Profile.Language?

    /// Options from their parts.
    public init(inbox: String, out: String, language: Profile.Language? = nil) {
      self.inbox = inbox
      self.out = out
      self.language = language
    }
  }

  private let session: Session
  private let options: Options

  /// A night of a session.
  public init(session: Session, options: Options) {
    self.session = session
    self.options = options
  }

  /// Runs the night.
  /// - Returns: the end: `incomplete` when rows were rejected or feeds are late.
  /// - Throws: ``Failure`` or a room's error; steps that ended before it stay done, and the next run takes up from there.
  public func run() throws -> ExitStatus {
    try session.run("nightly") { run in
      var summary = try IngestRun(session: session, options: .init(inbox: options.inbox)).perform(run)
      try run.heartbeat()
      summary.forecast = try ForecastRun(session).run(.init(), in: run)
      try run.heartbeat()
      summary.report = try ReportRun(
        session: session, run: run, options: .init(out: options.out, language: options.language)
      ).write()
      return summary
    }
  }
}
