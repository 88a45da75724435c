import Postgres
import TestSupport
import Testing

@Suite struct LockTests {
  /// Values of the reference implementation's test vectors (isthe.com/chongo/src/fnv, 64-bit FNV-1a).
  @Test(arguments: [("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8)])
  func keyIsFNV1a(name: String, expected: UInt64) {
    #expect(AdvisoryLock.key(of: name) == Int64(bitPattern: expected))
  }

  @Test func oneSessionHoldsALock() throws {
    try TestDatabase.withDatabase(migrated: false) { database in
      let lock = AdvisoryLock("labourwatch.nightly.宿迁")
      var first: Connection? = try Connection(database.url, applicationName: "first")
      let second = try database.connect()
      #expect(try first.map { try lock.tryLock($0) } == true)
      #expect(try !lock.tryLock(second))
      #expect(try lock.holder(second)?.hasPrefix("first, server process ") == true)
      #expect(try AdvisoryLock("another").tryLock(second))
      // The end of the session is the end of the lock.
      first = nil
      try lock.lock(second)
      #expect(try lock.unlock(second))
      #expect(try lock.holder(second) == nil)
    }
  }
}
