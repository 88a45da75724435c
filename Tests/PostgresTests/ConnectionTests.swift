import Glibc
import Postgres
import TestSupport
import Testing

@Suite struct ConnectionTests {
  @Test func sessionSpeaksUTF8AndUTC() throws {
    try TestDatabase.withConnection { connection in
      let row = try connection.query(
        """
        select current_setting('search_path'), current_setting('client_encoding'), current_setting('TimeZone'),
          current_setting('DateStyle'), current_setting('statement_timeout'), current_setting('application_name')
        """
      ).one()
      let values = try (0..<row.count).map { try row.string($0) }
      #expect(values == ["labourwatch", "UTF8", "UTC", "ISO, YMD", "0", "test"])
    }
  }

  @Test func valuesComeBackAsTheyWent() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      let text = "缺口 \\ \"quoted\" 'x'\t\n🙂"
      let row = try connection.query(
        """
        select $1::text as t, $2::bigint as i, $3::double precision as d, $4::bool as b, $5::bytea as y,
          $6::date as day, $7::timestamptz as at, $8::text[] as ts, $9::bigint[] as ints, $10::float8[] as ds,
          $11::jsonb as j, $12::text as n, $13::timestamp as local
        """,
        [
          .text(text), .int(.min), .double(0.1 + 0.2), true, .bytes([0, 1, 255, 0x5C]), .date(18_743),
          .timestamp(1_619_400_000_123_456), .texts([text, nil, "NULL", "", "{a,b}"]), .ints([1, -2, .max]),
          .doubles([1.5, -0.1, .infinity]), .json(#"{"a": 1}"#), nil, .timestamp(.min),
        ]
      ).one()
      #expect(try row.string("t") == text)
      #expect(try row.int("i") == .min)
      #expect(try row.double("d") == 0.1 + 0.2)
      #expect(try row.bool("b"))
      #expect(try row.bytes("y") == [0, 1, 255, 0x5C])
      #expect(try row.date("day") == 18_743)
      #expect(try row.string("day") == "2021-04-26")
      #expect(try row.timestamp("at") == 1_619_400_000_123_456)
      #expect(try row.strings("ts") == [text, nil, "NULL", "", "{a,b}"])
      #expect(try row.ints("ints") == [1, -2, .max])
      #expect(try row.doubles("ds") == [1.5, -0.1, .infinity])
      #expect(try row.string("j") == #"{"a": 1}"#)
      #expect(try row.optionalString("n") == nil)
      #expect(try row.isNull("n"))
      #expect(try row.timestamp("local") == .min)
      #expect(try row.string("local") == "-infinity")
    }
  }

  /// The server's own calendar arithmetic is the independent implementation.
  @Test func datesAndTimesAgreeWithTheServer() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      var generator = SeededGenerator(seed: 20_210_426)
      let days = (0..<500).map { _ in Int.random(in: -700_000...200_000, using: &generator) } + [0, -1, 11_016, 19_782]
      let rows = try connection.query(
        "select d, date '1970-01-01' + d::int as day, (date '1970-01-01' + d::int)::text as t from unnest($1::int[]) d",
        [.ints(days)])
      for row in rows {
        #expect(try row.date("day") == row.int("d"))
        #expect(try connection.query("select $1::date::text", [.date(row.int("d"))]).one().string(0) == row.string("t"))
      }
      let moments: [Int64] = [0, -1, 1, -62_135_596_800_000_000, 1_700_000_000_000_001, 253_402_300_799_999_999]
      for moment in moments {
        let row = try connection.query(
          """
          select $1::timestamptz, (extract(epoch from $1::timestamptz) * 1000000)::bigint,
            ($1::timestamp at time zone 'UTC') = $1::timestamptz
          """, [.timestamp(moment)]
        ).one()
        #expect(try row.timestamp(0) == moment)
        #expect(try row.int(1) == Int(moment))
        #expect(try row.bool(2))
      }
    }
  }

  @Test func decodingNamesTheColumn() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      let row = try connection.query(Query(name: "room/name", text: "select null::int as gap, 'x' as word")).one()
      let null = #expect(throws: PostgresError.self) { try row.int("gap") }
      #expect(null?.description.contains("room/name: column gap of row 1 is NULL") == true)
      let word = #expect(throws: PostgresError.self) { try row.int("word") }
      #expect(word?.code == .decoding)
      let missing = #expect(throws: PostgresError.self) { try row.int("nothing") }
      #expect(missing?.message.contains("only gap, word") == true)
      #expect(throws: PostgresError.self) { try row.int(2) }
      #expect(throws: PostgresError.self) { try connection.query("select 1 where false").one() }
    }
  }

  @Test func nulByteIsRefused() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      let error = #expect(throws: PostgresError.self) { try connection.query("select $1::text", ["a\u{0}b"]) }
      #expect(error?.code == .invalidData)
      let after = try connection.query("select 1").one().int(0)
      #expect(after == 1)
    }
  }

  @Test func errorsCarryTheServersFields() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      try connection.executeScript("create table public.t (a int constraint t_a_key primary key); ")
      try connection.execute("insert into public.t values (1)")
      let failure = #expect(throws: PostgresError.self) {
        try connection.execute(Query(name: "room/insert", text: "insert into public.t values ($1)"), [1])
      }
      let error = try #require(failure)
      #expect(error.code == .uniqueViolation)
      #expect(error.sqlState == "23505")
      #expect(error.server?.constraint == "t_a_key")
      #expect(error.server?.table == "t")
      #expect(error.server?.detail == "Key (a)=(1) already exists.")
      #expect(error.query == "room/insert")
      #expect(!error.description.contains("\n"))
      let syntax = #expect(throws: PostgresError.self) { try connection.query("selec 1") }
      #expect(syntax?.code == .invalidStatement)
      #expect(syntax?.server?.position == 1)
      let undefined = #expect(throws: PostgresError.self) { try connection.query("select * from nowhere") }
      #expect(undefined?.code == .undefinedObject)
      #expect(undefined?.description.contains("labourwatch migrate") == true)
    }
  }

  @Test func transactionCommitsOrRollsBack() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      struct Mishap: Error {}
      try connection.execute("create table public.t (a int)")
      func count() throws -> Int { try connection.query("select count(*) from public.t").one().int(0) }
      try connection.transaction { _ = try connection.execute("insert into public.t values (1)") }
      #expect(throws: Mishap.self) {
        try connection.transaction {
          try connection.execute("insert into public.t values (2)")
          throw Mishap()
        }
      }
      #expect(try count() == 1)
      let nested = #expect(throws: PostgresError.self) {
        try connection.transaction { try connection.transaction {} }
      }
      #expect(nested?.code == .misuse)
      // A swallowed error must not look like success.
      let swallowed = #expect(throws: PostgresError.self) {
        try connection.transaction { _ = try? connection.query("select 1/0") }
      }
      #expect(swallowed?.message.contains("rolled back") == true)
      #expect(try count() == 1)
    }
  }

  @Test func lostConnectionAtCommitIsItsOwnError() throws {
    try TestDatabase.withDatabase(migrated: false) { database in
      let connection = try database.connect()
      let other = try database.connect()
      try connection.executeScript(
        """
        create function public.linger() returns trigger language plpgsql as $$
          begin perform pg_sleep(60); return null; end $$;
        create table public.t (a int);
        create constraint trigger wait after insert on public.t deferrable initially deferred
          for each row execute function public.linger();
        """)
      let victim = connection.backendProcess
      let killer = Thread {
        // COMMIT sleeps in the trigger; the session dies before its reply.
        while (try? other.query(
          "select 1 from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'", [.int(victim)]
        ).count) == 0 {
          usleep(5_000)
        }
        _ = try? other.query("select pg_terminate_backend($1)", [.int(victim)])
      }
      let error = #expect(throws: PostgresError.self) {
        try connection.transaction { _ = try connection.execute("insert into public.t values (1)") }
      }
      killer.join()
      #expect(error?.code == .outcomeUnknown)
      #expect(error?.description.contains("ledger") == true)
      let later = #expect(throws: PostgresError.self) { try connection.query("select 1") }
      #expect(later?.code == .connectionLost)
    }
  }

  @Test func silentServersAreGivenUp() throws {
    try TestDatabase.withDatabase(migrated: false) { database in
      let connection = try Connection(database.url, patience: 1)
      // Silence between statements is the program's own.
      usleep(1_500_000)
      let began = ContinuousClock.now
      let error = #expect(throws: PostgresError.self) { try connection.query("select pg_sleep(20)") }
      #expect(error?.code == .connectionLost)
      #expect(error?.message.contains("said nothing for 1 s") == true)
      #expect(ContinuousClock.now - began < .seconds(5))
      #expect(!connection.isOpen)
    }
  }

  @Test func cancelStopsAStatement() throws {
    try TestDatabase.withDatabase(migrated: false) { database in
      let connection = try database.connect()
      let canceller = connection.canceller
      let thread = Thread {
        usleep(100_000)
        canceller.cancel()
      }
      let error = #expect(throws: PostgresError.self) { try connection.query("select pg_sleep(60)") }
      thread.join()
      #expect(error?.code == .cancelled)
      #expect(try connection.query("select 1").one().int(0) == 1)
    }
  }

  @Test func rowsStreamInConstantMemory() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      var sum = 0
      try connection.forEachRow("select i from generate_series(1, $1::int) i", [200_000]) { sum += try $0.int(0) }
      #expect(sum == 20_000_100_000)
      struct Enough: Error {}
      var seen = 0
      #expect(throws: Enough.self) {
        try connection.forEachRow("select i from generate_series(1, 1000000) i") { _ in
          seen += 1
          if seen == 10 { throw Enough() }
        }
      }
      #expect(seen == 10)
      // An error in the middle of the stream arrives, and the connection is usable afterwards.
      let error = #expect(throws: PostgresError.self) {
        try connection.forEachRow("select 1 / (5 - i) from generate_series(1, 10) i") { _ in }
      }
      #expect(error?.sqlState == "22012")
      let busy = #expect(throws: PostgresError.self) {
        try connection.forEachRow("select 1") { _ in try connection.query("select 2") }
      }
      #expect(busy?.code == .misuse)
      #expect(try connection.query("select 1").one().int(0) == 1)
    }
  }
}
