import Glibc
import Synchronization

/// The statements under `sql/queries`, by `room/name`.
///
/// Files are read once and kept; safe to share between threads.
public final class QueryCatalog: Sendable {
  /// The folder that holds a folder for each room.
  public let root: String
  private let cache = Mutex<[String: Query]>([:])

  /// A catalogue over that folder.
  public init(root: String) { self.root = root }

  /// The query in the file `<root>/<room>/<name>.sql`.
  ///
  /// - Throws: ``PostgresError`` with code `missingFile` when there is no such file.
  public func query(_ name: String) throws -> Query {
    try cache.withLock { queries in
      if let known = queries[name] { return known }
      let query = Query(name: name, text: try TextFile.read("\(root)/\(name).sql"))
      queries[name] = query
      return query
    }
  }

  /// The same as ``query(_:)``.
  public subscript(_ name: String) -> Query {
    get throws { try query(name) }
  }
}

/// Reads small files as a whole.
enum TextFile {
  static func read(_ path: String) throws -> String {
    let bytes = try readBytes(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw PostgresError(.missingFile, "\(path) is not valid UTF-8", advice: "save the file as UTF-8")
    }
    return text
  }

  static func readBytes(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw PostgresError(
        .missingFile, "cannot read \(path): \(SystemError.text(errno))",
        advice: "install the program together with its sql folder")
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = Glibc.read(file, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw PostgresError(.missingFile, "cannot read \(path): \(SystemError.text(errno))")
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: piece[..<count])
    }
  }

  /// The names in a folder, sorted; nil when it cannot be read.
  static func names(in directory: String) -> [String]? {
    guard let stream = opendir(directory) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

/// The operating system's words for an error number.
enum SystemError {
  static func text(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // glibc offers two functions of this name; Swift sees the POSIX one, which fills the buffer.
    guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "error \(number)" }
  }
}
