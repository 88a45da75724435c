/// A lock by name that one session holds across transactions, for example "one nightly run for a city".
///
/// PostgreSQL keeps it (`pg_try_advisory_lock`), so it ends with the session however the program ends.
public struct AdvisoryLock: Sendable, Hashable {
  /// The name that the key was made of.
  public let name: String
  /// The 64-bit key.
  public let key: Int64

  /// A lock of that name; different programs that use the same name share the lock.
  public init(_ name: String) {
    self.name = name
    key = Self.key(of: name)
  }

  /// The key of a name: 64-bit FNV-1a over its UTF-8 bytes (Fowler, Noll, Vo; offset basis 14695981039346656037,
  /// prime 1099511628211), the same in every process and on every machine.
  public static func key(of name: String) -> Int64 {
    var hash: UInt64 = 14_695_981_039_346_656_037
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
    return Int64(bitPattern: hash)
  }

  /// Takes the lock when it is free.
  ///
  /// - Returns: whether this session holds it now. Taken twice, it must be released twice.
  public func tryLock(_ connection: Connection) throws -> Bool {
    try connection.query("select pg_try_advisory_lock($1::bigint)", [.int(Int(key))]).one().bool(0)
  }

  /// Waits until the lock is free and takes it.
  public func lock(_ connection: Connection) throws {
    try connection.query("select pg_advisory_lock($1::bigint)", [.int(Int(key))])
  }

  /// Releases the lock.
  ///
  /// - Returns: whether this session had held it.
  @discardableResult
  public func unlock(_ connection: Connection) throws -> Bool {
    try connection.query("select pg_advisory_unlock($1::bigint)", [.int(Int(key))]).one().bool(0)
  }

  /// Who holds the lock, for a message: application name and process number; nil when it is free.
  public func holder(_ connection: Connection) throws -> String? {
    let rows = try connection.query(
      """
      select a.application_name, l.pid from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32) | l.objid::bigint = $1::bigint
      """, [.int(Int(key))])
    return try rows.first.map { "\(try $0.string(0)), server process \(try $0.int(1))" }
  }
}
