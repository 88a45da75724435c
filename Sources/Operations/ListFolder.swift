import Foundation
import Ingestion
import LabourMarket

/// The folder of a night's lists: files are made beside their places and put there when all of them are made.
final class ListFolder {
  /// The folder of the night.
  let folder: String
  private let out: String
  private let staging: String
  private var files: [(name: String, digest: String)] = []

  /// The folder for a night under `out`.
  init(out: String, night: CalendarDay) {
    self.out = out
    folder = "\(out)/\(night)"
    staging = "\(out)/.\(night)-\(getpid())"
  }

  /// A team's folder name: code and name, without characters that a file system may refuse.
  static func name(_ code: String, _ name: String) -> String {
    let refused: Set<Character> = ["/", "\\", ":", "*", "?", "\"", "<", ">", "|", "\0"]
    func clean(_ text: String) -> String { String(text.map { refused.contains($0) ? "_" : $0 }) }
    return name == code ? clean(code) : "\(clean(code))-\(clean(name))"
  }

  /// The names of the files, relative to the folder.
  var names: [String] { files.map(\.name) }

  /// Number of files.
  var count: Int { files.count }

  /// One digest of all files and their names.
  var digest: String {
    var digest = SHA256Digest()
    for file in files.sorted(by: { $0.name < $1.name }) { digest.update("\(file.name)\u{0}\(file.digest)\n") }
    return digest.hex()
  }

  /// Makes the staging folder, and takes away those that killed runs left.
  func begin() throws {
    for name in FileSystem.names(out) where Self.isLeftover(name) { FileSystem.remove("\(out)/\(name)") }
    FileSystem.remove(staging)
    try FileSystem.makeFolder(staging)
  }

  /// Whether a name is that of a staging folder whose process is gone.
  private static func isLeftover(_ name: String) -> Bool {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 4, name.hasPrefix("."), let process = pid_t(parts[3]), process > 0,
      CalendarDay(parts.prefix(3).joined(separator: "-").dropFirst().description) != nil
    else { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }

  /// Takes the staging folder away.
  func end() { FileSystem.remove(staging) }

  /// Adds a file of given bytes.
  func add(_ name: String, _ bytes: Data) throws {
    try add(name) { path, _ in try FileSystem.write(bytes, to: path) }
  }

  /// Adds a file that `make` writes to the path it is given; the second argument is a folder for temporary files.
  func add(_ name: String, make: (String, String) throws -> Void) throws {
    let path = "\(staging)/\(name)"
    try FileSystem.makeFolder((path as NSString).deletingLastPathComponent)
    try make(path, staging)
    guard let bytes = FileSystem.bytes(path) else {
      throw Failure(
        .failed, "\(path) was written and cannot be read.", next: "Look for space on the disk and for permissions.")
    }
    var digest = SHA256Digest()
    bytes.withUnsafeBytes { digest.update($0) }
    files.append((name, digest.hex()))
  }

  /// The bytes of a file that was added.
  func bytes(of name: String) throws -> [UInt8] {
    guard let bytes = FileSystem.bytes("\(staging)/\(name)") else {
      throw Failure(.failed, "\(staging)/\(name) is gone.", next: "Run `labourwatch report` again for this night.")
    }
    return Array(bytes)
  }

  /// Puts the files that differ from those in the night's folder in their places; returns how many.
  func publish() throws -> Int {
    var changed = 0
    for file in files {
      let path = "\(folder)/\(file.name)"
      let new = "\(staging)/\(file.name)"
      if let old = FileSystem.bytes(path), old == FileSystem.bytes(new) { continue }
      try FileSystem.makeFolder((path as NSString).deletingLastPathComponent)
      try FileSystem.replace(path, with: new)
      changed += 1
    }
    return changed
  }
}
