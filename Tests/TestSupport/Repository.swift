import Glibc

/// The repository's root folder, found from this file's own path.
public let repositoryRoot: String = {
  let parts = #filePath.split(separator: "/").dropLast(3)
  return "/" + parts.joined(separator: "/")
}()

/// A failed step of test support.
public struct TestSupportError: Error, CustomStringConvertible {
  /// What went wrong.
  public let description: String

  /// An error of that text.
  public init(_ description: String) { self.description = description }
}

/// Runs `body` with a fresh folder of mode 0700, which is removed afterwards with all it holds.
public func withTemporaryDirectory<T>(_ body: (String) throws -> T) throws -> T {
  let path = try makeTemporaryDirectory()
  defer { removeTree(path) }
  return try body(path)
}

/// Runs `body` with a fresh folder of mode 0700, which is removed afterwards with all it holds.
public func withTemporaryDirectory<T>(_ body: (String) async throws -> T) async throws -> T {
  let path = try makeTemporaryDirectory()
  defer { removeTree(path) }
  return try await body(path)
}

/// Makes a fresh folder of mode 0700 under `/tmp`; the caller removes it with ``removeTree(_:)``.
public func makeTemporaryDirectory() throws -> String {
  var template = Array("/tmp/labourwatch-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw TestSupportError("mkdtemp failed: errno \(errno)") }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Removes a file or a folder with all it holds; links are removed, not followed.
public func removeTree(_ path: String) {
  var facts = stat()
  guard lstat(path, &facts) == 0 else { return }
  if facts.st_mode & S_IFMT == S_IFDIR, let stream = opendir(path) {
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { removeTree("\(path)/\(name)") }
    }
    closedir(stream)
  }
  remove(path)
}

/// Writes a text file, replacing what is there.
public func write(_ text: String, to path: String) throws {
  guard let file = fopen(path, "w") else { throw TestSupportError("cannot write \(path): errno \(errno)") }
  defer { fclose(file) }
  guard fputs(text, file) >= 0 else { throw TestSupportError("cannot write \(path): errno \(errno)") }
}
