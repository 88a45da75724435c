/// `labourwatch jobs decide`: decides which postings are the same job, as a forecast does before it counts them.
public struct JobsRun {
  private let session: Session

  /// A run of a session.
  public init(session: Session) { self.session = session }

  /// Decides what is not decided yet, under the city's lock, and says what came of it on standard output.
  /// - Throws: ``Failure`` (usage) where a rule was changed without a new version; errors of the server.
  public func run() throws -> ExitStatus {
    try session.run("jobs decide") { run in
      var summary = RunSummary()
      let count = try JobDecisions(session: session).undecided()
      summary.findings = try JobDecisions(session: session).settle(run)
      if !session.configuration.quiet {
        Console.writeOutput(
          summary.findings.map { $0 + "\n" }.joined()
            + "\(session.profile.name): \(count) versions of postings were new; all are decided.\n")
      }
      return summary
    }
  }
}
