import Glibc
import Postgres
import TestSupport
import Testing

@Suite struct CopyTests {
  @Test func textRowsArriveUnaltered() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      try connection.execute("create table public.t (line int, word text)")
      let words = ["plain", "tab\there", "line\nbreak", "cr\rback\\slash", "\\N", "缺口🙂", ""]
      let rows = try connection.copyIn("copy public.t from stdin") { writer in
        for (line, word) in words.enumerated() {
          try writer.append("\(line)\t")
          try Array(word.utf8).withUnsafeBytes { try writer.appendEscaped($0) }
          try writer.append(0x0A)
        }
        try writer.append("99\t\\N\n")
      }
      #expect(rows == words.count + 1)
      let result = try connection.query("select word from public.t order by line")
      #expect(try result.map { try $0.optionalString(0) } == words + [nil])
      var lines: [String] = []
      let out = try connection.copyOut("copy (select * from public.t order by line limit 3) to stdout") {
        lines.append(String(decoding: $0, as: UTF8.self))
      }
      #expect(out == 3)
      #expect(lines == ["0\tplain\n", "1\ttab\\there\n", "2\tline\\nbreak\n"])
    }
  }

  @Test func failedCopyLeavesNothing() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      struct Mishap: Error {}
      try connection.execute("create table public.t (a int primary key)")
      #expect(throws: Mishap.self) {
        try connection.copyIn("copy public.t from stdin") { writer in
          try writer.append("1\n")
          throw Mishap()
        }
      }
      let bad = #expect(throws: PostgresError.self) {
        try connection.copyIn("copy public.t from stdin") { try $0.append("1\n2\nx\n") }
      }
      #expect(bad?.code == .invalidData)
      #expect(bad?.server?.context?.contains("line 3") == true)
      let twin = #expect(throws: PostgresError.self) {
        try connection.copyIn("copy public.t from stdin") { try $0.append("5\n6\n5\n") }
      }
      #expect(twin?.code == .uniqueViolation)
      #expect(try connection.query("select count(*) from public.t").one().int(0) == 0)
    }
  }

  /// A server that gave up at row one must not be sent the rest of a long stream.
  @Test func hopelessCopyStopsEarly() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      try connection.execute("create table public.t (a int)")
      var sent = 0
      let error = #expect(throws: PostgresError.self) {
        try connection.copyIn("copy public.t from stdin") { writer in
          try writer.append("x\n")
          for _ in 0..<2_000 {
            try writer.append(String(repeating: "1\n", count: 50_000))
            sent += 1
          }
        }
      }
      #expect(error?.server?.context?.contains("line 1") == true)
      #expect(sent < 1_000)
      #expect(try connection.query("select 1").one().int(0) == 1)
    }
  }

  @Test func wrongStatementsAreRefusedAndTheSessionGoesOn() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      try connection.execute("create table public.t (a int)")
      for attempt in 0..<5 {
        let error = #expect(throws: PostgresError.self) {
          switch attempt {
          case 0: try connection.copyIn("select 1") { _ in }
          case 1: try connection.copyIn("copy public.t to stdout") { _ in }
          case 2: try connection.copyOut("copy public.t from stdin") { _ in }
          case 3: _ = try connection.query("copy public.t from stdin")
          default: _ = try connection.query("copy public.t to stdout")
          }
        }
        #expect(error?.code == .misuse, "attempt \(attempt)")
        #expect(try connection.query("select 1").one().int(0) == 1)
      }
      struct Enough: Error {}
      #expect(throws: Enough.self) {
        try connection.copyOut("copy (select generate_series(1, 500000)) to stdout") { _ in throw Enough() }
      }
      #expect(try connection.query("select 1").one().int(0) == 1)
    }
  }
}
