import Ingestion
import LabourMarket
import Postgres

/// Keeps the decisions which postings are the same job as the stored versions, the links between enterprises and the profile's rules want them.
///
/// The decisions of an employer follow from the versions of its postings alone; so a night decides only for employers whose postings got new
/// versions, and gives what deciding all at once would give. One transaction a rule: a killed run leaves a rule's decisions as they were, and the
/// next run takes them up.
struct JobDecisions {
  /// What a run did.
  struct Outcome {
    /// Decisions that are new or other than before, over all rules.
    var made = 0
    /// Decisions that no longer hold.
    var withdrawn = 0
    /// How far new rules shift the level of openings, in sentences.
    var findings: [String] = []
  }

  let session: Session

  /// Decides what is not decided yet, and enters what was noticed into the run's findings.
  /// - Returns: what was noticed, as the summary tells it.
  /// - Throws: as ``bringUpToDate(_:)``.
  func settle(_ run: Run) throws -> [String] {
    var findings = Findings()
    for message in try bringUpToDate(run).findings {
      findings.add(feed: Feed.vacancies.rawValue, kind: "deduplication", message)
    }
    try findings.store(session, run)
    return findings.list.map(\.line)
  }

  /// How many versions of postings are stored that no decision looked at yet.
  func undecided() throws -> Int {
    try session.connection.query(query("undecided"), [.text(session.profile.city)]).one().int(0)
  }

  /// Decides what is not decided yet; two small queries when nothing is to be done. The caller holds the city's lock.
  /// - Throws: ``Failure`` (usage) where a rule was changed without a new version; errors of the server.
  func bringUpToDate(_ run: Run) throws -> Outcome {
    let rules = try DeduplicationFile.load(folder: session.profile.folder)
    let state = try session.connection.query(query("state"), [.text(session.profile.city)])
    guard let first = state.first else { return Outcome() }
    let newest = try first.int("newest")
    let known = try Dictionary(
      uniqueKeysWithValues: state.filter { try !$0.isNull("version") }.map {
        (try $0.string("version"), try Decided($0))
      })
    // A rule shifts what an earlier rule or forecast has told; before any, there is nothing to compare with.
    let isTold = try !known.isEmpty || first.bool("is_told")
    try check(rules, known)
    var outcome = Outcome()
    for version in known.keys.sorted() where !rules.contains(where: { $0.version == version }) {
      try session.connection.execute(query("drop_rule"), [.text(session.profile.city), .text(version)])
      outcome.findings.append(
        "deduplication rule \(version) is no longer in the profile; its decisions were taken away.")
    }
    for (index, rule) in rules.enumerated() {
      let span = Span(rule, next: index + 1 < rules.count ? rules[index + 1] : nil)
      let decided = known[rule.version]
      if let decided, decided.span == span, decided.links == links, decided.run >= newest { continue }
      session.console.progress("deciding which postings are one job")
      let isWhole = decided.map { $0.span != span || $0.links != links } ?? true
      try decide(rule, span, since: isWhole ? nil : decided?.run, newest, run, &outcome)
      if decided == nil, newest > 0, isTold {
        outcome.findings.append(try shift(rule, before: index > 0 ? rules[index - 1] : nil))
      }
    }
    session.console.endProgress()
    if outcome.made + outcome.withdrawn > 0 {
      session.console.info(
        "postings that are the same job as an earlier one",
        ["decided": "\(outcome.made)", "withdrawn": "\(outcome.withdrawn)"])
    }
    return outcome
  }

  // MARK: The steps

  /// From when to when a rule is in force, as the database writes it.
  private struct Span: Equatable {
    let from, to: String

    init(_ rule: JobRule, next: JobRule?) {
      from = rule.validFrom.map { "\($0) 00:00:00" } ?? "-infinity"
      to = next?.validFrom.map { "\($0) 00:00:00" } ?? "infinity"
    }

    init(_ row: Row) throws {
      from = try row.string("valid_from")
      to = try row.string("valid_to")
    }
  }

  /// What the database has of a rule.
  private struct Decided {
    let span: Span
    let document, links: String
    let run: Int

    init(_ row: Row) throws {
      span = try Span(row)
      document = try row.string("document")
      links = try row.string("links_sha256")
      run = try row.int("decided_run_id")
    }
  }

  private func check(_ rules: [JobRule], _ known: [String: Decided]) throws {
    for rule in rules {
      guard let decided = known[rule.version], decided.document != rule.document else { continue }
      throw Failure.usage(
        "\(session.profile.folder)/deduplication.yaml: rule \(rule.version) is not the one that decisions were made by: \(decided.document).",
        next:
          "A changed rule shifts the level of openings: put the old one back, and add a rule with a new version and valid_from."
      )
    }
  }

  private func decide(
    _ rule: JobRule, _ span: Span, since: Int?, _ newest: Int, _ run: Run, _ outcome: inout Outcome
  ) throws {
    let connection = session.connection
    let city = Value.text(session.profile.city)
    let some = Value.bool(since != nil)
    try connection.execute(query("open_staging"), [city])
    try connection.transaction {
      try connection.execute(query("clear_staging"), [city])
      try connection.execute(query("settings"))
      if let since { try connection.execute(query("touched"), [city, .text(rule.version), .int(since)]) }
      try connection.execute(
        query("candidates"), [city, .texts(equalities(rule)), .bool(rule.across == .channels), some])
      try connection.execute(query("open_postings"), [city, some, .text(span.to)])
      try stage(rule)
      try connection.execute(query("close_postings"))
      try connection.execute(
        query("put_rule"),
        [
          city, .text(rule.version), .text(span.from), .text(span.to), .text(rule.document), .text(links), .int(newest),
          .double(Double(session.clock.unixSeconds)),
        ])
      let row = try connection.query(
        query("merge_decisions"),
        [city, .text(rule.version), .int(Int(run.id.value)), .double(Double(session.clock.unixSeconds)), some]
      ).one()
      outcome.made += try row.int("made")
      outcome.withdrawn += try row.int("withdrawn")
      try connection.execute(query("clear_staging"), [city])
    }
  }

  /// What the query for candidates compares; the rest is left to the close look.
  private func equalities(_ rule: JobRule) -> [String] {
    rule.same.map(\.rawValue) + (rule.headcountWithin == 0 ? ["headcount"] : [])
  }

  /// Decides employer by employer. Memory: the postings of one employer and one fetch.
  private func stage(_ rule: JobRule) throws {
    let grouping = JobGrouping(rule: rule, links: session.profile.reference.employers)
    var employer = ""
    var postings: [AnnouncedPosting] = []
    var lines = ""
    func finish() {
      for decision in grouping.decide(postings) {
        lines += Self.line(session.profile.city, decision, postings, employer)
      }
      postings.removeAll(keepingCapacity: true)
    }
    while true {
      let rows = try session.connection.query(query("next_postings"))
      for row in rows {
        let next = try row.string(0)
        if next != employer {
          finish()
          employer = next
        }
        postings.append(try Self.posting(row))
      }
      if rows.isEmpty { finish() }
      if !lines.isEmpty {
        try session.connection.copyIn(query("copy_decisions")) { try $0.append(lines) }
        lines = ""
      }
      if rows.isEmpty { return }
    }
  }

  private static func posting(_ row: Row) throws -> AnnouncedPosting {
    AnnouncedPosting(
      source: try row.string(1), id: try row.string(2), creditCode: try row.string(3), knownAt: try row.timestamp(4),
      postedOn: CalendarDay(ordinal: try row.date(5)), occupation: try row.string(6), region: try row.string(7),
      title: try row.optionalString(8), headcount: try row.int(9), salaryMin: try row.optionalDouble(10),
      salaryMax: try row.optionalDouble(11), education: try row.optionalString(12), channel: try row.string(13),
      job: try row.optionalString(14))
  }

  private static func line(
    _ city: String, _ decision: JobGrouping.Decision, _ postings: [AnnouncedPosting], _ employer: String
  )
    -> String
  {
    let posting = postings[decision.posting]
    let leader = postings[decision.leader]
    let since = LocalTimestamp(seconds: Int(posting.knownAt / 1_000_000))
    let fraction = posting.knownAt % 1_000_000
    let texts = [city, posting.source, posting.id, leader.source, leader.id, employer].map(escaped)
    return texts.joined(separator: "\t")
      + "\t\(since)\(fraction == 0 ? "" : ".\(String(1_000_000 + fraction).dropFirst())")"
      + "\t{\(decision.criteria.joined(separator: ","))}\n"
  }

  /// A text in the text form of COPY.
  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x5C || $0 < 0x20 }) else { return text }
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// How far a rule that is new shifts the openings of today.
  private func shift(_ rule: JobRule, before: JobRule?) throws -> String {
    func level(_ version: String?) throws -> (jobs: Int, persons: Int) {
      let row = try session.connection.query(
        query("level"),
        [
          .text(session.profile.city), .text(session.clock.local.description), .optional(version) { .text($0) },
        ]
      ).one()
      return (try row.int(0), try row.int(1))
    }
    let old = try level(before?.version)
    let new = try level(rule.version)
    let from = rule.validFrom.map { " (in force from \($0))" } ?? ""
    return """
      deduplication rule \(rule.version)\(from) counts \(new.jobs) open jobs that seek \(new.persons) persons, \
      \(before.map { "rule \($0.version)" } ?? "every posting for itself") counts \(old.jobs) that seek \(old.persons).
      """
  }

  private var links: String {
    var digest = SHA256Digest()
    for span in session.profile.reference.employers.spans { digest.update("\(span)\n") }
    return digest.hex()
  }

  private func query(_ name: String) throws -> Query { try session.queries.query("jobs/\(name)") }
}
