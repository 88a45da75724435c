import Ingestion

extension FeedSummary {
  /// A pull from a feed's source.
  public struct Pull: Encodable, Sendable {
    /// Where from, without secrets.
    public var source: String
    /// `pulled`, `empty` (no rows are new), `unchanged` (says the source) or `failed`.
    public var status: String
    /// Requests, failed ones counted.
    public var requests: Int
    /// Pages, and those of them that an earlier run had pulled.
    public var pages: Int
    /// See ``pages``.
    public var resumedPages: Int
    /// Rows.
    public var rows: Int
    /// Bytes of JSON Lines.
    public var bytes: Int
    /// Wall-clock seconds of the pull.
    public var seconds: Double
    /// Why it failed; `nil` otherwise.
    public var message: String?

    private enum CodingKeys: String, CodingKey {
      case source, status, requests, pages, rows, bytes, seconds, message
      case resumedPages = "resumed_pages"
    }

    init(_ result: PullResult) {
      source = result.place
      status = result.status.rawValue
      requests = result.requests
      pages = result.pages
      resumedPages = result.resumedPages
      rows = result.rows
      bytes = result.bytes
      seconds = result.seconds
      message = result.message
    }
  }
}

extension Session {
  /// What pulls of this session work with.
  var pullEnvironment: SourcePull.Environment {
    let console = console
    return SourcePull.Environment(
      folder: "\(Self.home(configuration.environment))/spool/\(profile.city)", variables: configuration.environment,
      queries: queries, clock: clock.unixSeconds, localClock: clock.local, note: { console.warning("\($0)") })
  }
}

extension IngestRun {
  /// Makes sure, before anything is taken, that the secrets of all sources are there.
  /// - Throws: ``Failure`` (usage) that names the description and what is missing.
  func checkSources(_ descriptions: [FeedDescription]) throws {
    for description in descriptions {
      do {
        try SourcePull.check(
          description, variables: session.configuration.environment, queries: session.queries)
      } catch let fault as SourceFault {
        throw Failure.usage("\(description.file): “source”: \(fault)")
      }
    }
  }

  /// Pulls what a feed's source has and takes it as one file; a source that fails is a finding, and the run goes on.
  func pull(
    _ program: FeedProgram, _ number: inout Int, _ run: Run, _ feeds: inout [FeedSummary], _ findings: inout Findings
  ) throws {
    var environment = session.pullEnvironment
    let (name, console) = (program.description.name, session.console)
    environment.progress = { console.progress("pulling \(name), \($0) rows") }
    guard var pull = SourcePull(program, environment) else { return }
    // A pull that an earlier run had finished is taken first; then what came since.
    for _ in 0..<2 {
      let context = context(run, "pull of \(name)")
      let result = pull.pull(last: try context.mark(of: name), force: options.force)
      try run.heartbeat()
      add(result, of: program.description, to: &feeds)
      note(result, of: program.description, &findings)
      if let mark = result.mark { try context.put(mark) }
      guard let file = result.file else { return }
      number += 1
      let taken = try take(file, pull.program, number, run)
      let aside = pull.finish(taken)
      try run.heartbeat()
      add(taken, of: program.description, to: &feeds)
      note(taken, of: program.description, &findings)
      if let aside {
        findings.add(
          feed: program.schema.feed.rawValue, kind: "refused",
          "\(file.name): what was pulled stands in \(aside); the next run pulls it again")
      }
      guard result.requests == 0, taken.status != .refused else { return }
    }
  }

  private func add(_ result: PullResult, of description: FeedDescription, to feeds: inout [FeedSummary]) {
    let name = description.feed.rawValue
    if feeds.last?.feed != name { feeds.append(FeedSummary(feed: name)) }
    feeds[feeds.count - 1].pulls.append(FeedSummary.Pull(result))
    feeds[feeds.count - 1].seconds += result.seconds
  }

  private func note(_ result: PullResult, of description: FeedDescription, _ findings: inout Findings) {
    let feed = description.feed.rawValue
    if let message = result.message {
      session.console.warning("the source of \(description.name) failed: \(message)")
      findings.add(feed: feed, kind: "source_failed", "source of \(description.name): \(message)")
      return
    }
    session.console.info(
      "the source of \(description.name): \(result.status.rawValue)",
      [
        "requests": "\(result.requests)", "pages": "\(result.pages)", "rows": "\(result.rows)",
        "bytes": "\(result.bytes)",
      ])
    guard result.unmarked > 0, let column = description.source?.since?.column else { return }
    findings.add(
      feed: feed, kind: "no_watermark",
      "source of \(description.name): \(result.unmarked) of \(result.rows) rows have no readable “\(column)”, which says what is new"
    )
  }
}
