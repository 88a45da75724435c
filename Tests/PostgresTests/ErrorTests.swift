import Glibc
import Postgres
import TestSupport
import Testing

@Suite struct ErrorTests {
  @Test(arguments: [
    "postgresql://officer:s3cr%40tword@127.0.0.1:1/labourwatch?connect_timeout=2",
    "host=/nowhere user=officer password=s3cr@tword",
    "host=127.0.0.1 port=1 user=officer password=s3cr@tword connect_timeout=2",
    "postgresql://officer:s3cr@tword@[::1/db", "host=/nowhere password='s3cr@tword", "s3cr@tword",
    "postgresql://officer:s3cr/tword@127.0.0.1:1/db", "postgresql://officer:s3cr:tword@127.0.0.1:1/db",
    "postgresql://officer:s3cr%4@tword@host/db", "host=/nowhere s3cr@tword password",
  ])
  func passwordsAreNeverPrinted(address: String) {
    let error = #expect(throws: PostgresError.self) { try Connection(address) }
    for text in [error?.description ?? "?", "\(error as Any)", String(reflecting: error)] {
      #expect(!text.contains("s3cr"), "\(text)")
      #expect(!text.contains("tword"), "\(text)")
    }
    #expect(error?.advice != nil)
  }

  @Test func descriptionOfAnAddressHasNoPassword() throws {
    let address = try ConnectionAddress("postgresql://officer:s3cret@db.example:5433/lw?sslpassword=s3cret")
    #expect(address.description == "database lw at db.example:5433 as officer")
    #expect(!String(reflecting: address).contains("s3cret"))
    var dumped = ""
    dump(address, to: &dumped)
    #expect(!dumped.contains("s3cret"))
  }

  @Test func connectionErrorsAreToldApart() throws {
    try TestDatabase.withDatabase(migrated: false) { database in
      func code(_ url: String) -> PostgresError.Code? {
        do {
          _ = try Connection(url)
          return nil
        } catch { return (error as? PostgresError)?.code }
      }
      #expect(code("host=/nowhere user=x dbname=y") == .serverUnreachable)
      #expect(code(database.url.replacing(database.name, with: "no_such")) == .noSuchDatabase)
      #expect(code(database.url.replacing("user=labourwatch", with: "user=stranger")) == .authenticationFailed)
      #expect(code("nonsense") == .invalidAddress)
      #expect(code("postgresql://host/db?colour=red") == .invalidAddress)
    }
  }

  @Test func lockNotAvailableIsToldByItsCode() throws {
    try TestDatabase.withDatabase(migrated: false) { database in
      let first = try database.connect()
      let second = try database.connect()
      try first.execute("create table public.t (a int)")
      let error = #expect(throws: PostgresError.self) {
        try first.transaction {
          try first.execute("lock table public.t")
          try second.transaction { _ = try second.execute("lock table public.t nowait") }
        }
      }
      #expect(error?.code == .lockNotAvailable)
    }
  }

  @Test func serializationFailureIsToldByItsCode() throws {
    try TestDatabase.withDatabase(migrated: false) { database in
      let first = try database.connect()
      let second = try database.connect()
      try first.executeScript("create table public.t (a int); insert into public.t values (1)")
      let error = #expect(throws: PostgresError.self) {
        try first.transaction(isolation: .repeatableRead) {
          try first.query("select * from public.t")
          try second.execute("update public.t set a = 2")
          try first.execute("update public.t set a = 3")
        }
      }
      #expect(error?.code == .serializationFailure)
    }
  }

  @Test func endedSessionSaysSo() throws {
    try TestDatabase.withDatabase(migrated: false) { database in
      let victim = try database.connect()
      try database.connect().query("select pg_terminate_backend($1)", [.int(victim.backendProcess)])
      let error = #expect(throws: PostgresError.self) { try victim.query("select 1") }
      #expect(error?.code == .adminShutdown || error?.code == .connectionLost)
      #expect(!victim.isOpen)
    }
  }
}
