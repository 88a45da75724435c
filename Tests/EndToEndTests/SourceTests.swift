import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Feeds that are pulled")
struct SourceTests {
  private static let token = "n0t-t0-be-shown"

  /// The vacancies of the simulated city as JSON objects.
  private static func vacancies() throws -> [String] {
    let text = try #require(City.feeds.get().first { $0.name == "vacancies.csv" }).text
    let columns = Columns(text)
    return try columns.rows.map { row in
      var object: [String: String] = [:]
      for header in columns.headers where !columns[row, header].isEmpty { object[header] = columns[row, header] }
      return String(decoding: try JSONEncoder().encode(object), as: UTF8.self)
    }
  }

  /// A program whose vacancies come from a portal of pages of 100, and the other feeds from files.
  private func with(
    pages: @escaping @Sendable (Int) -> TestWebServer.Response?,
    _ body: (Program, TestWebServer, _ rows: Int, _ variables: [String: String]) throws -> Void
  ) throws {
    let rows = try Self.vacancies()
    let server = try TestWebServer { request in
      guard request.headers["authorization"] == "Bearer \(Self.token)" else { return .init(401) }
      let page = Int(request.query["page"] ?? "") ?? 1
      if let instead = pages(page) { return instead }
      return .init(200, "{\"items\":[\(rows.dropFirst((page - 1) * 100).prefix(100).joined(separator: ","))]}")
    }
    try Program.with { program in
      try City.fill(program, "inbox") { feed, _, _ in feed != "vacancies" }
      try City.profile(program)
      try write(
        """
        feed: vacancies
        source:
          http:
            url: \(server.url)/postings
            headers: {Authorization: "Bearer ${PORTAL_TOKEN}"}
            rows: items
            paging: {kind: page, parameter: page}
            retries: 0

        """, to: program.folder + "/profile/feeds/vacancies.yaml")
      try body(program, server, rows.count, ["PORTAL_TOKEN": Self.token])
      try checkNothingLeaks(program)
    }
  }

  private func ingest(_ program: Program, _ variables: [String: String]) throws -> Child.Outcome {
    try program.run(
      ["ingest", "--profile", "profile", "--inbox", "inbox", "--now", City.now, "--summary", "summary.json"], variables)
  }

  private func checkNothingLeaks(_ program: Program) throws {
    for file in program.files(".") {
      #expect(file.bytes.firstRange(of: Data(Self.token.utf8)) == nil, "\(file.name)")
    }
  }

  @Test("A night from a portal gives what its rows as a file give; the next one changes nothing")
  func pulls() throws {
    let expected = try Program.with { program in
      try City.fill(program, "inbox")
      #expect(try program.run("ingest", "--inbox", "inbox", "--now", City.now).status == 0)
      return try program.versions()
    }
    try with(pages: { _ in nil }) { program, server, rows, variables in
      let missing = try ingest(program, [:])
      #expect(missing.status == 2 && missing.log.contains("PORTAL_TOKEN is not set"), "\(missing.log)")
      let outcome = try ingest(program, variables)
      #expect(outcome.status == 0, "\(outcome.log)")
      #expect(try program.versions() == expected)
      let vacancies = try #require(program.summary("summary.json").feeds?.first { $0.feed == "vacancies" })
      #expect(vacancies.read == rows && vacancies.inserted + vacancies.updated + vacancies.late == rows)
      let text = try program.text("summary.json")
      #expect(text.contains("\"pulls\":[{") && text.contains("\"rows\":\(rows)"))
      #expect(program.files("home/spool").isEmpty)
      #expect(try ingest(program, variables).status == 0)
      #expect(try program.versions() == expected)
      let check = try program.run(
        ["feeds", "check", "profile/feeds/vacancies.yaml", "--profile", "profile", "--pull"], variables)
      #expect(check.status == 0 && check.output.contains("read 100, rejected 0"), "\(check.output)\(check.log)")
      #expect(check.output.contains("secret: PORTAL_TOKEN, set"))
    }
  }

  @Test("A killed pull goes on behind its last complete page; a portal that is down stops no other feed")
  func resumes() throws {
    let mode = Mutex(0)
    try with(pages: { page in
      switch mode.withLock({ $0 }) {
      case 0 where page == 3: return .init(200, "{\"items\":[", manner: .stalled(5, 60))
      case 1 where page == 4: return .init(503)
      default: return nil
      }
    }) { program, server, rows, variables in
      let child = try program.start(
        ["ingest", "--profile", "profile", "--inbox", "inbox", "--now", City.now], variables)
      while server.requests.count < 3, child.isRunning { usleep(10_000) }
      child.signal(SIGKILL)
      try child.wait()
      #expect(server.requests.count == 3)
      mode.withLock { $0 = 1 }
      let down = try ingest(program, variables)
      #expect(down.status == 1, "\(down.log)")
      #expect(down.log.contains("503") && down.log.contains("3 pages are kept"), "\(down.log)")
      let others = try #require(program.summary("summary.json").feeds).filter { $0.feed != "vacancies" }
      #expect(others.count > 3 && others.allSatisfy { $0.read > 0 && $0.files.allSatisfy { $0.status != "refused" } })
      #expect(try program.count("select count(*) from labourwatch.vacancy_versions") == 0)
      mode.withLock { $0 = 2 }
      let last = try ingest(program, variables)
      #expect(last.status == 0, "\(last.log)")
      #expect(server.requests.map { $0.query["page"] }.prefix(6) == ["1", "2", "3", "3", "4", "4"])
      #expect(try program.count("select count(*) from labourwatch.vacancy_versions") == rows)
    }
  }
}
