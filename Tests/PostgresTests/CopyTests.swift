import Glibc
import Postgres
import TestSupport
import Testing

@Suite struct CopyTests {
  private static let table: Query = """
    create table public.c (line bigint primary key, small smallint, number int, share double precision, flag boolean,
      day date, at timestamptz, local timestamp, word text, raw bytea, doc jsonb, ratio real, id uuid)
    """

  @Test func binaryRowsArriveUnaltered() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      try connection.execute(Self.table)
      let words = ["", "缺口", "tab\tnewline\nquote\"backslash\\", "🙂é", String(repeating: "长", count: 200_000)]
      let rows = try connection.copyInBinary("copy public.c from stdin (format binary)", columns: 13) { writer in
        for (line, word) in words.enumerated() {
          try writer.startRow()
          try writer.append(int64: Int64(line))
          try writer.append(int16: -7)
          try writer.append(int32: .min)
          try writer.append(double: 0.1)
          try writer.append(bool: line % 2 == 0)
          try writer.append(unixDays: 18_743)
          try writer.append(unixMicroseconds: 1_619_400_000_123_456)
          try writer.append(unixMicroseconds: .min)
          try writer.append(text: word)
          try [UInt8]([0, 255, 10]).withUnsafeBytes { try writer.append(bytes: $0) }
          try Array(#"{"a": [1, null]}"#.utf8).withUnsafeBytes { try writer.append(jsonb: $0) }
          try writer.append(float: 0.5)
          try writer.append(uuid: (0x0011_2233_4455_6677, 0x8899_AABB_CCDD_EEFF))
        }
        try writer.startRow()
        try writer.append(int64: 99)
        for _ in 0..<12 { try writer.appendNull() }
      }
      #expect(rows == 6)
      let result = try connection.query("select * from public.c order by line")
      for (line, word) in words.enumerated() {
        let row = result[line]
        #expect(try row.string("word") == word)
        #expect(try row.int("small") == -7)
        #expect(try row.int("number") == Int(Int32.min))
        #expect(try row.double("share") == 0.1)
        #expect(try row.bool("flag") == (line % 2 == 0))
        #expect(try row.string("day") == "2021-04-26")
        #expect(try row.string("at") == "2021-04-26 01:20:00.123456+00")
        #expect(try row.string("local") == "-infinity")
        #expect(try row.bytes("raw") == [0, 255, 10])
        #expect(try row.string("doc") == #"{"a": [1, null]}"#)
        #expect(try row.double("ratio") == 0.5)
        #expect(try row.string("id") == "00112233-4455-6677-8899-aabbccddeeff")
      }
      for column in 1..<13 { #expect(try result[5].isNull(column)) }
    }
  }

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
        try connection.copyInBinary("copy public.t from stdin (format binary)", columns: 1) { writer in
          for value: Int32 in [5, 6, 5] {
            try writer.startRow()
            try writer.append(int32: value)
          }
        }
      }
      #expect(twin?.code == .uniqueViolation)
      let short = #expect(throws: PostgresError.self) {
        try connection.copyInBinary("copy public.t from stdin (format binary)", columns: 2) { writer in
          try writer.startRow()
          try writer.append(int32: 1)
        }
      }
      #expect(short?.message.contains("has 1 fields instead of 2") == true)
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
