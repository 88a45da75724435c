import Glibc

/// A file that appears under its name only when it is complete: written beside its place under a hidden name, flushed to
/// disk, then renamed. Without `finish` nothing is left behind, and a file that stood there before stays as it was. What a process that
/// was killed left beside it is taken away by the next one that writes the same file.
public final class AtomicFile: ByteSink {
  /// Where the file will appear.
  public let path: String
  private let temporary: String
  private var descriptor: Int32

  /// Begins a file. The folder must exist.
  /// - Parameters:
  ///   - path: where the file is to appear.
  ///   - permissions: its access bits, before the process's mask.
  public init(path: String, permissions: UInt32 = 0o644) throws(TableError) {
    self.path = path
    let folder = AtomicFile.folder(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? "file"
    AtomicFile.removeLeftovers(of: name, in: folder)
    var opened: Int32 = -1
    var chosen = ""
    for attempt in 0..<1000 {
      chosen = "\(folder)/.\(name).\(getpid()).\(attempt).tmp"
      opened = open(chosen, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
      if opened >= 0 || errno != EEXIST { break }
    }
    temporary = chosen
    descriptor = opened
    guard opened >= 0 else {
      throw TableError(
        .io, file: path, "The file cannot be created: \(systemMessage(errno)).",
        nextStep: "Check that the folder exists and may be written to.")
    }
  }

  deinit { discard() }

  /// Writes a whole file at once.
  public static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws(TableError) {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.finish()
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(TableError) {
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
      let count = Glibc.write(descriptor, start + done, bytes.count - done)
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw failure("Writing failed")
      }
    }
  }

  /// Flushes the file to disk and gives it its name.
  public func finish() throws(TableError) {
    guard descriptor >= 0 else { return }
    guard fsync(descriptor) == 0 else { throw failure("Flushing to disk failed") }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0, rename(temporary, path) == 0 else {
      let error = failure("The finished file cannot be put in its place")
      unlink(temporary)
      throw error
    }
    // The new name itself must survive a power failure too; a folder that cannot be flushed is no reason to fail.
    let folder = open(AtomicFile.folder(of: path), O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Gives the file up.
  public func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    unlink(temporary)
  }

  private func failure(_ words: String) -> TableError {
    TableError(
      .io, file: path, "\(words): \(systemMessage(errno)).",
      nextStep: "Check the space left on the disk, then run again.")
  }

  /// Removes unfinished files of this name whose process, told by its number in their name, is gone.
  private static func removeLeftovers(of name: String, in folder: String) {
    guard let stream = opendir(folder) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard found.hasPrefix(".\(name)."), found.hasSuffix(".tmp") else { continue }
      let parts = found.dropFirst(".\(name).".count).dropLast(4).split(separator: ".")
      guard parts.count == 2, Int(parts[1]) != nil, let process = pid_t(parts[0]), process > 0 else { continue }
      if kill(process, 0) != 0, errno == ESRCH { unlink("\(folder)/\(found)") }
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
