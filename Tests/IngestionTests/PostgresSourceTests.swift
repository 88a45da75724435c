import Postgres
import TestSupport
import Testing

@testable import Ingestion

@Suite struct PostgresSourceTests {
  /// Runs a test with a database of the bureau and one of another department.
  private func with(_ body: (SourceFixture, Connection) throws -> Void) throws {
    try Fixture.run { fixture in
      try TestDatabase.withDatabase(migrated: false) { other in
        let connection = try other.connect()
        try connection.executeScript(
          """
          create table public.jobs (id int primary key, posting_id text, heads int, changed timestamptz);
          insert into public.jobs select n, 'J' || n, n % 7 + 1, timestamptz '2021-05-01 00:00+08' + n * interval '1 minute'
          from generate_series(1, 12000) n;
          """)
        let source = SourceFixture(fixture)
        source.variables = ["JOBS_URL": other.url]
        try body(source, connection)
      }
    }
  }

  private func source(_ query: String, _ rest: String = "") -> String {
    """
      postgres:
        url: ${JOBS_URL}
        query: "\(query)"
    \(rest)
    constants: {source: jobs, region: 沭阳县, occupation: 6-05, credit_code: "\(Fixture.code)"}
    columns: {headcount: heads, updated_at: changed, posted_on: changed}

    """
  }

  private static let since = "    since: {column: changed, lag: 1h, first: \"2000-01-01\"}\n"

  @Test func takesTheRowsOfAQueryAndThenOnlyNewOnes() throws {
    try with { fixture, other in
      let source = source("select posting_id, heads, changed from jobs where changed >= $1", Self.since)
      let (pull, taken) = try fixture.pull(source)
      #expect(pull.status == .pulled && pull.rows == 12_000, "\(pull.message ?? "")")
      #expect(taken?.counts.inserted == 12_000 && taken?.counts.rejected == 0)
      #expect(try fixture.mark() == "2021-05-09T08:00:00")
      try other.executeScript(
        "insert into public.jobs values (12001, 'J12001', 2, '2021-05-09 09:00+08'), (12002, 'J12002', 2, '2021-05-09 07:30+08')"
      )
      let second = try fixture.pull(source)
      #expect(second.taken?.counts.inserted == 2 && second.taken?.counts.read == 63)
      #expect(fixture.spooled.isEmpty)
    }
  }

  @Test func readsOnly() throws {
    try with { fixture, other in
      for query in ["delete from jobs returning posting_id, heads, changed", "select 1; delete from jobs"] {
        let pull = try fixture.pull(source(query)).pull
        #expect(pull.status == .failed && pull.message != nil)
      }
      #expect(try other.query("select count(*) from public.jobs").one().int(0) == 12_000)
    }
  }

  @Test func givesUpAStatementThatTakesTooLong() throws {
    try with { fixture, _ in
      let pull = try fixture.pull(source("select pg_sleep(30)", "    statement_timeout: 1s\n")).pull
      #expect(pull.status == .failed && pull.message?.contains("timeout") == true, "\(pull.message ?? "")")
    }
  }

  @Test func saysWhatIsWrongAndNeverThePassword() throws {
    try with { fixture, _ in
      fixture.variables = ["JOBS_URL": "postgresql://u:pa55word@127.0.0.1:1/x"]
      let pull = try fixture.pull(source("select 1", "    retries: 2\n")).pull
      #expect(pull.status == .failed && pull.requests == 3 && fixture.waits.count == 2)
      #expect(pull.message?.contains("127.0.0.1") == true && pull.message?.contains("pa55word") == false)
    }
  }
}
