import LabourMarket
import Postgres
import Tabular

/// What an analyst asks of employers and jobs: which postings make up a job and why, which enterprises are linked, which may have to be.
public struct Employers {
  let session: Session

  /// The employers and jobs of a session's city.
  public init(session: Session) { self.session = session }

  /// Explains a job: its postings, since when they are one, by which rule and criteria, and which of them stands.
  /// - Parameters:
  ///   - name: `SOURCE:POSTING_ID`; the source may not hold a colon, the number may.
  ///   - asOf: as known by the end of that month; `nil`: now.
  /// - Throws: ``Failure`` (usage) where there is no such posting.
  public func explain(_ name: String, asOf: Month?) throws -> String {
    guard let colon = name.firstIndex(of: ":") else {
      throw Failure.usage(
        "\(name) names no posting.", next: "Write SOURCE:POSTING_ID, for example hr-bureau:HR0001234.")
    }
    let until = asOf.map(CityPanelReader.knownUntil) ?? session.clock.local
    let rows = try session.connection.query(
      session.queries.query("jobs/explain"),
      [
        .text(session.profile.city), .text(String(name[..<colon])), .text(String(name[name.index(after: colon)...])),
        .text(until.description),
      ])
    guard let first = rows.first else {
      throw Failure.usage(
        "There is no posting \(name) that was known by \(until).", next: "Look at source and number in the feed's file."
      )
    }
    let rule =
      try first.optionalString("rule_version").map { "rule \($0)" } ?? "no rule yet: run `labourwatch jobs decide`"
    let count = rows.count == 1 ? "one posting" : "\(rows.count) postings"
    var text =
      "job \(try first.string("source")):\(try first.string("posting_id")), \(count), as of \(until), \(rule)\n"
    for row in rows { text += try Self.describe(row) }
    let undecided = try JobDecisions(session: session).undecided()
    if undecided > 0 {
      text +=
        "\(undecided) versions of postings came since and are not decided yet: `labourwatch jobs decide`, or the next forecast, does it.\n"
    }
    return text
  }

  private static func describe(_ row: Row) throws -> String {
    func word(_ column: String) throws -> String { try row.optionalString(column) ?? "–" }
    let joined =
      try row.optionalString("since").map {
        "same job since \($0): \(try word("criteria")) (decided by run \(try word("run_id")), \(try word("decided_at")))"
      } ?? "announced the job, known since \(try word("first_known_at"))"
    let stands = try row.bool("stands") ? ", which stands for the job" : ""
    return """
      \(try word("source")):\(try word("posting_id"))  \(joined)
        \(try word("credit_code")) \(try word("enterprise_name")), channel \(try word("channel")), region \(try word("region")), \
      occupation \(try word("occupation")), “\(try word("title"))”, posted \(try word("posted_on")), \(try word("announced")) persons, \
      salary \(try word("salary_min"))–\(try word("salary_max"))
        newest report \(try word("newest_known_at")): \(try word("status")), \(try word("filled")) of \(try word("headcount")) filled, \
      until \(try word("closes_on"))\(stands)

      """
  }

  /// The links between enterprises as the profile has them, as a table.
  public func links() -> String {
    let links = session.profile.reference.enterpriseLinks
    guard !links.isEmpty else {
      return "The profile links no enterprises: reference/enterprise_links.csv has no rows.\n"
    }
    let header = ["credit_code", "kind", "successor_code", "alias", "valid_from", "known_on", "note"]
    let today = session.clock.local.day
    return TextTable.render(
      [header + ["employer today"]]
        + links.map { link in
          [
            link.creditCode, link.kind.rawValue, link.successor ?? "", link.alias ?? "",
            link.validFrom?.description ?? "",
            link.knownOn?.description ?? "", link.note,
            session.profile.reference.employers.employer(of: link.creditCode, on: today),
          ]
        })
  }

  /// Writes enterprises that may have to be linked, in the form of `reference/enterprise_links.csv`; nothing is linked by it.
  /// - Parameter path: a file that ends in `.csv`; `-` is standard output.
  /// - Returns: the number of proposals.
  @discardableResult
  public func propose(to path: String) throws -> Int {
    guard path == "-" || path.hasSuffix(".csv") else {
      throw Failure.usage("--output \(path): proposals are a CSV file.", next: "End the name in .csv.")
    }
    let proposals = LinkProposals(links: session.profile.reference, seen: try seen()).list()
    let sink = MemorySink()
    let writer = try CSVWriter(sink, charset: .utf8)
    try writer.record(["credit_code", "kind", "successor_code", "alias", "valid_from", "known_on", "note"])
    for row in proposals {
      try writer.record([
        row.creditCode, row.kind.rawValue, row.successor ?? "", "", row.validFrom?.description ?? "",
        session.clock.local.day.description, row.note,
      ])
    }
    try writer.finish()
    let text = String(decoding: sink.bytes, as: UTF8.self)
    if path == "-" { Console.writeData(text) } else { try FileSystem.write(.init(text.utf8), to: path, whole: true) }
    return proposals.count
  }

  private func seen() throws -> [LinkProposals.Seen] {
    var seen: [LinkProposals.Seen] = []
    try session.connection.forEachRow(session.queries.query("jobs/enterprise_names"), [.text(session.profile.city)]) {
      row in
      seen.append(
        LinkProposals.Seen(
          creditCode: try row.string(0), name: try row.optionalString(1) ?? "",
          first: try row.optionalDate(2).map(CalendarDay.init(ordinal:)),
          last: try row.optionalDate(3).map(CalendarDay.init(ordinal:))))
    }
    return seen
  }
}
