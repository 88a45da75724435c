import Foundation
import LabourMarket
import Tabular

/// A file that was found in the inbox, or that was pulled from a source.
public struct InboxFile: Sendable, Equatable {
  /// The full path.
  public let path: String
  /// The name without the folder.
  public let name: String
  /// What is to be remembered of the source that the file was pulled from, once it is taken; `nil` for a file of the inbox.
  public var mark: SourceMark?

  /// A file by its path and name.
  public init(path: String, name: String, mark: SourceMark? = nil) {
    self.path = path
    self.name = name
    self.mark = mark
  }
}

/// Why an inbox cannot be looked into.
public struct InboxFault: Error, Sendable, CustomStringConvertible {
  /// What is wrong and what to do.
  public let description: String
}

/// The folder into which feed files drop.
public struct Inbox: Sendable {
  /// The folder.
  public let folder: String
  /// The names of its files that can be a feed's, sorted.
  public let names: [String]
  /// Workbooks of corrections, which are no feed's, sorted by name.
  public let corrections: [InboxFile]
  /// Lists that officers filled in, which are no feed's either, sorted by name.
  public let lists: [InboxFile]

  /// Endings of files that are read.
  public static let endings = [
    ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz", ".xlsx", ".jsonl", ".jsonl.gz", ".json", ".json.gz",
  ]

  /// Looks into a folder. Hidden files and other endings (a copy that is still under way as `.part`, say) are passed over.
  /// - Parameter isList: whether the workbook at a path is a list that officers filled in.
  /// - Throws: ``InboxFault`` when there is no such folder.
  public init(folder: String, isList: (String) -> Bool = { _ in false }) throws {
    self.folder = folder
    guard let all = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw InboxFault(
        description: "the inbox \(folder) is no folder that can be read: name it with --inbox, or create it.")
    }
    let found = all.filter { name in
      let lower = name.lowercased()
      return !name.hasPrefix(".") && !name.hasPrefix("~$") && Self.endings.contains { lower.hasSuffix($0) }
    }.sorted()
    func file(_ name: String) -> InboxFile { InboxFile(path: folder + "/" + name, name: name) }
    corrections = found.map(file).filter { CorrectionFile.isOne($0.path) }
    let corrections = corrections
    lists = found.map(file).filter { file in
      file.name.lowercased().hasSuffix(".xlsx") && !corrections.contains(file) && isList(file.path)
    }
    let taken = Set((corrections + lists).map(\.name))
    names = found.filter { !taken.contains($0) }
  }

  /// The files of a feed, by name. A file belongs to the description with the longest pattern that fits its name, of
  /// several with patterns of one length to the first by file name: no row is ever read under two descriptions.
  public func files(of description: FeedDescription, among all: [FeedDescription]) -> [InboxFile] {
    names.filter { description.wants($0, among: all) }.map { InboxFile(path: folder + "/" + $0, name: $0) }
  }

  /// The names that no description wants.
  public func strangers(to all: [FeedDescription]) -> [String] {
    names.filter { name in !all.contains { $0.fit(name) != nil } }
  }
}

extension FeedDescription {
  /// Whether a file of this name is the feed's: of all descriptions, the one with the longest pattern that fits takes it, of
  /// several the first by file name.
  public func wants(_ name: String, among all: [FeedDescription]) -> Bool {
    guard let own = fit(name) else { return false }
    return !all.contains { other in
      guard other.file != file, let fit = other.fit(name) else { return false }
      return fit > own || (fit == own && other.file < file)
    }
  }

  /// The length of the longest pattern that fits a name; `nil` where none does.
  func fit(_ name: String) -> Int? { patterns.filter { fnmatch($0, name, 0) == 0 }.map(\.utf8.count).max() }
}

/// A file's size, time and place: what must not change while it is read.
public struct FileStamp: Equatable {
  /// Bytes.
  public let size: Int
  let seconds: Int
  let nanoseconds: Int
  let inode: UInt64

  /// The stamp of a file; `nil` where there is none, or where a folder, a pipe or a device bears the name: a pipe would be waited for.
  public init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    size = Int(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
    inode = UInt64(status.st_ino)
  }

  /// Checks that the file has not changed since: what was read meanwhile is what the stamp, and a digest taken after it, are of.
  /// - Throws: `TableError` (`io`) where it has changed or is gone.
  public func requireUnchanged(path: String, name: String) throws(TableError) {
    guard FileStamp(path: path) == self else {
      throw TableError(
        .io, file: name, "The file changed while it was read.",
        nextStep: "Wait until its copy is complete, then run again.")
    }
  }

  /// SHA-256 of the file as 64 hexadecimal digits; `nil` where it cannot be read, or has no stamp.
  public static func sha256(path: String) -> String? {
    guard FileStamp(path: path) != nil else { return nil }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var digest = SHA256Digest()
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { room.deallocate() }
    while true {
      let count = read(descriptor, room.baseAddress, room.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return digest.hex() }
      digest.update(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[0..<count]))
    }
  }
}

/// The SHA-256 of a file, computed when it is first asked for, on whatever thread; others wait.
final class FileDigest: @unchecked Sendable {
  // `result` is written under the lock alone.
  private let path: String
  private let lock = NSLock()
  private var result: String??

  /// A digest that nobody computes yet.
  init(path: String) { self.path = path }

  /// The digest, 64 hexadecimal digits; `nil` where the file cannot be read.
  func value() -> String? {
    lock.withLock {
      if let result { return result }
      let computed = FileStamp.sha256(path: path)
      result = .some(computed)
      return computed
    }
  }
}
