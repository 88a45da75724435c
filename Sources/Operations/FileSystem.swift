import Foundation

/// The few things that use cases ask of the file system.
enum FileSystem {
  /// Whether there is something at a path.
  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Makes a folder with all folders above it.
  /// - Throws: ``Failure`` that names the folder and the reason.
  static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure(
        .failed, "The folder \(path) cannot be made: \(reason(error))",
        next: "Give --out a folder that this user may write to.")
    }
  }

  /// The bytes of a file, or `nil` where there is none.
  static func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

  /// Writes a file in one piece.
  static func write(_ bytes: Data, to path: String) throws {
    do {
      try bytes.write(to: URL(fileURLWithPath: path))
    } catch {
      throw Failure(
        .failed, "\(path) cannot be written: \(reason(error))", next: "Look for space on the disk and for permissions.")
    }
  }

  /// Puts a file in the place of another of the same file system, at once.
  static func replace(_ path: String, with new: String) throws {
    guard rename(new, path) == 0 else {
      throw Failure(
        .failed, "\(path) cannot be replaced: \(String(cString: strerror(errno)))",
        next: "Close the file where it is open, look for permissions, and run the command again.")
    }
  }

  /// Takes a folder away with all that is in it.
  static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return (underlying ?? error as NSError).localizedDescription
  }
}
