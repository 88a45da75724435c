import Ingestion
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

    /// Whether the lists are also delivered as `delivery.yaml` says.
    public var deliver: Bool

    /// Options from their parts.
    public init(inbox: String, out: String, language: Profile.Language? = nil, deliver: Bool = false) {
      self.deliver = deliver
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

  /// Runs the night and says on standard output what came of it.
  /// - Returns: the end: `incomplete` when rows were rejected or feeds are late.
  /// - Throws: ``Failure`` or a room's error; steps that ended before it stay done, and the next run takes up from there.
  public func run() throws -> ExitStatus {
    try FileSystem.requireReadable(folder: options.inbox, "--inbox")
    try FileSystem.requireWritable(folder: options.out, "--out")
    // Settings of later steps that are wrong must not be found only when files have been taken.
    _ = try ForecastSettingsFile.load(folder: session.profile.folder)
    _ = try AlertSettings(profile: session.profile.folder)
    _ = try DeliverySettings(profile: session.profile)
    return try session.run("nightly") { run in
      var summary = try IngestRun(session: session, options: .init(inbox: options.inbox)).perform(run)
      try run.heartbeat()
      let forecast = try ForecastRun(session).run(.init(), in: run)
      summary.take(forecast, session.console)
      try run.heartbeat()
      summary.take(
        try ReportRun(
          session: session, run: run,
          options: .init(
            out: options.out, forecast: forecast.runID, language: options.language,
            delivery: options.deliver ? .deliver : .none)
        ).write())
      session.tell(summary)
      return summary
    }
  }
}

extension Session {
  /// Says on standard output, unless `--quiet` was given, what a run did.
  public func tell(_ summary: RunSummary) {
    if !configuration.quiet { Console.writeOutput(NightAccount(profile, summary).text) }
  }
}

extension RunSummary {
  /// Takes up what the reporting step did. The run ends `incomplete` where the lists have a finding or a message did not go out.
  public mutating func take(_ report: ReportSummary) {
    self.report = report
    if let finding = report.finding { findings.append(finding) }
    if let messages = report.messages { take(messages) }
    if report.finding != nil { status = status.worse(.incomplete) }
  }

  /// Takes up what became of the outbox.
  mutating func take(_ messages: DeliverySummary) {
    findings += messages.problems
    if messages.failed > 0 || messages.waiting > 0 {
      findings.append(
        "\(messages.failed) messages failed for good, \(messages.waiting) wait: `labourwatch delivery list` shows them."
      )
      status = status.worse(.incomplete)
    }
  }

  /// Takes up what the forecasting step did. The run ends `incomplete` where no openings are known: an empty list looks like good news.
  public mutating func take(_ forecast: ForecastSummary, _ console: Console) {
    self.forecast = forecast
    findings += forecast.findings
    guard forecast.openings < 0.5 && forecast.expected < 0.5 else { return }
    let finding =
      "No openings are known by the end of \(forecast.asOf): the lists are empty for want of records, not of shortages."
    console.warning("\(finding)")
    findings.append(finding)
    status = status.worse(.incomplete)
  }
}

/// What a run did, in a few lines for the operator.
struct NightAccount {
  private let profile: Profile
  private let summary: RunSummary

  init(_ profile: Profile, _ summary: RunSummary) {
    self.profile = profile
    self.summary = summary
  }

  var text: String {
    var lines = [profile.name]
    if let feeds = summary.feeds { lines += feedLines(feeds) }
    if let survey = summary.survey { lines += survey.lines(profile.reference) }
    if let forecast = summary.forecast { lines.append(forecastLine(forecast)) }
    if let report = summary.report { lines.append(reportLine(report)) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func feedLines(_ feeds: [FeedSummary]) -> [String] {
    func sum(_ count: (FeedSummary) -> Int) -> Int { feeds.reduce(0) { $0 + count($1) } }
    let files = feeds.flatMap(\.files)
    let known = files.count { $0.status == "known" }
    let refused = files.count { $0.status == "refused" }
    var line = "  feeds     \(files.count) files, \(Self.grouped(sum(\.read))) rows: "
    if files.isEmpty, feeds.contains(where: { !$0.pulls.isEmpty }) {
      line = "  feeds     nothing new"
    } else if files.isEmpty {
      line = "  feeds     the inbox holds no file of a feed"
    } else if known == files.count {
      line += "all known already, nothing changed"
    } else {
      line += [
        ("inserted", sum(\.inserted)), ("updated", sum(\.updated)), ("late", sum(\.late)),
        ("unchanged", sum(\.unchanged)),
      ].map { "\(Self.grouped($0.1)) \($0.0)" }.joined(separator: ", ")
    }
    var lines = [line]
    let pulls = feeds.flatMap(\.pulls)
    if !pulls.isEmpty {
      func total(_ count: (FeedSummary.Pull) -> Int) -> String { Self.grouped(pulls.reduce(0) { $0 + count($1) }) }
      let failed = pulls.count { $0.status == PullResult.Status.failed.rawValue }
      lines.append(
        "            \(pulls.count) pulls: \(total(\.requests)) requests, \(total(\.pages)) pages, \(total(\.rows)) rows, "
          + "\(total(\.bytes)) bytes" + (failed > 0 ? "; \(failed) failed" : ""))
    }
    let rejected = sum(\.rejected)
    if rejected > 0 { lines.append("            \(Self.grouped(rejected)) rejected: labourwatch quarantine list") }
    if refused > 0 { lines.append("            \(refused) files refused as a whole: the summary says why") }
    for finding in summary.findings { lines.append("            \(finding)") }
    return lines
  }

  private func forecastLine(_ forecast: ForecastSummary) -> String {
    let start = Month(forecast.asOf)
    let ahead = start.map { $0 + min(3, forecast.horizon) }
    let standing = forecast.reused ? " (stands: its inputs did not change)" : ""
    return "  forecast  end of \(forecast.asOf): \(Self.grouped(Int(forecast.openings.rounded()))) unfilled openings; "
      + "\(ahead.map(\.description) ?? ""): \(Self.grouped(Int(forecast.expected.rounded()))) forecast (P50)\(standing)"
      + (lacks(forecast).map { "\n            \($0)" } ?? "")
  }

  /// What the forecast had to do without, in words; `nil` where it had all.
  private func lacks(_ forecast: ForecastSummary) -> String? {
    let codes = Set(forecast.quality)
    if codes.contains("monthly_totals_only") { return "from monthly totals only: no reasons, no enterprises" }
    var out: [String] = []
    let missing = [
      ("no_plans", "hiring plans"), ("no_unemployment", "registered job-seekers"), ("no_headcount", "headcounts"),
    ].filter { codes.contains($0.0) }.map(\.1)
    if !missing.isEmpty { out.append("made without \(missing.joined(separator: ", "))") }
    if codes.contains("survivors_only") {
      out.append("one month of history, for no posting's end is reported: the stock is held steady")
    } else if codes.contains("short_history") {
      out.append("history is short: no season of its own, wider intervals")
    }
    return out.isEmpty ? nil : out.joined(separator: "; ")
  }

  private func reportLine(_ report: ReportSummary) -> String {
    let changed = report.changed == 0 ? "nothing changed" : "\(report.changed) files written"
    return "  lists     \(report.teams) teams and the city, \(Self.grouped(report.rows)) rows\n"
      + "            \(changed): \(report.folder)/index.html\n"
      + "  alerts    \(report.alerts)"
  }

  /// A count with thousands separators.
  private static func grouped(_ number: Int) -> String {
    var digits = Array(String(abs(number)))
    var index = digits.count - 3
    while index > 0 {
      digits.insert(",", at: index)
      index -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
  }
}
