import Glibc

/// Bytes that come in order. `read` fills a part of the space given and answers 0 only at the end.
protocol ByteSource: AnyObject {
  func read(into space: UnsafeMutableRawBufferPointer) throws(TableError) -> Int
  /// Bytes taken from the file so far (packed ones, where it is packed).
  var fileBytesRead: Int { get }
}

/// A file read by read(2).
final class FileSource: ByteSource {
  let name: String
  private let descriptor: Int32
  private(set) var fileBytesRead = 0
  /// Size of the file when it was opened.
  let size: Int

  init(path: String, name: String? = nil) throws(TableError) {
    self.name = name ?? path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw TableError(
        .io, file: self.name, "The file cannot be opened: \(systemMessage(errno)).",
        nextStep: "Check that it is there and readable.")
    }
    var info = stat()
    let known = fstat(descriptor, &info) == 0
    if known, info.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw TableError(.io, file: self.name, "This is a folder, not a file.", nextStep: "Name a file in it.")
    }
    size = known ? Int(info.st_size) : 0
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  deinit { close(descriptor) }

  func read(into space: UnsafeMutableRawBufferPointer) throws(TableError) -> Int {
    while true {
      let count = Glibc.read(descriptor, space.baseAddress, space.count)
      if count >= 0 {
        fileBytesRead += count
        return count
      }
      if errno != EINTR {
        throw TableError(
          .io, file: name, "Reading stopped after \(fileBytesRead) bytes: \(systemMessage(errno)).",
          nextStep: "Check the disk or the network share, then run again.")
      }
    }
  }
}

/// Bytes in memory, given out in pieces of at most `chunk` bytes.
final class MemorySource: ByteSource {
  private let bytes: [UInt8]
  private let chunk: Int
  private(set) var fileBytesRead = 0

  init(_ bytes: [UInt8], chunk: Int = .max) {
    self.bytes = bytes
    self.chunk = max(1, chunk)
  }

  func read(into space: UnsafeMutableRawBufferPointer) throws(TableError) -> Int {
    let count = min(space.count, chunk, bytes.count - fileBytesRead)
    guard count > 0 else { return 0 }
    bytes.withUnsafeBytes { all in
      space.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[fileBytesRead..<fileBytesRead + count]))
    }
    fileBytesRead += count
    return count
  }
}

/// Bytes that were read ahead, then the rest of their source.
final class PrefixedSource: ByteSource {
  private let prefix: MemorySource
  private let rest: any ByteSource
  private var prefixIsDone = false

  init(prefix: [UInt8], rest: any ByteSource) {
    self.prefix = MemorySource(prefix)
    self.rest = rest
  }

  var fileBytesRead: Int { rest.fileBytesRead }

  func read(into space: UnsafeMutableRawBufferPointer) throws(TableError) -> Int {
    if !prefixIsDone {
      let count = try prefix.read(into: space)
      if count > 0 || space.isEmpty { return count }
      prefixIsDone = true
    }
    return try rest.read(into: space)
  }
}

/// The operating system's words for an error number.
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
